import type { Timeframe } from '../../engine/domain/candle.ts';
import {
  formatDecimal,
  fromNumber,
  multiplyDecimal,
  parseDecimal,
  toNumberLossy,
} from '../../engine/domain/decimal.ts';
import type { CandleRow } from '../../engine/domain/events.ts';
import { type InstrumentId, isPerpetual, PERPETUAL_VENUE, SPOT_VENUE } from '../../engine/domain/instrument.ts';
import type { VenueFill, VenueIncome, VenueOrderReport } from '../../engine/domain/order.ts';
import type { OrderToSubmit, VenueCommand, VenueEvent, VenuePort } from '../../engine/venues/venue-port.ts';
import type { FundingEvent, RunSettings } from '../backtest/settings.ts';
import { type ExactPlan, recordOf } from './exact-plan.ts';
import { Listing } from './listing.ts';
import { marginAudit, spotAudit } from './venue-audit.ts';

interface Working {
  readonly order: OrderToSubmit;
  readonly listing: Listing;
  readonly venueOrderId: string;
  readonly qty: bigint;
  filled: bigint;
  status: VenueOrderReport['status'];
}

/** How far a bar went past a price: against an order of this side, and for it; at or past it is 0 or less, and 0 or more. */
function reachOf({ market }: Listing, bar: number, side: 'buy' | 'sell') {
  const { high, low } = market.candles;
  const [worst, best, sign] = side === 'sell' ? [low[bar]!, high[bar]!, 1] : [high[bar]!, low[bar]!, -1];
  return { worst: (price: number) => (worst - price) * sign, best: (price: number) => (best - price) * sign };
}

const isOpen = ({ status }: Working): boolean => status === 'open' || status === 'partially-filled';

/**
 * A venue over historic candles, with a wallet of spot and one of perpetuals: the engine's commands meet the prices of the bar, by the
 * fill model of the fast gear, with money in exact amounts. What is sent waits until `work` is called: then it is at the venue.
 */
export class CandleVenue implements VenuePort {
  readonly listings: readonly Listing[];
  readonly fills: VenueFill[] = [];
  readonly #incomes: VenueIncome[] = [];
  /** There is a wallet of perpetuals, on margin: money moves by what is realized. */
  readonly isMargin: boolean;
  readonly #settings: RunSettings;
  readonly #nowMs: () => number;
  readonly #inbox: VenueCommand[] = [];
  /** Those that may still fill; what is over is only looked up. */
  #open: Working[] = [];
  readonly #known = new Map<string, Working>();
  #listener: (event: VenueEvent, receivedTimeMs: number) => void = () => {};
  #cash: bigint;
  #wallet: bigint;
  #lastId = 0;

  constructor(
    { markets, settings, marginQuote }: Pick<ExactPlan, 'markets' | 'settings' | 'marginQuote'>,
    nowMs: () => number,
  ) {
    this.listings = markets.map((market, at) => new Listing(recordOf(market, at, settings.shorts), market, settings));
    const isMarginAlone = marginQuote === undefined && this.listings.some((listing) => listing.isPerpetual);
    this.isMargin = isMarginAlone || marginQuote !== undefined;
    this.#settings = settings;
    this.#nowMs = nowMs;
    const cash = fromNumber(settings.cashQuote, 1n, 'floor');
    this.#cash = isMarginAlone ? 0n : cash;
    this.#wallet = isMarginAlone ? cash : fromNumber(marginQuote ?? 0, 1n, 'floor');
  }

  /** Of both wallets: money and what is held where the markets stand, in quote. */
  get equity(): number {
    let equity = toNumberLossy(this.#cash) + this.#margin;
    for (const listing of this.listings) if (!listing.isPerpetual) equity += listing.worth;
    return equity;
  }

  /** What stands behind the perpetuals: their wallet and open profit. */
  get #margin(): number {
    let margin = toNumberLossy(this.#wallet);
    for (const listing of this.listings) if (listing.isPerpetual) margin += listing.worth;
    return margin;
  }
  get hasOrders(): boolean {
    return this.#inbox.length > 0 || this.#open.length > 0;
  }

  /** Something may happen in a bar by itself: an order is reached, or a position's margin is used up. */
  get mayMove(): boolean {
    return this.hasOrders || this.listings.some((listing) => listing.isPerpetual && listing.heldBase !== 0n);
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
    if (this.isMargin)
      this.#tell({ kind: 'PrivateStreamChanged', venue: PERPETUAL_VENUE, status: 'live', why: 'historic candles' });
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
    const { open } = listing.market.candles;
    const resting = this.#open.filter((working) => working.listing === listing);
    for (const working of resting) {
      const { side, triggerPrice, type } = working.order;
      const stop = type === 'stop-loss' || type === 'oco' ? Number(triggerPrice) : Number.NaN;
      if (!isOpen(working) || !(reachOf(listing, bar, side).worst(stop) <= 0)) continue;
      const price = side === 'sell' ? Math.min(open[bar]!, stop) : Math.max(open[bar]!, stop);
      this.#fill(working, this.#takerPrice(working, price), 'taker');
    }
    if (listing.isPerpetual) this.#liquidate(listing, bar);
    for (const working of resting) this.#reachLimit(working, bar);
    this.work();
  }

  /** What waits for a better price: a limit makes at it, a perpetual's target takes there. */
  #reachLimit(working: Working, bar: number): void {
    const { order, listing } = working;
    const { side, type, limitPrice, triggerPrice } = order;
    const open = listing.market.candles.open[bar]!;
    const takes = type === 'take-profit';
    const makes = type === 'limit' || type === 'oco' || type === 'post-only';
    const price = takes ? Number(triggerPrice) : makes ? Number(limitPrice) : Number.NaN;
    if (!isOpen(working) || !this.#isThrough(reachOf(listing, bar, side).best(price))) return;
    // A target is left at the open where the market came to it over a gap, as in the fast gear; what rests makes at its own price.
    const isTarget = takes || type === 'oco' || order.purpose === 'target';
    const market = !isTarget ? price : side === 'sell' ? Math.max(open, price) : Math.min(open, price);
    if (takes) this.#fill(working, this.#takerPrice(working, market), 'taker');
    else this.#fill(working, listing.onTick(market), 'maker');
  }

  /** Closes a position whose margin the bar used up, as the venue does: all of it, whatever the bar trades. */
  #liquidate(listing: Listing, bar: number): void {
    const { heldBase, record, market } = listing;
    const behind = this.#margin - listing.worth;
    const price = listing.liquidationPrice(behind, this.#settings.maintenanceShare);
    const side = heldBase > 0n ? 'sell' : 'buy';
    if (!(reachOf(listing, bar, side).worst(price) <= 0)) return;
    const open = market.candles.open[bar]!;
    const qty = heldBase < 0n ? -heldBase : heldBase;
    const venueOrderId = this.#nextId();
    const order: OrderToSubmit = {
      clientOrderId: `autoclose-${venueOrderId}`,
      instrumentId: record.id,
      purpose: 'foreign',
      side,
      type: 'market',
      qtyBase: formatDecimal(qty),
      limitPrice: null,
      triggerPrice: null,
    };
    const working: Working = { order, listing, venueOrderId, qty, filled: 0n, status: 'open' };
    this.#known.set(order.clientOrderId, working);
    this.#tell({ kind: 'OrderReported', report: this.#reportOf(working) });
    const at = side === 'sell' ? Math.min(open, price) : Math.max(open, price);
    this.#fill(working, this.#takerPrice(working, at), 'taker');
  }

  /** Funding that is due until then is paid; returns what was. */
  payFunding(untilMs: number): readonly { readonly instrumentId: InstrumentId; readonly event: FundingEvent }[] {
    const paid: { instrumentId: InstrumentId; event: FundingEvent }[] = [];
    for (const listing of this.listings) {
      const instrumentId = listing.record.id;
      for (const due of listing.fundingUntil(untilMs)) {
        this.#wallet -= due.paid;
        this.#incomes.push({
          incomeId: this.#nextId(),
          kind: 'funding',
          instrumentId,
          amountQuote: formatDecimal(-due.paid),
          eventTimeMs: Math.max(this.#nowMs(), due.event.timeMs),
        });
        paid.push({ instrumentId, event: due.event });
      }
    }
    if (paid.length > 0) this.#audit(PERPETUAL_VENUE);
    return paid;
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
        return this.#audit(command.venue ?? SPOT_VENUE);
      default:
    }
  }

  #submit(order: OrderToSubmit): void {
    const { clientOrderId, instrumentId, side, type, limitPrice } = order;
    const listing = this.#listing(instrumentId);
    const venueOrderId = this.#nextId();
    const qty = parseDecimal(order.qtyBase);
    const working: Working = { order, listing, venueOrderId, qty, filled: 0n, status: 'open' };
    const takes = (price: string): boolean =>
      limitPrice === null ||
      (side === 'buy' ? Number(price) <= Number(limitPrice) : Number(price) >= Number(limitPrice));
    if (type === 'post-only' && takes(listing.takerPrice(side, listing.price, 0n))) {
      const refused = { code: '-2010', text: 'It would take and not rest.' };
      this.#tell({ kind: 'SubmitAnswered', clientOrderId, outcome: 'rejected', venueOrderId: null, ...refused });
      return;
    }
    this.#open.push(working);
    this.#known.set(clientOrderId, working);
    this.#tell({ kind: 'SubmitAnswered', clientOrderId, outcome: 'accepted', venueOrderId, code: '', text: '' });
    this.#tell({ kind: 'OrderReported', report: this.#reportOf(working) });
    if (type !== 'limit' && type !== 'market') return;
    const price = this.#takerPrice(working, listing.price);
    if (takes(price)) this.#fill(working, price, 'taker');
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

  #audit(venue: string): void {
    const isMargin = venue !== SPOT_VENUE;
    const books = {
      listings: this.listings.filter((listing) => listing.isPerpetual === isMargin),
      quote: this.listings[0]?.record.quote ?? '',
      cash: isMargin ? this.#wallet : this.#cash,
      openOrders: this.#open.flatMap((each) => (each.listing.isPerpetual === isMargin ? [this.#reportOf(each)] : [])),
      fills: this.fills.filter(({ instrumentId }) => isPerpetual(instrumentId) === isMargin),
      askedAtMs: this.#nowMs(),
    };
    this.#tell(isMargin ? marginAudit({ ...books, incomes: this.#incomes }) : spotAudit(books));
  }

  #fill(working: Working, price: string, liquidity: VenueFill['liquidity']): void {
    const { order, listing } = working;
    const left = working.qty - working.filled;
    let qty = order.purpose === 'foreign' ? left : listing.allowed(left);
    // On spot nobody sells what is not held; of a perpetual all but an entry is bound to reduce.
    if (listing.isPerpetual ? order.purpose !== 'entry' : order.side === 'sell')
      qty = listing.closable(order.side, qty);
    if (qty <= 0n) return;
    listing.trade(qty);
    working.filled += qty;
    this.#end(working, working.filled === working.qty ? 'filled' : 'partially-filled');
    const notional = multiplyDecimal(qty, parseDecimal(price), 'half-up');
    const { makerFee, takerFee } = listing.market.fees ?? this.#settings;
    const rate = liquidity === 'maker' ? makerFee : takerFee;
    const fee = multiplyDecimal(notional, fromNumber(rate, 1n, 'half-up'), 'up');
    const { moved, realized } = listing.book(order.side, qty, parseDecimal(price));
    if (listing.isPerpetual) this.#wallet += moved - fee;
    else this.#cash += moved - fee;
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
      ...(realized !== null && { realizedQuote: formatDecimal(realized) }),
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
