import type { Timeframe } from '../domain/candle.ts';
import { parseDecimal } from '../domain/decimal.ts';
import type { CandleRow, EngineEvent, OutputEvent } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { FeedStatus, MarketView } from '../domain/market.ts';
import type { Stage } from '../kernel/stage.ts';
import { CANDLES_KEPT, createInstrumentMarket, type InstrumentMarket } from './instrument-market.ts';
import { createVenueClock, type VenueClock } from './venue-clock.ts';

/** How long after its end a bar waits for prints still under way before the clock closes it. */
const CLOSE_GRACE_MS = 250;
const QUOTE_AGE_MS_MAX_DEFAULT = 5_000;
/** Ticks come four times a second: where the time moves by more than this between two events, or back, it is another clock. */
const CLOCK_STEP_MS = 1_500;
/** Or the computer slept: then prints may be missing. */
const PAUSE_MS = 10_000;
const CLOCK_BACK_MS = 1_000;
/** Mark prices come every second: an older one gives way to the quotes. */
const MARK_AGE_MS_MAX = 15_000;

export interface MarketStage extends Stage {
  readonly view: MarketView;
  /** The last candles of one series, oldest first, the open one last; at most `limit` (all that memory holds by default). */
  lastCandles(instrumentId: InstrumentId, timeframe: Timeframe, limit?: number): CandleRow[];
  /** Oldest first. */
  closedCandles(instrumentId: InstrumentId, timeframe: Timeframe, limit: number): CandleRow[];
  /** The candle in progress; null before the first print or history. */
  openCandle(instrumentId: InstrumentId, timeframe: Timeframe): CandleRow | null;
  /** Prints left out or found missing so far, for system health. */
  printCounts(instrumentId: InstrumentId): { duplicate: number; late: number; missing: number };
}

/**
 * Candles 1s…1d from prints, checked against the venue's own, and the last quotes. The rules are in SPEC.md.
 * All state changes in `apply`; `handle` gives out what `apply` of the same event concluded.
 */
export function createMarketStage(): MarketStage {
  const markets = new Map<InstrumentId, InstrumentMarket>();
  let venueClock: VenueClock = createVenueClock();
  let quoteAgeMsMax = QUOTE_AGE_MS_MAX_DEFAULT;
  let nowMs = 0;
  let concluded: OutputEvent[] = [];

  function marketOf(instrumentId: InstrumentId): InstrumentMarket {
    const known = markets.get(instrumentId);
    if (known) return known;
    const market = createInstrumentMarket(instrumentId, (id, conclusion) => {
      concluded.push(
        conclusion.kind === 'closed'
          ? {
              kind: 'CandleClosed',
              instrumentId: id,
              timeframe: conclusion.timeframe,
              candle: conclusion.bar.candle,
              from: conclusion.bar.from,
            }
          : {
              kind: 'CandleCorrected',
              instrumentId: id,
              timeframe: conclusion.timeframe,
              ours: conclusion.ours,
              venues: conclusion.venues,
            },
      );
    });
    markets.set(instrumentId, market);
    return market;
  }

  function feedStatus(instrumentId: InstrumentId): FeedStatus {
    const market = markets.get(instrumentId);
    if (!market) return 'connecting';
    if (market.feedSaid !== 'live') return market.feedSaid;
    if (!market.quote) return 'connecting';
    return nowMs - market.quote.receivedTimeMs > quoteAgeMsMax ? 'stale' : 'live';
  }

  function closeByClock(): void {
    const printedToMs = venueClock.at(nowMs);
    if (printedToMs === null) return;
    const venueTimeMs = printedToMs - CLOSE_GRACE_MS;
    for (const [id, market] of markets) {
      if (feedStatus(id) === 'live') market.clock(venueTimeMs);
    }
  }

  function applyEvent(event: EngineEvent): void {
    switch (event.kind) {
      case 'EngineStarted':
        markets.clear();
        venueClock = createVenueClock();
        quoteAgeMsMax = event.limits.quoteAgeMsMax;
        return;
      case 'LimitsSet':
        quoteAgeMsMax = event.limits.quoteAgeMsMax;
        return;
      case 'InstrumentsLoaded':
        for (const record of event.instruments) marketOf(record.id).knowLotStep(parseDecimal(record.lotStep));
        return;
      case 'FeedStatusChanged': {
        const market = marketOf(event.instrumentId);
        market.feedSaid = event.status;
        if (event.status === 'down' || event.status === 'connecting') market.streamBroke();
        return;
      }
      case 'MarketBatchReceived': {
        const market = marketOf(event.instrumentId);
        if (event.quote) market.quote = event.quote;
        if (event.trades) {
          const lastTimeMs = event.trades.timeMs.at(-1);
          if (lastTimeMs !== undefined) venueClock.observe(lastTimeMs, nowMs);
          market.trades(event.trades);
        }
        return;
      }
      case 'MarkPriceReceived':
        Object.assign(marketOf(event.instrumentId), { perpetual: event.perpetual, perpetualAtMs: nowMs });
        return;
      case 'HistoryLoaded':
        marketOf(event.instrumentId).history(event.timeframe, event.candles);
        return;
      case 'OpenCandleReceived': {
        const throughId = event.throughTradeId === null ? null : Number(event.throughTradeId);
        marketOf(event.instrumentId).takeOver(event.timeframe, event.candle, throughId, event.throughTimeMs);
        return;
      }
      case 'VenueCandleClosed':
        marketOf(event.instrumentId).venueClosed(event.timeframe, event.candle);
        return;
      case 'ClockTicked':
        closeByClock();
        return;
      default:
    }
  }

  /** A clock that was set: what was learnt of delays by the old one is worth nothing. */
  function takeTime(timeMs: number): void {
    const wasSet = timeMs - nowMs > CLOCK_STEP_MS || nowMs - timeMs > CLOCK_BACK_MS;
    if (wasSet) venueClock = createVenueClock();
    if (timeMs - nowMs > PAUSE_MS) for (const market of markets.values()) market.slept();
    nowMs = wasSet ? timeMs : Math.max(nowMs, timeMs);
  }

  const view: MarketView = {
    perpetual: (instrumentId) => markets.get(instrumentId)?.perpetual ?? null,
    quote: (instrumentId) => markets.get(instrumentId)?.quote ?? null,
    mark(instrumentId) {
      const market = markets.get(instrumentId);
      if (!market) return null;
      const isFresh = nowMs - market.perpetualAtMs <= MARK_AGE_MS_MAX;
      if (market.perpetual && isFresh) return parseDecimal(market.perpetual.markPrice);
      if (!market.quote) return market.lastPrice;
      return (parseDecimal(market.quote.bid) + parseDecimal(market.quote.ask)) / 2n;
    },
    feedStatus,
  };

  return {
    name: 'market',
    apply(event, timeMs) {
      takeTime(timeMs);
      concluded = [];
      applyEvent(event);
    },
    handle(_event, context) {
      for (const output of concluded) context.emit(output);
      concluded = [];
    },
    view,
    lastCandles(instrumentId, timeframe, limit = CANDLES_KEPT) {
      const market = markets.get(instrumentId);
      if (!market) return [];
      const open = market.openCandle(timeframe);
      const closed = market.closedCandles(timeframe, open ? limit - 1 : limit);
      if (open) closed.push(open);
      return closed;
    },
    closedCandles: (instrumentId, timeframe, limit) => markets.get(instrumentId)?.closedCandles(timeframe, limit) ?? [],
    openCandle: (instrumentId, timeframe) => markets.get(instrumentId)?.openCandle(timeframe) ?? null,
    printCounts: (instrumentId) => markets.get(instrumentId)?.counts ?? { duplicate: 0, late: 0, missing: 0 },
  };
}
