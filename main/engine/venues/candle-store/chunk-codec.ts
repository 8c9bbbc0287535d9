import { crc32 } from 'node:zlib';
import type { CandleRow } from '../../domain/events.ts';

/** Candles per chunk; a chunk's first slot is a multiple of this many bar lengths since 1970. */
export const CHUNK_CANDLES = 1_024;
const COLUMNS = 5;
const BYTES_PER_CANDLE = COLUMNS * 8 + 2;

/** A chunk as stored: five Float64 columns (open, high, low, close, volume) of `count`, then the slots as Uint16. */
export interface EncodedChunk {
  readonly count: number;
  readonly checksum: number;
  readonly data: Buffer;
}

/** @param rows in time order, all of this chunk. */
export function encodeChunk(rows: readonly CandleRow[], chunkStartMs: number, lengthMs: number): EncodedChunk {
  const count = rows.length;
  const bytes = new ArrayBuffer(count * BYTES_PER_CANDLE);
  const values = new Float64Array(bytes, 0, count * COLUMNS);
  const slots = new Uint16Array(bytes, count * COLUMNS * 8, count);
  rows.forEach((row, index) => {
    for (let column = 0; column < COLUMNS; column++) values[column * count + index] = row[column + 1] as number;
    slots[index] = (row[0] - chunkStartMs) / lengthMs;
  });
  const data = Buffer.from(bytes);
  return { count, checksum: crc32(data), data };
}

export function isIntact(chunk: EncodedChunk): boolean {
  return chunk.data.length === chunk.count * BYTES_PER_CANDLE && crc32(chunk.data) === chunk.checksum;
}

/** The slots of a chunk in ascending order. */
export function slotsOf(chunk: EncodedChunk): Uint16Array {
  const slots = new Uint16Array(chunk.count);
  new Uint8Array(slots.buffer).set(chunk.data.subarray(chunk.count * COLUMNS * 8));
  return slots;
}

/** One column (0 open … 4 volume), rows `from` to `to`, copied to `target` at `at`. */
export function copyColumn(
  chunk: EncodedChunk,
  column: number,
  from: number,
  to: number,
  target: Float64Array,
  at: number,
): void {
  const start = (column * chunk.count + from) * 8;
  const bytes = chunk.data.subarray(start, start + (to - from) * 8);
  new Uint8Array(target.buffer, target.byteOffset + at * 8, bytes.length).set(bytes);
}

export function decodeChunk(chunk: EncodedChunk, chunkStartMs: number, lengthMs: number): CandleRow[] {
  const values = new Float64Array(chunk.count * COLUMNS);
  copyColumn(chunk, 0, 0, chunk.count * COLUMNS, values, 0);
  return Array.from(slotsOf(chunk), (slot, index) => {
    const value = (column: number): number => values[column * chunk.count + index] as number;
    return [chunkStartMs + slot * lengthMs, value(0), value(1), value(2), value(3), value(4)] as const;
  });
}
