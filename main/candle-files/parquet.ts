import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { CandleColumns } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { type CandleFileError, fileError, type RowFault } from './candle-file-error.ts';
import { CANDLE_FIELDS, TIME_FIELDS } from './candle-rules.ts';
import { whyNotANumber } from './number-text.ts';

/** As many as fit the largest text file that is read. */
const ROWS_MAX = 30_000_000;

export interface ParquetCandles {
  readonly columns: CandleColumns;
  readonly faults: readonly RowFault[];
}

/** Reads the six candle columns of a Parquet file; other columns are not read. Values that are no numbers become NaN and a fault. */
export async function readParquetCandles(
  path: string,
  faultsMax: number,
): Promise<Result<ParquetCandles, CandleFileError>> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const names = metadata.schema.map(({ name }) => name);
    const timeField = TIME_FIELDS.find((name) => names.includes(name));
    const wanted: string[] = [timeField ?? 'timestamp_ms', ...CANDLE_FIELDS];
    const missing = wanted.find((name) => !names.includes(name));
    if (missing !== undefined)
      return fail(fileError('bad-header', path, `the Parquet file has no column ${missing}`, missing));
    const rowCount = Number(metadata.num_rows);
    if (rowCount > ROWS_MAX)
      return fail(
        fileError(
          'too-large',
          path,
          `has ${rowCount} rows, and ${ROWS_MAX} is the most that is read: cut it into pieces`,
        ),
      );
    const columns = new Map(wanted.map((name) => [name, new Float64Array(rowCount)]));
    const faults: RowFault[] = [];
    const onChunk = (chunk: { columnName: string; columnData: ArrayLike<unknown>; rowStart: number }): void => {
      const column = columns.get(chunk.columnName) as Float64Array;
      for (let i = 0; i < chunk.columnData.length; i++) {
        const value = toNumber(chunk.columnData[i]);
        column[chunk.rowStart + i] = value;
        if (Number.isNaN(value) && faults.length < faultsMax) {
          faults.push({
            kind: 'bad-value',
            row: chunk.rowStart + i + 1,
            field: chunk.columnName,
            detail: describe(chunk.columnData[i]),
          });
        }
      }
    };
    await parquetRead({ file, metadata, columns: wanted, onChunk });
    const [openTimeMs, open, high, low, close, volume] = wanted.map((name) => columns.get(name)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return ok({ columns: { openTimeMs, open, high, low, close, volume }, faults });
  } catch (cause) {
    return fail(
      fileError(
        'unreadable',
        path,
        `not a readable Parquet file (${cause instanceof Error ? cause.message : String(cause)})`,
      ),
    );
  }
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime();
  return Number.NaN;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'is empty';
  if (typeof value === 'number') return 'is NaN';
  return value instanceof Date ? 'is not a valid date' : whyNotANumber(String(value));
}

/** The bytes of a Parquet file with `timestamp_ms` as INT64 and the rest as DOUBLE, Snappy compressed. */
export function encodeParquet(columns: CandleColumns): Uint8Array {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'timestamp_ms', data: BigInt64Array.from(columns.openTimeMs, (time) => BigInt(time)), type: 'INT64' },
      ...CANDLE_FIELDS.map((name) => ({ name, data: columns[name], type: 'DOUBLE' as const })),
    ],
  });
  return new Uint8Array(buffer);
}
