import { assert, fail, ok, type Result } from '../../engine/domain/result.ts';
import { ChangeLog, type EngineChanges } from './changes.ts';
import type { Crowd } from './crowd.ts';
import type { EngineOptions } from './engine-options.ts';
import { takeFee } from './fees.ts';
import { checkFilters, MAX_OPEN_ORDERS, MAX_STOP_ORDERS, type OrderRequest, type Rejection } from './filters.ts';
import { type Fill, isOpen, isStop, opposite, remainingLots, type VenueOrder } from './order.ts';
import { RestingOrders } from './resting-orders.ts';
import { baseAtoms, notionalAtoms, type TradingRules } from './rules.ts';
import { planTaker, type TakerPlan } from './taker-plan.ts';
import { planTape, type TapeStep } from './tape-plan.ts';
import { nextUserTradeId } from './trade-ids.ts';
import { isTriggered } from './trigger.ts';

const QUEUE_HALF_LIFE_MS = 20_000;

interface SymbolState {
  readonly rules: TradingRules;
  readonly resting: RestingOrders;
  readonly stops: VenueOrder[];
  lastTradeId: number;
}

/**
 * Price-time-priority matching of users' orders against the crowd's book and the tape. Synchronous and without a clock:
 * every call names its time. Nothing it does counts until the caller has made `takeChanges()` durable.
 */
export class MatchingEngine {
  readonly #options: EngineOptions;
  readonly #symbols = new Map<string, SymbolState>();
  readonly #openById = new Map<number, VenueOrder>();
  readonly #openByClientId = new Map<string, VenueOrder>();
  readonly #log = new ChangeLog();
  #nextOrderId: number;

  constructor(options: EngineOptions, openOrders: readonly VenueOrder[]) {
    this.#options = options;
    this.#nextOrderId = options.firstOrderId;
    for (const rules of options.rules.values()) {
      const lastTradeId = options.lastTradeIds.get(rules.symbol) ?? 0;
      this.#symbols.set(rules.symbol, { rules, resting: new RestingOrders(), stops: [], lastTradeId });
    }
    for (const order of openOrders) this.#enter({ ...order });
  }

  openOrders(symbol?: string): readonly VenueOrder[] {
    const all = [...this.#openById.values()];
    return symbol === undefined ? all : all.filter((order) => order.symbol === symbol);
  }

  openOrder(orderId: number): VenueOrder | undefined {
    return this.#openById.get(orderId);
  }

  hasLiveClientId(clientOrderId: string): boolean {
    return this.#openByClientId.has(clientOrderId);
  }

  resting(symbol: string): RestingOrders {
    return this.#state(symbol).resting;
  }

  hasOpenOrders(symbol: string): boolean {
    const state = this.#state(symbol);
    return state.resting.size > 0 || state.stops.length > 0;
  }

  takeChanges(): EngineChanges {
    const { account } = this.#options;
    return this.#log.drain(account.takeTouched().map((asset) => [asset, account.get(asset)] as const));
  }

  /** Everything that would refuse the order, checked without placing it. */
  check(request: OrderRequest, lastTicks: number, crowd: Crowd): Rejection | null {
    const { rules, resting, stops } = this.#state(request.symbol);
    const filtered = checkFilters(request, rules, lastTicks);
    if (filtered) return filtered;
    if (resting.size + stops.length >= MAX_OPEN_ORDERS) return { kind: 'max-orders' };
    if (this.hasLiveClientId(request.clientOrderId)) return { kind: 'duplicate-id' };
    if (isStop(request)) {
      if (stops.length >= MAX_STOP_ORDERS) return { kind: 'max-stop-orders' };
      if (isTriggered(request, lastTicks)) return { kind: 'would-trigger' };
      return this.#affords(request, this.#lockFor(request, request.qtyLots ?? 0))
        ? null
        : { kind: 'insufficient-balance' };
    }
    const plan = this.#plan(request, request.qtyLots ?? rules.maxLots, request.quoteBudgetAtoms, crowd);
    if (request.type === 'limit-maker' && plan.lots + plan.ownExpired.length > 0) return { kind: 'would-match' };
    if (request.type === 'market') {
      if (plan.lots === 0) return { kind: 'no-liquidity' };
      const cost = request.side === 'buy' ? plan.quoteAtoms : baseAtoms(rules, request.qtyLots ?? plan.lots);
      return this.#affords(request, cost) ? null : { kind: 'insufficient-balance' };
    }
    return this.#affords(request, this.#lockFor(request, request.qtyLots ?? 0))
      ? null
      : { kind: 'insufficient-balance' };
  }

  /**
   * Accepts or refuses one order and matches it at once. `timeMs` must not lie before the tape already run.
   */
  place(request: OrderRequest, lastTicks: number, crowd: Crowd, timeMs: number): Result<VenueOrder, Rejection> {
    const refused = this.check(request, lastTicks, crowd);
    if (refused) return fail(refused);
    const order = this.#newOrder(request, timeMs);
    this.#lock(order, isStop(order) || order.type !== 'market' ? this.#lockFor(order, order.qtyLots) : 0n);
    this.#enterMaps(order);
    if (isStop(order)) this.#state(order.symbol).stops.push(order);
    else order.workingMs = timeMs;
    this.#log.report('new', order, timeMs);
    if (!isStop(order)) this.runStops(order.symbol, this.#work(order, crowd, timeMs), crowd, timeMs);
    return ok(order);
  }

  /** Cancels an open order, and with it the rest of its list. */
  cancel(order: VenueOrder, cancelId: string, timeMs: number): void {
    const list = [order, ...this.#siblings(order)];
    for (const member of list) this.#close(member, 'cancelled', timeMs, cancelId);
  }

  /** Can a print at any of these prices fill a resting order or fire a stop? */
  isReached(symbol: string, prices: readonly number[]): boolean {
    const { resting, stops } = this.#state(symbol);
    const [bid, ask] = [resting.best('buy'), resting.best('sell')];
    return prices.some(
      (ticks) =>
        (bid !== null && ticks <= bid) || (ask !== null && ticks >= ask) || stops.some((s) => isTriggered(s, ticks)),
    );
  }

  /** One trade of the tape; returns what of it the crowd traded with itself. */
  runTape(symbol: string, trade: TapeStep, crowd: Crowd): number {
    const state = this.#state(symbol);
    if (state.resting.size === 0) {
      crowd.take(opposite(trade.side), trade.ticks, trade.lots);
      return trade.lots;
    }
    const plan = planTape([...state.resting.side('buy')], [...state.resting.side('sell')], trade);
    for (const [order, aheadLots] of plan.ahead) order.aheadLots = aheadLots;
    for (const { order, lots, through } of plan.fills) {
      if (!isOpen(order)) continue;
      this.#fill(order, order.priceTicks!, lots, true, trade.timeMs, through ? null : trade.tradeId);
      this.#afterListTrade(order, trade.timeMs);
    }
    if (plan.crowdLots > 0) crowd.take(opposite(trade.side), trade.ticks, plan.crowdLots);
    return plan.crowdLots;
  }

  /** Fires the stops that any of these prices reaches; returns the prices that their own trades printed. */
  runStops(symbol: string, prices: readonly number[], crowd: Crowd, timeMs: number): readonly number[] {
    const state = this.#state(symbol);
    const printed: number[] = [];
    let pending = prices;
    while (pending.length > 0) {
      const due = state.stops.filter((stop) => pending.some((ticks) => isTriggered(stop, ticks)));
      const fresh: number[] = [];
      for (const stop of due) {
        if (isOpen(stop)) fresh.push(...this.#trigger(stop, crowd, timeMs));
      }
      printed.push(...fresh);
      pending = fresh;
    }
    return printed;
  }

  /** Time passes: part of the crowd queued ahead of resting orders gives up, half of it in each half-life. */
  ageQueues(symbol: string, elapsedMs: number): void {
    const { resting } = this.#state(symbol);
    const kept = 2 ** (-elapsedMs / QUEUE_HALF_LIFE_MS);
    for (const side of ['buy', 'sell'] as const) {
      for (const order of resting.side(side)) order.aheadLots = Math.floor(order.aheadLots * kept);
    }
  }

  #state(symbol: string): SymbolState {
    const state = this.#symbols.get(symbol);
    assert(state, `unknown symbol ${symbol}`);
    return state;
  }

  #newOrder(request: OrderRequest, timeMs: number): VenueOrder {
    const { qtyLots, quoteBudgetAtoms, ...rest } = request;
    return {
      ...rest,
      orderId: this.#nextOrderId++,
      qtyLots: qtyLots ?? 0,
      quoteBudgetAtoms,
      createdMs: timeMs,
      updatedMs: timeMs,
      workingMs: null,
      executedLots: 0,
      cumQuoteAtoms: 0n,
      status: 'new',
      lockedAtoms: 0n,
      aheadLots: 0,
    };
  }

  #enterMaps(order: VenueOrder): void {
    this.#openById.set(order.orderId, order);
    this.#openByClientId.set(order.clientOrderId, order);
  }

  #enter(order: VenueOrder): void {
    this.#enterMaps(order);
    const state = this.#state(order.symbol);
    if (order.workingMs === null) state.stops.push(order);
    else state.resting.add(order);
  }

  /** What a waiting or resting order sets aside, in the asset it would pay with. */
  #lockFor(order: Pick<OrderRequest, 'symbol' | 'side' | 'priceTicks' | 'stopTicks'>, lots: number): bigint {
    const { rules } = this.#state(order.symbol);
    if (order.side === 'sell') return baseAtoms(rules, lots);
    return notionalAtoms(rules, order.priceTicks ?? order.stopTicks ?? 0, lots);
  }

  #payAsset(order: Pick<OrderRequest, 'symbol' | 'side'>): string {
    const { rules } = this.#state(order.symbol);
    return order.side === 'buy' ? rules.quote : rules.base;
  }

  #affords(request: OrderRequest, atoms: bigint): boolean {
    return this.#options.account.get(this.#payAsset(request)).free + this.#sharedLock(request) >= atoms;
  }

  /** Members of a list share one lock: what the others already hold counts for this one. */
  #sharedLock(request: Pick<OrderRequest, 'orderListId'>): bigint {
    if (request.orderListId < 0) return 0n;
    let atoms = 0n;
    for (const other of this.#openById.values())
      if (other.orderListId === request.orderListId) atoms += other.lockedAtoms;
    return atoms;
  }

  #lock(order: VenueOrder, atoms: bigint): void {
    const shared = this.#sharedLock(order);
    const needed = atoms > shared ? atoms - shared : 0n;
    this.#options.account.lock(this.#payAsset(order), needed);
    order.lockedAtoms = needed;
  }

  #release(order: VenueOrder): void {
    if (order.lockedAtoms > 0n) this.#options.account.release(this.#payAsset(order), order.lockedAtoms);
    order.lockedAtoms = 0n;
  }

  #siblings(order: VenueOrder): readonly VenueOrder[] {
    if (order.orderListId < 0) return [];
    return [...this.#openById.values()].filter((o) => o.orderListId === order.orderListId && o !== order);
  }

  #plan(
    order: Pick<OrderRequest, 'symbol' | 'side' | 'priceTicks'>,
    maxLots: number,
    budgetAtoms: bigint | null,
    crowd: Crowd,
  ): TakerPlan {
    const { rules, resting } = this.#state(order.symbol);
    const makerSide = opposite(order.side);
    return planTaker({
      side: order.side,
      limitTicks: order.priceTicks,
      maxLots,
      budgetAtoms,
      tickLotAtoms: rules.tickLotAtoms,
      crowd: crowd.levels(makerSide),
      own: resting.side(makerSide),
    });
  }

  /** Takes what the order may take now, then rests or expires what is left. Returns the prices printed. */
  #work(order: VenueOrder, crowd: Crowd, timeMs: number): readonly number[] {
    const { rules, resting } = this.#state(order.symbol);
    const inQuote = order.quoteBudgetAtoms !== null;
    const budget = this.#budget(order);
    const plan = this.#plan(order, inQuote ? rules.maxLots : remainingLots(order), budget, crowd);
    const killed = order.timeInForce === 'fok' && plan.lots < order.qtyLots;
    if (!killed) {
      for (const own of plan.ownExpired) this.#close(own, 'expired-in-match', timeMs, null);
      if (inQuote) order.qtyLots = plan.lots;
      // What is sold is set aside first: a fee in the coin that is being sold must not take from it.
      if (order.side === 'sell' && order.priceTicks === null) this.#lock(order, baseAtoms(rules, plan.lots));
      for (const { ticks, lots } of plan.takes) {
        crowd.take(opposite(order.side), ticks, lots);
        this.#fill(order, ticks, lots, false, timeMs, null);
        this.#afterListTrade(order, timeMs);
      }
    }
    if (isOpen(order)) {
      if (order.timeInForce === 'gtc' && order.priceTicks !== null) {
        order.aheadLots = crowd.lotsAt(order.side, order.priceTicks);
        resting.add(order);
        this.#log.touch(order);
      } else this.#close(order, 'expired', timeMs, null);
    }
    return killed ? [] : plan.takes.map((take) => take.ticks);
  }

  /** Quote bound for the walk: the order's own budget, or what the account has free for a market buy. */
  #budget(order: VenueOrder): bigint | null {
    if (order.quoteBudgetAtoms !== null) return order.quoteBudgetAtoms;
    if (order.side === 'buy' && order.priceTicks === null) return this.#options.account.get(this.#payAsset(order)).free;
    return null;
  }

  #trigger(stop: VenueOrder, crowd: Crowd, timeMs: number): readonly number[] {
    const state = this.#state(stop.symbol);
    state.stops.splice(state.stops.indexOf(stop), 1);
    for (const other of this.#siblings(stop)) this.#close(other, 'expired', timeMs, null);
    this.#release(stop);
    stop.workingMs = timeMs;
    stop.updatedMs = timeMs;
    const paysFree = this.#options.account.get(this.#payAsset(stop)).free;
    const needed = stop.priceTicks !== null || stop.side === 'sell' ? this.#lockFor(stop, remainingLots(stop)) : 0n;
    if (needed > paysFree) {
      this.#close(stop, 'expired', timeMs, null);
      return [];
    }
    if (stop.priceTicks !== null) this.#lock(stop, needed);
    this.#log.report('triggered', stop, timeMs);
    return this.#work(stop, crowd, timeMs);
  }

  /** The first trade of one member of a list ends the others. */
  #afterListTrade(order: VenueOrder, timeMs: number): void {
    for (const other of this.#siblings(order)) this.#close(other, 'expired', timeMs, null);
  }

  #fill(
    order: VenueOrder,
    ticks: number,
    lots: number,
    isMaker: boolean,
    timeMs: number,
    carvedFrom: number | null,
  ): void {
    const state = this.#state(order.symbol);
    const quoteAtoms = notionalAtoms(state.rules, ticks, lots);
    this.#pay(order, state.rules, ticks, lots, quoteAtoms);
    const received = order.side === 'buy' ? state.rules.base : state.rules.quote;
    const receivedAtoms = order.side === 'buy' ? baseAtoms(state.rules, lots) : quoteAtoms;
    const { account, fees, feeCoinPriceAtoms } = this.#options;
    account.credit(received, receivedAtoms);
    const trade = { received, receivedAtoms, quoteAtoms, isMaker };
    const fee = takeFee(account, fees, trade, feeCoinPriceAtoms(state.rules.quote));
    state.lastTradeId = nextUserTradeId(timeMs, state.lastTradeId);
    order.executedLots += lots;
    order.cumQuoteAtoms += quoteAtoms;
    order.updatedMs = timeMs;
    order.status = order.executedLots >= order.qtyLots ? 'filled' : 'partially-filled';
    const { symbol, side, orderId } = order;
    const tradeId = state.lastTradeId;
    const fill: Fill = { tradeId, orderId, symbol, side, ticks, lots, quoteAtoms, timeMs, isMaker, ...fee };
    const takerSide = isMaker ? opposite(side) : side;
    this.#log.fill(fill, { tradeId, symbol, timeMs, ticks, lots, side: takerSide, carvedFrom });
    if (order.status === 'filled') this.#leave(order);
    this.#log.report('trade', order, timeMs, { fill });
  }

  /** Out of the lock, and a better price frees the difference; a market buy, whose cost nobody knows before, pays free. */
  #pay(order: VenueOrder, rules: TradingRules, _ticks: number, lots: number, quoteAtoms: bigint): void {
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

  #close(
    order: VenueOrder,
    status: 'cancelled' | 'expired' | 'expired-in-match',
    timeMs: number,
    cancelId: string | null,
  ): void {
    order.status = status;
    order.updatedMs = timeMs;
    this.#leave(order);
    const kind = status === 'cancelled' ? 'cancelled' : 'expired';
    this.#log.report(kind, order, timeMs, cancelId === null ? {} : { cancelId });
  }

  #leave(order: VenueOrder): void {
    const state = this.#state(order.symbol);
    this.#release(order);
    this.#openById.delete(order.orderId);
    this.#openByClientId.delete(order.clientOrderId);
    state.resting.remove(order);
    const at = state.stops.indexOf(order);
    if (at >= 0) state.stops.splice(at, 1);
  }
}
