import type { Timeframe } from '../../domain/candle.ts';
import type { CandleRow } from '../../domain/events.ts';
import type { InstrumentId } from '../../domain/instrument.ts';
import { type Cancel, systemTime, type Time } from '../../kernel/clock.ts';
import type { CandleStore } from '../candle-store/candle-store.ts';
import { createCircuitBreaker } from '../circuit-breaker.ts';
import { createQuarantine } from '../quarantine.ts';
import type { MarketRecorder } from '../recording/market-recorder.ts';
import { createRequestBudget } from '../request-budget.ts';
import type { VenueCommand, VenueEvent } from '../venue-port.ts';
import { createWakeWatch } from '../wake-watch.ts';
import { type Auditor, createAuditor } from './audit.ts';
import { createBackfill } from './backfill.ts';
import { createBookFeed } from './book-feed.ts';
import { createClockSync, createVenueClock } from './clock-sync.ts';
import {
  BREAKER_LIMITS,
  believed,
  type ConnectorContext,
  createInstrumentTable,
  newTrace,
  READ_WAIT_MS_MAX,
  readFromVenue,
} from './connector-context.ts';
import { readBookDiff } from './convert.ts';
import { describeError } from './errors.ts';
import { type BinanceMarket, spotMarket } from './market.ts';
import { createMarketBatches } from './market-batches.ts';
import { createMarketFeed, type SilenceLimits } from './market-feed.ts';
import { createOrderQueries } from './order-query.ts';
import { createPrivateFeed } from './private-feed.ts';
import { createRulesWatch } from './rules-watch.ts';
import { createSilenceWatchdog } from './silence-watchdog.ts';
import type { Credentials } from './tapped-binance.ts';
import { createVenueAccess } from './venue-access.ts';
import { observeResponse } from './venue-limits.ts';

export interface BinanceConnectorConfig {
  /** Port on 127.0.0.1 that every byte goes to. */
  readonly loopbackPort: number;
  readonly credentials: Credentials;
  /** Symbols to follow (`BTC/USDT`), the visible one first; null: all that the venue lists, at most 60. */
  readonly symbols: readonly string[] | null;
  readonly timeoutMs: number;
  readonly recvWindowMs: number;
  readonly redialMs: number;
  readonly redialMsMax: number;
  readonly keepAliveMs: number;
  readonly auditEveryMs: number;
  readonly rulesEveryMs: number;
  readonly silence: SilenceLimits;
}

export const BINANCE_DEFAULTS: Omit<BinanceConnectorConfig, 'loopbackPort' | 'credentials' | 'symbols'> = {
  timeoutMs: 10_000,
  recvWindowMs: 5_000,
  redialMs: 1_000,
  redialMsMax: 30_000,
  keepAliveMs: 20_000,
  auditEveryMs: 60_000,
  rulesEveryMs: 300_000,
  silence: { quoteMs: 10_000, owedMs: 10_000, quietMs: 180_000 },
};

const INSTRUMENTS_MAX = 60;
const SOCKETS = 10;
const CLOCK_EVERY_MS = 10_000;
const HEALTH_EVERY_MS = 1_000;
const LOAD_RETRY_MS_FIRST = 250;
const LOAD_RETRY_MS_MAX = 5_000;
const REQUESTS_WAITING_MAX = 500;
/** The first audit follows the private stream; without one it comes after this long all the same. */
const AUDIT_WITHOUT_STREAM_MS = 5_000;

/** One venue connection. `mayPass` false holds market batches back (they are merged and bounded meanwhile). */
export interface Connector {
  start(): void;
  send(command: VenueCommand): void;
  /** The receiver caught up: held batches go. */
  resume(): void;
  /** For health: promises that ccxt left unhandled. */
  countStrayRejection(): void;
  stop(): Promise<void>;
}

export interface ConnectorOutlet {
  emit(event: VenueEvent): void;
  mayPass(): boolean;
}

export function createBinanceConnector(
  config: BinanceConnectorConfig,
  store: CandleStore,
  outlet: ConnectorOutlet,
  market: BinanceMarket = spotMarket(),
  time: Time = systemTime,
  recorder: MarketRecorder | null = null,
): Connector {
  let running = true;
  let messages = 0;
  let strayRejections = 0;
  const repeats = new Set<Cancel>();
  const wakes = new Set<() => void>();
  const nowMs = (): number => time.nowMs();

  function sleep(ms: number): Promise<void> {
    if (!running) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        wakes.delete(wake);
        resolve();
      };
      const cancel = time.after(Math.max(0, ms), wake);
      wakes.add(wake);
    });
  }
  const every = (ms: number, action: () => void): void => void repeats.add(time.every(ms, action));

  const budget = createRequestBudget(
    { weightMax: market.weightPerMinute, windowMs: 60_000, waitingMax: REQUESTS_WAITING_MAX },
    { nowMs, after: (delayMs, action) => time.after(delayMs, action) },
  );
  const breakers = {
    reads: createCircuitBreaker('reads', BREAKER_LIMITS.reads, nowMs),
    entries: createCircuitBreaker('entries', BREAKER_LIMITS.entries, nowMs, () => tellEntries()),
  };
  const tellEntries = (): void => access.onEntries(breakers.entries.status());
  const quarantine = createQuarantine();
  const instruments = createInstrumentTable();
  const counted =
    (handle: (message: unknown) => void) =>
    (message: unknown): void => {
      messages += 1;
      handle(message);
    };

  const exchange = market.openExchange({ ...config, sockets: SOCKETS }, budget, {
    frame: () => wake.alive(),
    trade: counted((message) => {
      if (marketFeed.onTrade(message)) recorder?.onTrade(message);
    }),
    quote: counted((message) => marketFeed.onQuote(message)),
    kline: counted((message) => marketFeed.onKline(message)),
    ticker: counted((message) => marketFeed.onTicker(message)),
    bookDiff(message) {
      messages += 1;
      const isBelieved = believed(context, readBookDiff(message, instruments.byVenueSymbol)) !== undefined;
      if (isBelieved) recorder?.onBookDiff(message);
      return isBelieved;
    },
    executionReport: counted((message) => privateFeed.onExecutionReport(message)),
    privateStreamLive(socket) {
      access.onPrivateStreamLive();
      privateFeed.onLive(socket);
    },
    privateStreamEnded: (why) => privateFeed.onEnded(why),
    malformedFrame: () => quarantine.add('frame: not JSON'),
    response(answer) {
      observeResponse(budget, nowMs(), answer.status, answer.headers, answer.parsed);
      access.onAnswer(answer);
    },
    socketRefusal: (code, text) => access.onSocketRefusal(code, text),
  });

  // Past the breaker of the reads: a cancel may be waiting for the right time.
  const measured = createClockSync(nowMs, (onSent) =>
    exchange.traced({ ...newTrace('query', 1, READ_WAIT_MS_MAX), onSent }, () => exchange.askTime()),
  );
  const clock = createVenueClock(measured, exchange.options, nowMs);
  const context: ConnectorContext = {
    exchange,
    budget,
    breakers,
    instruments,
    quarantine,
    store,
    recvWindowMs: config.recvWindowMs,
    emit,
    nowMs,
    clockSkewMs: () => clock.skewMs ?? 0,
    doubtRules: () => rules.reread(),
    verifyClock: () => clock.verify(),
    correctClock: () => clock.correct(),
    running: () => running,
    sleep,
  };

  const batches = createMarketBatches(outlet.emit, outlet.mayPass, time, (instrumentId) =>
    marketFeed.onPrintsDropped(instrumentId),
  );
  const watchdog = createSilenceWatchdog(nowMs);
  const reads = market.createReads(context);
  const queries = createOrderQueries(context, reads);
  const backfill = createBackfill(context);
  const marketFeed = createMarketFeed(context, {
    batches,
    watchdog,
    silence: config.silence,
    onClosedCandle: ({ instrumentId, timeframe, candle }) => keep(instrumentId, timeframe, [candle]),
    onCandlesMissed: (instrumentId) => backfill.catchUp(instrumentId),
  });
  const bookFeed = createBookFeed(context, watchdog, config.silence, recorder);
  const auditor: Auditor = createAuditor(context, { reads, markOf, isNamed: queries.isNamed });
  let auditDueAtMs: number | null = null;
  let privateWasLive = false;
  const access = createVenueAccess(context, market.tradeRight);
  const privateFeed = createPrivateFeed(context, {
    loginMsMax: config.timeoutMs,
    market,
    subscribed() {
      privateWasLive = true;
    },
  });
  /** Quotes and fills of before wait in the sockets; nothing of them may pass for news. */
  const wake = createWakeWatch(nowMs, (asleepMs) => {
    const why = `nothing ran here for ${Math.round(asleepMs / 1_000)} s`;
    marketFeed.onStale(why);
    privateFeed.onEnded(why);
    exchange.startAnew(why);
  });
  const desk = market.createDesk(context);
  const rules = createRulesWatch(context, market.readInstrument);
  let bookWanted: InstrumentId | null = null;

  /** What reports say of our orders also tells the audit which ones to ask about. */
  function emit(event: VenueEvent): void {
    if (event.kind === 'OrderReported') {
      const { status, clientOrderId, venueOrderId, instrumentId } = event.report;
      queries.noteNames(`${instrumentId}|${venueOrderId}`, clientOrderId);
      if (status === 'open' || status === 'partially-filled') {
        auditor.noteOpen({ clientOrderId, venueOrderId, instrumentId });
      } else auditor.noteClosed(clientOrderId);
    }
    if (event.kind === 'AuditReceived') {
      for (const { instrumentId, venueOrderId, clientOrderId } of [...event.openOrders, ...event.closedOrders]) {
        queries.noteNames(`${instrumentId}|${venueOrderId}`, clientOrderId);
      }
    }
    outlet.emit(event);
  }

  /** A full disk or a bad row must not end the connection: what is missing is fetched again later. */
  function keep(instrumentId: InstrumentId, timeframe: Timeframe, candles: readonly CandleRow[]): void {
    try {
      store.put(instrumentId, timeframe, candles);
    } catch (error) {
      quarantine.add(`candle store: ${describeError(error).slice(0, 60)}`);
    }
  }

  async function markOf(asset: string): Promise<string | null> {
    const record = instruments.all.find((entry) => entry.base === asset);
    if (!record) return null;
    const seen = marketFeed.lastPrice(record.id);
    if (seen !== null) return seen;
    const symbol = instruments.venueSymbol(record.id);
    const answer = await readFromVenue(context, 'query', 2, () => exchange.askTicker(symbol));
    const last = (answer as { lastPrice?: unknown }).lastPrice;
    return typeof last === 'string' && Number(last) > 0 ? last : null;
  }

  async function loadInstruments(): Promise<void> {
    for (let pauseMs = LOAD_RETRY_MS_FIRST; running; pauseMs = Math.min(LOAD_RETRY_MS_MAX, pauseMs * 2)) {
      try {
        // With `true`: ccxt remembers a first failure for ever.
        const markets = await exchange.loadMarkets(true);
        const wanted = config.symbols ?? Object.keys(markets).slice(0, INSTRUMENTS_MAX);
        const list = wanted.flatMap((symbol) => {
          const listed = markets[symbol];
          const isActive = listed && listed.active !== false;
          const record = isActive ? believed(context, market.readInstrument(listed)) : undefined;
          return record ? [record] : [];
        });
        if (list.length > 0) {
          instruments.set(list);
          return;
        }
        quarantine.add('the venue lists none of the instruments');
      } catch (error) {
        quarantine.add(`exchange info: ${describeError(error).slice(0, 60)}`);
      }
      await sleep(pauseMs);
    }
  }

  async function run(): Promise<void> {
    await exchange.pinTransport();
    await loadInstruments();
    if (!running) return;
    await clock.follow();
    const list = instruments.all;
    emit({ kind: 'InstrumentsLoaded', instruments: list });
    marketFeed.start(list);
    backfill.start(list.map((instrument) => instrument.id));
    privateFeed.start();
    market.followMore?.(context, list, () => auditor.request());
    bookFeed.watch(bookWanted);
    bookFeed.record();
    auditDueAtMs = nowMs() + config.auditEveryMs;
    every(config.auditEveryMs, () => {
      auditDueAtMs = nowMs() + config.auditEveryMs;
      auditor.request();
      void access.askRights();
    });
    void access.askRights();
    void sleep(AUDIT_WITHOUT_STREAM_MS).then(() => {
      if (!privateWasLive) auditor.request();
    });
    every(config.rulesEveryMs, () => rules.reread());
    every(CLOCK_EVERY_MS, () => void clock.follow());
  }

  function reportHealth(): void {
    wake.alive();
    watchdog.check();
    privateFeed.check();
    tellEntries();
    outlet.emit({
      kind: 'VenueHealth',
      roundTripMs: clock.roundTripMs,
      clockSkewMs: clock.skewMs,
      atMs: nowMs(),
      budget: budget.status(),
      breakers: [
        { name: 'reads', ...breakers.reads.status() },
        { name: 'entries', ...breakers.entries.status() },
      ],
      audit: { ...auditor.status(), dueAtMs: auditDueAtMs },
      messagesReceived: messages,
      messagesQuarantined: quarantine.total,
      quarantine: quarantine.reasons(),
      printsWaiting: batches.waiting,
      printsDropped: batches.dropped,
      resyncs: bookFeed.resyncs(),
      strayRejections,
    });
  }

  async function answerHistory(command: Extract<VenueCommand, { kind: 'history' }>): Promise<void> {
    const { requestId, instrumentId, timeframe, beforeMs, limit } = command;
    const told = { kind: 'HistoryStored', instrumentId, timeframe, requestId } as const;
    try {
      const range = await backfill.fetchBefore(instrumentId, timeframe, beforeMs, limit);
      outlet.emit({ ...told, ...range, problem: '' });
    } catch (error) {
      outlet.emit({ ...told, fromMs: beforeMs, toMs: beforeMs, problem: describeError(error) });
    }
  }

  return {
    start() {
      every(HEALTH_EVERY_MS, reportHealth);
      void run();
    },
    send(command) {
      switch (command.kind) {
        case 'submit':
          void desk.submit(command.order);
          return;
        case 'cancel':
          void desk.cancel(command);
          return;
        case 'query':
          void queries.ask(command);
          return;
        case 'audit':
          auditor.request(command.believedOpen, command.fillsSinceMs);
          return;
        case 'countdown':
          void market.setCountdown(context, command);
          return;
        case 'watchBook':
          bookWanted = command.instrumentId;
          if (instruments.all.length > 0) bookFeed.watch(bookWanted);
          return;
        case 'history':
          void answerHistory(command);
          return;
        case 'storeCandles':
          keep(command.instrumentId, command.timeframe, command.candles);
          return;
      }
    },
    resume: () => batches.resume(),
    countStrayRejection() {
      strayRejections += 1;
    },
    async stop() {
      running = false;
      for (const cancel of repeats) cancel();
      for (const wake of [...wakes]) wake();
      batches.close();
      budget.close();
      await exchange.shutDown();
      await recorder?.close();
    },
  };
}
