import type { CandleRow } from '../../../main/engine/domain/events.ts';
import type { Random } from '../../../main/engine/kernel/random.ts';
import { type Auditor, createAuditor } from '../../../main/engine/venues/binance/audit.ts';
import { createClockSync, createVenueClock } from '../../../main/engine/venues/binance/clock-sync.ts';
import {
  BREAKER_LIMITS,
  type ConnectorContext,
  createInstrumentTable,
  newTrace,
  READ_WAIT_MS_MAX,
} from '../../../main/engine/venues/binance/connector-context.ts';
import { createOrderQueries } from '../../../main/engine/venues/binance/order-query.ts';
import { createPrivateFeed } from '../../../main/engine/venues/binance/private-feed.ts';
import { createRulesWatch } from '../../../main/engine/venues/binance/rules-watch.ts';
import type { WsClientLike } from '../../../main/engine/venues/binance/tapped-binance.ts';
import { createVenueAccess } from '../../../main/engine/venues/binance/venue-access.ts';
import type { TappedUsdm } from '../../../main/engine/venues/binance-usdm/tapped-usdm.ts';
import { createCircuitBreaker } from '../../../main/engine/venues/circuit-breaker.ts';
import { createQuarantine } from '../../../main/engine/venues/quarantine.ts';
import { createRequestBudget } from '../../../main/engine/venues/request-budget.ts';
import type { VenueCommand, VenueEvent, VenuePort } from '../../../main/engine/venues/venue-port.ts';
import { FUNDING_RATE_PPM, nextFundingMs } from '../../../main/practice/derivatives/funding.ts';
import type { FaultBox } from './faults.ts';
import type { Side } from './sides.ts';
import { type Arrival, SimLine } from './sim-line.ts';
import type { Listing } from './sim-market.ts';
import type { ProcessTime, SimTime } from './sim-time.ts';

/** The wire carries messages, not sockets. */
const SOCKET: WsClientLike = { subscriptions: {}, isConnected: true, onError() {}, close() {} };
const RECV_WINDOW_MS = 5_000;
const AUDIT_EVERY_MS = 60_000;
const RULES_EVERY_MS = 300_000;
const HEALTH_EVERY_MS = 1_000;
const CLOCK_EVERY_MS = 10_000;
const LOAD_MS = 60;
const CANDLES = 60;
const MINUTE_MS = 60_000;

export interface ConnectorParts {
  readonly time: SimTime;
  readonly process: ProcessTime;
  readonly side: Side;
  readonly faults: FaultBox;
  readonly random: () => Random;
  readonly onArrival: (arrival: Arrival) => void;
}

/** One life of the connector: its order desk, audits, lookups, private stream, budget and clock are the product's own. */
export interface SimConnector extends VenuePort {
  readonly isLive: boolean;
  /** The product's periodic audit, now. */
  audit(): void;
  /** Market data as the stream brings it; dropped where nobody is connected. */
  quote(listing: Listing, lots: number | null): void;
  feed(listing: Listing, status: 'live' | 'down'): void;
  die(): void;
}

export function createSimConnector(parts: ConnectorParts): SimConnector {
  const { time, process, side, faults, random } = parts;
  const { venue, wire } = side;
  const market = side.createMarket();
  const nowMs = (): number => process.nowMs();
  let listener: (event: VenueEvent, receivedTimeMs: number) => void = () => {};
  let ready = false;

  const budget = createRequestBudget(
    { weightMax: market.weightPerMinute, windowMs: 60_000, waitingMax: 500 },
    {
      nowMs,
      after: (delayMs, action) =>
        process.after(delayMs, () => {
          time.wake();
          action();
        }),
    },
  );
  const instruments = createInstrumentTable();
  const line = new SimLine({
    time,
    wire,
    faults,
    budget,
    nowMs,
    onStreamLive: () => {
      if (process.alive) privateFeed.onLive(SOCKET);
    },
    onMessage: (message) => {
      if (process.alive) side.hand(message, exchange, (order) => privateFeed.onExecutionReport(order));
    },
  });
  const exchange = side.openExchange(line, parts.onArrival);
  const measured = createClockSync(nowMs, (onSent) =>
    exchange.traced({ ...newTrace('query', 1, READ_WAIT_MS_MAX), onSent }, () => exchange.askTime()),
  );
  const clock = createVenueClock(measured, exchange.options, nowMs, () => time.nowMs);
  const context: ConnectorContext = {
    exchange,
    budget,
    breakers: {
      reads: createCircuitBreaker('reads', BREAKER_LIMITS.reads, nowMs),
      entries: createCircuitBreaker('entries', BREAKER_LIMITS.entries, nowMs, () => tellEntries()),
    },
    instruments,
    quarantine: createQuarantine(),
    store: undefined as never,
    recvWindowMs: RECV_WINDOW_MS,
    emit,
    nowMs,
    clockSkewMs: () => clock.skewMs ?? 0,
    doubtRules: () => rules.reread(),
    verifyClock: () => clock.verify(),
    correctClock: () => clock.correct(),
    running: () => process.alive,
    sleep: (ms) =>
      new Promise((resolve) => {
        process.after(ms, () => {
          time.wake();
          resolve();
        });
      }),
  };
  const access = createVenueAccess(context, market.tradeRight);
  const tellEntries = (): void => access.onEntries(context.breakers.entries.status());
  const reads = market.createReads(context);
  const queries = createOrderQueries(context, reads);
  const auditor: Auditor = createAuditor(context, { reads, markOf, isNamed: queries.isNamed });
  let privateWasLive = false;
  const privateFeed = createPrivateFeed(context, {
    loginMsMax: 10_000,
    market,
    subscribed() {
      privateWasLive = true;
    },
  });
  const desk = market.createDesk(context);
  const rules = createRulesWatch(context, market.readInstrument);

  function emit(event: VenueEvent): void {
    if (!process.alive) return;
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
    listener(event, nowMs());
  }

  async function markOf(asset: string): Promise<string | null> {
    const listing = venue.listings.find(({ rules }) => rules.base === asset);
    return listing ? (listing.lastTicks * listing.rules.tickSize).toFixed(2) : null;
  }

  /** The price at which positions are valued: here the market's last. */
  function tellMark({ rules, lastTicks }: Listing): void {
    (exchange as TappedUsdm).onMarkPrice({
      e: 'markPriceUpdate',
      E: time.nowMs,
      s: rules.symbol,
      p: (lastTicks * rules.tickSize).toFixed(2),
      r: (FUNDING_RATE_PPM / 1_000_000).toFixed(8),
      T: nextFundingMs(time.nowMs),
    });
  }

  async function run(): Promise<void> {
    instruments.set(venue.listings.map(({ record, rules }) => ({ ...record, venueSymbol: rules.symbol })));
    await clock.follow();
    if (!process.alive) return;
    emit({ kind: 'InstrumentsLoaded', instruments: instruments.all });
    for (const listing of venue.listings) {
      emit({ kind: 'FeedStatusChanged', instrumentId: listing.record.id, status: 'live', why: '' });
      const candles = pastCandles(listing, nowMs(), random());
      emit({ kind: 'HistoryLoaded', instrumentId: listing.record.id, timeframe: '1m', candles });
    }
    ready = true;
    privateFeed.start();
    market.followMore?.(context, instruments.all, () => {
      time.wake();
      auditor.request();
    });
    again(AUDIT_EVERY_MS, () => auditor.request());
    process.after(5_000, () => {
      if (!privateWasLive) auditor.request();
    });
    process.every(HEALTH_EVERY_MS, tellEntries);
    again(RULES_EVERY_MS, () => rules.reread());
    again(CLOCK_EVERY_MS, () => void clock.follow());
  }

  /** For what waits for answers: its promises have to run. */
  function again(everyMs: number, action: () => void): void {
    process.every(everyMs, () => {
      time.wake();
      action();
    });
  }

  return {
    get isLive() {
      return ready;
    },
    start() {
      process.after(LOAD_MS, () => {
        time.wake();
        void run();
      });
    },
    send(command: VenueCommand) {
      time.wake();
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
        default:
      }
    },
    onEvent(next) {
      listener = next;
    },
    audit() {
      time.wake();
      auditor.request();
    },
    quote(listing, lots) {
      if (!ready) return;
      const { rules, record, crowd, lastTicks } = listing;
      const bid = crowd.levels('buy')[0];
      const ask = crowd.levels('sell')[0];
      if (!bid || !ask) return;
      const price = (ticks: number): string => (ticks * rules.tickSize).toFixed(2);
      const receivedTimeMs = nowMs();
      if ('onMarkPrice' in exchange) tellMark(listing);
      emit({
        kind: 'MarketBatchReceived',
        instrumentId: record.id,
        trades:
          lots === null
            ? null
            : {
                id: [String(listing.prints)],
                timeMs: [time.nowMs],
                price: [price(lastTicks)],
                qtyBase: [(lots * rules.lotSize).toFixed(5)],
                side: ['buy'],
              },
        quote: {
          bid: price(bid.ticks),
          bidQty: '1',
          ask: price(ask.ticks),
          askQty: '1',
          eventTimeMs: time.nowMs,
          receivedTimeMs,
        },
      });
    },
    feed(listing, status) {
      if (ready) emit({ kind: 'FeedStatusChanged', instrumentId: listing.record.id, status, why: 'simulated' });
    },
    die() {
      process.die();
      line.close();
    },
    async stop() {},
  };
}

/** A past that wanders to where the price is now. */
function pastCandles(listing: Listing, nowMs: number, random: Random): CandleRow[] {
  const openMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const rows: CandleRow[] = [];
  let close = listing.lastTicks * listing.rules.tickSize;
  for (let back = 1; back <= CANDLES; back += 1) {
    const open = close * (1 + 0.001 * (random.next() - 0.5));
    const [high, low] = [Math.max(open, close) * 1.0004, Math.min(open, close) * 0.9996];
    rows.push([openMs - back * MINUTE_MS, open, high, low, close, 5 + 10 * random.next()]);
    close = open;
  }
  return rows.reverse();
}
