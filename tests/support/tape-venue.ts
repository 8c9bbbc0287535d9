import { TIMEFRAME_MS, type Timeframe } from '../../main/engine/domain/candle.ts';
import type { CandleRow } from '../../main/engine/domain/events.ts';
import {
  type InstrumentRecord,
  isPerpetual,
  PERPETUAL_VENUE,
  SPOT_VENUE,
} from '../../main/engine/domain/instrument.ts';
import type { VenueFill, VenueIncome, VenueOrderReport, VenuePosition } from '../../main/engine/domain/order.ts';
import type { OrderToSubmit, VenueCommand, VenueEvent, VenuePort } from '../../main/engine/venues/venue-port.ts';
import type { MarketSource } from '../../main/practice/market/index.ts';
import { atoms, atomsText } from './raw-books.ts';

const PAST_BARS = 600;
const UNIT = 10n ** 18n;
/** Of what a fill buys or sells, in thousandths. */
const FEE_PER_MILLE = 1n;
/** Of a perpetual's fill, in money. */
const MARGIN_FEE_BPS = 5n;

const TIMEFRAMES_TOLD = ['1m', '5m'] as const;

interface Touch {
  readonly bid: bigint;
  readonly ask: bigint;
}

/** Of a perpetual, in atoms; below zero short. */
interface Position {
  readonly qty: bigint;
  readonly cost: bigint;
}

interface Working {
  readonly order: OrderToSubmit;
  readonly venueOrderId: string;
  filled: bigint;
  status: VenueOrderReport['status'];
}

/**
 * A venue in the test's own process on the test's own clock: a practice market's candles and prints go in, orders are filled at
 * the touch, in two parts where they cross, print by print. Its books outlive the engines that are connected to it in turn.
 * Where it lists perpetuals it lists no spot, and has a wallet for them beside spot's.
 */
export class TapeVenue {
  readonly instruments: readonly InstrumentRecord[];
  readonly fills: VenueFill[] = [];
  private readonly source: MarketSource;
  private readonly pastBars: number;
  private readonly symbols: readonly string[];
  private readonly orders: Working[] = [];
  readonly openingQuote: bigint = 10_000n * UNIT;
  private readonly held = new Map<string, bigint>([['USDT', this.openingQuote]]);
  private readonly positions = new Map<string, Position>();
  private readonly incomes: VenueIncome[] = [];
  private walletQuote = this.openingQuote;
  private readonly quotes = new Map<string, Touch>();
  private listener: ((event: VenueEvent) => void) | null = null;
  private nowMs: number;
  private tradedToMs: number;
  private lastId = 0;
  private printId = 0;

  /** @param options.pastBars of each timeframe, told when an engine connects */
  constructor(options: {
    source: MarketSource;
    symbols: readonly string[];
    startMs: number;
    pastBars?: number;
    perpetuals?: boolean;
  }) {
    this.source = options.source;
    this.pastBars = options.pastBars ?? PAST_BARS;
    this.symbols = options.symbols;
    this.nowMs = options.startMs;
    this.tradedToMs = options.startMs;
    this.instruments = this.source.instruments
      .filter(({ symbol }) => options.symbols.includes(symbol))
      .map(({ symbol: _symbol, ...rules }) => {
        const venue = options.perpetuals ? PERPETUAL_VENUE : SPOT_VENUE;
        const symbol = `${rules.base}/${rules.quote}${options.perpetuals ? `:${rules.quote}` : ''}`;
        return { ...rules, id: `${venue}:${symbol}`, venue, symbol };
      });
  }

  get venues(): readonly string[] {
    return this.hasMargin ? [SPOT_VENUE, PERPETUAL_VENUE] : [SPOT_VENUE];
  }

  private get hasMargin(): boolean {
    return this.instruments.some(({ id }) => isPerpetual(id));
  }

  /** The money in the wallet of perpetuals, as a decimal. */
  wallet(): string {
    return atomsText(this.walletQuote);
  }

  /** That and what is open there at the touch. */
  margin(): bigint {
    let margin = this.walletQuote;
    for (const [id, { qty, cost }] of this.positions)
      margin += (qty * (this.quotes.get(id) as Touch).bid) / UNIT - cost;
    return margin;
  }

  /** Longs pay shorts so many millionths of what they hold, and everybody is told. */
  payFunding(ppm: bigint): void {
    for (const [instrumentId, { qty }] of this.positions) {
      const amount = -(((qty * (this.quotes.get(instrumentId) as Touch).bid) / UNIT) * ppm) / 1_000_000n;
      if (amount === 0n) continue;
      this.walletQuote += amount;
      const income = { incomeId: String(++this.lastId), kind: 'funding', amountQuote: atomsText(amount) } as const;
      this.incomes.push({ ...income, instrumentId, eventTimeMs: this.nowMs });
    }
    this.audit([], PERPETUAL_VENUE);
  }

  /** A connection for one engine; a later one takes the place of the one before. */
  connect(): VenuePort {
    let listener: ((event: VenueEvent) => void) | null = null;
    return {
      onEvent: (added) => {
        listener = (event) => added(event, this.nowMs);
      },
      start: () => {
        this.listener = listener;
        this.open();
      },
      send: (command) => {
        if (this.listener === listener) this.take(command);
      },
      stop: async () => this.disconnect(),
    };
  }

  /** The engine's process is gone: nothing reaches it, and the market goes on. */
  disconnect(): void {
    this.listener = null;
  }

  /** Lets the market run to this time: prints, quotes, closed candles, and what they fill. */
  runTo(nowMs: number): void {
    this.nowMs = nowMs;
    for (const instrument of this.instruments) {
      const symbol = this.symbolOf(instrument);
      const tape = this.source.tape(symbol, this.tradedToMs, nowMs);
      if (this.orders.some((each) => isOpen(each) && each.order.instrumentId === instrument.id)) {
        for (const { price } of tape) {
          this.quotes.set(instrument.id, touchAt(price, instrument));
          this.match(instrument.id);
        }
      }
      this.quotes.set(instrument.id, this.touch(instrument));
      const trades = {
        id: tape.map(() => String(++this.printId)),
        timeMs: tape.map(({ timeMs }) => timeMs),
        price: tape.map(({ price }) => price),
        qtyBase: tape.map(({ qty }) => qty),
        side: tape.map(({ side }) => side),
      };
      this.tell({
        kind: 'MarketBatchReceived',
        instrumentId: instrument.id,
        trades: tape.length > 0 ? trades : null,
        quote: this.quote(instrument.id),
      });
      this.match(instrument.id);
      for (const timeframe of TIMEFRAMES_TOLD)
        if (nowMs % TIMEFRAME_MS[timeframe] === 0) this.closeBar(instrument, timeframe);
    }
    this.tradedToMs = nowMs;
  }

  /** What the account holds by the venue's own books, as decimals. */
  balances(): ReadonlyMap<string, string> {
    return new Map([...this.held].map(([asset, amount]) => [asset, atomsText(amount)]));
  }

  /** An audit's answer, as if the engine had asked for it just now. */
  tellAudit(): void {
    this.audit([]);
  }

  private open(): void {
    this.tell({ kind: 'InstrumentsLoaded', instruments: this.instruments });
    for (const instrument of this.instruments) {
      this.quotes.set(instrument.id, this.touch(instrument));
      for (const timeframe of TIMEFRAMES_TOLD) {
        const candles = this.candles(this.symbolOf(instrument), timeframe, this.pastBars);
        this.tell({ kind: 'HistoryLoaded', instrumentId: instrument.id, timeframe, candles });
      }
      this.tell({ kind: 'FeedStatusChanged', instrumentId: instrument.id, status: 'live', why: 'connected' });
    }
    for (const venue of this.venues)
      this.tell({
        kind: 'PrivateStreamChanged',
        status: 'live',
        why: 'subscribed',
        ...(venue === SPOT_VENUE ? {} : { venue }),
      });
  }

  private take(command: VenueCommand): void {
    if (command.kind === 'submit') this.submit(command.order);
    else if (command.kind === 'cancel') this.cancel(command.clientOrderId);
    else if (command.kind === 'query') {
      const found = this.orders.find(({ order }) => order.clientOrderId === command.clientOrderId);
      const report = found ? this.reportOf(found) : null;
      const outcome = report ? 'found' : 'not-found';
      this.tell({ kind: 'OrderQueried', clientOrderId: command.clientOrderId, outcome, report });
    } else if (command.kind === 'audit') {
      this.audit(
        command.believedOpen.map(({ clientOrderId }) => clientOrderId),
        command.venue,
      );
    }
  }

  private submit(order: OrderToSubmit): void {
    const working: Working = { order, venueOrderId: String(++this.lastId), filled: 0n, status: 'open' };
    this.orders.push(working);
    const { clientOrderId } = order;
    const { venueOrderId } = working;
    this.tell({ kind: 'SubmitAnswered', clientOrderId, outcome: 'accepted', venueOrderId, code: '', text: '' });
    this.match(order.instrumentId);
    this.tell({ kind: 'OrderReported', report: this.reportOf(working) });
  }

  private cancel(clientOrderId: string): void {
    const working = this.orders.find(({ order }) => order.clientOrderId === clientOrderId);
    if (!working || !isOpen(working)) {
      this.tell({ kind: 'CancelAnswered', clientOrderId, outcome: 'gone', text: 'unknown order' });
      return;
    }
    working.status = 'cancelled';
    this.tell({ kind: 'CancelAnswered', clientOrderId, outcome: 'cancelled', text: '' });
    this.tell({ kind: 'OrderReported', report: this.reportOf(working) });
  }

  private audit(believedOpen: readonly string[], venue = SPOT_VENUE): void {
    const isMargin = venue === PERPETUAL_VENUE;
    const ours = this.orders.filter(({ order }) => isPerpetual(order.instrumentId) === isMargin);
    const open = ours.filter(isOpen);
    const closed = ours.filter((each) => !isOpen(each) && believedOpen.includes(each.order.clientOrderId));
    const held = isMargin ? [['USDT', this.walletQuote] as const] : [...this.held];
    this.tell({
      kind: 'AuditReceived',
      ...(isMargin && { venue, positions: this.statedPositions(), incomes: this.incomes }),
      openOrders: open.map((each) => this.reportOf(each)),
      closedOrders: closed.map((each) => this.reportOf(each)),
      fills: this.fills.filter(({ instrumentId }) => isPerpetual(instrumentId) === isMargin),
      balances: held.map(([asset, amount]) => ({ asset, free: atomsText(amount), locked: '0' })),
      askedAtMs: this.nowMs,
      marks: [],
    });
  }

  private statedPositions(): VenuePosition[] {
    return [...this.positions].flatMap(([instrumentId, { qty, cost }]) => {
      if (qty === 0n) return [];
      const mark = (this.quotes.get(instrumentId) as Touch).bid;
      return [
        {
          instrumentId,
          qtyBase: atomsText(qty),
          entryPrice: atomsText((cost * UNIT) / qty),
          markPrice: atomsText(mark),
          unrealizedQuote: atomsText((qty * mark) / UNIT - cost),
          liquidationPrice: null,
          eventTimeMs: this.nowMs,
        },
      ];
    });
  }

  private match(instrumentId: string): void {
    const touch = this.quotes.get(instrumentId);
    if (!touch) return;
    for (const working of this.orders) {
      const { order } = working;
      if (order.instrumentId !== instrumentId || !isOpen(working) || !crosses(order, touch)) continue;
      const price = order.side === 'buy' ? touch.ask : touch.bid;
      const lot = atoms(this.instruments.find(({ id }) => id === instrumentId)?.lotStep ?? '1');
      const left = atoms(order.qtyBase) - working.filled;
      const half = left / 2n - ((left / 2n) % lot);
      if (half > 0n) this.fill(working, half, price);
      // Told of the half, the engine may have sent an order, and with that one the rest was filled.
      if (isOpen(working)) this.fill(working, atoms(order.qtyBase) - working.filled, price);
    }
  }

  private fill(working: Working, qty: bigint, price: bigint): void {
    const { order } = working;
    working.filled += qty;
    working.status = working.filled === atoms(order.qtyBase) ? 'filled' : 'partially-filled';
    const instrument = this.instruments.find(({ id }) => id === order.instrumentId) as InstrumentRecord;
    const notional = (qty * price) / UNIT;
    const buys = order.side === 'buy';
    const onMargin = isPerpetual(instrument.id);
    const fee = onMargin ? (notional * MARGIN_FEE_BPS) / 10_000n : ((buys ? qty : notional) * FEE_PER_MILLE) / 1_000n;
    const realized = onMargin ? this.settle(instrument.id, buys ? qty : -qty, price) : null;
    if (realized === null) {
      this.move(instrument.base, buys ? qty - fee : -qty);
      this.move(instrument.quote, buys ? -notional : notional - fee);
    } else this.walletQuote += realized - fee;
    const fill: VenueFill = {
      fillId: String(++this.lastId),
      venueOrderId: working.venueOrderId,
      clientOrderId: order.clientOrderId,
      instrumentId: order.instrumentId,
      side: order.side,
      price: atomsText(price),
      qtyBase: atomsText(qty),
      fee: atomsText(fee),
      feeAsset: buys && !onMargin ? instrument.base : instrument.quote,
      liquidity: 'taker',
      eventTimeMs: this.nowMs,
      ...(realized !== null && { realizedQuote: atomsText(realized) }),
    };
    this.fills.push(fill);
    this.tell({ kind: 'FillReported', fill });
    this.tell({ kind: 'OrderReported', report: this.reportOf(working) });
  }

  /** A fill of a perpetual: what it realized by the average of what was paid. */
  private settle(id: string, change: bigint, price: bigint): bigint {
    const { qty, cost } = this.positions.get(id) ?? { qty: 0n, cost: 0n };
    const size = qty < 0n ? -qty : qty;
    const most = change < 0n ? -change : change;
    const isAgainst = qty !== 0n && qty > 0n !== change > 0n;
    const closing = !isAgainst ? 0n : most < size ? most : size;
    const closed = change > 0n ? closing : -closing;
    const realized = closing === 0n ? 0n : -(closed * price) / UNIT - (cost * closing) / size;
    this.positions.set(id, { qty: qty + change, cost: cost + (change * price) / UNIT + realized });
    return realized;
  }

  private reportOf({ order, venueOrderId, status, filled }: Working): VenueOrderReport {
    const { purpose: _purpose, ...asked } = order;
    return { ...asked, venueOrderId, status, filledBase: atomsText(filled), eventTimeMs: this.nowMs };
  }

  private closeBar(instrument: InstrumentRecord, timeframe: Timeframe): void {
    const [candle] = this.candles(this.symbolOf(instrument), timeframe, 1) as [CandleRow];
    this.tell({ kind: 'VenueCandleClosed', instrumentId: instrument.id, timeframe, candle });
  }

  /** The last that have closed by now, oldest first. */
  private candles(symbol: string, timeframe: Timeframe, bars: number): CandleRow[] {
    const spanMs = TIMEFRAME_MS[timeframe];
    const toMs = this.nowMs - (this.nowMs % spanMs);
    const minutes = this.source.candles(symbol, toMs - bars * spanMs, toMs);
    const perBar = spanMs / 60_000;
    return Array.from({ length: bars }, (_, bar) => {
      const part = minutes.slice(bar * perBar, (bar + 1) * perBar);
      const [first, last] = [part[0], part.at(-1)];
      if (!first || !last) throw new Error('a practice market has no end');
      return [
        first.openTimeMs,
        first.open,
        Math.max(...part.map(({ high }) => high)),
        Math.min(...part.map(({ low }) => low)),
        last.close,
        part.reduce((sum, { volume }) => sum + volume, 0),
      ];
    });
  }

  private touch(instrument: InstrumentRecord): Touch {
    return touchAt(this.source.referencePrice(this.symbolOf(instrument), this.nowMs), instrument);
  }

  private quote(instrumentId: string) {
    const { bid, ask } = this.quotes.get(instrumentId) as Touch;
    const sizes = { bidQty: '10', askQty: '10' };
    return { bid: atomsText(bid), ask: atomsText(ask), ...sizes, eventTimeMs: this.nowMs, receivedTimeMs: this.nowMs };
  }

  private move(asset: string, amount: bigint): void {
    this.held.set(asset, (this.held.get(asset) ?? 0n) + amount);
  }

  private symbolOf = ({ base, quote }: InstrumentRecord): string => `${base}${quote}`;

  private tell(event: VenueEvent): void {
    // Through JSON and back: what arrives shares no object with the venue, as over a thread's boundary.
    this.listener?.(JSON.parse(JSON.stringify(event)) as VenueEvent);
  }
}

const isOpen = ({ status }: Working): boolean => status === 'open' || status === 'partially-filled';

/** The market last traded at the bid. */
function touchAt(price: string, { tickSize }: InstrumentRecord): Touch {
  const bid = atoms(price);
  return { bid, ask: bid + atoms(tickSize) };
}

function crosses(order: OrderToSubmit, touch: Touch): boolean {
  const price = order.side === 'buy' ? touch.ask : touch.bid;
  if (order.triggerPrice !== null) {
    const trigger = atoms(order.triggerPrice);
    const isBelow = (order.type === 'stop-loss') === (order.side === 'sell');
    return isBelow ? price <= trigger : price >= trigger;
  }
  if (order.type === 'market' || order.limitPrice === null) return true;
  return order.side === 'buy' ? touch.ask <= atoms(order.limitPrice) : touch.bid >= atoms(order.limitPrice);
}
