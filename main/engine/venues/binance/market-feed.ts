import { TIMEFRAMES, type Timeframe } from '../../domain/candle.ts';
import type { InstrumentId, InstrumentRecord } from '../../domain/instrument.ts';
import type { FeedStatus } from '../../domain/market.ts';
import { believed, type ConnectorContext } from './connector-context.ts';
import { type Kline, readKline, readQuote, readTicker, readTrade } from './convert.ts';
import type { MarketBatches } from './market-batches.ts';
import type { SilenceWatchdog } from './silence-watchdog.ts';
import { keepWatching } from './stream-loop.ts';

/** Timeframes whose candles the venue streams; seconds are ours alone. */
export const VENUE_TIMEFRAMES: readonly Timeframe[] = TIMEFRAMES.filter((timeframe) => timeframe !== '1s');

/** Candles may lag behind the prints by one or two; a third change without a print shows that prints are missing. */
const CANDLES_WITHOUT_PRINT = 3;

export interface SilenceLimits {
  /** Quotes change all the time: this long without one is a fault. */
  readonly quoteMs: number;
  /** Prints, candles and books are quiet with the market; one that another stream shows to be due is a fault after this long. */
  readonly owedMs: number;
  readonly quietMs: number;
}

interface FeedState {
  status: FeedStatus;
  /** First print since the stream of prints was last (re)subscribed: an open candle that holds it can be taken over. */
  runStartId: number | null;
  /** The run for which each timeframe's open candle was passed on. */
  readonly seededFor: Map<Timeframe, number>;
  lastPrice: string | null;
  /** How often the minute candle changed since the last print. */
  candlesSincePrint: number;
  lastMinute: string;
}

/** The public streams of every instrument: prints, best quotes, candles, 24 h figures. */
export interface MarketFeed {
  start(instruments: readonly InstrumentRecord[]): void;
  /** False: it could not be believed. */
  onTrade(message: unknown): boolean;
  onQuote(message: unknown): void;
  onKline(message: unknown): void;
  onTicker(message: unknown): void;
  /** Prints were given up because nobody took them. */
  onPrintsDropped(instrumentId: InstrumentId): void;
  /** Whatever is known is old: every feed is stale until it speaks again. */
  onStale(why: string): void;
  lastPrice(instrumentId: InstrumentId): string | null;
}

export interface MarketFeedParts {
  readonly batches: MarketBatches;
  readonly watchdog: SilenceWatchdog;
  readonly silence: SilenceLimits;
  /** A closed candle of the venue, to be stored. */
  readonly onClosedCandle: (kline: Kline) => void;
  /** The candle stream broke and is being watched again: candles may have closed meanwhile. */
  readonly onCandlesMissed: (instrumentId: InstrumentId) => void;
}

export function createMarketFeed(context: ConnectorContext, parts: MarketFeedParts): MarketFeed {
  const { exchange, instruments } = context;
  const { batches, watchdog, silence } = parts;
  const states = new Map<InstrumentId, FeedState>();
  const instrumentOf = instruments.byVenueSymbol;

  function stateOf(instrumentId: InstrumentId): FeedState {
    const known = states.get(instrumentId);
    if (known) return known;
    const fresh: FeedState = {
      status: 'connecting',
      runStartId: null,
      seededFor: new Map(),
      lastPrice: null,
      candlesSincePrint: 0,
      lastMinute: '',
    };
    states.set(instrumentId, fresh);
    return fresh;
  }
  function setStatus(instrumentId: InstrumentId, status: FeedStatus, why: string): void {
    const state = stateOf(instrumentId);
    if (state.status === status) return;
    state.status = status;
    context.emit({ kind: 'FeedStatusChanged', instrumentId, status, why });
  }
  /** Said each time, also when the feed is down already: the bars in progress are no longer whole. */
  function printsMissing(instrumentId: InstrumentId, why: string): void {
    const state = stateOf(instrumentId);
    state.runStartId = null;
    state.status = 'down';
    context.emit({ kind: 'FeedStatusChanged', instrumentId, status: 'down', why });
  }
  /** Ends the sockets that carry a subscription, so that it is made anew. */
  function redial(subscription: string, why: string): void {
    exchange.drop(exchange.socketsOf(subscription), why);
  }

  function startPrints({ id, symbol }: InstrumentRecord): void {
    watchdog.watch(`trade ${id}`, silence, (silentMs) => {
      redial(`trade::${symbol}`, `no prints of ${symbol} for ${silentMs} ms`);
    });
    void keepWatching(context, {
      name: `prints of ${symbol}`,
      watch: () => exchange.watchTrades(symbol),
      broke: (why) => printsMissing(id, `Prints: ${why}`),
      running: () => true,
    });
  }
  function startQuotes({ id, symbol }: InstrumentRecord): void {
    watchdog.watch(`quote ${id}`, { owedMs: silence.quoteMs, quietMs: silence.quoteMs }, (silentMs) => {
      setStatus(id, 'stale', `No quotes for ${silentMs} ms.`);
      redial(`bidask:bookTicker@${symbol}`, `no quotes of ${symbol} for ${silentMs} ms`);
    });
    void keepWatching(context, {
      name: `quotes of ${symbol}`,
      watch: () => exchange.watchBidsAsks([symbol]),
      broke: (why) => {
        if (stateOf(id).status !== 'stale') setStatus(id, 'down', `Quotes: ${why}`);
      },
      running: () => true,
    });
  }
  function startCandles({ id, symbol }: InstrumentRecord): void {
    watchdog.watch(`kline ${id}`, silence, (silentMs) => {
      redial(`ohlcv::${symbol}::`, `no candles of ${symbol} for ${silentMs} ms`);
    });
    void keepWatching(context, {
      name: `candles of ${symbol}`,
      watch: () => exchange.watchOHLCVForSymbols(VENUE_TIMEFRAMES.map((timeframe) => [symbol, timeframe])),
      broke: () => parts.onCandlesMissed(id),
      running: () => true,
    });
  }

  /** Prints and candles show each other when one of them is due. */
  function crossCheck(kline: Kline): void {
    if (kline.timeframe !== '1m') return;
    const state = stateOf(kline.instrumentId);
    const minute = kline.candle.join(' ');
    if (minute === state.lastMinute || kline.candle[5] === 0) return;
    state.lastMinute = minute;
    state.candlesSincePrint += 1;
    if (state.candlesSincePrint >= CANDLES_WITHOUT_PRINT) watchdog.owes(`trade ${kline.instrumentId}`);
  }
  /** An open candle is passed on once per run of prints, as soon as it holds the run's first. */
  function passOpenCandle(kline: Kline): void {
    const state = stateOf(kline.instrumentId);
    const run = state.runStartId;
    const through = kline.throughTradeId;
    const seeded = state.seededFor.get(kline.timeframe);
    if (run === null ? seeded !== undefined : seeded === run) return;
    if (run !== null && through !== null && through < run) return;
    state.seededFor.set(kline.timeframe, run ?? -1);
    batches.flush(kline.instrumentId);
    context.emit({
      kind: 'OpenCandleReceived',
      instrumentId: kline.instrumentId,
      timeframe: kline.timeframe,
      candle: kline.candle,
      throughTradeId: through === null ? null : String(through),
      throughTimeMs: kline.eventTimeMs,
    });
  }

  return {
    start(list) {
      for (const instrument of list) {
        setStatus(instrument.id, 'connecting', '');
        startCandles(instrument);
        startQuotes(instrument);
        startPrints(instrument);
      }
      void keepWatching(context, {
        name: '24 h figures',
        watch: () => exchange.watchTickers(list.map((instrument) => instrument.symbol)),
        broke: () => undefined,
        running: () => true,
      });
    },
    onTrade(message) {
      const trade = believed(context, readTrade(message, instrumentOf));
      if (!trade) return false;
      const state = stateOf(trade.instrumentId);
      watchdog.seen(`trade ${trade.instrumentId}`);
      watchdog.owes(`kline ${trade.instrumentId}`);
      state.candlesSincePrint = 0;
      state.runStartId ??= trade.id;
      state.lastPrice = trade.price;
      batches.trade(trade);
      return true;
    },
    onQuote(message) {
      const read = believed(context, readQuote(message, instrumentOf, context.nowMs(), context.clockSkewMs()));
      if (!read) return;
      watchdog.seen(`quote ${read.instrumentId}`);
      watchdog.owes(`book ${read.instrumentId}`);
      batches.quote(read.instrumentId, read.quote);
      setStatus(read.instrumentId, 'live', '');
    },
    onKline(message) {
      const kline = believed(context, readKline(message, instrumentOf));
      if (!kline) return;
      watchdog.seen(`kline ${kline.instrumentId}`);
      crossCheck(kline);
      if (!kline.closed) {
        passOpenCandle(kline);
        return;
      }
      batches.flush(kline.instrumentId);
      const { instrumentId, timeframe, candle } = kline;
      context.emit({ kind: 'VenueCandleClosed', instrumentId, timeframe, candle });
      parts.onClosedCandle(kline);
    },
    onTicker(message) {
      for (const row of Array.isArray(message) ? message : [message]) {
        const ticker = believed(context, readTicker(row, instrumentOf));
        if (ticker) context.emit({ kind: 'Ticker24h', ...ticker });
      }
    },
    onPrintsDropped: (instrumentId) =>
      printsMissing(instrumentId, 'Prints were given up: the engine was too far behind.'),
    onStale(why) {
      for (const instrumentId of states.keys()) setStatus(instrumentId, 'stale', why);
    },
    lastPrice: (instrumentId) => states.get(instrumentId)?.lastPrice ?? null,
  };
}
