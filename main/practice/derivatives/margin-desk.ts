import { assert } from '../../engine/domain/result.ts';
import type { ExchangeDesk, ExchangeHands } from '../exchange-desk.ts';
import type { EngineChanges } from '../matching/changes.ts';
import type { OrderRequest } from '../matching/filters.ts';
import type { OrderReport, OrderType, VenueOrder } from '../matching/order.ts';
import type { TradingRules } from '../matching/rules.ts';
import type { MarginStore } from '../store/margin-store.ts';
import { type ConditionalOrder, ConditionalOrders, isTriggeredAt } from './conditional-orders.ts';
import { FUNDING_RATE_PPM, lastFundingMs } from './funding.ts';
import { type Income, MarginAccount, type MarginFees } from './margin-account.ts';
import { MarginSettlement } from './margin-settlement.ts';
import type { Position } from './position.ts';

/** What one change came to, after it is durable. */
export interface MarginNews {
  readonly reports: readonly OrderReport[];
  /** Realized profit of the fills among the reports, by trade id. */
  readonly realized: ReadonlyMap<number, bigint>;
  readonly incomes: readonly Income[];
  readonly positions: readonly Position[];
  /** Every state that a conditional order went through. */
  readonly conditionals: readonly ConditionalOrder[];
  readonly timeMs: number;
}

/** Where the desk begins, and what it keeps. */
export type MarginMemory = Pick<MarginStore, 'state' | 'cursors' | 'liveConditionals' | 'lastAlgoId' | 'writeMargin'>;

export interface MarginDeskOptions {
  readonly store: MarginMemory;
  readonly rules: ReadonlyMap<string, TradingRules>;
  readonly fees: MarginFees;
  readonly tell: (news: MarginNews) => void;
  readonly nowMs: () => number;
}

/** Client ids of orders that end a position whose margin is used up begin with this. */
export const LIQUIDATION_ID = 'autoclose-';

/** The futures side of the exchange: margin, conditional orders, funding and liquidation, as prices come. */
export class MarginDesk implements ExchangeDesk {
  readonly account: MarginAccount;
  readonly conditionals: ConditionalOrders;
  readonly settlement: MarginSettlement;
  readonly #options: MarginDeskOptions;
  #hands: ExchangeHands | null = null;
  #markMs: number;
  #isLiquidating = false;
  readonly #fundedMs: Map<string, number>;
  readonly #printed = new Map<string, number[]>();
  #realized = new Map<number, bigint>();
  #news: Pick<MarginNews, 'incomes' | 'positions' | 'conditionals'> = NOTHING;

  constructor(options: MarginDeskOptions) {
    const { store, rules, fees, nowMs } = options;
    this.#options = options;
    this.#markMs = nowMs();
    this.#fundedMs = new Map(store.cursors());
    this.account = new MarginAccount(rules, fees, store.state());
    this.conditionals = new ConditionalOrders(store.liveConditionals(), store.lastAlgoId() + 1);
    this.settlement = new MarginSettlement({
      account: this.account,
      rules,
      openOrders: () => this.hands.openOrders(),
      lastTicks: (symbol) => this.hands.lastTicks(symbol),
      mark: (symbol) => this.mark(symbol),
      onExecution: (order, execution, realizedAtoms) => {
        this.#realized.set(execution.tradeId, realizedAtoms);
        this.#printed.set(order.symbol, [...(this.#printed.get(order.symbol) ?? []), execution.ticks]);
        // A position that was opened just now owes nothing for the time before.
        const isNew = Math.abs(this.account.position(order.symbol).lots) === execution.lots;
        if (isNew) this.#fundedMs.set(order.symbol, execution.timeMs);
      },
    });
  }

  get hands(): ExchangeHands {
    assert(this.#hands, 'the desk is not at an exchange');
    return this.#hands;
  }

  attach(hands: ExchangeHands): void {
    this.#hands = hands;
  }

  /** The mark price of a symbol at the moment that the exchange is at. */
  mark(symbol: string): number {
    return this.hands.markTicks(symbol, this.#markMs);
  }

  /** Margin prices are asked for at this moment from now on. */
  moveTo(timeMs: number): void {
    this.#markMs = timeMs;
  }

  get isLiquidating(): boolean {
    return this.#isLiquidating;
  }

  isActive(symbol: string): boolean {
    return this.account.position(symbol).lots !== 0 || this.conditionals.hasWaiting(symbol);
  }

  isReached(symbol: string, prices: readonly number[], timeMs: number): boolean {
    this.moveTo(timeMs);
    return (
      this.#isFundingDue(symbol, timeMs) ||
      this.#due(symbol, prices).length > 0 ||
      (this.#isLiquidating ? this.account.position(symbol).lots !== 0 : this.#isInsolvent())
    );
  }

  run(symbol: string, prices: readonly number[], timeMs: number): void {
    this.moveTo(timeMs);
    if (this.#isFundingDue(symbol, timeMs)) {
      const dueMs = lastFundingMs(timeMs);
      this.account.payFunding(symbol, this.hands.markTicks(symbol, dueMs), FUNDING_RATE_PPM, dueMs);
    }
    this.#fundedMs.set(symbol, timeMs);
    this.#fireAll(symbol, prices, timeMs);
    if (this.#isLiquidating || this.#isInsolvent()) this.#liquidate(symbol, timeMs);
    this.#finishFired(timeMs);
    this.#printed.clear();
  }

  get hasChanges(): boolean {
    return this.account.hasChanges || this.conditionals.hasChanges;
  }

  write(): void {
    const { incomes, positions, ...changes } = this.account.takeChanges();
    const conditionals = this.conditionals.takeChanges();
    this.#options.store.writeMargin({ incomes, positions, ...changes }, conditionals);
    this.#news = { incomes, positions, conditionals };
  }

  committed({ reports }: EngineChanges, timeMs: number): void {
    const { incomes, positions, conditionals } = this.#news;
    const realized = this.#realized;
    this.#news = NOTHING;
    this.#realized = new Map();
    if (reports.length + incomes.length + positions.length + conditionals.length === 0) return;
    this.#options.tell({ reports, realized, incomes, positions, conditionals, timeMs });
  }

  #isFundingDue(symbol: string, timeMs: number): boolean {
    if (this.account.position(symbol).lots === 0) return false;
    return lastFundingMs(timeMs) > (this.#fundedMs.get(symbol) ?? timeMs);
  }

  #isInsolvent(): boolean {
    if (this.account.openPositions().length === 0) return false;
    const mark = (symbol: string): number => this.mark(symbol);
    return this.account.marginBalanceAtoms(mark) <= this.account.maintenanceAtoms(mark);
  }

  #due(symbol: string, prices: readonly number[]): readonly ConditionalOrder[] {
    return this.conditionals
      .waiting(symbol)
      .filter((order) =>
        order.trigger === 'mark'
          ? isTriggeredAt(order, this.mark(symbol))
          : prices.some((ticks) => isTriggeredAt(order, ticks)),
      );
  }

  #fireAll(symbol: string, prices: readonly number[], timeMs: number): void {
    for (let pending = [...prices, ...this.#takePrinted(symbol)]; ; pending = this.#takePrinted(symbol)) {
      const due = this.#due(symbol, pending);
      if (due.length === 0) return;
      for (const order of due) this.#fire(order, timeMs);
    }
  }

  #takePrinted(symbol: string): number[] {
    const ticks = this.#printed.get(symbol) ?? [];
    this.#printed.delete(symbol);
    return ticks;
  }

  #fire(order: ConditionalOrder, timeMs: number): void {
    const closing = Math.abs(this.account.position(order.symbol).lots);
    const qtyLots = order.qtyLots ?? closing;
    const reduces = order.reduceOnly || order.qtyLots === null;
    if (reduces && this.settlement.allowedLots({ ...order, reduceOnly: true }, qtyLots) === 0) {
      const status = order.qtyLots === null ? 'expired' : 'rejected';
      this.conditionals.update(order, { status, triggeredMs: timeMs }, timeMs);
      return;
    }
    const placed = this.hands.place(orderOf(order, qtyLots, reduces), timeMs);
    const outcome = placed.ok
      ? ({ status: 'triggered', orderId: placed.value.orderId } as const)
      : ({ status: 'rejected' } as const);
    this.conditionals.update(order, { ...outcome, triggeredMs: timeMs }, timeMs);
  }

  #finishFired(timeMs: number): void {
    const fired = this.conditionals.fired();
    if (fired.length === 0) return;
    const open = new Set(this.hands.openOrders().map(({ orderId }) => orderId));
    for (const order of fired) {
      if (!open.has(order.orderId!)) this.conditionals.update(order, { status: 'finished' }, timeMs);
    }
  }

  /** Cancels everything and sells what there is of this symbol; the others follow when their own tapes are run. */
  #liquidate(symbol: string, timeMs: number): void {
    if (!this.#isLiquidating) {
      this.#isLiquidating = true;
      for (const order of this.hands.openOrders()) this.hands.cancel(order, order.clientOrderId, timeMs);
      for (const order of this.conditionals.waiting()) this.conditionals.update(order, { status: 'expired' }, timeMs);
    }
    const { lots } = this.account.position(symbol);
    if (lots !== 0) this.hands.placeOwn(closingOrder(symbol, lots, this.#maxLots(symbol), timeMs), timeMs);
    if (this.account.openPositions().length > 0) return;
    this.#isLiquidating = false;
    const { walletAtoms } = this.account;
    if (walletAtoms >= 0n) return;
    this.account.book({ kind: 'insurance-clear', atoms: -walletAtoms, symbol, timeMs, tradeId: null });
  }

  #maxLots(symbol: string): number {
    return this.#options.rules.get(symbol)!.maxLots;
  }
}

const NOTHING = { incomes: [], positions: [], conditionals: [] } as const;

/** The order that a conditional one becomes, under a name of its own. */
function orderOf(order: ConditionalOrder, qtyLots: number, reduceOnly: boolean): OrderRequest {
  const isMarket = order.priceTicks === null;
  const type: OrderType = isMarket ? 'market' : order.postOnly ? 'limit-maker' : 'limit';
  return {
    symbol: order.symbol,
    side: order.side,
    type,
    timeInForce: isMarket ? 'ioc' : order.timeInForce,
    priceTicks: order.priceTicks,
    stopTicks: null,
    qtyLots,
    quoteBudgetAtoms: null,
    clientOrderId: `conditional-${order.algoId}`,
    orderListId: -1,
    reduceOnly,
  };
}

const closingOrder = (symbol: string, lots: number, maxLots: number, timeMs: number): OrderRequest => ({
  symbol,
  side: lots > 0 ? 'sell' : 'buy',
  type: 'market',
  timeInForce: 'ioc',
  priceTicks: null,
  stopTicks: null,
  qtyLots: Math.min(Math.abs(lots), maxLots),
  quoteBudgetAtoms: null,
  clientOrderId: `${LIQUIDATION_ID}${timeMs}`,
  orderListId: -1,
  reduceOnly: true,
});

export const isLiquidation = (order: Pick<VenueOrder, 'clientOrderId'>): boolean =>
  order.clientOrderId.startsWith(LIQUIDATION_ID);
