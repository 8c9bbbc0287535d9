import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readCandleFile } from '../candle-files/index.ts';
import { indicatorCsv, indicatorTable, parseIndicatorSet } from '../engine/features/indicator-table.ts';
import { badInput, done, type Outcome } from './output.ts';

/** `indicators FILE --set sma:20,rsi:14 [--out CSV]`: CSV to the file, or to stdout where none is named. */
export async function indicators(file: string, setText: string, out: string | undefined): Promise<Outcome | null> {
  const set = parseIndicatorSet(setText);
  if (!set.ok) return badInput(set.error.message);
  const read = await readCandleFile(file);
  if (!read.ok) return badInput(read.error.message);
  const { columns } = read.value;
  const table = indicatorTable(columns, set.value);
  if (out === undefined) {
    await pipeline(Readable.from(indicatorCsv(columns, table)), process.stdout, { end: false });
    return null;
  }
  try {
    await pipeline(Readable.from(indicatorCsv(columns, table)), createWriteStream(out));
  } catch (error) {
    return badInput(`${out} cannot be written: ${(error as Error).message}`);
  }
  const value = { file, out, rows: columns.openTimeMs.length, columns: table.names };
  return done(value, `${value.rows} rows of ${table.names.length} columns written to ${out}`);
}
