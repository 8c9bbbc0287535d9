import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { CandleColumns } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { type CandleFileError, faultToError, fileError, type RowFault } from './candle-file-error.ts';
import { CANDLE_FIELDS, type CandleRows, detectTimeframeMs, eachFault } from './candle-rules.ts';
import { parseCandleCsv } from './csv-parse.ts';
import { plainDecimal } from './number-text.ts';
import { encodeParquet, readParquetCandles } from './parquet.ts';

/** A file that is, or unpacks to, more than this is refused: about fifty years of minutes. */
const UNPACKED_BYTES_MAX = 1_500_000_000;
const ROWS_PER_TEXT_CHUNK = 20_000;

export type CandleFormat = 'csv' | 'csv.gz' | 'parquet';

/** A candle file whose every row is good. */
export interface CandleFile {
  readonly path: string;
  readonly format: CandleFormat;
  readonly columns: CandleColumns;
  readonly timeframeMs: number | null;
  readonly priceDecimals: number;
  readonly volumeDecimals: number;
}

/** Candles as they were read, with what could not be read. */
export interface RawCandleFile extends CandleRows {
  readonly format: CandleFormat;
  readonly priceDecimals: number;
  readonly volumeDecimals: number;
  readonly faults: readonly RowFault[];
}

/** The format that a file's name claims, or null. */
export function candleFormatOf(path: string): CandleFormat | null {
  const name = basename(path).toLowerCase();
  if (name.endsWith('.csv')) return 'csv';
  if (name.endsWith('.csv.gz')) return 'csv.gz';
  return name.endsWith('.parquet') ? 'parquet' : null;
}

/**
 * Reads a candle file and accepts it only whole: the first fault is the error. Gaps are no faults.
 * @param options.window only rows with `fromMs <= time < toMs`; rows outside are neither read nor checked
 */
export async function readCandleFile(
  path: string,
  options: { window?: { fromMs: number; toMs: number } } = {},
): Promise<Result<CandleFile, CandleFileError>> {
  const raw = await readRawCandles(path, { faultsMax: 1, ...options });
  if (!raw.ok) return raw;
  const { columns, rows, faults, format } = raw.value;
  const timeframeMs = detectTimeframeMs(columns.openTimeMs);
  let first: RowFault | null = faults[0] ?? null;
  eachFault({ columns, rows }, timeframeMs, (fault) => {
    if (first === null || fault.row < first.row) first = fault;
  });
  if (first !== null) return fail(faultToError(path, first));
  if (columns.openTimeMs.length === 0 && !options.window) return fail(noRows(path));
  const { priceDecimals, volumeDecimals } = raw.value;
  return ok({ path, format, columns, timeframeMs, priceDecimals, volumeDecimals });
}

export function noRows(path: string): CandleFileError {
  return fileError('empty', path, 'the file has a header but no candles');
}

/** Reads what is there, faults included. */
export async function readRawCandles(
  path: string,
  options: { faultsMax: number; window?: { fromMs: number; toMs: number } },
): Promise<Result<RawCandleFile, CandleFileError>> {
  const format = candleFormatOf(path);
  if (format === null) return fail(fileError('unknown-format', path, 'not a .csv, .csv.gz or .parquet file'));
  if (format === 'parquet') {
    const parquet = await readParquetCandles(path, options.faultsMax);
    if (!parquet.ok) return parquet;
    const columns = options.window ? sliceWindow(parquet.value.columns, options.window) : parquet.value.columns;
    return ok({ format, columns, rows: rowNumbers(columns), faults: parquet.value.faults, ...decimalsOf(columns) });
  }
  const bytes = await readFileBytes(path, format);
  if (!bytes.ok) return bytes;
  const parsed = parseCandleCsv(bytes.value, path, options);
  return parsed.ok ? ok({ format, ...parsed.value }) : parsed;
}

function rowNumbers(columns: CandleColumns): ArrayLike<number> {
  return Int32Array.from(columns.openTimeMs, (_, i) => i + 1);
}

/** The file's bytes, unpacked where it is gzipped and bounded in size. */
export async function readFileBytes(
  path: string,
  format: 'csv' | 'csv.gz',
): Promise<Result<Uint8Array, CandleFileError>> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > UNPACKED_BYTES_MAX)
      return fail(
        fileError(
          'too-large',
          path,
          `has ${size} bytes, and ${UNPACKED_BYTES_MAX} is the most that is read: cut it into pieces`,
        ),
      );
    bytes = await readFile(path);
  } catch (cause) {
    return fail(fileError('unreadable', path, `cannot be read (${codeOf(cause)})`));
  }
  if (bytes.length === 0) return fail(fileError('empty', path, 'the file is empty'));
  if (format === 'csv') return ok(bytes);
  try {
    return ok(await promisify(gunzip)(bytes, { maxOutputLength: UNPACKED_BYTES_MAX }));
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'Z_BUF_ERROR')
      return fail(fileError('truncated', path, 'the gzip data ends early: the file is cut off'));
    if (code === 'ERR_BUFFER_TOO_LARGE')
      return fail(fileError('too-large', path, `unpacks to more than ${UNPACKED_BYTES_MAX} bytes`));
    return fail(fileError('unreadable', path, `is no valid gzip file (${code})`));
  }
}

function codeOf(cause: unknown): string {
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return String(cause);
}

/** The candles with `fromMs <= time < toMs` of columns in order. */
export function sliceWindow(columns: CandleColumns, window: { fromMs: number; toMs: number }): CandleColumns {
  const from = lowerBound(columns.openTimeMs, window.fromMs);
  const to = lowerBound(columns.openTimeMs, window.toMs);
  return {
    openTimeMs: columns.openTimeMs.subarray(from, to),
    open: columns.open.subarray(from, to),
    high: columns.high.subarray(from, to),
    low: columns.low.subarray(from, to),
    close: columns.close.subarray(from, to),
    volume: columns.volume.subarray(from, to),
  };
}

function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function decimalsOf(columns: CandleColumns): { priceDecimals: number; volumeDecimals: number } {
  const most = (values: Float64Array): number => {
    let places = 0;
    for (const value of values) places = Math.max(places, plainDecimal(value).split('.')[1]?.length ?? 0);
    return places;
  };
  return { priceDecimals: Math.max(most(columns.open), most(columns.close)), volumeDecimals: most(columns.volume) };
}

/** Writes candles in the format of the file's name, whole or not at all: a crash leaves no half file under that name. */
export async function writeCandleFile(
  path: string,
  columns: CandleColumns,
): Promise<Result<{ rows: number; bytes: number }, CandleFileError>> {
  const format = candleFormatOf(path);
  if (format === null) return fail(fileError('unknown-format', path, 'not a .csv, .csv.gz or .parquet name'));
  const unfinished = `${path}.${process.pid}.part`;
  try {
    const text = format === 'parquet' ? null : Buffer.from(encodeCsv(columns), 'utf8');
    const bytes = text === null ? encodeParquet(columns) : format === 'csv.gz' ? await promisify(gzip)(text) : text;
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
    return ok({ rows: columns.openTimeMs.length, bytes: bytes.length });
  } catch (cause) {
    await rm(unfinished, { force: true });
    return fail(fileError('unwritable', path, `cannot be written (${codeOf(cause)})`));
  }
}

/** CSV text with a header, shortest exact decimals, one line a candle. */
export function encodeCsv(columns: CandleColumns): string {
  const chunks: string[] = [`timestamp_ms,${CANDLE_FIELDS.join(',')}\n`];
  const { openTimeMs } = columns;
  for (let from = 0; from < openTimeMs.length; from += ROWS_PER_TEXT_CHUNK) {
    let chunk = '';
    for (let i = from; i < Math.min(from + ROWS_PER_TEXT_CHUNK, openTimeMs.length); i++) {
      chunk += openTimeMs[i];
      for (const field of CANDLE_FIELDS) chunk += `,${plainDecimal(columns[field][i] as number)}`;
      chunk += '\n';
    }
    chunks.push(chunk);
  }
  return chunks.join('');
}
