import type { OrderRequest, Rejection } from '../matching/filters.ts';
import { isOpen, remainingLots, type Side, type VenueOrder } from '../matching/order.ts';
import { notionalAtoms, type TradingRules } from '../matching/rules.ts';
import type { Execution, Settlement, Taken } from '../matching/settlement.ts';
import type { MarginAccount, MarkTicks, OpenInterest } from './margin-account.ts';
import { closableLots } from './position.ts';

const ASSET = 'USDT';

export interface MarginSettlementParts {
  readonly account: MarginAccount;
  readonly rules: ReadonlyMap<string, TradingRules>;
  readonly openOrders: () => readonly VenueOrder[];
  readonly lastTicks: (symbol: string) => number;
  readonly mark: MarkTicks;
  readonly onExecution: (order: VenueOrder, execution: Execution, realizedAtoms: bigint) => void;
}

/** Futures: orders lock nothing by themselves; the account's margin must carry positions and open orders together. */
export class MarginSettlement implements Settlement {
  readonly #parts: MarginSettlementParts;

  constructor(parts: MarginSettlementParts) {
    this.#parts = parts;
  }

  /** An order that asks for no more margin than there is in use passes, whatever the account's state. */
  refuse(order: OrderRequest, taken: Taken | null): Rejection | null {
    if (order.reduceOnly) return null;
    const { account, mark, lastTicks } = this.#parts;
    const before = this.openInterest();
    const priceTicks = order.priceTicks ?? lastTicks(order.symbol);
    const asked = taken?.quoteAtoms ?? this.#notional(order.symbol, priceTicks, order.qtyLots ?? 0);
    const after = [...before, { symbol: order.symbol, side: order.side, notionalAtoms: asked }];
    const needed = account.initialMarginAtoms(mark, after);
    if (needed <= account.initialMarginAtoms(mark, before)) return null;
    return account.marginBalanceAtoms(mark) >= needed ? null : { kind: 'insufficient-balance' };
  }

  reserve(): void {}
  release(): void {}
  wake(): boolean {
    return true;
  }
  budget(order: VenueOrder): bigint | null {
    return order.quoteBudgetAtoms;
  }

  allowedLots(
    order: { readonly symbol: string; readonly side: Side; readonly reduceOnly?: boolean },
    lots: number,
  ): number {
    if (!order.reduceOnly) return lots;
    return Math.min(lots, closableLots(this.#parts.account.position(order.symbol), order.side));
  }

  settle(order: VenueOrder, execution: Execution) {
    const { realizedAtoms, feeAtoms } = this.#parts.account.settle(order.symbol, order.side, execution);
    this.#parts.onExecution(order, execution, realizedAtoms);
    return { feeAtoms, feeAsset: ASSET };
  }

  takeBalances() {
    return [];
  }

  /** What open orders would add to positions; those that only reduce add nothing. */
  openInterest(): readonly OpenInterest[] {
    return this.#parts
      .openOrders()
      .filter((order) => isOpen(order) && !order.reduceOnly)
      .map((order) => ({
        symbol: order.symbol,
        side: order.side,
        notionalAtoms: this.#notional(order.symbol, order.priceTicks ?? 0, remainingLots(order)),
      }));
  }

  #notional(symbol: string, ticks: number, lots: number): bigint {
    return notionalAtoms(this.#parts.rules.get(symbol)!, ticks, lots);
  }
}
