import { assert, type Result } from '../engine/domain/result.ts';
import { coarseSteps } from './coarse-steps.ts';
import { mergePrints, type PublicPrint } from './crowd/klines.ts';
import { FIRST_ANCHOR_ID, type IdAnchor } from './crowd/public-ids.ts';
import { floorMinute } from './crowd/reference-tape.ts';
import { DAY_MS } from './crowd/tape-days.ts';
import type { ExchangeDesk } from './exchange-desk.ts';
import type { MarketSource } from './market/source.ts';
import { Account, type Balance } from './matching/account.ts';
import { type EngineChanges, isEmpty } from './matching/changes.ts';
import type { Crowd } from './matching/crowd.ts';
import { MatchingEngine } from './matching/engine.ts';
import { FEE_COIN, type FeeSchedule } from './matching/fees.ts';
import type { ListRejection, OrderRequest, Rejection } from './matching/filters.ts';
import type { Fill, OrderReport, VenueOrder } from './matching/order.ts';
import { changedRules, priceAtoms, type RulesChange, type TradingRules, tradingRules } from './matching/rules.ts';
import { SpotSettlement } from './matching/spot-settlement.ts';
import type { TapeStep } from './matching/tape-plan.ts';
import type { VenueStore } from './store/venue-store.ts';
import { type BookDiff, SymbolMarket } from './symbol-market.ts';

export interface ExchangeListener {
  onPrints(symbol: string, prints: readonly PublicPrint[]): void;
  onBook(diff: BookDiff): void;
  /** After the changes are durable. `balances` are the accounts' assets that changed. */
  onAccount(reports: readonly OrderReport[], balances: readonly (readonly [string, Balance])[], timeMs: number): void;
}

export interface ExchangeOptions {
  readonly source: MarketSource;
  readonly store: VenueStore;
  readonly nowMs: () => number;
  readonly fees: FeeSchedule;
  readonly initialBalances: ReadonlyMap<string, bigint>;
  /** Absent for spot. */
  readonly desk?: ExchangeDesk;
}

/** Missed tape is run trade by trade for this long; what lies before is run by each minute's open, extremes and close. */
export const CATCH_UP_TAPE_MS = 3_600_000;
/** Full days before a folder's first start whose candles carry what their prints come to. */
const EXACT_DAYS_BEFORE = 1;
const CURSOR_SAVE_MS = 5_000;

/**
 * The exchange behind every wire protocol: markets, matching and memory of one account. Synchronous; everything told to
 * a listener or returned is already durable.
 */
export class Exchange {
  readonly account: Account;
  readonly #options: ExchangeOptions;
  readonly #rules: Map<string, TradingRules>;
  readonly #engine: MatchingEngine;
  readonly #markets = new Map<string, SymbolMarket>();
  readonly #listeners: ExchangeListener[] = [];
  #watched: ReadonlySet<string> = new Set();
  #watchedBooks: ReadonlySet<string> = new Set();
  #lastListId: number;
  #cursorsSavedMs = 0;
  feeCoinOn: boolean;

  constructor(options: ExchangeOptions) {
    const { source, store } = options;
    this.#options = options;
    this.#rules = this.#readRules();
    this.account = new Account(this.#openingBalances());
    this.feeCoinOn = store.meta('fee-coin') === 'on';
    this.#lastListId = store.lastOrderListId();
    this.#engine = new MatchingEngine(
      {
        rules: this.rules,
        settlement:
          options.desk?.settlement ??
          new SpotSettlement({
            rules: this.rules,
            account: this.account,
            fees: options.fees,
            feeCoinPriceAtoms: (quote) => this.#feeCoinPrice(quote),
          }),
        firstOrderId: store.lastOrderId() + 1,
        lastTradeIds: store.lastTradeIds(),
      },
      store.openOrders().filter((order) => this.rules.has(order.symbol)),
    );
    const shocks = store.shocks();
    const nowMs = options.nowMs();
    const start = this.#readStart(nowMs);
    for (const rules of this.rules.values()) {
      const own = shocks.filter((shock) => shock.symbol === rules.symbol);
      const prints = store.prints(rules.symbol);
      const resting = this.#engine.resting(rules.symbol);
      this.#markets.set(rules.symbol, new SymbolMarket(source, rules, resting, own, prints, start(rules.symbol)));
    }
    options.desk?.attach({
      place: (request, timeMs) => this.#placeAt(this.market(request.symbol), request, timeMs),
      placeOwn: (request, timeMs) => this.#engine.placeOwn(request, this.market(request.symbol).crowd, timeMs),
      cancel: (order, cancelId, timeMs) => this.#engine.cancel(order, cancelId, timeMs),
      openOrders: (symbol) => this.#engine.openOrders(symbol),
      lastTicks: (symbol) => this.market(symbol).lastPrint(this.market(symbol).cursorMs).ticks,
      markTicks: (symbol, timeMs) => this.market(symbol).tape.referenceTicks(timeMs),
    });
    this.#keepIdAnchors(nowMs);
    this.#catchUp(nowMs);
  }

  get rules(): ReadonlyMap<string, TradingRules> {
    return this.#rules;
  }

  listen(listener: ExchangeListener): void {
    this.#listeners.push(listener);
  }

  market(symbol: string): SymbolMarket {
    const market = this.#markets.get(symbol);
    assert(market, `unknown symbol ${symbol}`);
    return market;
  }

  /** Symbols whose prints, and whose books, somebody wants to see as they happen. */
  setWatched(prints: ReadonlySet<string>, books: ReadonlySet<string>): void {
    this.#watched = prints;
    this.#watchedBooks = books;
  }

  get openOrderCount(): number {
    return this.#engine.openOrders().length;
  }

  openOrders(symbol?: string): readonly VenueOrder[] {
    return this.#engine.openOrders(symbol);
  }

  /** An order as it stands, open or long closed. */
  findOrder(symbol: string, key: { orderId: number } | { clientOrderId: string }): VenueOrder | null {
    if ('orderId' in key) {
      const live = this.#engine.openOrder(key.orderId);
      return live?.symbol === symbol ? live : this.#options.store.order(symbol, key.orderId);
    }
    const open = this.#engine.openOrders(symbol).find((order) => order.clientOrderId === key.clientOrderId);
    return open ?? this.#options.store.orderByClientId(symbol, key.clientOrderId);
  }

  /** The orders of a list, open or closed, by the venue's id of it or the client's. */
  listOrders(symbol: string, key: { orderListId: number } | { listClientOrderId: string }): readonly VenueOrder[] {
    const stored = this.#options.store.listOrders(symbol, key);
    return stored.map((order) => this.#engine.openOrder(order.orderId) ?? order);
  }

  /** Runs the tape of every symbol that somebody watches or has orders in. */
  advanceAll(): void {
    const nowMs = this.#options.nowMs();
    for (const symbol of this.#markets.keys()) this.#advance(symbol, nowMs);
    const isTrading = [...this.#markets.keys()].some((symbol) => this.#isTrading(symbol));
    if (isTrading && nowMs - this.#cursorsSavedMs > CURSOR_SAVE_MS) this.#commit(nowMs);
  }

  /** Publishes the books that somebody watches. */
  refreshBooks(): void {
    const nowMs = this.#options.nowMs();
    for (const [symbol, market] of this.#markets) {
      if (this.#engine.hasOpenOrders(symbol) && nowMs > market.bookMs) {
        this.#engine.ageQueues(symbol, market.bookMs === 0 ? 0 : nowMs - market.bookMs);
      }
      if (this.#watchedBooks.has(symbol)) this.#refresh(market, nowMs);
      else market.bookMs = nowMs;
    }
  }

  /** Brings one symbol to this moment and returns it: for snapshots that must agree with the diffs. */
  fresh(symbol: string): SymbolMarket {
    const nowMs = this.#options.nowMs();
    this.#advance(symbol, nowMs);
    const market = this.market(symbol);
    this.#refresh(market, nowMs);
    return market;
  }

  /** Everything that would refuse the order now. */
  test(request: OrderRequest): Rejection | null {
    const market = this.fresh(request.symbol);
    return this.#engine.check(request, market.lastPrint(market.cursorMs).ticks, market.crowd);
  }

  /** Places one order; when it returns, order, fills and balances are on disk. */
  place(request: OrderRequest): Result<VenueOrder, Rejection> & { readonly reports: readonly OrderReport[] } {
    const market = this.#prepare(request.symbol);
    const timeMs = market.cursorMs;
    const result = this.#placeAt(market, request, timeMs);
    const changes = this.#finish(market, timeMs);
    return { ...(result.ok ? { ok: true, value: { ...result.value } } : result), reports: changes.reports };
  }

  /** One list of two orders, as `MatchingEngine.placeList` has it. */
  placeList(limit: OrderRequest, stop: OrderRequest): Result<readonly VenueOrder[], ListRejection> {
    const market = this.#prepare(limit.symbol);
    const timeMs = market.cursorMs;
    const orderListId = ++this.#lastListId;
    const lastTicks = market.lastPrint(timeMs).ticks;
    const legs = [limit, stop].map((leg) => ({ ...leg, orderListId })) as [OrderRequest, OrderRequest];
    const result = this.#engine.placeList(...legs, lastTicks, market.crowd, timeMs);
    this.#finish(market, timeMs);
    return result.ok ? { ok: true, value: result.value.map((order) => ({ ...order })) } : result;
  }

  /** Cancels an open order (and its list). Null when it is not open any more, also because it has just filled. */
  cancel(symbol: string, orderId: number, cancelId: string): readonly VenueOrder[] | null {
    const market = this.#prepare(symbol);
    const order = this.#engine.openOrder(orderId);
    if (order?.symbol !== symbol) {
      this.#finish(market, market.cursorMs);
      return null;
    }
    this.#engine.cancel(order, cancelId, market.cursorMs);
    const changes = this.#finish(market, market.cursorMs);
    return changes.orders.filter((o) => o.status === 'cancelled');
  }

  /** Cancels all open orders of a symbol at once. */
  cancelAll(symbol: string, cancelId: string): readonly VenueOrder[] {
    const market = this.#prepare(symbol);
    for (const { orderId } of this.#engine.openOrders(symbol)) {
      const order = this.#engine.openOrder(orderId);
      if (order) this.#engine.cancel(order, cancelId, market.cursorMs);
    }
    return this.#finish(market, market.cursorMs).orders.filter((order) => order.status === 'cancelled');
  }

  /** Brings a symbol to its next millisecond, lets `change` happen there and makes it durable. */
  change(symbol: string, change: (timeMs: number) => void): void {
    const market = this.#prepare(symbol);
    change(market.cursorMs);
    this.#finish(market, market.cursorMs);
  }

  /** Shifts the reference price for good, from the next millisecond on. */
  shock(symbol: string, bps: number): void {
    const market = this.#prepare(symbol);
    const shock = { symbol, fromMs: market.cursorMs + 1, bps };
    this.#options.store.addShock(shock);
    market.addShock(shock);
  }

  /** Other rules for new orders of one symbol from now on, also after a restart. @throws RangeError naming a bad field. */
  changeRules(symbol: string, change: RulesChange): TradingRules {
    const before = this.#rules.get(symbol);
    assert(before, `unknown symbol ${symbol}`);
    const rules = changedRules(before, change);
    this.#rules.set(symbol, rules);
    this.#engine.setRules(rules);
    const { store } = this.#options;
    const stated = JSON.parse(store.meta('rules') ?? '{}') as Record<string, RulesChange>;
    store.setMeta('rules', JSON.stringify({ ...stated, [symbol]: rules.instrument }));
    return rules;
  }

  /** The public id of the print that a fill is. */
  readonly tradeIdOf = (fill: Fill): number => this.market(fill.symbol).ids.idOf(fill);

  setFeeCoin(on: boolean): void {
    this.#options.store.setMeta('fee-coin', on ? 'on' : 'off');
    this.feeCoinOn = on;
  }

  /** Gives or takes free money, for tests. @throws Error when it would go below zero. */
  adjustBalance(asset: string, atoms: bigint): void {
    this.account.credit(asset, atoms);
    this.#commit(this.#options.nowMs());
  }

  close(): void {
    this.advanceAll();
    this.#commit(this.#options.nowMs());
  }

  /** The source's rules, as they were changed since. */
  #readRules(): Map<string, TradingRules> {
    const { source, store } = this.#options;
    const stated = JSON.parse(store.meta('rules') ?? '{}') as Record<string, RulesChange>;
    return new Map(
      source.instruments.map((instrument) => {
        const [rules, change] = [tradingRules(instrument), stated[instrument.symbol]];
        return [instrument.symbol, change ? changedRules(rules, change) : rules];
      }),
    );
  }

  /** What the folder's first start fixed for all time: from when candles are exact, and how prints are numbered. */
  #readStart(nowMs: number) {
    const { store } = this.#options;
    const firstMs = Number(store.meta('first-ms') ?? nowMs);
    store.setMeta('first-ms', String(firstMs));
    const anchors = JSON.parse(store.meta('id-anchors') ?? '{}') as Record<string, IdAnchor>;
    const fresh: IdAnchor = { day: Math.floor(firstMs / DAY_MS), id: FIRST_ANCHOR_ID };
    const exactFromMs = Math.floor(firstMs / DAY_MS - EXACT_DAYS_BEFORE) * DAY_MS;
    return (symbol: string) => ({ nowMs, exactFromMs, idAnchor: anchors[symbol] ?? fresh });
  }

  /** So that a start a year later counts the days since the last one, not since the first. */
  #keepIdAnchors(nowMs: number): void {
    const day = Math.floor(nowMs / DAY_MS);
    const anchors = [...this.#markets].map(([symbol, market]) => [symbol, market.ids.anchor(day)] as const);
    this.#options.store.setMeta('id-anchors', JSON.stringify(Object.fromEntries(anchors)));
  }

  #openingBalances(): readonly (readonly [string, Balance])[] {
    const { store, initialBalances } = this.#options;
    const known = store.balances();
    if (known) return known;
    const opening = [...initialBalances].map(([asset, free]) => [asset, { free, locked: 0n }] as const);
    store.setBalances(opening);
    return opening;
  }

  #feeCoinPrice(quote: string): bigint | null {
    const market = this.feeCoinOn ? this.#markets.get(`${FEE_COIN}${quote}`) : undefined;
    return market ? priceAtoms(market.rules, market.lastPrint(market.cursorMs).ticks) : null;
  }

  /** Each command has a millisecond of its own per symbol, so that prints keep one order for ever. */
  #prepare(symbol: string): SymbolMarket {
    const market = this.market(symbol);
    const nowMs = Math.max(this.#options.nowMs(), market.cursorMs + 1);
    this.#advance(symbol, nowMs);
    this.#refresh(market, nowMs);
    return market;
  }

  #placeAt(market: SymbolMarket, request: OrderRequest, timeMs: number): Result<VenueOrder, Rejection> {
    return this.#engine.place(request, market.lastPrint(timeMs).ticks, market.crowd, timeMs);
  }

  #isTrading(symbol: string): boolean {
    return this.#engine.hasOpenOrders(symbol) || this.#options.desk?.isActive(symbol) === true;
  }

  #finish(market: SymbolMarket, timeMs: number): EngineChanges {
    this.#options.desk?.run(market.rules.symbol, [], timeMs);
    const changes = this.#engine.takeChanges();
    for (const print of changes.prints) market.addUserPrint(print);
    this.#save(changes, timeMs);
    if (changes.prints.length > 0) this.#tellPrints(market.rules.symbol, changes.prints);
    this.#tellAccount(changes, timeMs);
    this.#refresh(market, timeMs);
    return changes;
  }

  #advance(symbol: string, nowMs: number): void {
    const market = this.market(symbol);
    if (nowMs <= market.cursorMs) return;
    const fromMs = market.cursorMs + 1;
    const trades = this.#isTrading(symbol);
    if (!trades && !this.#watched.has(symbol)) {
      market.cursorMs = nowMs;
      return;
    }
    const steps = market.tape.between(fromMs, nowMs);
    if (trades) this.#runWithOrders(market, steps, nowMs);
    else {
      if (steps.length > 0) this.#dent(market, steps, nowMs);
      market.cursorMs = nowMs;
      if (steps.length > 0) this.#tellPrints(symbol, steps);
    }
  }

  #dent(market: SymbolMarket, steps: readonly TapeStep[], nowMs: number): void {
    market.moveCrowd(nowMs);
    for (const step of steps) market.crowd.takeByTape(step.side === 'buy' ? 'sell' : 'buy', step.ticks, step.lots);
  }

  #runWithOrders(market: SymbolMarket, steps: readonly TapeStep[], untilMs: number): void {
    const { symbol } = market.rules;
    for (const group of groupByMs(steps)) {
      const timeMs = group[0]!.timeMs;
      const prices = group.map((step) => step.ticks);
      if (!this.#engine.isReached(symbol, prices) && !this.#options.desk?.isReached(symbol, prices, timeMs)) {
        this.#tellPrints(symbol, group);
        continue;
      }
      market.moveCrowd(timeMs);
      for (const step of group) this.#engine.runTape(symbol, step, tapeCrowd(market));
      market.cursorMs = timeMs;
      this.#engine.runStops(symbol, prices, market.crowd, timeMs);
      this.#options.desk?.run(symbol, prices, timeMs);
      const changes = this.#engine.takeChanges();
      for (const print of changes.prints) market.addUserPrint(print);
      this.#save(changes, timeMs);
      this.#tellPrints(symbol, mergePrints(group, changes.prints));
      this.#tellAccount(changes, timeMs);
    }
    market.cursorMs = untilMs;
  }

  /** What happened to resting orders and stops while no venue ran. */
  #catchUp(nowMs: number): void {
    const cursors = this.#options.store.cursors();
    for (const [symbol, market] of this.#markets) {
      const fromMs = cursors.get(symbol);
      if (fromMs === undefined || !this.#isTrading(symbol) || fromMs >= nowMs) continue;
      market.cursorMs = fromMs;
      const tapeFromMs = floorMinute(nowMs - CATCH_UP_TAPE_MS);
      if (fromMs < tapeFromMs) this.#runWithOrders(market, coarseSteps(market, fromMs, tapeFromMs), tapeFromMs - 1);
      this.#advance(symbol, nowMs);
    }
    this.#commit(nowMs);
  }

  #save(changes: EngineChanges, timeMs: number): void {
    if (!isEmpty(changes) || this.#options.desk?.hasChanges === true) this.#write(changes, timeMs);
  }

  #commit(timeMs: number): void {
    this.#write(this.#engine.takeChanges(), timeMs);
  }

  #write(changes: EngineChanges, timeMs: number): void {
    const cursors = [...this.#markets].map(([symbol, market]) => [symbol, market.cursorMs] as const);
    this.#options.store.commit(changes, cursors, () => this.#options.desk?.write());
    this.#cursorsSavedMs = timeMs;
  }

  #refresh(market: SymbolMarket, nowMs: number): void {
    const diff = market.refreshBook(Math.max(nowMs, market.bookMs));
    if (diff) for (const listener of this.#listeners) listener.onBook(diff);
  }

  #tellPrints(symbol: string, prints: readonly PublicPrint[]): void {
    for (const listener of this.#listeners) listener.onPrints(symbol, prints);
  }

  #tellAccount(changes: EngineChanges, timeMs: number): void {
    this.#options.desk?.committed(changes, timeMs);
    if (changes.reports.length + changes.balances.length === 0) return;
    for (const listener of this.#listeners) listener.onAccount(changes.reports, changes.balances, timeMs);
  }
}

function* groupByMs(steps: readonly TapeStep[]): Generator<readonly TapeStep[]> {
  let group: TapeStep[] = [];
  for (const step of steps) {
    if (group.length > 0 && group[0]!.timeMs !== step.timeMs) {
      yield group;
      group = [];
    }
    group.push(step);
  }
  if (group.length > 0) yield group;
}

const tapeCrowd = (market: SymbolMarket): Crowd => ({
  levels: (side) => market.crowd.levels(side),
  lotsAt: (side, ticks) => market.crowd.lotsAt(side, ticks),
  take: (side, ticks, lots) => market.crowd.takeByTape(side, ticks, lots),
});
