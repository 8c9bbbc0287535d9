import { basename } from 'node:path';
import { readCandleFile, runCandlesCheck, runCandlesExport } from '../candle-files/index.ts';
import { openAccountFolder, openDataFolder } from '../data-folder.ts';
import { type CandleColumns, TIMEFRAME_MS, TIMEFRAMES } from '../engine/domain/candle.ts';
import type { CandleRow } from '../engine/domain/events.ts';
import { openCandleStore } from '../engine/venues/candle-store/candle-store.ts';
import { LabCandles } from '../lab/data/lab-candles.ts';
import { badInput, done, type Outcome } from './output.ts';

const rowsOf = (columns: CandleColumns): CandleRow[] =>
  Array.from(columns.openTimeMs, (openTimeMs, row) => [
    openTimeMs,
    columns.open[row] as number,
    columns.high[row] as number,
    columns.low[row] as number,
    columns.close[row] as number,
    columns.volume[row] as number,
  ]);

const isoOf = (timeMs: number | null): string => (timeMs === null ? '–' : new Date(timeMs).toISOString());

/** `candles check FILE`: order, gaps, duplicates, high and low of every row. */
export async function candlesCheck(file: string): Promise<Outcome> {
  const result = await runCandlesCheck(file);
  if (!result.ok) return badInput(result.error.message);
  const report = result.value;
  const first = report.errors[0];
  if (first) return badInput(`${first.message} (${report.errorsTotal} faults in all)`, report);
  const gaps = report.gapsTotal === 0 ? 'no gaps' : `${report.gapsTotal} gaps, ${report.missingTotal} candles missing`;
  return done(report, `${file}: ${report.rows} candles, ${isoOf(report.fromMs)} … ${isoOf(report.toMs)}, ${gaps}`);
}

/** `candles export FROM TO`: between CSV, gzipped CSV and Parquet, by the names. */
export async function candlesExport(from: string, to: string): Promise<Outcome> {
  const result = await runCandlesExport(from, to);
  if (!result.ok) return badInput(result.error.message);
  return done(result.value, `${result.value.rows} candles written to ${to}`);
}

/** `candles import FILE --instrument ID --account NAME`: into the lab's store, and into the one that charts read. */
export async function candlesImport(
  file: string,
  instrumentId: string,
  account: string,
  dataDir: string | undefined,
): Promise<Outcome> {
  const read = await readCandleFile(file);
  if (!read.ok) return badInput(read.error.message);
  const { columns, timeframeMs } = read.value;
  const timeframe = TIMEFRAMES.find((name) => TIMEFRAME_MS[name] === timeframeMs);
  if (!timeframe) {
    return badInput(`${basename(file)}: candles are ${timeframeMs} ms apart; the store keeps ${TIMEFRAMES.join(', ')}`);
  }
  const folder = openDataFolder(dataDir);
  const kept = new LabCandles(folder.labCandles).add(instrumentId, timeframe, columns);
  if (!kept.ok) return badInput(kept.error.message);
  const problems: string[] = [];
  const store = openCandleStore(openAccountFolder(folder.root, account).candleStore, {
    onProblem: (text) => problems.push(text),
  });
  try {
    store.put(instrumentId, timeframe, rowsOf(columns));
  } catch (error) {
    return badInput(`${basename(file)}: ${(error as Error).message}`);
  } finally {
    store.close();
  }
  const { rows: stored } = kept.value;
  const value = { file, instrumentId, timeframe, rows: columns.openTimeMs.length, stored, problems };
  return done(value, `${value.rows} ${timeframe} candles of ${instrumentId} stored`);
}
