import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { Random } from '../../../main/engine/kernel/random.ts';
import { algoUpdate, orderTradeUpdate } from '../../../main/practice/codecs/binance-usdm/render.ts';
import {
  type ConditionalOrder,
  type ConditionalRequest,
  isTriggeredAt,
  isWaiting,
} from '../../../main/practice/derivatives/conditional-orders.ts';
import type { MarginRejection } from '../../../main/practice/derivatives/derivatives-exchange.ts';
import { DEFAULT_MARGIN_FEES, type Income } from '../../../main/practice/derivatives/margin-account.ts';
import { isLiquidation, MarginDesk, type MarginNews } from '../../../main/practice/derivatives/margin-desk.ts';
import type { EngineChanges } from '../../../main/practice/matching/changes.ts';
import type { OrderRequest } from '../../../main/practice/matching/filters.ts';
import { type Fill, isOpen, type Side, type VenueOrder } from '../../../main/practice/matching/order.ts';
import { baseAtoms } from '../../../main/practice/matching/rules.ts';
import { tapeTradeId } from '../../../main/practice/matching/trade-ids.ts';
import { SimCountdowns } from './sim-countdowns.ts';
import {
  type BookShape,
  type Known,
  type Listed,
  type Listing,
  type MarketParts,
  rulesOf,
  SimMarket,
} from './sim-market.ts';
import { tradeIdOf } from './sim-venue.ts';

export const USDM = 'binance-usdm';
export const WALLET = `${USDM}:USDT`;
const LEVERAGE = 20;
const CONDITIONALS_MAX = 200;
/** What the venue calls the order that a conditional one becomes, before its number. */
const FIRED = 'conditional-';

const listed = (base: string, tickSize: string, lotStep: string, firstTicks: number): Listed => {
  const rules = { base, quote: 'USDT', tickSize, lotStep, minQty: lotStep, maxQty: '1000', minNotional: '5' };
  const symbol = `${base}/USDT:USDT`;
  return {
    instrument: { ...rules, symbol: `${base}USDT` },
    record: { ...rules, id: `${USDM}:${symbol}`, venue: USDM, symbol },
    firstTicks,
  };
};

const LISTED = [listed('BTC', '0.1', '0.0001', 612_505), listed('ETH', '0.01', '0.001', 341_200)] as const;

export interface PerpetualsShape extends BookShape {
  /** In USDT. */
  readonly wallet: string;
}

export interface PerpetualsParts extends Pick<MarketParts, 'nowMs' | 'tell'> {
  readonly after: (ms: number, run: () => void) => () => void;
  /** Every execution, with the position in lots before it. */
  readonly onFill: (order: Readonly<VenueOrder>, fill: Fill, heldBefore: number) => void;
  /** What the venue did of its own accord. */
  readonly onOwnDoing: (what: 'liquidation' | 'dead-man-fired' | 'reduce-only-ended', symbol: string) => void;
}

/**
 * Perpetuals: the practice venue's own margin desk behind its matching engine. One wallet, one position to an instrument,
 * conditional orders, funding, liquidation and the countdown that takes everything off.
 */
export class SimPerpetuals extends SimMarket {
  readonly name = USDM;
  readonly incomes: Income[] = [];
  readonly #desk: MarginDesk;
  readonly #doings: Pick<PerpetualsParts, 'onFill' | 'onOwnDoing'>;
  readonly #conditionals = new Map<number, ConditionalOrder>();
  readonly #algoByClient = new Map<string, number>();
  readonly #realized = new Map<Fill, bigint>();
  readonly #held = new Map<string, number>();
  readonly countdowns: SimCountdowns;

  constructor(shape: PerpetualsShape, { nowMs, tell, after, ...doings }: PerpetualsParts) {
    const rules = rulesOf(LISTED);
    const deposit: Income = {
      kind: 'transfer',
      atoms: parseDecimal(shape.wallet),
      symbol: null,
      timeMs: nowMs(),
      tradeId: null,
    };
    const leverages = new Map([...rules.keys()].map((symbol) => [symbol, LEVERAGE]));
    const desk = new MarginDesk({
      rules,
      fees: DEFAULT_MARGIN_FEES,
      nowMs,
      store: {
        state: () => ({ incomes: [deposit], positions: [], leverages }),
        cursors: () => new Map(),
        liveConditionals: () => [],
        lastAlgoId: () => 0,
        writeMargin: () => {},
      },
      tell: (news) => this.#tellNews(news),
    });
    super({ listed: LISTED, shape, settlement: desk.settlement, nowMs, tell });
    this.#desk = desk;
    this.#doings = doings;
    this.countdowns = new SimCountdowns(nowMs, after, (symbol) => this.#fire(symbol));
    desk.attach({
      place: (request, timeMs) => {
        const { crowd, lastTicks } = this.listing(request.symbol);
        return this.engine.place(request, lastTicks, crowd, timeMs);
      },
      placeOwn: (request, timeMs) => {
        doings.onOwnDoing('liquidation', request.symbol);
        this.engine.placeOwn(request, this.listing(request.symbol).crowd, timeMs);
      },
      cancel: (order, cancelId, timeMs) => this.engine.cancel(order, cancelId, timeMs),
      openOrders: (symbol) => this.engine.openOrders(symbol),
      lastTicks: (symbol) => this.listing(symbol).lastTicks,
      markTicks: (symbol) => this.listing(symbol).lastTicks,
    });
  }

  get account() {
    return this.#desk.account;
  }

  readonly markTicks = (symbol: string): number => this.listing(symbol).lastTicks;

  // -------------------------------------------------------------------------------------------------- orders

  place(request: OrderRequest): MarginRejection | Readonly<VenueOrder> {
    const desk = this.#desk;
    desk.moveTo(this.parts.nowMs());
    if (desk.isLiquidating) return { kind: 'liquidating' };
    const mayTrade = desk.settlement.allowedLots(request, request.qtyLots ?? 0);
    if (request.reduceOnly && mayTrade === 0) return { kind: 'reduce-only' };
    const placed = this.placeNow(request);
    this.#settle(request.symbol);
    return placed.ok ? (this.order({ orderId: placed.value.orderId }) as VenueOrder) : placed.error;
  }

  placeConditional(request: ConditionalRequest): MarginRejection | ConditionalOrder {
    const { conditionals } = this.#desk;
    const waiting = conditionals.waiting();
    if (waiting.length >= CONDITIONALS_MAX) return { kind: 'max-stop-orders' };
    if (waiting.some(({ clientAlgoId }) => clientAlgoId === request.clientAlgoId)) return { kind: 'duplicate-id' };
    if (isTriggeredAt(request, this.markTicks(request.symbol))) return { kind: 'would-trigger' };
    const placed = conditionals.add(request, this.parts.nowMs());
    this.#settle(request.symbol);
    return placed;
  }

  conditional(by: { algoId: number } | { clientAlgoId: string }): ConditionalOrder | undefined {
    const id = 'algoId' in by ? by.algoId : this.#algoByClient.get(by.clientAlgoId);
    return id === undefined ? undefined : this.#conditionals.get(id);
  }

  conditionals(symbol?: string): ConditionalOrder[] {
    return [...this.#conditionals.values()].filter((order) => symbol === undefined || order.symbol === symbol);
  }

  waiting(symbol?: string): ConditionalOrder[] {
    return this.conditionals(symbol).filter(isWaiting);
  }

  get nextAlgoId(): number {
    return this.#conditionals.size + 1;
  }

  /** The conditional order that became this one. */
  cameOf({ clientOrderId }: Pick<VenueOrder, 'clientOrderId'>): ConditionalOrder | undefined {
    return clientOrderId.startsWith(FIRED)
      ? this.#conditionals.get(Number(clientOrderId.slice(FIRED.length)))
      : undefined;
  }

  /** Null where it waits no more. */
  cancelConditional(algoId: number): ConditionalOrder | null {
    const order = this.#conditionals.get(algoId);
    if (!order || !isWaiting(order)) return null;
    const cancelled = this.#desk.conditionals.update(order, { status: 'cancelled' }, this.parts.nowMs());
    this.keep();
    return cancelled;
  }

  override cancelElsewhere(pick: number): boolean {
    const [open, waiting] = [this.openOrders(), this.waiting()];
    const at = pick % Math.max(1, open.length + waiting.length);
    const [order, conditional] = [open[at], waiting[at - open.length]];
    if (order) return this.cancel(order.orderId, order.clientOrderId) !== null;
    return conditional !== undefined && this.cancelConditional(conditional.algoId) !== null;
  }

  override ownerOf(order: Readonly<VenueOrder>): string {
    return this.cameOf(order)?.clientAlgoId ?? order.clientOrderId;
  }

  override known(clientOrderId: string): Known | undefined {
    const plain = this.order({ clientOrderId });
    const conditional = plain ? undefined : this.conditional({ clientAlgoId: clientOrderId });
    if (!conditional) return plain;
    if (conditional.orderId !== null) return this.order({ orderId: conditional.orderId });
    const { status } = conditional;
    return { status: status === 'new' || status === 'cancelled' ? status : 'expired', executedLots: 0 };
  }

  override openNames(): string[] {
    const open = this.openOrders().map((order) => this.ownerOf(order));
    return [...open, ...this.waiting().map(({ clientAlgoId }) => clientAlgoId)];
  }

  // -------------------------------------------------------------------------------------------------- money

  held(symbol: string): number {
    return this.account.position(symbol).lots;
  }

  override realizedOf(fill: Fill): bigint {
    return this.#realized.get(fill) ?? 0n;
  }

  override totals(): Map<string, string> {
    const positions = this.listings.map(({ record, rules }) => {
      const lots = this.held(rules.symbol);
      return [record.id, formatDecimal(baseAtoms(rules, lots))] as const;
    });
    return new Map([[WALLET, formatDecimal(this.account.walletAtoms)], ...positions]);
  }

  /** Pays funding on one position now, at `ratePpm` millionths of its value; false where there is none. */
  fund(listing: Listing, ratePpm: number): boolean {
    const { symbol } = listing.rules;
    if (this.held(symbol) === 0) return false;
    this.account.payFunding(symbol, listing.lastTicks, ratePpm, this.parts.nowMs());
    this.keep();
    return true;
  }

  /** The price at which the margin is used up, while the other positions stay as they are; null where there is no position. */
  ruinTicks(listing: Listing): number | null {
    const lots = this.held(listing.rules.symbol);
    if (lots === 0) return null;
    const { account } = this;
    const from = listing.lastTicks;
    for (let percent = 1; percent < 60; percent += 1) {
      const ticks = Math.round(from * (1 - (Math.sign(lots) * percent) / 100));
      const mark = (symbol: string): number => (symbol === listing.rules.symbol ? ticks : this.markTicks(symbol));
      if (account.marginBalanceAtoms(mark) <= account.maintenanceAtoms(mark)) return ticks;
    }
    return null;
  }

  /** The dead-man switch: everything that rests goes. */
  #fire(symbol: string): void {
    this.#doings.onOwnDoing('dead-man-fired', symbol);
    const timeMs = this.parts.nowMs();
    const { conditionals } = this.#desk;
    for (const order of this.engine.openOrders(symbol)) this.engine.cancel(order, 'countdown', timeMs);
    for (const order of conditionals.waiting(symbol)) conditionals.update(order, { status: 'cancelled' }, timeMs);
    this.keep();
  }

  // -------------------------------------------------------------------------------------------------- what comes of it

  protected override run({ rules: { symbol }, lastTicks, crowd }: Listing, lots: number, side: Side): void {
    const works = this.engine.hasOpenOrders(symbol);
    if (!works && !this.#desk.isActive(symbol)) return;
    const timeMs = this.parts.nowMs();
    if (works)
      this.engine.runTape(symbol, { tradeId: tapeTradeId(timeMs, 0), timeMs, ticks: lastTicks, lots, side }, crowd);
    this.#desk.run(symbol, [lastTicks], timeMs);
    this.keep();
  }

  /** Funding falls due all the same, and a liquidation goes on as the book fills up again. */
  override stay(listing: Listing, random: Random): void {
    super.stay(listing, random);
    if (this.#desk.isActive(listing.rules.symbol)) this.#settle(listing.rules.symbol);
  }

  /** What an order's own prints set off. */
  #settle(symbol: string): void {
    this.#desk.run(symbol, [], this.parts.nowMs());
    this.keep();
  }

  protected override committed(changes: EngineChanges): void {
    this.#desk.write();
    this.#desk.committed(changes, this.parts.nowMs());
  }

  protected override book(fill: Fill): void {
    super.book(fill);
    const before = this.#held.get(fill.symbol) ?? 0;
    this.#held.set(fill.symbol, before + (fill.side === 'buy' ? fill.lots : -fill.lots));
    this.#doings.onFill(this.order({ orderId: fill.orderId }) as VenueOrder, fill, before);
  }

  /** In the order in which the venue tells it. */
  #tellNews({ conditionals, reports, realized, incomes }: MarginNews): void {
    this.incomes.push(...incomes);
    for (const order of conditionals) this.#tellConditional(order);
    for (const report of reports) {
      const { order, fill } = report;
      const profit = fill ? (realized.get(fill.tradeId) ?? 0n) : 0n;
      if (fill)
        this.#realized.set(this.fill(this.listing(fill.symbol).record.id, String(fill.tradeId)) as Fill, profit);
      const { rules } = this.listing(order.symbol);
      if (report.kind === 'expired' && order.reduceOnly) this.#doings.onOwnDoing('reduce-only-ended', order.symbol);
      this.parts.tell({
        orderId: order.orderId,
        isLast: !isOpen(order),
        message: (nowMs) => orderTradeUpdate(rules, report, profit, isLiquidation(order), nowMs, tradeIdOf),
      });
    }
    if (!incomes.some(({ kind }) => kind === 'funding-fee')) return;
    this.parts.tell({
      orderId: null,
      isLast: false,
      message: (nowMs) => ({ e: 'ACCOUNT_UPDATE', E: nowMs, T: nowMs, a: { m: 'FUNDING_FEE', B: [], P: [] } }),
    });
  }

  #tellConditional(order: ConditionalOrder): void {
    this.#conditionals.set(order.algoId, order);
    this.#algoByClient.set(order.clientAlgoId, order.algoId);
    const { rules } = this.listing(order.symbol);
    this.parts.tell({
      orderId: wireIdOf(order),
      isLast: !isWaiting(order),
      message: (nowMs) => algoUpdate(rules, order, nowMs),
    });
  }
}

/** Conditional orders are numbered apart; on the wire theirs are below zero. */
export const wireIdOf = ({ algoId }: Pick<ConditionalOrder, 'algoId'>): number => -algoId;
