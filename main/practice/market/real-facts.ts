import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readCandleFile, sliceWindow } from '../../candle-files/index.ts';
import { type BookFacts, measureBook } from './book-facts.ts';
import { aggregateBars, type BarFacts, type BarSeries, correlation, logReturns, measureBars } from './statistics.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The stretch that hourly figures and correlations are taken from. */
const HOURLY_FROM_MS = Date.UTC(2023, 0, 1);
const HOURLY_TO_MS = Date.UTC(2024, 6, 1);

/** The finest recording of each symbol, in the folder layout of the development data. */
const RECORDINGS: readonly { readonly symbol: string; readonly stepMs: number; readonly path: string }[] = [
  ...['BTCUSDT', 'ETHUSDT'].map((symbol) => recording(symbol, '1m', MINUTE_MS, '20230301-20240331')),
  ...['SOLUSDT', 'XRPUSDT', 'LTCUSDT', 'TRXUSDT'].map((symbol) =>
    recording(symbol, '5m', 5 * MINUTE_MS, '20240101-20240630'),
  ),
  ...['BNBUSDT', 'ADAUSDT', 'DOGEUSDT', 'AVAXUSDT', 'LINKUSDT', 'DOTUSDT'].map((symbol) =>
    recording(symbol, '1h', HOUR_MS, '20201001-20240630'),
  ),
];

const HOURLY_RECORDINGS: readonly { readonly symbol: string; readonly stepMs: number; readonly path: string }[] = [
  ...['BTCUSDT', 'ETHUSDT'].map((symbol) => recording(symbol, '1h', HOUR_MS, '20180101-20240630')),
  ...['SOLUSDT', 'XRPUSDT'].map((symbol) => recording(symbol, '1h', HOUR_MS, '20201001-20240630')),
  ...RECORDINGS.filter(({ symbol, stepMs }) => stepMs === HOUR_MS || symbol === 'LTCUSDT' || symbol === 'TRXUSDT'),
];

const FEED_FILES = [
  'l2_trades/binance_ws/binance-spot_BTCUSDT_20240808T2354_raw.jsonl.gz',
  'l2_trades/binance_ws/binance-spot_BTCUSDT_20240809T0000_raw.jsonl.gz',
];

function recording(
  symbol: string,
  interval: string,
  stepMs: number,
  span: string,
): { symbol: string; stepMs: number; path: string } {
  return { symbol, stepMs, path: `candles/${interval}/binance_${symbol}_${interval}_${span}.csv.gz` };
}

export interface RealSymbolFacts {
  readonly source: string;
  readonly stepMin: number;
  readonly lastPrice: number;
  readonly facts: BarFacts;
}

/** What was measured in real recordings; committed, so that realism can be checked where the recordings are not. */
export interface RealFacts {
  readonly symbols: Readonly<Record<string, RealSymbolFacts>>;
  readonly correlations: {
    readonly source: string;
    readonly symbols: readonly string[];
    readonly matrix: readonly (readonly number[])[];
  };
  readonly book: { readonly source: string; readonly symbol: string; readonly facts: BookFacts };
}

/** Lags of |return| in minutes that a bar of this length can show, nearest to 1, 10 and 60. */
export function lagsFor(stepMin: number): number[] {
  return [...new Set([1, 10, 60].map((lag) => Math.max(lag, stepMin)))];
}

/** Measures the recordings below `dir`. @throws Error naming the file that is absent or broken. */
export async function measureReal(dir: string): Promise<RealFacts> {
  const symbols: Record<string, RealSymbolFacts> = {};
  for (const { symbol, stepMs, path } of RECORDINGS) {
    const bars = await readBars(dir, path, stepMs === HOUR_MS);
    const stepMin = stepMs / MINUTE_MS;
    symbols[symbol] = {
      source: basename(path),
      stepMin,
      lastPrice: bars.close[bars.close.length - 1] as number,
      facts: measureBars(bars, stepMs, lagsFor(stepMin)),
    };
  }
  const feed = FEED_FILES.map((path) => existing(dir, path));
  return {
    symbols,
    correlations: await measureCorrelations(dir),
    book: {
      source: FEED_FILES.map((path) => basename(path)).join(', '),
      symbol: 'BTCUSDT',
      facts: measureBook(feed, 0.01),
    },
  };
}

async function measureCorrelations(dir: string): Promise<RealFacts['correlations']> {
  const hours = Math.round((HOURLY_TO_MS - HOURLY_FROM_MS) / HOUR_MS);
  const rows = new Map<string, Float64Array>();
  for (const { symbol, stepMs, path } of HOURLY_RECORDINGS) {
    const read = await readBars(dir, path, true);
    const bars = stepMs === HOUR_MS ? read : aggregateBars(read, stepMs, HOUR_MS);
    const grid = new Float64Array(hours).fill(Number.NaN);
    logReturns(bars, HOUR_MS).forEach((value, i) => {
      grid[((bars.openTimeMs[i + 1] as number) - HOURLY_FROM_MS) / HOUR_MS] = value;
    });
    rows.set(symbol, grid);
  }
  const symbols = [...rows.keys()];
  const matrix = symbols.map((a) =>
    symbols.map((b) => correlation(rows.get(a) as Float64Array, rows.get(b) as Float64Array)),
  );
  return {
    source: '1h recordings of 2023-01-01…2024-06-30; LTCUSDT and TRXUSDT from 5m of 2024-01-01…2024-06-30',
    symbols,
    matrix,
  };
}

async function readBars(dir: string, path: string, hourlyStretch: boolean): Promise<BarSeries> {
  const read = await readCandleFile(existing(dir, path));
  if (!read.ok) throw new Error(read.error.message);
  const { columns } = read.value;
  return hourlyStretch ? sliceWindow(columns, { fromMs: HOURLY_FROM_MS, toMs: HOURLY_TO_MS }) : columns;
}

function existing(dir: string, path: string): string {
  const file = join(dir, path);
  if (!existsSync(file)) throw new Error(`${path} is not in the data folder ${dir}`);
  return file;
}
