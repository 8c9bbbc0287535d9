import { TIMEFRAME_MS, type Timeframe } from '../../domain/candle.ts';
import type { CandleRow } from '../../domain/events.ts';
import type { InstrumentId } from '../../domain/instrument.ts';
import type { TimeRange } from '../candle-store/candle-store.ts';
import { believed, type ConnectorContext, readFromVenue } from './connector-context.ts';
import { readRestKline } from './convert.ts';
import { describeError } from './errors.ts';
import { VENUE_TIMEFRAMES } from './market-feed.ts';

const ROWS_MAX = 1_000;
/** Long candles in smaller helpings, one after the other: a venue on this machine computes them from minutes. */
const ROWS_MAX_LONG = 100;
const LONG_MS = 4 * 3_600_000;
const KLINES_WEIGHT = 2;
/** Candles kept ready per timeframe from the first connect on. */
const DEPTH: Readonly<Record<Timeframe, number>> = {
  '1s': 0,
  '1m': 1_500,
  '5m': 1_500,
  '15m': 1_000,
  '1h': 1_000,
  '4h': 1_000,
  '1d': 1_000,
};
/** Of all instruments first; the others follow. */
const FIRST_TIMEFRAMES: readonly Timeframe[] = ['1m', '5m'];
/** What the core is told at start: enough for every feature to have warmed up. */
const CORE_CANDLES = 720;
/** After a short break the core gets the missed candles one by one, after a longer one the past anew. */
const MISSED_CANDLES_MAX = 30;
const CORE_LANES = 4;
const RETRY_MS = 1_000;

/** Brings the store up to the present and tells the core what it needs of it. */
export interface Backfill {
  /** In the order given, 1m and 5m of all before the longer timeframes. */
  start(instrumentIds: readonly InstrumentId[]): void;
  /** After the candle stream of an instrument broke. */
  catchUp(instrumentId: InstrumentId): void;
  /** Makes sure that the store holds `limit` candles before `beforeMs`, as far as the venue has them. */
  fetchBefore(instrumentId: InstrumentId, timeframe: Timeframe, beforeMs: number, limit: number): Promise<TimeRange>;
}

export function createBackfill(context: ConnectorContext): Backfill {
  const { exchange, instruments, store } = context;
  const catchingUp = new Set<InstrumentId>();

  async function fetchPage(instrumentId: InstrumentId, timeframe: Timeframe, range: TimeRange): Promise<CandleRow[]> {
    const answer = await readFromVenue(context, 'market', KLINES_WEIGHT, () =>
      exchange.askKlines({
        symbol: instruments.venueSymbol(instrumentId),
        interval: timeframe,
        startTime: range.fromMs,
        endTime: range.toMs - 1,
        limit: ROWS_MAX,
      }),
    );
    if (!Array.isArray(answer)) throw new Error('the venue answered with something that is not a list of candles');
    return answer.flatMap((row) => {
      const candle = believed(context, readRestKline(row));
      return candle && candle[0] % TIMEFRAME_MS[timeframe] === 0 ? [candle] : [];
    });
  }
  /**
   * Fetches and stores what `[fromMs, toMs)` lacks, newest first: a chart that asks meanwhile has the candles before the
   * present, not those before a hole. Answers with what came, oldest first.
   */
  async function fill(instrumentId: InstrumentId, timeframe: Timeframe, range: TimeRange): Promise<CandleRow[]> {
    const lengthMs = TIMEFRAME_MS[timeframe];
    const pageMs = lengthMs * (lengthMs >= LONG_MS ? ROWS_MAX_LONG : ROWS_MAX);
    const pages: CandleRow[][] = [];
    for (const gap of store.gaps(instrumentId, timeframe, range.fromMs, range.toMs).toReversed()) {
      for (let { toMs } = gap; toMs > gap.fromMs; toMs -= pageMs) {
        const page = await fetchPage(instrumentId, timeframe, { fromMs: Math.max(gap.fromMs, toMs - pageMs), toMs });
        if (page.length > 0) store.put(instrumentId, timeframe, page);
        pages.unshift(page);
      }
    }
    return pages.flat();
  }
  /** The closed candles up to now, by the venue's clock. */
  function wanted(timeframe: Timeframe): TimeRange {
    const lengthMs = TIMEFRAME_MS[timeframe];
    const toMs = Math.floor((context.nowMs() - context.clockSkewMs()) / lengthMs) * lengthMs;
    return { fromMs: toMs - DEPTH[timeframe] * lengthMs, toMs };
  }
  function tellCore(instrumentId: InstrumentId, timeframe: Timeframe): void {
    const columns = store.readBefore(instrumentId, timeframe, Number.MAX_SAFE_INTEGER, CORE_CANDLES);
    const candles = Array.from(
      columns.openTimeMs,
      (openTimeMs, index): CandleRow => [
        openTimeMs,
        columns.open[index] as number,
        columns.high[index] as number,
        columns.low[index] as number,
        columns.close[index] as number,
        columns.volume[index] as number,
      ],
    );
    if (candles.length > 0) context.emit({ kind: 'HistoryLoaded', instrumentId, timeframe, candles });
  }

  async function bringUp(instrumentId: InstrumentId, timeframe: Timeframe): Promise<void> {
    while (context.running()) {
      try {
        const range = wanted(timeframe);
        await fill(instrumentId, timeframe, range);
        tellCore(instrumentId, timeframe);
        context.emit({ kind: 'HistoryStored', instrumentId, timeframe, ...range, requestId: null, problem: '' });
        return;
      } catch (error) {
        context.quarantine.add(`backfill: ${describeError(error).slice(0, 60)}`);
        await context.sleep(RETRY_MS);
      }
    }
  }
  async function runLane(jobs: { instrumentId: InstrumentId; timeframe: Timeframe }[]): Promise<void> {
    for (let job = jobs.shift(); job && context.running(); job = jobs.shift()) {
      await bringUp(job.instrumentId, job.timeframe);
    }
  }

  async function catchUp(instrumentId: InstrumentId): Promise<void> {
    if (catchingUp.has(instrumentId)) return;
    catchingUp.add(instrumentId);
    // The stream is being watched again at the same time; wait for it, so that no candle closes between the two.
    await context.sleep(RETRY_MS);
    for (const timeframe of VENUE_TIMEFRAMES) {
      try {
        const missed = await fill(instrumentId, timeframe, wanted(timeframe));
        if (missed.length > MISSED_CANDLES_MAX) tellCore(instrumentId, timeframe);
        else {
          for (const candle of missed) context.emit({ kind: 'VenueCandleClosed', instrumentId, timeframe, candle });
        }
      } catch (error) {
        context.quarantine.add(`backfill: ${describeError(error).slice(0, 60)}`);
      }
    }
    catchingUp.delete(instrumentId);
  }

  return {
    start(instrumentIds) {
      const [first = '1m', second = '5m'] = FIRST_TIMEFRAMES;
      const core = instrumentIds.flatMap((instrumentId) => [
        { instrumentId, timeframe: first },
        { instrumentId, timeframe: second },
      ]);
      const rest = VENUE_TIMEFRAMES.filter((timeframe) => !FIRST_TIMEFRAMES.includes(timeframe)).flatMap((timeframe) =>
        instrumentIds.map((instrumentId) => ({ instrumentId, timeframe })),
      );
      const lanes = Array.from({ length: CORE_LANES }, () => runLane(core));
      void Promise.all(lanes).then(() => runLane(rest));
    },
    catchUp(instrumentId) {
      void catchUp(instrumentId);
    },
    async fetchBefore(instrumentId, timeframe, beforeMs, limit) {
      const lengthMs = TIMEFRAME_MS[timeframe];
      const toMs = Math.min(Math.ceil(beforeMs / lengthMs) * lengthMs, wanted(timeframe).toMs);
      const range = { fromMs: Math.max(0, toMs - limit * lengthMs), toMs };
      if (timeframe !== '1s') await fill(instrumentId, timeframe, range);
      return range;
    },
  };
}
