import type { Timeframe } from '../../engine/domain/candle.ts';
import {
  formatDecimal,
  fromNumber,
  multiplyDecimal,
  parseDecimal,
  toNumberLossy,
} from '../../engine/domain/decimal.ts';
import type { CandleRow } from '../../engine/domain/events.ts';
import type { InstrumentId } from '../../engine/domain/instrument.ts';
import type { VenueFill, VenueOrderReport } from '../../engine/domain/order.ts';
import type { OrderToSubmit, VenueCommand, VenueEvent, VenuePort } from '../../engine/venues/venue-port.ts';
import type { RunSettings } from '../backtest/settings.ts';
import { type ExactMarket, recordOf } from './exact-plan.ts';
import { Listing } from './listing.ts';

interface Working {
  readonly order: OrderToSubmit;
  readonly listing: Listing;
  readonly venueOrderId: string;
  readonly qty: bigint;
  filled: bigint;
  status: VenueOrderReport['status'];
}

const isOpen = ({ status }: Working): boolean => status === 'open' || status === 'partially-filled';

/**
 * A spot venue over historic candles, one account for all its instruments: the engine's commands meet the prices of the bar, by the
 * fill model of the fast gear, with money in exact amounts. What is sent waits until `work` is called: then it is at the venue.
 */
export class CandleVenue implements VenuePort {
  readonly listings: readonly Listing[];
  readonly fills: VenueFill[] = [];
  readonly #settings: RunSettings;
  readonly #nowMs: () => number;
  readonly #inbox: VenueCommand[] = [];
  /** Those that may still fill; what is over is only looked up. */
  #open: Working[] = [];
  readonly #known = new Map<string, Working>();
  #listener: (event: VenueEvent, receivedTimeMs: number) => void = () => {};
  #quoteAtoms: bigint;
  #lastId = 0;

  constructor(markets: readonly ExactMarket[], settings: RunSettings, nowMs: () => number) {
    this.listings = markets.map((market, at) => new Listing(recordOf(market, at), market, settings));
    this.#settings = settings;
    this.#nowMs = nowMs;
    this.#quoteAtoms = fromNumber(settings.cashQuote, 1n, 'floor');
  }

  /** Cash and what is held where the markets stand, in quote. */
  get equity(): number {
    let equity = toNumberLossy(this.#quoteAtoms);
    for (const listing of this.listings) equity += listing.worth;
    return equity;
  }
  get hasOrders(): boolean {
    return this.#inbox.length > 0 || this.#open.length > 0;
  }

  onEvent(listener: (event: VenueEvent, receivedTimeMs: number) => void): void {
    this.#listener = listener;
  }
  start(): void {
    this.#tell({ kind: 'InstrumentsLoaded', instruments: this.listings.map(({ record }) => record) });
    for (const { record, market } of this.listings) {
      for (const { timeframe, candles } of market.past ?? [])
        this.#tell({ kind: 'HistoryLoaded', instrumentId: record.id, timeframe, candles });
      this.#tell({ kind: 'FeedStatusChanged', instrumentId: record.id, status: 'live', why: 'historic candles' });
    }
    this.#tell({ kind: 'PrivateStreamChanged', status: 'live', why: 'historic candles' });
  }
  send(command: VenueCommand): void {
    this.#inbox.push(command);
  }
  async stop(): Promise<void> {}

  /** The market of an instrument stands at this price in this bar, and everybody is told. */
  quote(listing: Listing, bar: number, price: number): void {
    listing.stand(bar, price);
    const timeMs = this.#nowMs();
    // The prices of the smallest taker: what a larger one pays beyond them is its impact.
    const [bid, ask] = [listing.takerPrice('sell', price, 0n), listing.takerPrice('buy', price, 0n)];
    const quote = { bid, bidQty: '1', ask, askQty: '1', eventTimeMs: timeMs, receivedTimeMs: timeMs };
    this.#tell({ kind: 'MarketBatchReceived', instrumentId: listing.record.id, trades: null, quote });
  }

  /** A candle has closed. */
  closed({ record }: Listing, timeframe: Timeframe, candle: CandleRow): void {
    this.#tell({ kind: 'VenueCandleClosed', instrumentId: record.id, timeframe, candle });
  }

  /** What was sent arrives, in order, and what it leads to. */
  work(): void {
    for (let command = this.#inbox.shift(); command; command = this.#inbox.shift()) this.#take(command);
  }

  /** The rest of an instrument's bar: what rests is reached or not. Of stop and target in one bar the stop counts. */
  pass(listing: Listing, bar: number): void {
    const { open, high, low } = listing.market.candles;
    for (const working of [...this.#open]) {
      if (working.listing !== listing || !isOpen(working)) continue;
      const { side, type, triggerPrice, limitPrice } = working.order;
      const stop = type === 'stop-loss' || type === 'oco' ? Number(triggerPrice) : Number.NaN;
      const rests = type === 'limit' || type === 'oco' || type === 'post-only' ? Number(limitPrice) : Number.NaN;
      if (side === 'sell' && low[bar]! <= stop) {
        this.#fill(working, this.#takerPrice(working, Math.min(open[bar]!, stop)), 'taker');
      } else if (side === 'sell' ? this.#isThrough(high[bar]! - rests) : this.#isThrough(rests - low[bar]!)) {
        const price = side === 'sell' ? Math.max(open[bar]!, rests) : rests;
        this.#fill(working, listing.onTick(price), 'maker');
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
        const found = this.#known.get(command.clientOrderId);
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
    const { clientOrderId, instrumentId, side, type, limitPrice } = order;
    const listing = this.#listing(instrumentId);
    const venueOrderId = this.#nextId();
    const qty = parseDecimal(order.qtyBase);
    const working: Working = { order, listing, venueOrderId, qty, filled: 0n, status: 'open' };
    this.#open.push(working);
    this.#known.set(clientOrderId, working);
    this.#tell({ kind: 'SubmitAnswered', clientOrderId, outcome: 'accepted', venueOrderId, code: '', text: '' });
    this.#tell({ kind: 'OrderReported', report: this.#reportOf(working) });
    if (type !== 'limit' && type !== 'market') return;
    const price = this.#takerPrice(working, listing.price);
    const isWithin =
      limitPrice === null ||
      (side === 'buy' ? Number(price) <= Number(limitPrice) : Number(price) >= Number(limitPrice));
    if (isWithin) this.#fill(working, price, 'taker');
  }

  #listing(instrumentId: InstrumentId): Listing {
    const listing = this.listings.find(({ record }) => record.id === instrumentId);
    if (!listing) throw new Error(`invariant broken: an order of ${instrumentId}, which is not listed`);
    return listing;
  }

  #cancel(clientOrderId: string): void {
    const working = this.#known.get(clientOrderId);
    if (!working || !isOpen(working)) {
      this.#tell({ kind: 'CancelAnswered', clientOrderId, outcome: 'gone', text: 'unknown order' });
      return;
    }
    this.#end(working, 'cancelled');
    this.#tell({ kind: 'CancelAnswered', clientOrderId, outcome: 'cancelled', text: '' });
    this.#tell({ kind: 'OrderReported', report: this.#reportOf(working) });
  }

  #end(working: Working, status: Working['status']): void {
    working.status = status;
    if (!isOpen(working)) this.#open = this.#open.filter((each) => each !== working);
  }

  #audit(): void {
    const [first] = this.listings;
    const held = this.listings.map(({ record, heldBase }) => ({ asset: record.base, free: formatDecimal(heldBase) }));
    const balances = [{ asset: first?.record.quote ?? '', free: formatDecimal(this.#quoteAtoms) }, ...held];
    const openOrders = this.#open.map((each) => this.#reportOf(each));
    const marks = this.listings.flatMap((listing) => {
      const { record, price } = listing;
      return Number.isNaN(price) ? [] : [{ asset: record.base, priceQuote: listing.onTick(price) }];
    });
    this.#tell({
      kind: 'AuditReceived',
      openOrders,
      closedOrders: [],
      fills: this.fills,
      balances: balances.map((balance) => ({ ...balance, locked: '0' })),
      askedAtMs: this.#nowMs(),
      marks,
    });
  }

  #fill(working: Working, price: string, liquidity: VenueFill['liquidity']): void {
    const { order, listing } = working;
    let qty = listing.allowed(working.qty - working.filled);
    if (order.side === 'sell' && qty > listing.heldBase) qty = listing.heldBase;
    if (qty <= 0n) return;
    listing.trade(qty);
    working.filled += qty;
    this.#end(working, working.filled === working.qty ? 'filled' : 'partially-filled');
    const notional = multiplyDecimal(qty, parseDecimal(price), 'half-up');
    const rate = liquidity === 'maker' ? this.#settings.makerFee : this.#settings.takerFee;
    const fee = multiplyDecimal(notional, fromNumber(rate, 1n, 'half-up'), 'up');
    const buys = order.side === 'buy';
    listing.heldBase += buys ? qty : -qty;
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
      feeAsset: listing.record.quote,
      liquidity,
      eventTimeMs: this.#nowMs(),
    };
    this.fills.push(fill);
    this.#tell({ kind: 'FillReported', fill });
    this.#tell({ kind: 'OrderReported', report: this.#reportOf(working) });
  }

  #takerPrice({ order, listing, qty, filled }: Working, market: number): string {
    return listing.takerPrice(order.side, market, qty - filled);
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
