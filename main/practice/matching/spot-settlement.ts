import { assert } from '../../engine/domain/result.ts';
import type { Account, Balance } from './account.ts';
import { type FeeSchedule, takeFee } from './fees.ts';
import type { OrderRequest, Rejection } from './filters.ts';
import { remainingLots, type VenueOrder } from './order.ts';
import { baseAtoms, notionalAtoms, type TradingRules } from './rules.ts';
import type { Execution, OrderTerms, Settlement, Taken } from './settlement.ts';

export interface SpotSettlementOptions {
  readonly rules: ReadonlyMap<string, TradingRules>;
  readonly account: Account;
  readonly fees: FeeSchedule;
  /** Price of the fee coin in `quote`, or null when fees are not to be taken in it. */
  readonly feeCoinPriceAtoms: (quote: string) => bigint | null;
}

/** Spot: a buy pays quote and gets base, a sale the other way round; what an order may cost is locked while it rests. */
export class SpotSettlement implements Settlement {
  readonly #options: SpotSettlementOptions;

  constructor(options: SpotSettlementOptions) {
    this.#options = options;
  }

  refuse(order: OrderRequest, taken: Taken | null, heldByList: bigint): Rejection | null {
    const needed = taken ? this.#marketCost(order, taken) : this.#lockFor(order, order.qtyLots ?? 0);
    const has = this.#options.account.get(this.#payAsset(order)).free + heldByList;
    return has >= needed ? null : { kind: 'insufficient-balance' };
  }

  /** Members of a list share one lock: what the others already hold counts for this one. */
  reserve(order: VenueOrder, lots: number, heldByList: bigint): void {
    const atoms = this.#lockFor(order, lots);
    const needed = atoms > heldByList ? atoms - heldByList : 0n;
    this.#options.account.lock(this.#payAsset(order), needed);
    order.lockedAtoms = needed;
  }

  release(order: VenueOrder): void {
    if (order.lockedAtoms > 0n) this.#options.account.release(this.#payAsset(order), order.lockedAtoms);
    order.lockedAtoms = 0n;
  }

  wake(stop: VenueOrder): boolean {
    const has = this.#options.account.get(this.#payAsset(stop)).free;
    const isPriced = stop.priceTicks !== null;
    const needed = isPriced || stop.side === 'sell' ? this.#lockFor(stop, remainingLots(stop)) : 0n;
    if (needed > has) return false;
    if (isPriced) this.reserve(stop, remainingLots(stop), 0n);
    return true;
  }

  /** The order's own budget, or what the account has free for a market buy. */
  budget(order: VenueOrder): bigint | null {
    if (order.quoteBudgetAtoms !== null) return order.quoteBudgetAtoms;
    if (order.side === 'buy' && order.priceTicks === null) return this.#options.account.get(this.#payAsset(order)).free;
    return null;
  }

  allowedLots(_order: unknown, lots: number): number {
    return lots;
  }

  settle(order: VenueOrder, { lots, quoteAtoms, isMaker }: Execution) {
    const rules = this.#rules(order.symbol);
    this.#pay(order, rules, lots, quoteAtoms);
    const received = order.side === 'buy' ? rules.base : rules.quote;
    const receivedAtoms = order.side === 'buy' ? baseAtoms(rules, lots) : quoteAtoms;
    const { account, fees, feeCoinPriceAtoms } = this.#options;
    account.credit(received, receivedAtoms);
    return takeFee(account, fees, { received, receivedAtoms, quoteAtoms, isMaker }, feeCoinPriceAtoms(rules.quote));
  }

  takeBalances(): readonly (readonly [string, Balance])[] {
    const { account } = this.#options;
    return account.takeTouched().map((asset) => [asset, account.get(asset)] as const);
  }

  #rules(symbol: string): TradingRules {
    const rules = this.#options.rules.get(symbol);
    assert(rules, `unknown symbol ${symbol}`);
    return rules;
  }

  #payAsset(order: Pick<OrderTerms, 'symbol' | 'side'>): string {
    const rules = this.#rules(order.symbol);
    return order.side === 'buy' ? rules.quote : rules.base;
  }

  #marketCost(order: OrderRequest, taken: Taken): bigint {
    if (order.side === 'buy') return taken.quoteAtoms;
    return baseAtoms(this.#rules(order.symbol), order.qtyLots ?? taken.lots);
  }

  /** What a waiting or resting order sets aside, in the asset it would pay with. */
  #lockFor(order: Pick<OrderTerms, 'symbol' | 'side' | 'priceTicks' | 'stopTicks'>, lots: number): bigint {
    const rules = this.#rules(order.symbol);
    if (order.side === 'sell') return baseAtoms(rules, lots);
    return notionalAtoms(rules, order.priceTicks ?? order.stopTicks ?? 0, lots);
  }

  /** Out of the lock, and a better price frees the difference; a market buy, whose cost nobody knows before, pays free. */
  #pay(order: VenueOrder, rules: TradingRules, lots: number, quoteAtoms: bigint): void {
    const { account } = this.#options;
    const asset = this.#payAsset(order);
    const cost = order.side === 'buy' ? quoteAtoms : baseAtoms(rules, lots);
    if (order.side === 'buy' && order.priceTicks === null) {
      account.spendFree(asset, cost);
      return;
    }
    const reserved = order.side === 'buy' ? notionalAtoms(rules, order.priceTicks ?? 0, lots) : cost;
    assert(cost <= reserved && reserved <= order.lockedAtoms, `order ${order.orderId} pays more than it locked`);
    account.spendLocked(asset, cost);
    account.release(asset, reserved - cost);
    order.lockedAtoms -= reserved;
  }
}
