import type { RowKind } from '../tick-feed.ts';

/** One row on its way into a feed file. */
export interface FeedRow {
  readonly kind: RowKind;
  readonly exchangeUs: number;
  readonly localUs: number;
  readonly price: number;
  readonly qty: number;
}

/** Rows of one message, or of one piece of a file; `updateId` is the exchange's number of the book after them, where it has one. */
export interface FeedBatch {
  readonly rows: readonly FeedRow[];
  readonly updateId: number | null;
}

/** Why a source cannot be imported: one sentence that names file, row and field. */
export class FeedSourceError extends Error {}

/** The number in a field. @throws FeedSourceError */
export function numberIn(text: string, file: string, row: number, field: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new FeedSourceError(`${file} row ${row}, field ${field}: “${text}” is no number`);
  return value;
}

const MICROSECONDS_FROM = 1e14;
const NANOSECONDS_FROM = 1e17;

/** Microseconds from a time in milli-, micro- or nanoseconds since 1970, told apart by size. */
export function microseconds(time: number): number {
  if (time >= NANOSECONDS_FROM) return Math.floor(time / 1_000);
  return time >= MICROSECONDS_FROM ? time : time * 1_000;
}
