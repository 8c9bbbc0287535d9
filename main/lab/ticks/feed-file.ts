import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { gridFeed, type TickColumns, type TickFault, type TickFeed } from './tick-feed.ts';

/** What a feed file says of itself. */
export interface FeedInfo {
  /** Layouts that it was made from, in words. */
  readonly sources: readonly string[];
  readonly rows: number;
  readonly tick: number;
  readonly lot: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** Added to each time of receipt, so that nothing is received before it was sent. */
  readonly clockShiftUs: number;
  /** Changes of the book that are missing in the source. */
  readonly sequenceGaps: number;
}

const MAGIC = 'CSTICK01';
const TAIL_BYTES = 4 + MAGIC.length;
const BLOCK_ROWS = 65_536;
const NUMBERS = 4;
const ROW_BYTES = NUMBERS * 8 + 1;
/** What is read at once: about 3 GB of columns. A longer feed is cut into pieces. */
const ROWS_MAX = 60_000_000;

/**
 * Writes a feed file: blocks of up to 65,536 rows, each one column after the other (exchange time, local time, price,
 * quantity as little-endian float64, kind as a byte), then what the file says of itself as JSON, its length and a mark. It gets
 * its name only when it is whole.
 */
export class FeedWriter {
  readonly #path: string;
  readonly #unfinished: string;
  readonly #file: number;
  readonly #block = new ArrayBuffer(BLOCK_ROWS * ROW_BYTES);
  #inBlock = 0;
  readonly #numbers: readonly Float64Array[];
  readonly #kind: Uint8Array;
  rows = 0;

  /** @throws where the file cannot be made */
  constructor(path: string) {
    this.#path = path;
    this.#unfinished = `${path}.${process.pid}.part`;
    this.#file = openSync(this.#unfinished, 'w');
    const column = (at: number): Float64Array => new Float64Array(this.#block, at * BLOCK_ROWS * 8, BLOCK_ROWS);
    this.#numbers = [column(0), column(1), column(2), column(3)];
    this.#kind = new Uint8Array(this.#block, NUMBERS * BLOCK_ROWS * 8, BLOCK_ROWS);
  }

  add(kind: number, exchangeUs: number, localUs: number, price: number, qty: number): void {
    const at = this.#inBlock;
    const [exchangeTimes, localTimes, prices, quantities] = this.#numbers;
    exchangeTimes![at] = exchangeUs;
    localTimes![at] = localUs;
    prices![at] = price;
    quantities![at] = qty;
    this.#kind[at] = kind;
    this.#inBlock += 1;
    this.rows += 1;
    if (this.#inBlock === BLOCK_ROWS) this.#flush();
  }

  finish(info: Omit<FeedInfo, 'rows'>): FeedInfo {
    this.#flush();
    const whole: FeedInfo = { ...info, rows: this.rows };
    const text = Buffer.from(JSON.stringify(whole));
    const tail = Buffer.alloc(TAIL_BYTES);
    tail.writeUInt32LE(text.length, 0);
    tail.write(MAGIC, 4, 'latin1');
    writeSync(this.#file, text);
    writeSync(this.#file, tail);
    fsyncSync(this.#file);
    closeSync(this.#file);
    renameSync(this.#unfinished, this.#path);
    return whole;
  }

  /** Leaves nothing behind. */
  abandon(): void {
    closeSync(this.#file);
    rmSync(this.#unfinished, { force: true });
  }

  #flush(): void {
    const rows = this.#inBlock;
    if (rows === 0) return;
    for (const column of this.#numbers) writeSync(this.#file, column, 0, rows * 8);
    writeSync(this.#file, this.#kind, 0, rows);
    this.#inBlock = 0;
  }
}

const bad = (path: string, what: string): Result<never, TickFault> =>
  fail({ kind: 'bad-feed', message: `${basename(path)}: ${what}` });

function withFile<T>(path: string, read: (file: number, bytes: number) => Result<T, TickFault>): Result<T, TickFault> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return bad(path, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return read(file, statSync(path).size);
  } catch (error) {
    return bad(path, `cannot be read (${(error as Error).message})`);
  } finally {
    closeSync(file);
  }
}

/** What the file says of itself, without reading its rows. */
export function readFeedInfo(path: string): Result<FeedInfo, TickFault> {
  return withFile(path, (file, bytes) => infoIn(path, file, bytes));
}

function infoIn(path: string, file: number, bytes: number): Result<FeedInfo, TickFault> {
  const tail = Buffer.alloc(TAIL_BYTES);
  if (bytes < TAIL_BYTES) return bad(path, 'is no feed file');
  readSync(file, tail, 0, TAIL_BYTES, bytes - TAIL_BYTES);
  const length = tail.readUInt32LE(0);
  if (tail.toString('latin1', 4) !== MAGIC || length > bytes - TAIL_BYTES)
    return bad(path, 'is no feed file, or one that was cut off');
  const text = Buffer.alloc(length);
  readSync(file, text, 0, length, bytes - TAIL_BYTES - length);
  const info = JSON.parse(text.toString('utf8')) as FeedInfo;
  if (info.rows * ROW_BYTES !== bytes - TAIL_BYTES - length) return bad(path, `does not hold its ${info.rows} rows`);
  return ok(info);
}

/**
 * Reads a feed file whole.
 * @returns the feed on the grid that the file names; the error names the file and where there is one the row
 */
export function readFeedFile(path: string): Result<TickFeed, TickFault> {
  return withFile(path, (file, bytes) => {
    const info = infoIn(path, file, bytes);
    if (!info.ok) return info;
    const { rows, tick, lot, clockShiftUs } = info.value;
    if (rows > ROWS_MAX)
      return bad(path, `has ${rows} rows; up to ${ROWS_MAX} are replayed at once: import it in pieces`);
    const columns = columnsIn(file, rows);
    if (clockShiftUs !== 0)
      for (const [row, timeUs] of columns.localTimeUs.entries()) columns.localTimeUs[row] = timeUs + clockShiftUs;
    const feed = gridFeed(columns, tick, lot);
    return feed.ok ? feed : bad(path, feed.error.message);
  });
}

function columnsIn(file: number, rows: number): TickColumns {
  const columns = {
    exchangeTimeUs: new Float64Array(rows),
    localTimeUs: new Float64Array(rows),
    price: new Float64Array(rows),
    qty: new Float64Array(rows),
    kind: new Uint8Array(rows),
  };
  let at = 0;
  for (let row = 0; row < rows; row += BLOCK_ROWS) {
    const end = Math.min(rows, row + BLOCK_ROWS);
    for (const column of Object.values(columns)) {
      const part = column.subarray(row, end);
      at += readSync(file, new Uint8Array(part.buffer, part.byteOffset, part.byteLength), 0, part.byteLength, at);
    }
  }
  return columns;
}
