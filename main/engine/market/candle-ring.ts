import type { CandleRow } from '../domain/events.ts';

const FIELDS = 6;
const ROWS_FIRST = 64;

/** The last closed candles of one series in time order, at most `capacity`; the oldest makes room. */
export interface CandleRing {
  readonly lastOpenTimeMs: number | null;
  find(openTimeMs: number): CandleRow | null;
  /** Appends, or puts a candle in its place in time, or replaces the one of the same time. */
  put(candle: CandleRow): void;
  /** The last `limit`, oldest first. */
  last(limit: number): CandleRow[];
}

export function createCandleRing(capacity: number): CandleRing {
  // At most twice the capacity, so that shifting out the oldest costs one copy per `capacity` appends; as much as is used.
  let rows = new Float64Array(0);
  let first = 0;
  let end = 0;

  const timeAt = (index: number): number => rows[index * FIELDS] as number;
  const rowAt = (index: number): CandleRow => {
    const at = index * FIELDS;
    return Array.from(rows.subarray(at, at + FIELDS)) as unknown as CandleRow;
  };
  /** First index whose time is not before `openTimeMs`. */
  function lowerBound(openTimeMs: number): number {
    if (end === first || timeAt(end - 1) < openTimeMs) return end;
    let low = first;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (timeAt(middle) < openTimeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  function makeRoom(): void {
    if (end - first === capacity) first += 1;
    if (end < rows.length / FIELDS) return;
    if (end < capacity * 2) {
      const grown = new Float64Array(Math.min(Math.max(end * 2, ROWS_FIRST), capacity * 2) * FIELDS);
      grown.set(rows);
      rows = grown;
      return;
    }
    rows.copyWithin(0, first * FIELDS, end * FIELDS);
    end -= first;
    first = 0;
  }

  return {
    get lastOpenTimeMs() {
      return end > first ? timeAt(end - 1) : null;
    },
    find(openTimeMs) {
      const index = lowerBound(openTimeMs);
      return index < end && timeAt(index) === openTimeMs ? rowAt(index) : null;
    },
    put(candle) {
      const known = lowerBound(candle[0]);
      if (known < end && timeAt(known) === candle[0]) {
        rows.set(candle, known * FIELDS);
        return;
      }
      if (known === first && end - first === capacity) return;
      makeRoom();
      const index = lowerBound(candle[0]);
      if (index < end) rows.copyWithin((index + 1) * FIELDS, index * FIELDS, end * FIELDS);
      rows.set(candle, index * FIELDS);
      end += 1;
    },
    last(limit) {
      const out: CandleRow[] = [];
      for (let index = Math.max(first, end - limit); index < end; index++) out.push(rowAt(index));
      return out;
    },
  };
}
