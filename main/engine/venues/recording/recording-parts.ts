/** A recording as files: parts of Parquet in a folder, the oldest of which go when there is too much. */

/** What a row says: `clear` empties the book, `bid` and `ask` set what rests at a price (0: nothing), `buy` and `sell` are prints by their taker. */
export const ROW_KINDS = ['clear', 'bid', 'ask', 'buy', 'sell'] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** Where a recording lies. */
export interface RecordingPlace {
  /** As the venue's own list has it: `BTC/USDT`. */
  readonly symbol: string;
  readonly dir: string;
  /** Of all parts together. */
  readonly bytesMax: number;
}

/** One part, its columns of equal length, by time of receipt. */
export interface RecordingPart {
  /** When it begins. */
  readonly fromMs: number;
  /** Indexes of `ROW_KINDS`. */
  readonly kind: Uint8Array;
  readonly exchangeTimeUs: Float64Array;
  readonly localTimeUs: Float64Array;
  readonly price: Float64Array;
  readonly quantity: Float64Array;
}

/** By time, as the names of a folder are listed; none is a character that some file system will not have. */
export const partName = (fromMs: number): string => `${new Date(fromMs).toISOString().replaceAll(':', '-')}.parquet`;
