import type { Timeframe } from '../../engine/domain/candle.ts';
import {
  formatDecimal,
  fromNumber,
  multiplyDecimal,
  parseDecimal,
  toNumberLossy,
} from '../../engine/domain/decimal.ts';
import type { CandleRow } from '../../engine/domain/events.ts';
import { accountsOf, type InstrumentRecord } from '../../engine/domain/instrument.ts';
import type { VenueFill, VenueOrderReport } from '../../engine/domain/order.ts';
import type { OrderToSubmit, VenueCommand, VenueEvent, VenuePort } from '../../engine/venues/venue-port.ts';
import { FillModel } from '../backtest/fill-model.ts';
import type { Market, RunSettings } from '../backtest/settings.ts';

interface Working {
  readonly order: OrderToSubmit;
  readonly venueOrderId: string;
  readonly qty: bigint;
  filled: bigint;
  status: VenueOrderReport['status'];
}

const isOpen = ({ status }: Working): boolean => status === 'open' || status === 'partially-filled';

/**
 * One spot instrument of a venue over historic candles: the engine's commands meet the prices of the bar, by the fill model of the
 * fast gear, with money in exact amounts. What is sent waits until `work` is called: then it is at the venue.
 */
export class CandleVenue implements VenuePort {
  readonly record: InstrumentRecord;
  readonly fills: VenueFill[] = [];
  readonly #market: Market;
  readonly #settings: RunSettings;
  readonly #model: FillModel;
  readonly #nowMs: () => number;
  readonly #inbox: VenueCommand[] = [];
  readonly #orders: Working[] = [];
  #listener: (event: VenueEvent, receivedTimeMs: number) => void = () => {};
  #quoteAtoms: bigint;
  #baseAtoms = 0n;
  #lastId = 0;
  #bar = 0;
  /** Where the market stands now. */
  #price = Number.NaN;
  #volumeLeft = 0n;

  constructor(record: InstrumentRecord, market: Market, settings: RunSettings, nowMs: () => number) {
    this.record = record;
    this.#market = market;
    this.#settings = settings;
    this.#model = new FillModel(market, settings);
    this.#nowMs = nowMs;
    this.#quoteAtoms = fromNumber(settings.cashQuote, 1n, 'floor');
  }

  /** Cash and what is held at this price, in quote. */
  equityAt(price: number): number {
    return toNumberLossy(this.#quoteAtoms) + toNumberLossy(this.#baseAtoms) * price;
  }
  get isHolding(): boolean {
    return this.#baseAtoms > 0n;
  }
  get hasOrders(): boolean {
    return this.#inbox.length > 0 || this.#orders.some(isOpen);
  }

  onEvent(listener: (event: VenueEvent, receivedTimeMs: number) => void): void {
    this.#listener = listener;
  }
  start(): void {
    const { id } = this.record;
    this.#tell({ kind: 'InstrumentsLoaded', instruments: [this.record] });
    this.#tell({ kind: 'FeedStatusChanged', instrumentId: id, status: 'live', why: 'historic candles' });
    this.#tell({ kind: 'PrivateStreamChanged', status: 'live', why: 'historic candles' });
  }
  send(command: VenueCommand): void {
    this.#inbox.push(command);
  }
  async stop(): Promise<void> {}

  /** The market stands at this price in this bar, and everybody is told. */
  quote(bar: number, price: number): void {
    if (bar !== this.#bar || Number.isNaN(this.#price)) {
      const volume = this.#model.volumeOf(bar);
      this.#volumeLeft = Number.isFinite(volume) ? fromNumber(volume, 1n, 'floor') : -1n;
    }
    this.#bar = bar;
    this.#price = price;
    const timeMs = this.#nowMs();
    // The prices of the smallest taker: what a larger one pays beyond them is its impact.
    const [bid, ask] = [this.#takerPrice(-1, 0), this.#takerPrice(1, 0)];
    const quote = { bid, bidQty: '1', ask, askQty: '1', eventTimeMs: timeMs, receivedTimeMs: timeMs };
    this.#tell({ kind: 'MarketBatchReceived', instrumentId: this.record.id, trades: null, quote });
  }

  /** A candle has closed. */
  closed(timeframe: Timeframe, candle: CandleRow): void {
    this.#tell({ kind: 'VenueCandleClosed', instrumentId: this.record.id, timeframe, candle });
  }

  /** What was sent arrives, in order, and what it leads to. */
  work(): void {
    for (let command = this.#inbox.shift(); command; command = this.#inbox.shift()) this.#take(command);
  }

  /** The rest of the bar: what rests is reached or not. Of stop and target in one bar the stop counts. */
  pass(bar: number): void {
    const { open, high, low } = this.#market.candles;
    for (const working of this.#orders) {
      if (!isOpen(working)) continue;
      const { side, type, triggerPrice, limitPrice } = working.order;
      const stop = type === 'stop-loss' || type === 'oco' ? Number(triggerPrice) : Number.NaN;
      const rests = type === 'limit' || type === 'oco' || type === 'post-only' ? Number(limitPrice) : Number.NaN;
      if (side === 'sell' && low[bar]! <= stop) {
        this.#fill(working, this.#takerPriceAt(-1, Math.min(open[bar]!, stop), bar, working), 'taker');
      } else if (side === 'sell' ? this.#isThrough(high[bar]! - rests) : this.#isThrough(rests - low[bar]!)) {
        const price = side === 'sell' ? Math.max(open[bar]!, rests) : rests;
        this.#fill(working, this.#text(price), 'maker');
      }
    }
    this.work();
  }

  #isThrough(by: number): boolean {
    return by > 0 || (by === 0 && this.#settings.touchFills);
  }

  #take(command: VenueCommand): void {
    switch (command.kind) {
      case 'submit':
        return this.#submit(command.order);
      case 'cancel':
        return this.#cancel(command.clientOrderId);
      case 'query': {
        const found = this.#orders.find(({ order }) => order.clientOrderId === command.clientOrderId);
        const report = found ? this.#reportOf(found) : null;
        const outcome = report ? 'found' : 'not-found';
        return this.#tell({ kind: 'OrderQueried', clientOrderId: command.clientOrderId, outcome, report });
      }
      case 'audit':
        return this.#audit();
      default:
    }
  }

  #submit(order: OrderToSubmit): void {
    const venueOrderId = this.#nextId();
    const working: Working = { order, venueOrderId, qty: parseDecimal(order.qtyBase), filled: 0n, status: 'open' };
    this.#orders.push(working);
    const { clientOrderId, side, type, limitPrice } = order;
    this.#tell({ kind: 'SubmitAnswered', clientOrderId, outcome: 'accepted', venueOrderId, code: '', text: '' });
    this.#tell({ kind: 'OrderReported', report: this.#reportOf(working) });
    if (type !== 'limit' && type !== 'market') return;
    const price = this.#takerPriceAt(side === 'buy' ? 1 : -1, this.#price, this.#bar, working);
    const isWithin =
      limitPrice === null ||
      (side === 'buy' ? Number(price) <= Number(limitPrice) : Number(price) >= Number(limitPrice));
    if (isWithin) this.#fill(working, price, 'taker');
  }

  #cancel(clientOrderId: string): void {
    const working = this.#orders.find(({ order }) => order.clientOrderId === clientOrderId);
    if (!working || !isOpen(working)) {
      this.#tell({ kind: 'CancelAnswered', clientOrderId, outcome: 'gone', text: 'unknown order' });
      return;
    }
    working.status = 'cancelled';
    this.#tell({ kind: 'CancelAnswered', clientOrderId, outcome: 'cancelled', text: '' });
    this.#tell({ kind: 'OrderReported', report: this.#reportOf(working) });
  }

  #audit(): void {
    const { base, quote } = accountsOf(this.record.id);
    const balances = [
      { asset: quote, free: formatDecimal(this.#quoteAtoms), locked: '0' },
      { asset: base, free: formatDecimal(this.#baseAtoms), locked: '0' },
    ];
    const openOrders = this.#orders.filter(isOpen).map((each) => this.#reportOf(each));
    const askedAtMs = this.#nowMs();
    const marks = [{ asset: base, priceQuote: this.#text(this.#price) }];
    this.#tell({ kind: 'AuditReceived', openOrders, closedOrders: [], fills: this.fills, balances, askedAtMs, marks });
  }

  #fill(working: Working, price: string, liquidity: VenueFill['liquidity']): void {
    const { order } = working;
    let qty = working.qty - working.filled;
    if (this.#volumeLeft >= 0n && qty > this.#volumeLeft)
      qty = this.#volumeLeft - (this.#volumeLeft % parseDecimal(this.record.lotStep));
    if (order.side === 'sell' && qty > this.#baseAtoms) qty = this.#baseAtoms;
    if (qty <= 0n) return;
    if (this.#volumeLeft >= 0n) this.#volumeLeft -= qty;
    working.filled += qty;
    working.status = working.filled === working.qty ? 'filled' : 'partially-filled';
    const notional = multiplyDecimal(qty, parseDecimal(price), 'half-up');
    const rate = liquidity === 'maker' ? this.#settings.makerFee : this.#settings.takerFee;
    const fee = multiplyDecimal(notional, fromNumber(rate, 1n, 'half-up'), 'up');
    const buys = order.side === 'buy';
    this.#baseAtoms += buys ? qty : -qty;
    this.#quoteAtoms += (buys ? -notional : notional) - fee;
    const { clientOrderId, instrumentId, side } = order;
    const fill: VenueFill = {
      fillId: this.#nextId(),
      venueOrderId: working.venueOrderId,
      clientOrderId,
      instrumentId,
      side,
      price,
      qtyBase: formatDecimal(qty),
      fee: formatDecimal(fee),
      feeAsset: accountsOf(instrumentId).quote,
      liquidity,
      eventTimeMs: this.#nowMs(),
    };
    this.fills.push(fill);
    this.#tell({ kind: 'FillReported', fill });
    this.#tell({ kind: 'OrderReported', report: this.#reportOf(working) });
  }

  #takerPriceAt(side: 1 | -1, market: number, bar: number, { qty, filled }: Working): string {
    return this.#text(this.#model.takerPrice(side, market, toNumberLossy(qty - filled), bar));
  }

  #takerPrice(side: 1 | -1, qty: number): string {
    return this.#text(this.#model.takerPrice(side, this.#price, qty, this.#bar));
  }

  /** On the tick grid as a decimal. */
  #text(price: number): string {
    return formatDecimal(fromNumber(price, parseDecimal(this.record.tickSize), 'half-up'));
  }

  #reportOf({ order, venueOrderId, status, filled }: Working): VenueOrderReport {
    const { purpose: _purpose, ...asked } = order;
    return { ...asked, venueOrderId, status, filledBase: formatDecimal(filled), eventTimeMs: this.#nowMs() };
  }

  #nextId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  #tell(event: VenueEvent): void {
    this.#listener(event, this.#nowMs());
  }
}
