import { type BarBlock, barAt, type UnitBar } from './bar-block.ts';
import { childStream } from './hash-random.ts';
import { formatScaled, type InstrumentGrid } from './instruments.ts';
import { LruCache } from './lru.ts';
import { synthesiseTape, tapeLength, totalTape } from './minute-tape.ts';
import type { TapeTotals, TapeTrade } from './source.ts';

export const MINUTE_MS = 60_000;
const MINUTES_CACHED = 30;
const DAY_MINUTES = 1440;

/** What the tape of one instrument is made from. `minute` counts whole minutes since 1970 UTC. */
export interface TapeBasis {
  readonly grid: InstrumentGrid;
  readonly stream: number;
  bar(minute: number): UnitBar;
  /** How many prints a minute with this bar should have. */
  tradesWanted(bar: UnitBar): number;
}

/** Prints and last prices of one instrument, minute by minute, with the latest minutes kept. */
export interface TapeReader {
  tape(fromMs: number, toMs: number): readonly TapeTrade[];
  referencePrice(timeMs: number): string;
  /** Prints of each minute of a day with these bars. */
  tradeCounts(block: BarBlock): Int32Array;
  totals(minute: number): TapeTotals;
}

export function createTapeReader(basis: TapeBasis): TapeReader {
  const minutes = new LruCache<number, readonly TapeTrade[]>(MINUTES_CACHED);
  const streamOf = (minute: number): number =>
    childStream(basis.stream ^ Math.imul(minute, 0x27d4eb2f), minute % DAY_MINUTES);
  const minuteTape = (minute: number): readonly TapeTrade[] =>
    minutes.getOrCompute(minute, () => {
      const bar = basis.bar(minute);
      return synthesiseTape(bar, {
        grid: basis.grid,
        stream: streamOf(minute),
        fromMs: minute * MINUTE_MS,
        toMs: (minute + 1) * MINUTE_MS,
        tradesWanted: basis.tradesWanted(bar),
      });
    });

  const tape = (fromMs: number, toMs: number): readonly TapeTrade[] => {
    const trades: TapeTrade[] = [];
    for (let minute = Math.floor(fromMs / MINUTE_MS); minute * MINUTE_MS < toMs; minute++) {
      for (const trade of minuteTape(minute)) if (trade.timeMs >= fromMs && trade.timeMs < toMs) trades.push(trade);
    }
    return trades;
  };
  const referencePrice = (timeMs: number): string => {
    const minute = Math.floor(timeMs / MINUTE_MS);
    const last = minuteTape(minute).findLast((trade) => trade.timeMs <= timeMs);
    // Before the first print of a minute, and in a minute without prints, the last close still stands.
    return last ? last.price : formatScaled(basis.bar(minute - 1).close, basis.grid.priceDecimals);
  };
  return {
    tape,
    referencePrice,
    tradeCounts: (block) => {
      const counts = new Int32Array(DAY_MINUTES);
      for (let i = 0; i < DAY_MINUTES; i++) {
        const bar = barAt(block, i);
        counts[i] = tapeLength(bar, basis.tradesWanted(bar));
      }
      return counts;
    },
    totals: (minute) => {
      const bar = basis.bar(minute);
      return totalTape(bar, streamOf(minute), basis.tradesWanted(bar));
    },
  };
}
