import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CandleFileError, candleFormatOf, readCandleFile } from '../../candle-files/index.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';

const DAY_MS = 86_400_000;
const FILES_MAX = 20_000;
const UNNAMED_SPANS_READ_MAX = 64;
const QUOTES = ['USDT', 'USDC', 'FDUSD', 'TUSD', 'BUSD', 'USD', 'EUR', 'GBP', 'TRY', 'BTC', 'ETH', 'BNB'];
/** What can be filled to whole minutes. */
const INTERVALS: readonly string[] = ['1m', '5m', '15m', '1h', '4h', '1d'] satisfies Timeframe[];

/** A file of candles by its name (or, where the name does not tell, by its content). Spans are half open. */
export interface RecordedFile {
  readonly path: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly timeframeMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface MarketSourceError {
  readonly kind: 'no-recording' | 'bad-recording' | 'bad-option';
  readonly message: string;
}

/** All candle files below `dir`, in name order. Files that are no candles are passed over; broken candles are an error. */
export async function indexRecordings(dir: string): Promise<Result<RecordedFile[], MarketSourceError>> {
  let names: string[];
  try {
    names = (await readdir(dir, { recursive: true })).slice(0, FILES_MAX).sort();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    return fail({ kind: 'no-recording', message: `the folder ${dir} cannot be read (${code})` });
  }
  const files: RecordedFile[] = [];
  const unknownSpan: { path: string; pair: Pair }[] = [];
  for (const name of names) {
    const path = join(dir, name);
    if (candleFormatOf(path) === null) continue;
    const stem = basename(name).replace(/\.(csv|csv\.gz|parquet)$/i, '');
    const known = parseSpanName(path, stem);
    if (known) files.push(known);
    const pair = known ? null : pairInName(stem);
    if (pair) unknownSpan.push({ path, pair });
  }
  for (const { path, pair } of unknownSpan.slice(0, UNNAMED_SPANS_READ_MAX)) {
    const file = await readSpan(path, pair);
    if (!file.ok) return fail({ kind: 'bad-recording', message: file.error.message });
    if (file.value) files.push(file.value);
  }
  return ok(files);
}

interface Pair {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
}

/** `<venue>_<SYMBOL>_<interval>_<from>-<to>`, days as 20240131 and both included, or one month as 202401. */
function parseSpanName(path: string, stem: string): RecordedFile | null {
  const match = /^[a-z0-9-]+_([A-Z0-9-]+)_(\d+[mhd])_(\d{6,8})(?:-(\d{8}))?$/.exec(stem);
  if (!match) return null;
  const pair = splitPair(match[1] as string);
  const interval = match[2] as string;
  const from = dayOf(match[3] as string);
  const last = dayOf(match[4] ?? (match[3] as string));
  if (!pair || !INTERVALS.includes(interval) || from === null || last === null || last.endMs <= from.startMs)
    return null;
  return { path, ...pair, timeframeMs: TIMEFRAME_MS[interval as Timeframe], fromMs: from.startMs, toMs: last.endMs };
}

function dayOf(digits: string): { startMs: number; endMs: number } | null {
  const year = Number(digits.slice(0, 4));
  const month = Number(digits.slice(4, 6));
  if (month < 1 || month > 12) return null;
  if (digits.length === 6) return { startMs: Date.UTC(year, month - 1), endMs: Date.UTC(year, month) };
  if (digits.length !== 8) return null;
  const startMs = Date.UTC(year, month - 1, Number(digits.slice(6)));
  return { startMs, endMs: startMs + DAY_MS };
}

function splitPair(text: string): Pair | null {
  const name = text.toUpperCase().replaceAll('-', '');
  const quote = QUOTES.find((candidate) => name.endsWith(candidate) && name.length > candidate.length + 1);
  return quote ? { symbol: name, base: name.slice(0, -quote.length), quote } : null;
}

function pairInName(stem: string): Pair | null {
  const joined = /(?:^|[^A-Z0-9])([A-Z0-9]{2,12})[-_]((?:USDT|USDC|USD|EUR))(?![A-Z0-9])/.exec(stem);
  if (joined) return splitPair(`${joined[1]}${joined[2]}`);
  for (const token of stem.split(/[^A-Z0-9]+/)) {
    const pair = token.length >= 5 && /^[A-Z]/.test(token) ? splitPair(token) : null;
    if (pair) return pair;
  }
  return null;
}

/** Reads a file whose name does not tell its span. Null where it holds no candles that can be filled to minutes. */
async function readSpan(path: string, pair: Pair): Promise<Result<RecordedFile | null, CandleFileError>> {
  const read = await readCandleFile(path);
  if (!read.ok) return read.error.kind === 'bad-header' || read.error.kind === 'empty' ? ok(null) : read;
  const { columns, timeframeMs } = read.value;
  const times = columns.openTimeMs;
  if (timeframeMs === null || !INTERVALS.some((name) => TIMEFRAME_MS[name as Timeframe] === timeframeMs))
    return ok(null);
  return ok({ path, ...pair, timeframeMs, fromMs: times[0] as number, toMs: (times.at(-1) as number) + timeframeMs });
}

/** The stretch of time that the market is played from, with one file for each symbol that covers it. */
export interface RecordedWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly files: readonly RecordedFile[];
}

/** A stretch shorter than this counts for less, however many symbols it has. */
const FULL_WORTH_MS = 14 * DAY_MS;

/**
 * The stretch with the most symbols; among equals the one with the finest bars, then the longest. One file per symbol,
 * its finest.
 */
export function chooseWindow(files: readonly RecordedFile[]): RecordedWindow | null {
  const starts = [...new Set(files.map(({ fromMs }) => fromMs))];
  const ends = [...new Set(files.map(({ toMs }) => toMs))];
  let best: { window: RecordedWindow; score: readonly number[] } | null = null;
  for (const fromMs of starts) {
    for (const toMs of ends) {
      if (toMs <= fromMs) continue;
      const chosen = coveringFiles(files, fromMs, toMs);
      const fineness = chosen.reduce((sum, { timeframeMs }) => sum - Math.log(timeframeMs), 0);
      const score = [chosen.length * Math.min(1, (toMs - fromMs) / FULL_WORTH_MS), fineness, toMs - fromMs];
      if (chosen.length > 0 && (best === null || isHigher(score, best.score))) {
        best = { window: { fromMs, toMs, files: chosen }, score };
      }
    }
  }
  return best?.window ?? null;
}

function coveringFiles(files: readonly RecordedFile[], fromMs: number, toMs: number): RecordedFile[] {
  const finest = new Map<string, RecordedFile>();
  for (const file of files) {
    if (file.fromMs > fromMs || file.toMs < toMs) continue;
    const known = finest.get(file.symbol);
    if (!known || file.timeframeMs < known.timeframeMs) finest.set(file.symbol, file);
  }
  return [...finest.values()];
}

function isHigher(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (Math.abs(difference) > 1e-9) return difference > 0;
  }
  return false;
}
