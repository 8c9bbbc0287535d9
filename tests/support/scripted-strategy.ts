import type { CandleColumns } from '../../main/engine/domain/candle.ts';
import { type Desk, defineStrategy, type StrategyDefinition } from '../../main/lab/strategy/strategy.ts';

/** A strategy that does at the close of each bar what a test says. */
export const scriptedStrategy = (onBar: (bar: number, desk: Desk) => void): StrategyDefinition =>
  defineStrategy({
    name: 'scripted',
    title: 'Scripted',
    about: 'Does what a test says.',
    params: {},
    start() {
      let bar = -1;
      return {
        onCandle(_candle, desk) {
          bar += 1;
          onBar(bar, desk);
        },
      };
    },
  });

/** Minutes from rows of open, high, low, close and volume (1,000 where it is not said). */
export const barsOf = (rows: readonly (readonly number[])[]): CandleColumns => {
  const column = (at: number, standard = Number.NaN): Float64Array =>
    Float64Array.from(rows, (row) => row[at] ?? standard);
  return {
    openTimeMs: Float64Array.from(rows, (_, bar) => bar * 60_000),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(4, 1_000),
  };
};
