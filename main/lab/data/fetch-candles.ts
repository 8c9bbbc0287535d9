import { eachFault } from '../../candle-files/index.ts';
import { type CandleColumns, TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import type { CandleRow } from '../../engine/domain/events.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { columnsOf, type Period, type StoredCandles } from './candle-column-file.ts';
import type { LabCandles } from './lab-candles.ts';
import { emptyCandles, mergePeriods, withoutPeriods } from './merge-candles.ts';
import { type Page, PageLog } from './page-log.ts';

/** Where candles come from: up to `limit` from a time on, oldest first. @throws an error in words */
export interface CandleSource {
  readonly limit: number;
  page(sinceMs: number, signal: AbortSignal): Promise<readonly CandleRow[]>;
}

export interface FetchPlan {
  readonly instrumentId: string;
  readonly timeframe: Timeframe;
  /** Cut to whole candles; candles that have not closed by `nowMs` are not taken. */
  readonly period: Period;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FetchProgress) => void;
}

export interface FetchProgress {
  /** Of the candles' time that was not there yet. */
  readonly doneShare: number;
  readonly candles: number;
  readonly reachedMs: number;
}

export interface FetchReport {
  readonly ended: 'complete' | 'cancelled' | 'failed';
  /** One sentence; null where it is complete. */
  readonly why: string | null;
  /** What there is now; null where nothing came. */
  readonly stored: StoredCandles | null;
  /** Candles that came now. */
  readonly fetched: number;
  readonly requests: number;
  /** Candles that cannot be, by the sentence that says why. */
  readonly refused: readonly string[];
  /** Periods in what was asked for in which the venue has no candles. */
  readonly gaps: readonly (Period & { readonly missing: number })[];
  readonly missing: number;
}

export interface FetchFault {
  readonly kind: 'bad-period' | 'unreadable' | 'damaged';
  readonly message: string;
}

const REFUSED_LISTED_MAX = 20;
const GAPS_LISTED_MAX = 1_000;

/**
 * Downloads what the store does not have of a period. Each answer is on disk before the next is asked for, so that a download that was
 * cancelled, or broke off, is gone on with by asking for the same again. A hole that the venue itself has is asked for once.
 */
export async function fetchCandles(
  store: LabCandles,
  source: CandleSource,
  plan: FetchPlan,
): Promise<Result<FetchReport, FetchFault>> {
  const { instrumentId, timeframe } = plan;
  const lengthMs = TIMEFRAME_MS[timeframe];
  const closedMs = Math.floor(plan.nowMs / lengthMs) * lengthMs;
  const wanted = {
    fromMs: Math.ceil(plan.period.fromMs / lengthMs) * lengthMs,
    toMs: Math.min(closedMs, Math.floor(plan.period.toMs / lengthMs) * lengthMs),
  };
  if (!(wanted.fromMs < wanted.toMs)) {
    const [from, to] = [wanted.fromMs, wanted.toMs].map((timeMs) => new Date(timeMs).toISOString());
    return fail({ kind: 'bad-period', message: `no ${timeframe} candle lies between ${from} and ${to}` });
  }
  const log = new PageLog(`${store.pathOf(instrumentId, timeframe)}.pages`);
  const before = addPages(store, plan, log);
  if (!before.ok) return before;

  const refused: string[] = [];
  const download = await downloadMissing(source, plan, missingOf(wanted, before.value), log, refused);
  const stored = addPages(store, plan, log);
  if (!stored.ok) return stored;
  const info = stored.value;
  if (info === null) return ok({ ...download, stored: null, refused, gaps: [], missing: 0 });
  const candles = store.load(instrumentId, timeframe);
  if (!candles.ok) return candles;
  return ok({ ...download, stored: info, refused, ...gapsIn(columnsOf(candles.value), wanted, info.asked, lengthMs) });
}

const missingOf = (wanted: Period, info: StoredCandles | null): readonly Period[] =>
  withoutPeriods(wanted, info?.asked ?? []);

/** Puts the answers of the log into the store; the store as it is where there are none. */
function addPages(store: LabCandles, plan: FetchPlan, log: PageLog): Result<StoredCandles | null, FetchFault> {
  const pages = log.read();
  if (pages.length === 0) return store.info(plan.instrumentId, plan.timeframe);
  const added = store.add(
    plan.instrumentId,
    plan.timeframe,
    columnsIn(pages),
    mergePeriods(pages.map(({ asked }) => asked)),
  );
  if (added.ok) log.clear();
  return added;
}

function columnsIn(pages: readonly Page[]): CandleColumns {
  const rows = new Map<number, CandleRow>();
  for (const page of pages) for (const row of page.rows) rows.set(row[0], row);
  const sorted = [...rows.values()].sort((a, b) => a[0] - b[0]);
  const columns = emptyCandles(sorted.length);
  for (const [at, [timeMs, open, high, low, close, volume]] of sorted.entries()) {
    columns.openTimeMs[at] = timeMs;
    columns.open[at] = open;
    columns.high[at] = high;
    columns.low[at] = low;
    columns.close[at] = close;
    columns.volume[at] = volume;
  }
  return columns;
}

type Download = Pick<FetchReport, 'ended' | 'why' | 'fetched' | 'requests'>;

async function downloadMissing(
  source: CandleSource,
  plan: FetchPlan,
  missing: readonly Period[],
  log: PageLog,
  refused: string[],
): Promise<Download> {
  const pageMs = source.limit * TIMEFRAME_MS[plan.timeframe];
  const totalMs = missing.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  let [doneMs, fetched, requests] = [0, 0, 0];
  for (const period of missing) {
    for (let sinceMs = period.fromMs; sinceMs < period.toMs; ) {
      if (plan.signal.aborted) return { ended: 'cancelled', why: 'cancelled', fetched, requests };
      let answer: readonly CandleRow[];
      try {
        answer = await source.page(sinceMs, plan.signal);
      } catch (error) {
        const ended = plan.signal.aborted ? 'cancelled' : 'failed';
        return { ended, why: plan.signal.aborted ? 'cancelled' : (error as Error).message, fetched, requests };
      }
      requests += 1;
      const page = pageOf(answer, { fromMs: sinceMs, toMs: period.toMs }, pageMs, plan.timeframe, refused);
      log.append(page);
      fetched += page.rows.length;
      doneMs += page.asked.toMs - sinceMs;
      sinceMs = page.asked.toMs;
      plan.onProgress({ doneShare: doneMs / totalMs, candles: fetched, reachedMs: sinceMs });
    }
  }
  return { ended: 'complete', why: null, fetched, requests };
}

/**
 * The candles of an answer that can be, and the time that it settles: up to its last candle, or the length of a page where that is
 * further: an answer begins at what was asked for, or at the first candle after it.
 */
function pageOf(
  answer: readonly CandleRow[],
  asked: Period,
  pageMs: number,
  timeframe: Timeframe,
  refused: string[],
): Page {
  const lengthMs = TIMEFRAME_MS[timeframe];
  const rows = answer
    .filter((row) => row[0] >= asked.fromMs && row[0] < asked.toMs)
    .sort((a, b) => a[0] - b[0])
    .filter((row, at, all) => row[0] !== all[at - 1]?.[0]);
  const good = rows.filter((row) => {
    const why = faultOf(row, lengthMs);
    if (why !== null && refused.length < REFUSED_LISTED_MAX) refused.push(`${new Date(row[0]).toISOString()}: ${why}`);
    return why === null;
  });
  const last = rows.at(-1);
  const settledMs = Math.max(last === undefined ? 0 : last[0] + lengthMs, rows.length < 1 ? asked.fromMs + pageMs : 0);
  return { asked: { fromMs: asked.fromMs, toMs: Math.min(asked.toMs, settledMs) }, rows: good };
}

function faultOf(row: CandleRow, lengthMs: number): string | null {
  const columns = columnsIn([{ asked: { fromMs: 0, toMs: 0 }, rows: [row] }]);
  let why: string | null = null;
  eachFault({ columns, rows: [1] }, lengthMs, ({ field, detail }) => {
    why ??= `${field} ${detail}`;
  });
  return why;
}

/** Holes of the candles inside what was asked for and answered. */
function gapsIn(
  { openTimeMs }: CandleColumns,
  wanted: Period,
  asked: readonly Period[],
  lengthMs: number,
): Pick<FetchReport, 'gaps' | 'missing'> {
  const gaps: (Period & { missing: number })[] = [];
  let missing = 0;
  const note = (fromMs: number, toMs: number): void => {
    for (const { fromMs: from, toMs: to } of mergePeriods(asked)) {
      const [begin, end] = [Math.max(from, fromMs, wanted.fromMs), Math.min(to, toMs, wanted.toMs)];
      if (begin >= end) continue;
      const count = Math.round((end - begin) / lengthMs);
      missing += count;
      if (gaps.length < GAPS_LISTED_MAX) gaps.push({ fromMs: begin, toMs: end, missing: count });
    }
  };
  let nextMs = wanted.fromMs;
  for (const timeMs of openTimeMs) {
    if (timeMs < nextMs) continue;
    if (timeMs >= wanted.toMs) break;
    if (timeMs > nextMs) note(nextMs, timeMs);
    nextMs = timeMs + lengthMs;
  }
  if (nextMs < wanted.toMs) note(nextMs, wanted.toMs);
  return { gaps, missing };
}
