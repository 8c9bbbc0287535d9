import { openDataFolder } from '../data-folder.ts';
import type { Timeframe } from '../engine/domain/candle.ts';
import { systemClock } from '../engine/kernel/clock.ts';
import { readColumnFile } from '../lab/data/candle-column-file.ts';
import { openHistory } from '../lab/data/ccxt-history.ts';
import { type FetchProgress, fetchCandles } from '../lab/data/fetch-candles.ts';
import { LabCandles } from '../lab/data/lab-candles.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';

export interface CandlesFetchOptions {
  readonly venue: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly from: string;
  readonly to?: string;
  readonly practice?: string;
  readonly dataDir?: string;
}

const PROGRESS_MS = 1_000;
const isoOf = (timeMs: number): string => new Date(timeMs).toISOString().replace('.000Z', 'Z');

/** `candles fetch --venue V --symbol S --timeframe TF --from DATE`: Ctrl+C keeps what came. */
export async function candlesFetch(options: CandlesFetchOptions): Promise<Outcome> {
  const { venue, symbol, timeframe } = options;
  const nowMs = systemClock.nowMs();
  const [fromMs, toMs] = [timeOf(options.from), options.to === undefined ? nowMs : timeOf(options.to)];
  if (fromMs === null) return badInput(`--from ${options.from} is no date: 2024-01-31 or 2024-01-31T12:00Z is one`);
  if (toMs === null) return badInput(`--to ${options.to} is no date: 2024-01-31 or 2024-01-31T12:00Z is one`);
  const loopbackPort = options.practice === undefined ? null : portOf(options.practice);
  if (Number.isNaN(loopbackPort)) return badInput(`--practice ${options.practice} is not http://127.0.0.1:PORT`);

  const history = await openHistory({ venue, symbol, timeframe, loopbackPort });
  if (!history.ok)
    return history.error.kind === 'unreachable' ? failedWith(history.error.message) : badInput(history.error.message);
  const instrumentId = `${loopbackPort === null ? venue : `practice-${venue}`}:${symbol}`;
  const cancel = new AbortController();
  const stop = (): void => cancel.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const store = new LabCandles(openDataFolder(options.dataDir).labCandles);
    const period = { fromMs, toMs };
    const plan = { instrumentId, timeframe, period, nowMs, signal: cancel.signal, onProgress: progressLine() };
    const result = await fetchCandles(store, history.value, plan);
    if (!result.ok) return badInput(result.error.message);
    const { ended, why, stored, fetched, missing, gaps, refused } = result.value;
    const holes = missing === 0 ? 'no gaps' : `${missing} candles missing in ${gaps.length} gaps`;
    const bad = refused.length === 0 ? '' : `; refused ${refused.length}, the first: ${refused[0]}`;
    const text = `${fetched} ${timeframe} candles of ${instrumentId} came, ${stored?.rows ?? 0} stored, ${holes}${bad}`;
    const value = { ok: ended === 'complete', instrumentId, timeframe, ...result.value };
    if (ended === 'complete') return done(value, text);
    return failed(value, `${text}; ${ended}: ${why}. The same command goes on from here.`);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await history.value.close();
  }
}

const failedWith = (error: string): Outcome => failed({ ok: false, error }, error);

/** `candles stored`: one line a file, its checksum compared. */
export function candlesStored(dataDir: string | undefined): Outcome {
  const store = new LabCandles(openDataFolder(dataDir).labCandles);
  const rows = store.list().map((info) => {
    const read = readColumnFile(store.pathOf(info.instrumentId, info.timeframe), { verify: true });
    const { instrumentId, timeframe, rows: candles, fromMs, toMs } = info;
    return { instrumentId, timeframe, candles, fromMs, toMs, ok: read.ok, why: read.ok ? null : read.error.message };
  });
  const lines = rows.map(({ instrumentId, timeframe, candles, fromMs, toMs, why }) => [
    instrumentId,
    timeframe,
    String(candles),
    candles === 0 ? '–' : isoOf(fromMs),
    candles === 0 ? '–' : isoOf(toMs),
    why ?? 'whole',
  ]);
  const text =
    rows.length === 0
      ? 'no candles are stored'
      : textTable([['instrument', 'timeframe', 'candles', 'from', 'to', ''], ...lines]);
  return rows.every(({ ok }) => ok) ? done({ stored: rows }, text) : failed({ stored: rows }, text);
}

function timeOf(text: string): number | null {
  const timeMs = /^\d{4}-\d\d(-\d\d)?$/.test(text) ? Date.parse(text) : Date.parse(text.replace(/(\d)$/, '$1Z'));
  return Number.isNaN(timeMs) ? null : timeMs;
}

function portOf(url: string): number {
  const parsed = URL.parse(url);
  const isLoopback = parsed !== null && (parsed.hostname === '127.0.0.1' || parsed.hostname === 'localhost');
  return isLoopback && parsed.port !== '' ? Number(parsed.port) : Number.NaN;
}

/** A line a second on stderr. */
function progressLine(): (progress: FetchProgress) => void {
  let toldMs = performance.now();
  return ({ doneShare, candles, reachedMs }) => {
    if (performance.now() - toldMs < PROGRESS_MS) return;
    toldMs = performance.now();
    process.stderr.write(`${(100 * doneShare).toFixed(1)} %: ${candles} candles, up to ${isoOf(reachedMs)}\n`);
  };
}
