import { assert, fail, ok, type Result } from '../../engine/domain/result.ts';
import { ChangeLog, type EngineChanges } from './changes.ts';
import type { Crowd } from './crowd.ts';
import type { EngineOptions } from './engine-options.ts';
import {
  checkFilters,
  type ListRejection,
  MAX_OPEN_ORDERS,
  MAX_STOP_ORDERS,
  type OrderRequest,
  type Rejection,
} from './filters.ts';
import { type Fill, isOpen, isStop, opposite, remainingLots, type VenueOrder } from './order.ts';
import { RestingOrders } from './resting-orders.ts';
import { notionalAtoms, type TradingRules } from './rules.ts';
import { planTaker, type TakerPlan } from './taker-plan.ts';
import { planTape, type TapeStep } from './tape-plan.ts';
import { nextUserTradeId } from './trade-ids.ts';
import { isTriggered } from './trigger.ts';

const QUEUE_HALF_LIFE_MS = 20_000;

interface SymbolState {
  rules: TradingRules;
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

  /** New orders follow these from now on; what rests stays as it is. */
  setRules(rules: TradingRules): void {
    this.#state(rules.symbol).rules = rules;
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
    return this.#log.drain(this.#options.settlement.takeBalances());
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
      return this.#refusal(request, null);
    }
    const plan = this.#plan(request, request.qtyLots ?? rules.maxLots, request.quoteBudgetAtoms, crowd);
    if (request.type === 'limit-maker' && plan.lots + plan.ownExpired.length > 0) return { kind: 'would-match' };
    if (request.type === 'market') {
      if (plan.lots === 0) return { kind: 'no-liquidity' };
      return this.#refusal(request, plan);
    }
    return this.#refusal(request, null);
  }

  /**
   * Accepts or refuses one order and matches it at once. `timeMs` must not lie before the tape already run.
   */
  place(request: OrderRequest, lastTicks: number, crowd: Crowd, timeMs: number): Result<VenueOrder, Rejection> {
    const refused = this.check(request, lastTicks, crowd);
    return refused ? fail(refused) : ok(this.#accept(request, crowd, timeMs));
  }

  /** An order of the venue's own, by which no filter is asked. */
  placeOwn(request: OrderRequest, crowd: Crowd, timeMs: number): void {
    this.#accept(request, crowd, timeMs);
  }

  #accept(request: OrderRequest, crowd: Crowd, timeMs: number): VenueOrder {
    const order = this.#newOrder(request, timeMs);
    if (order.type !== 'market') this.#reserve(order, order.qtyLots);
    this.#enterMaps(order);
    if (isStop(order)) this.#state(order.symbol).stops.push(order);
    else order.workingMs = timeMs;
    this.#log.report('new', order, timeMs);
    if (!isStop(order)) this.runStops(order.symbol, this.#work(order, crowd, timeMs), crowd, timeMs);
    return order;
  }

  /**
   * Two orders of which the first to trade or trigger ends the other. Both are accepted or neither; the last price must lie
   * between them.
   */
  placeList(
    limit: OrderRequest,
    stop: OrderRequest,
    lastTicks: number,
    crowd: Crowd,
    timeMs: number,
  ): Result<readonly VenueOrder[], ListRejection> {
    const [lower, upper] =
      limit.side === 'sell' ? [stop.stopTicks, limit.priceTicks] : [limit.priceTicks, stop.stopTicks];
    if (!(lower! < lastTicks && lastTicks < upper!)) return fail({ kind: 'price-relation' });
    if (limit.clientOrderId === stop.clientOrderId) return fail({ kind: 'duplicate-id' });
    for (const leg of [limit, stop]) {
      const refused = this.check(leg, lastTicks, crowd);
      if (refused) return fail(refused);
    }
    const placed: VenueOrder[] = [];
    for (const leg of [limit, stop]) {
      const result = this.place(leg, lastTicks, crowd, timeMs);
      assert(result.ok, `a leg of a checked list was refused: ${leg.clientOrderId}`);
      placed.push(result.value);
    }
    return ok(placed);
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
    let crowdLots = plan.crowdLots;
    for (const { order, lots: planned, through } of plan.fills) {
      const lots = isOpen(order) ? this.#options.settlement.allowedLots(order, planned) : 0;
      // What an order leaves because its position is gone meanwhile, the crowd trades with itself.
      if (!through) crowdLots += planned - lots;
      if (lots === 0) continue;
      this.#fill(order, order.priceTicks!, lots, true, trade.timeMs, through ? null : trade.tradeId);
      this.#afterListTrade(order, trade.timeMs);
    }
    if (crowdLots > 0) crowd.take(opposite(trade.side), trade.ticks, crowdLots);
    return crowdLots;
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

  #refusal(request: OrderRequest, taken: TakerPlan | null): Rejection | null {
    return this.#options.settlement.refuse(request, taken, this.#heldByList(request));
  }

  #reserve(order: VenueOrder, lots: number): void {
    this.#options.settlement.reserve(order, lots, this.#heldByList(order));
  }

  /** What the members of an order's list hold already. */
  #heldByList(request: Pick<OrderRequest, 'orderListId'>): bigint {
    if (request.orderListId < 0) return 0n;
    let atoms = 0n;
    for (const other of this.#openById.values())
      if (other.orderListId === request.orderListId) atoms += other.lockedAtoms;
    return atoms;
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
    const budget = this.#options.settlement.budget(order);
    const wantedLots = this.#options.settlement.allowedLots(order, inQuote ? rules.maxLots : remainingLots(order));
    const plan = this.#plan(order, wantedLots, budget, crowd);
    const killed = order.timeInForce === 'fok' && plan.lots < order.qtyLots;
    if (!killed) {
      for (const own of plan.ownExpired) this.#close(own, 'expired-in-match', timeMs, null);
      if (inQuote) order.qtyLots = plan.lots;
      // What is sold is set aside first: a fee in the coin that is being sold must not take from it.
      if (order.side === 'sell' && order.priceTicks === null) this.#reserve(order, plan.lots);
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

  #trigger(stop: VenueOrder, crowd: Crowd, timeMs: number): readonly number[] {
    const { settlement } = this.#options;
    const state = this.#state(stop.symbol);
    state.stops.splice(state.stops.indexOf(stop), 1);
    for (const other of this.#siblings(stop)) this.#close(other, 'expired', timeMs, null);
    settlement.release(stop);
    stop.workingMs = timeMs;
    stop.updatedMs = timeMs;
    if (!settlement.wake(stop)) {
      this.#close(stop, 'expired', timeMs, null);
      return [];
    }
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
    state.lastTradeId = nextUserTradeId(timeMs, state.lastTradeId);
    const tradeId = state.lastTradeId;
    const execution = { tradeId, ticks, lots, quoteAtoms, isMaker, timeMs };
    const fee = this.#options.settlement.settle(order, execution);
    order.executedLots += lots;
    order.cumQuoteAtoms += quoteAtoms;
    order.updatedMs = timeMs;
    order.status = order.executedLots >= order.qtyLots ? 'filled' : 'partially-filled';
    const { symbol, side, orderId } = order;
    const fill: Fill = { ...execution, orderId, symbol, side, ...fee };
    const takerSide = isMaker ? opposite(side) : side;
    this.#log.fill(fill, { tradeId, symbol, timeMs, ticks, lots, side: takerSide, carvedFrom });
    if (order.status === 'filled') this.#leave(order);
    this.#log.report('trade', order, timeMs, { fill });
    this.#endReduced(symbol, timeMs);
  }

  /** Orders that may only reduce end when nothing is left to reduce. */
  #endReduced(symbol: string, timeMs: number): void {
    for (const order of this.openOrders(symbol)) {
      if (order.reduceOnly && this.#options.settlement.allowedLots(order, 1) === 0) {
        this.#close(order, 'expired', timeMs, null);
      }
    }
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
    this.#options.settlement.release(order);
    this.#openById.delete(order.orderId);
    this.#openByClientId.delete(order.clientOrderId);
    state.resting.remove(order);
    const at = state.stops.indexOf(order);
    if (at >= 0) state.stops.splice(at, 1);
  }
}
