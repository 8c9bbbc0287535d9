import { readFileBytes } from '../../candle-files/index.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Signals } from './signal-strategy.ts';

const COLUMNS = {
  enter_long: 'enterLong',
  exit_long: 'exitLong',
  enter_short: 'enterShort',
  exit_short: 'exitShort',
} as const;
type Column = keyof typeof COLUMNS;
/** As numbers, and as libraries of tables write numbers and truths. */
const WORDS: ReadonlyMap<string, 0 | 1> = new Map([
  ['0', 0],
  ['0.0', 0],
  ['false', 0],
  ['1', 1],
  ['1.0', 1],
  ['true', 1],
]);
const TIME_COLUMNS = ['timestamp_ms', 'timestamp'];

/** One sentence that names file, row and column. */
export interface SignalFileError {
  readonly kind: string;
  readonly message: string;
}

/**
 * Reads signals for these candles: CSV or gzipped CSV with `timestamp_ms` and any of `enter_long`, `exit_long`,
 * `enter_short`, `exit_short` as 0 or 1. Rows are in order and each has its candle; candles without a row have no signal. Rows are counted
 * from the header, which is row 1.
 */
export async function readSignals(path: string, openTimeMs: Float64Array): Promise<Result<Signals, SignalFileError>> {
  const bytes = await readFileBytes(path, path.endsWith('.gz') ? 'csv.gz' : 'csv');
  return bytes.ok ? parseSignals(new TextDecoder().decode(bytes.value), path, openTimeMs) : bytes;
}

export function parseSignals(text: string, path: string, openTimeMs: Float64Array): Result<Signals, SignalFileError> {
  const wrong = (what: string): Result<never, SignalFileError> =>
    fail({ kind: 'bad-signals', message: `${path}: ${what}` });
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = (lines[0] ?? '').split(',').map((name) => name.trim());
  const timeAt = header.findIndex((name) => TIME_COLUMNS.includes(name));
  if (timeAt < 0) return wrong('the header has no column timestamp_ms');
  const columns = header.flatMap((name, at) => (name in COLUMNS ? [{ name: name as Column, at }] : []));
  if (columns.length === 0) return wrong(`the header has none of the columns ${Object.keys(COLUMNS).join(', ')}`);

  const bars = openTimeMs.length;
  const signals = {
    enterLong: new Uint8Array(bars),
    exitLong: new Uint8Array(bars),
    enterShort: new Uint8Array(bars),
    exitShort: new Uint8Array(bars),
  };
  let bar = 0;
  for (let row = 1; row < lines.length; row += 1) {
    const line = lines[row]!;
    if (line === '' && row === lines.length - 1) break;
    const cells = line.split(',');
    if (cells.length !== header.length)
      return wrong(`row ${row + 1}: ${cells.length} fields, the header has ${header.length}`);
    const timeMs = Number(cells[timeAt]);
    while (bar < bars && openTimeMs[bar]! < timeMs) bar += 1;
    if (openTimeMs[bar] !== timeMs) {
      return wrong(
        `row ${row + 1}: ${header[timeAt]}: ${cells[timeAt]} is not the next candle’s time or a later one’s`,
      );
    }
    for (const { name, at } of columns) {
      const cell = cells[at]!.trim();
      const said = WORDS.get(cell.toLowerCase());
      if (said === undefined) return wrong(`row ${row + 1}: ${name}: ${cell || 'nothing'} is neither 0 nor 1`);
      signals[COLUMNS[name]][bar] = said;
    }
    bar += 1;
  }
  return ok(signals);
}
