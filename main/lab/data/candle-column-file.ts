import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import type { CandleColumns, Timeframe } from '../../engine/domain/candle.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';

/** A period, end not included. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a stored file says of itself. */
export interface StoredCandles {
  readonly instrumentId: string;
  readonly timeframe: Timeframe;
  readonly rows: number;
  /** Open times of the first and the last candle; 0 where there is none. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What a venue was asked for and has answered: a hole in it is the venue's own. */
  readonly asked: readonly Period[];
  /** Of the columns, one after the other. */
  readonly checksum: number;
}

/** Candles that threads share: six columns of `rows` float64, one after the other, in the order of `COLUMNS`. */
export interface SharedCandles {
  readonly buffer: SharedArrayBuffer;
  readonly rows: number;
}

export interface StoreFault {
  readonly kind: 'unreadable' | 'damaged';
  readonly message: string;
}

const COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;
const ROW_BYTES = COLUMNS.length * 8;
const HEAD_BYTES = 65_536;
const MAGIC = 'CSCANDL1';

/** Views of shared candles, in whichever thread: nothing is copied. */
export function columnsOf({ buffer, rows }: SharedCandles): CandleColumns {
  const column = (at: number): Float64Array => new Float64Array(buffer, at * rows * 8, rows);
  return {
    openTimeMs: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}

const bytesOf = (column: Float64Array): Uint8Array =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

const checksumOf = (columns: CandleColumns): number =>
  COLUMNS.reduce((sum, name) => crc32(bytesOf(columns[name]), sum), 0);

/** Writes a file whole or not at all. @throws where it cannot be written, or has more asked periods than fit its head */
export function writeColumnFile(
  path: string,
  instrumentId: string,
  timeframe: Timeframe,
  columns: CandleColumns,
  asked: readonly Period[],
): StoredCandles {
  const { openTimeMs } = columns;
  const rows = openTimeMs.length;
  const [fromMs, toMs] = [openTimeMs[0] ?? 0, openTimeMs.at(-1) ?? 0];
  const info: StoredCandles = { instrumentId, timeframe, rows, fromMs, toMs, asked, checksum: checksumOf(columns) };
  const text = Buffer.from(`${MAGIC}${JSON.stringify(info)}`);
  if (text.length > HEAD_BYTES) throw new Error(`${basename(path)}: too many separate periods`);
  const head = Buffer.alloc(HEAD_BYTES);
  text.copy(head);
  const unfinished = `${path}.${process.pid}.part`;
  try {
    const file = openSync(unfinished, 'w');
    try {
      writeSync(file, head);
      for (const name of COLUMNS) writeAll(file, bytesOf(columns[name]));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return info;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
}

const broken = (path: string, what: string): Result<never, StoreFault> =>
  fail({ kind: 'damaged', message: `${basename(path)}: ${what}; fetch or import it again` });

function withFile<T>(path: string, use: (file: number, bytes: number) => Result<T, StoreFault>): Result<T, StoreFault> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return fail({ kind: 'unreadable', message: `${basename(path)}: cannot be read (${code})` });
  }
  try {
    return use(file, statSync(path).size);
  } finally {
    closeSync(file);
  }
}

function infoIn(path: string, file: number, bytes: number): Result<StoredCandles, StoreFault> {
  const head = Buffer.alloc(HEAD_BYTES);
  readSync(file, head, 0, HEAD_BYTES, 0);
  const end = head.indexOf(0);
  if (head.toString('latin1', 0, MAGIC.length) !== MAGIC || end < 0)
    return broken(path, 'is no file of stored candles');
  const info = JSON.parse(head.toString('utf8', MAGIC.length, end)) as StoredCandles;
  if (bytes !== HEAD_BYTES + info.rows * ROW_BYTES) return broken(path, `does not hold its ${info.rows} candles`);
  return ok(info);
}

/** What the file says of itself; its candles are not read. */
export function readColumnInfo(path: string): Result<StoredCandles, StoreFault> {
  return withFile(path, (file, bytes) => infoIn(path, file, bytes));
}

/**
 * Reads a file in one go into memory that threads share.
 * @param options.verify also compares the checksum, which takes as long again
 */
export function readColumnFile(path: string, options: { verify?: boolean } = {}): Result<SharedCandles, StoreFault> {
  return withFile(path, (file, bytes) => {
    const info = infoIn(path, file, bytes);
    if (!info.ok) return info;
    const { rows, checksum } = info.value;
    const buffer = new SharedArrayBuffer(rows * ROW_BYTES);
    const target = new Uint8Array(buffer);
    for (let at = 0; at < target.length; ) {
      const read = readSync(file, target, at, target.length - at, HEAD_BYTES + at);
      if (read === 0) return broken(path, 'ends early');
      at += read;
    }
    const shared = { buffer, rows };
    if (options.verify && checksumOf(columnsOf(shared)) !== checksum) return broken(path, 'fails its checksum');
    return ok(shared);
  });
}

export const hasColumnFile = (path: string): boolean => existsSync(path);
