import { DepthBook } from './depth-book.ts';
import {
  type OrderKind,
  ReplayExchange,
  type Report,
  type RestingFills,
  type Side,
  type TickOrder,
} from './replay-exchange.ts';
import { ROW, type TickFeed } from './tick-feed.ts';

export interface TickSettings {
  readonly cashQuote: number;
  /** From us to the exchange, and back. */
  readonly orderLatencyUs: number;
  readonly reportLatencyUs: number;
  /** Of price × quantity; a rebate is below zero. */
  readonly makerFeeRate: number;
  readonly takerFeeRate: number;
  readonly restingFills: RestingFills;
  /** One balance backs one sale, and nothing is sold that is not held; without it positions below zero are as good as others. */
  readonly isSpot?: boolean;
  /** A point of equity each so often in local time. */
  readonly equityEveryUs: number;
}

/** A fill of ours, at the time at which we hear of it. */
export interface TickFill {
  readonly timeUs: number;
  readonly exchangeTimeUs: number;
  readonly orderId: number;
  readonly side: Side;
  readonly priceTicks: number;
  readonly qtyLots: number;
  readonly maker: boolean;
  readonly feeQuote: number;
}

/** What a strategy sees and does. It knows what has reached it: the book, its orders and its position lag behind the exchange's. */
export interface TickDesk {
  readonly timeUs: number;
  readonly book: DepthBook;
  /** Lots, signed. */
  readonly positionLots: number;
  /** @returns the order's id. @throws RangeError for a quantity or price that is none */
  order(side: Side, kind: OrderKind, priceTicks: number, qtyLots: number): number;
  cancel(id: number): void;
  /** Not known to be filled whole, refused or cancelled. */
  isWorking(id: number): boolean;
  /** Every order that is not known to be gone and not being cancelled. */
  cancelAll(): void;
}

export interface TickStrategy {
  /** Microseconds of local time between calls of `onTime`; the first one comes that long after the feed begins. */
  readonly everyUs: number;
  /** The calls lie on whole multiples of `everyUs` since 1970 instead, as candles do. */
  readonly isOnGrid?: boolean;
  onTime(desk: TickDesk): void;
  /** Called at each depth row as it is received, after the book knows it. */
  onBook?(desk: TickDesk): void;
  onTrade?(desk: TickDesk, side: Side | 0, priceTicks: number, qtyLots: number): void;
  onFill?(desk: TickDesk, fill: TickFill): void;
}

export interface TickRun {
  readonly rows: number;
  readonly fills: readonly TickFill[];
  /** Orders sent, and those of them that were refused. */
  readonly orders: number;
  readonly refused: number;
  readonly positionLots: number;
  readonly feesQuote: number;
  /** Cash and position at the middle of the book at the end. */
  readonly finalEquity: number;
  readonly equityTimeUs: Float64Array;
  readonly equityQuote: Float64Array;
}

/**
 * Replays a feed. Two clocks run: the exchange plays rows and orders by its time, we hear of rows by their local time and
 * of our orders a latency later. The exchange is never played beyond a time at which something that we do could reach it.
 * @throws RangeError for settings that are none, and whatever the strategy throws
 */
export function runTicks(feed: TickFeed, settings: TickSettings, strategy: TickStrategy): TickRun {
  for (const latency of [settings.orderLatencyUs, settings.reportLatencyUs])
    if (!(latency >= 0)) throw new RangeError(`a latency of ${latency} µs is none`);
  if (!(settings.equityEveryUs > 0)) throw new RangeError('points of equity need time between them');
  if (!(strategy.everyUs > 0)) throw new RangeError('a strategy is woken after some time');
  return new TickEngine(feed, settings, strategy).run();
}

/** Reports that were heard are kept up to this many before the array begins anew. */
const SPENT_MAX = 1_000;

class TickEngine implements TickDesk {
  readonly #feed: TickFeed;
  readonly #settings: TickSettings;
  readonly #strategy: TickStrategy;
  /** Whether the strategy hears of each row, or of fills: then it may act at times other than its own. */
  readonly #hearsRows: boolean;
  readonly #hearsFills: boolean;
  readonly #exchange: ReplayExchange;
  /** On their way to us, oldest first. */
  readonly #reports: Report[] = [];
  #nextReport = 0;
  #nextRow = 0;
  readonly #working = new Map<number, { readonly order: TickOrder; cancelling: boolean }>();
  readonly #fills: TickFill[] = [];
  readonly #equityTimeUs: number[] = [];
  readonly #equityQuote: number[] = [];
  #orders = 0;
  #refused = 0;
  #feesQuote = 0;
  #cashQuote: number;

  readonly book = new DepthBook();
  timeUs = 0;
  positionLots = 0;

  constructor(feed: TickFeed, settings: TickSettings, strategy: TickStrategy) {
    this.#feed = feed;
    this.#settings = settings;
    this.#strategy = strategy;
    this.#hearsRows = strategy.onBook !== undefined || strategy.onTrade !== undefined;
    this.#hearsFills = strategy.onFill !== undefined;
    this.#cashQuote = settings.cashQuote;
    this.#exchange = new ReplayExchange(feed, this.#reports, {
      restingFills: settings.restingFills,
      pausesAtFills: this.#hearsFills,
      isSpot: settings.isSpot ?? false,
    });
  }

  run(): TickRun {
    const { localTimeUs } = this.#feed;
    const { everyUs } = this.#strategy;
    const beginUs = localTimeUs[0] ?? 0;
    const endUs = localTimeUs.at(-1) ?? 0;
    const firstUs = beginUs + everyUs - (this.#strategy.isOnGrid ? beginUs % everyUs : 0);
    let pointUs = beginUs + this.#settings.equityEveryUs;
    for (let wakeUs = firstUs; wakeUs <= endUs; wakeUs += everyUs) {
      this.#hear(wakeUs);
      this.#strategy.onTime(this);
      if (wakeUs < pointUs) continue;
      this.#point();
      while (pointUs <= wakeUs) pointUs += this.#settings.equityEveryUs;
    }
    this.#hear(endUs);
    this.#point();
    return {
      rows: localTimeUs.length,
      fills: this.#fills,
      orders: this.#orders,
      refused: this.#refused,
      positionLots: this.positionLots,
      feesQuote: this.#feesQuote,
      finalEquity: this.#equityQuote.at(-1)!,
      equityTimeUs: Float64Array.from(this.#equityTimeUs),
      equityQuote: Float64Array.from(this.#equityQuote),
    };
  }

  order(side: Side, kind: OrderKind, priceTicks: number, qtyLots: number): number {
    if (!(Number.isInteger(qtyLots) && qtyLots > 0)) throw new RangeError(`an order of ${qtyLots} lots is no order`);
    if (kind !== 'market' && !(Number.isInteger(priceTicks) && priceTicks > 0))
      throw new RangeError(`${priceTicks} ticks is no price`);
    this.#orders += 1;
    const order = { id: this.#orders, side, kind, priceTicks, qtyLots, leftLots: qtyLots, queueLots: 0 };
    this.#working.set(order.id, { order, cancelling: false });
    this.#exchange.send(order, false, this.timeUs + this.#settings.orderLatencyUs);
    return order.id;
  }

  cancel(id: number): void {
    const known = this.#working.get(id);
    if (!known || known.cancelling) return;
    known.cancelling = true;
    this.#exchange.send(known.order, true, this.timeUs + this.#settings.orderLatencyUs);
  }

  isWorking(id: number): boolean {
    return this.#working.has(id);
  }

  cancelAll(): void {
    for (const id of this.#working.keys()) this.cancel(id);
  }

  /** Everything that reaches us up to and with `toUs`, rows and reports by their time; a row before a report of its time. */
  #hear(toUs: number): void {
    while (this.#hearsRows || this.#hearsFills) {
      const rowUs = this.#hearsRows ? (this.#feed.localTimeUs[this.#nextRow] ?? toUs + 1) : toUs + 1;
      const nextUs = Math.min(rowUs, this.#reportUs(), toUs);
      if (!this.#exchange.advance(nextUs)) continue;
      const reportUs = this.#reportUs();
      if (reportUs <= nextUs && reportUs < rowUs) {
        this.#playRows(reportUs);
        this.#hearReport(reportUs);
      } else if (rowUs <= nextUs) this.#hearRow(rowUs);
      else break;
    }
    // Nobody acts in between: the exchange and our view of it are played one after the other.
    this.#exchange.advance(toUs);
    while (this.#reportUs() <= toUs) this.#hearReport(this.#reportUs());
    this.#playRows(toUs);
    this.timeUs = toUs;
  }

  /** When the next report reaches us. */
  #reportUs(): number {
    const report = this.#reports[this.#nextReport];
    return report === undefined ? Number.POSITIVE_INFINITY : report.atUs + this.#settings.reportLatencyUs;
  }

  #playRows(toUs: number): void {
    const { kind, localTimeUs, priceTicks, qtyLots } = this.#feed;
    const { book } = this;
    const rows = kind.length;
    let row = this.#nextRow;
    for (; row < rows && localTimeUs[row]! <= toUs; row += 1) book.apply(kind[row]!, priceTicks[row]!, qtyLots[row]!);
    this.#nextRow = row;
  }

  #hearRow(rowUs: number): void {
    const row = this.#nextRow;
    this.#nextRow += 1;
    this.timeUs = rowUs;
    const { kind, priceTicks, qtyLots } = this.#feed;
    const what = kind[row]!;
    this.book.apply(what, priceTicks[row]!, qtyLots[row]!);
    if (what <= ROW.ask) this.#strategy.onBook?.(this);
    else {
      const side = what === ROW.buy ? 1 : what === ROW.sell ? -1 : 0;
      this.#strategy.onTrade?.(this, side, priceTicks[row]!, qtyLots[row]!);
    }
  }

  #hearReport(timeUs: number): void {
    const { kind, order, priceTicks, qtyLots, leftLots, maker, atUs } = this.#reports[this.#nextReport]!;
    this.#nextReport += 1;
    if (this.#nextReport === this.#reports.length && this.#nextReport > SPENT_MAX) {
      this.#reports.length = 0;
      this.#nextReport = 0;
    }
    if (kind === 'rested') return;
    this.timeUs = timeUs;
    if (kind === 'refused') this.#refused += 1;
    if (kind !== 'filled' || leftLots === 0) this.#working.delete(order.id);
    if (kind !== 'filled') return;
    const { makerFeeRate, takerFeeRate } = this.#settings;
    const { tick, lot } = this.#feed;
    const { id: orderId, side } = order;
    const notional = priceTicks * qtyLots * tick * lot;
    const feeQuote = notional * (maker ? makerFeeRate : takerFeeRate);
    this.positionLots += side * qtyLots;
    this.#cashQuote -= side * notional + feeQuote;
    this.#feesQuote += feeQuote;
    const fill = { timeUs, exchangeTimeUs: atUs, orderId, side, priceTicks, qtyLots, maker, feeQuote };
    this.#fills.push(fill);
    this.#strategy.onFill?.(this, fill);
  }

  #point(): void {
    const value =
      this.positionLots === 0 ? 0 : this.positionLots * this.book.midTicks * this.#feed.tick * this.#feed.lot;
    this.#equityTimeUs.push(this.timeUs);
    this.#equityQuote.push(this.#cashQuote + value);
  }
}
