import { Worker } from 'node:worker_threads';
import { type RecordingPart, type RecordingPlace, ROW_KINDS, type RowKind } from './recording-parts.ts';

/** The venue's book as ccxt keeps it, as deep as it goes. */
interface WholeBook {
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
  /** Number of the last change that is in it. */
  readonly nonce?: number;
  readonly timestamp?: number;
}

/** Writes down the prints and the book of one instrument, every change of it, as they came. */
export interface MarketRecorder {
  readonly symbol: string;
  /** A message of the venue's stream of prints, whatever its instrument, after it was found to be one. */
  onTrade(message: unknown): void;
  /** The same of changes of the book. */
  onBookDiff(message: unknown): void;
  /** The book as it stands after the last change that was heard. */
  onBook(book: WholeBook): void;
  /** Changes were missed: what comes is worth nothing until the next whole book. */
  onGap(): void;
  /** The venue has no such instrument: it is said, and nothing is recorded. */
  onUnlisted(): void;
  /** Writes what there is; resolves when it is written. */
  close(): Promise<void>;
}

export interface RecorderOptions extends RecordingPlace {
  /** The instrument in the venue's messages: `BTCUSDT`. */
  readonly venueSymbol: string;
  readonly nowMs: () => number;
  readonly onProblem: (text: string) => void;
}

/** A part is written when it has so many rows, or is so old: a crash loses no more. */
const PART_ROWS = 100_000;
const PART_MS_MAX = 300_000;
/** Parts that wait for the disk; beyond that rows are given up. */
const WAITING_MAX = 4;

interface Diff {
  readonly s?: string;
  readonly E?: number;
  readonly U?: number;
  readonly u?: number;
  readonly b?: readonly (readonly [string, string])[];
  readonly a?: readonly (readonly [string, string])[];
}

interface Print {
  readonly s?: string;
  readonly T?: number;
  readonly p?: string;
  readonly q?: string;
  readonly m?: boolean;
}

const dataOf = (message: unknown): object => {
  const { data } = message as { data?: object };
  return data ?? (message as object);
};

/** Each part begins with the whole book, so that it can be replayed without the one before. */
export function createMarketRecorder(options: RecorderOptions): MarketRecorder {
  const { symbol, venueSymbol, dir, bytesMax, nowMs, onProblem } = options;
  const place: RecordingPlace = { symbol, dir, bytesMax };
  const writer = new Worker(new URL('./recording-writer.ts', import.meta.url), { workerData: place });
  let waiting = 0;
  let hasWriter = true;
  let onWritten = (): void => {};
  writer.on('message', (problem: string) => {
    waiting -= 1;
    if (problem !== '') onProblem(problem);
    onWritten();
  });
  writer.on('error', (error) => {
    onProblem(`The recording of ${symbol} has ended: ${error.message}`);
    hasWriter = false;
    waiting = 0;
    onWritten();
  });
  writer.unref();

  let part = new PartRows();
  /** Of the last change that was written down; null while the book is not known. */
  let lastId: number | null = null;
  let lastUs = 0;

  /** Clocks are set back; time of receipt is not. */
  function localUs(): number {
    lastUs = Math.max(lastUs, nowMs() * 1_000);
    return lastUs;
  }

  function flush(): void {
    if (part.length === 0) return;
    const full = part;
    part = new PartRows();
    if (!hasWriter) return;
    if (waiting >= WAITING_MAX) {
      onProblem(`The disk is too slow for the recording of ${symbol}: ${full.length} rows were given up.`);
      return;
    }
    waiting += 1;
    writer.postMessage(full.columns());
  }

  function writeBook({ bids, asks, timestamp }: WholeBook): void {
    const atUs = localUs();
    const exchangeUs = timestamp === undefined ? atUs : timestamp * 1_000;
    part.add('clear', exchangeUs, atUs, 0, 0);
    for (const [price, qty] of bids) part.add('bid', exchangeUs, atUs, price, qty);
    for (const [price, qty] of asks) part.add('ask', exchangeUs, atUs, price, qty);
  }

  return {
    symbol,
    onTrade(message) {
      const { s, T, p, q, m } = dataOf(message) as Print;
      if (s !== venueSymbol || lastId === null || T === undefined) return;
      part.add(m === true ? 'sell' : 'buy', T * 1_000, localUs(), Number(p), Number(q));
    },
    onBookDiff(message) {
      const { s, E, U, u, b = [], a = [] } = dataOf(message) as Diff;
      if (s !== venueSymbol || lastId === null || E === undefined || U === undefined || u === undefined) return;
      if (u <= lastId) return;
      if (U > lastId + 1) {
        lastId = null;
        return;
      }
      lastId = u;
      const atUs = localUs();
      for (const [price, qty] of b) part.add('bid', E * 1_000, atUs, Number(price), Number(qty));
      for (const [price, qty] of a) part.add('ask', E * 1_000, atUs, Number(price), Number(qty));
    },
    onBook(book) {
      if (book.nonce === undefined) return;
      if (lastId !== null && lastId !== book.nonce) return;
      const isNew = lastId === null;
      const isFull = part.length >= PART_ROWS || (part.length > 0 && nowMs() - part.fromMs >= PART_MS_MAX);
      lastId = book.nonce;
      if (isFull) flush();
      if (isNew || isFull) writeBook(book);
    },
    onGap() {
      lastId = null;
    },
    onUnlisted() {
      onProblem(`${symbol} is not recorded: the venue does not list it.`);
    },
    async close() {
      flush();
      while (waiting > 0) {
        await new Promise<void>((resolve) => {
          onWritten = resolve;
        });
      }
      await writer.terminate();
    },
  };
}

/** Rows of a part while it grows. */
class PartRows {
  #columns: RecordingPart = columnsOf(1_024);
  length = 0;

  /** When it began, in milliseconds. */
  get fromMs(): number {
    return (this.#columns.localTimeUs[0] ?? 0) / 1_000;
  }

  add(kind: RowKind, exchangeUs: number, atUs: number, price: number, quantity: number): void {
    if (this.length === this.#columns.kind.length) this.#columns = grown(this.#columns, 2 * this.length);
    const at = this.length;
    const columns = this.#columns;
    columns.kind[at] = ROW_KINDS.indexOf(kind);
    columns.exchangeTimeUs[at] = exchangeUs;
    columns.localTimeUs[at] = atUs;
    columns.price[at] = price;
    columns.quantity[at] = quantity;
    this.length += 1;
  }

  columns(): RecordingPart {
    return { ...grown(this.#columns, this.length), fromMs: this.fromMs };
  }
}

const columnsOf = (rows: number): RecordingPart => ({
  fromMs: 0,
  kind: new Uint8Array(rows),
  exchangeTimeUs: new Float64Array(rows),
  localTimeUs: new Float64Array(rows),
  price: new Float64Array(rows),
  quantity: new Float64Array(rows),
});

/** The same with room for so many rows, or cut to them. */
function grown(from: RecordingPart, rows: number): RecordingPart {
  const to = columnsOf(rows);
  for (const name of ['kind', 'exchangeTimeUs', 'localTimeUs', 'price', 'quantity'] as const)
    to[name].set(from[name].subarray(0, Math.min(rows, from[name].length)));
  return to;
}
