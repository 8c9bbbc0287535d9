import { ROW } from '../tick-feed.ts';
import { type FeedBatch, type FeedRow, FeedSourceError } from './feed-row.ts';

type Level = readonly [price: string, qty: string];

interface Message {
  readonly data?: {
    readonly e?: string;
    readonly s?: string;
    readonly E?: number;
    readonly T?: number;
    readonly U?: number;
    readonly u?: number;
    readonly pu?: number;
    readonly b?: readonly Level[];
    readonly a?: readonly Level[];
    readonly p?: string;
    readonly q?: string;
    readonly m?: boolean;
    readonly X?: string;
  };
  readonly lastUpdateId?: number;
  readonly E?: number;
  readonly T?: number;
  readonly bids?: readonly Level[];
  readonly asks?: readonly Level[];
}

/** Changes kept for a snapshot that is older than they are when it comes. */
const DIFFS_KEPT = 2_000;

interface Diff {
  readonly updateId: number;
  readonly rows: readonly FeedRow[];
}

/**
 * Reads a recording of Binance's streams, spot or futures: a line is the time of receipt in nanoseconds, a space, and the
 * message as it came: `depthUpdate`, `trade`, `aggTrade`, or the answer of the depth request. A snapshot replaces the book and the
 * changes after it go on from there. A number missing between changes empties the book until the next snapshot, and is counted.
 */
export class RecordedStream {
  #file: string;
  #symbol: string | null = null;
  #lastUpdateId = 0;
  /** Changes up to this one are in the snapshot already. */
  #snapshotId = 0;
  #exchangeUs = 0;
  readonly #diffs: Diff[] = [];
  sequenceGaps = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Goes on in the next file of the same recording. */
  continueIn(file: string): this {
    this.#file = file;
    return this;
  }

  /** What one line says, message by message; nothing for one that is nothing to a book. @throws FeedSourceError */
  read(line: string, row: number): readonly FeedBatch[] {
    const space = line.indexOf(' ');
    const localUs = Number(line.slice(0, space - 3));
    if (space < 4 || !Number.isFinite(localUs)) throw this.#bad(row, 'it does not begin with a time in nanoseconds');
    let message: Message;
    try {
      message = JSON.parse(line.slice(space + 1)) as Message;
    } catch {
      throw this.#bad(row, 'its message is no JSON');
    }
    if (message.lastUpdateId !== undefined) return this.#snapshot(message, localUs, row);
    const { data } = message;
    if (data?.e === 'depthUpdate' && this.#isOurs(data.s)) return this.#change(data, localUs, row);
    if ((data?.e === 'trade' || data?.e === 'aggTrade') && this.#isOurs(data.s)) return this.#trade(data, localUs, row);
    return [];
  }

  /** The first instrument that is seen is the one that is read. */
  #isOurs(symbol: string | undefined): boolean {
    this.#symbol ??= symbol ?? null;
    return symbol === this.#symbol;
  }

  #snapshot(message: Message, localUs: number, row: number): readonly FeedBatch[] {
    const id = message.lastUpdateId!;
    const told = message.T ?? message.E;
    const exchangeUs = told === undefined ? this.#exchangeUs || localUs : told * 1_000;
    this.#snapshotId = id;
    const rows: FeedRow[] = [{ kind: ROW.clear, exchangeUs, localUs, price: 0, qty: 0 }];
    this.#levels(rows, message.bids, ROW.bid, exchangeUs, localUs, row);
    this.#levels(rows, message.asks, ROW.ask, exchangeUs, localUs, row);
    const later = this.#diffs.filter(({ updateId }) => updateId > id);
    this.#diffs.length = 0;
    this.#lastUpdateId = Math.max(id, this.#lastUpdateId);
    return [
      { rows, updateId: id },
      ...later.map((diff) => ({ ...diff, rows: diff.rows.map((change) => ({ ...change, localUs })) })),
    ];
  }

  #change(data: NonNullable<Message['data']>, localUs: number, row: number): readonly FeedBatch[] {
    const { U: first, u: last, pu: before } = data;
    const told = data.T ?? data.E;
    if (first === undefined || last === undefined || told === undefined)
      throw this.#bad(row, 'a depthUpdate without U, u and E');
    this.#exchangeUs = told * 1_000;
    if (last <= this.#snapshotId) return [];
    const follows = before === undefined ? first <= this.#lastUpdateId + 1 : before <= this.#lastUpdateId;
    const rows: FeedRow[] = [];
    if (this.#lastUpdateId !== 0 && !follows) {
      this.sequenceGaps += 1;
      this.#diffs.length = 0;
      rows.push({ kind: ROW.clear, exchangeUs: this.#exchangeUs, localUs, price: 0, qty: 0 });
    }
    this.#lastUpdateId = last;
    this.#levels(rows, data.b, ROW.bid, this.#exchangeUs, localUs, row);
    this.#levels(rows, data.a, ROW.ask, this.#exchangeUs, localUs, row);
    this.#diffs.push({ updateId: last, rows });
    if (this.#diffs.length > DIFFS_KEPT) this.#diffs.shift();
    return [{ rows, updateId: last }];
  }

  #trade(data: NonNullable<Message['data']>, localUs: number, row: number): readonly FeedBatch[] {
    const [price, qty] = [Number(data.p), Number(data.q)];
    // Futures tell of liquidations and insurance this way too, at no price; spot has no such word.
    if (data.X !== undefined && data.X !== 'MARKET') return [];
    if (!(price > 0 && qty > 0 && data.T !== undefined))
      throw this.#bad(row, 'a trade without price, quantity and time');
    const kind = data.m === undefined ? ROW.trade : data.m ? ROW.sell : ROW.buy;
    return [{ rows: [{ kind, exchangeUs: data.T * 1_000, localUs, price, qty }], updateId: null }];
  }

  #levels(
    rows: FeedRow[],
    levels: readonly Level[] | undefined,
    kind: FeedRow['kind'],
    exchangeUs: number,
    localUs: number,
    row: number,
  ): void {
    for (const level of levels ?? []) {
      const [price, qty] = [Number(level[0]), Number(level[1])];
      if (!(price > 0 && qty >= 0)) throw this.#bad(row, `a level of “${level[0]}” and “${level[1]}” is none`);
      rows.push({ kind, exchangeUs, localUs, price, qty });
    }
  }

  #bad(row: number, what: string): FeedSourceError {
    return new FeedSourceError(`${this.#file} row ${row}: ${what}`);
  }
}
