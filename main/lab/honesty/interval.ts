import { quantile } from '../metrics/moments.ts';

/** A figure, and where it lies in the middle `level` of the draws. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Of the draws: how often the figure was zero or worse. */
  readonly shareBelowZero: number;
}

/** Figures by name; a draw of them has the same names. */
export type Figures = Readonly<Record<string, number>>;

/**
 * Percentile intervals of figures from draws of them. Draws without a value (NaN: no loss, so no profit factor) are left
 * out; a figure that no draw has is NaN throughout.
 */
export function intervalsOf(figures: Figures, draws: readonly Figures[], level: number): Record<string, Interval> {
  const tail = (1 - level) / 2;
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => {
      const drawn = Float64Array.from(draws, (draw) => draw[name] ?? Number.NaN)
        .filter((each) => !Number.isNaN(each))
        .sort();
      const below = drawn.reduce((count, each) => count + (each <= 0 ? 1 : 0), 0);
      const interval: Interval =
        drawn.length === 0
          ? { value, low: Number.NaN, high: Number.NaN, shareBelowZero: Number.NaN }
          : { value, low: at(drawn, tail), high: at(drawn, 1 - tail), shareBelowZero: below / drawn.length };
      return [name, interval];
    }),
  );
}

/** Between infinite neighbours there is nothing to weigh: the nearer one. */
function at(sorted: Float64Array, share: number): number {
  const value = quantile(sorted, share);
  return Number.isNaN(value) ? sorted[Math.round((sorted.length - 1) * share)]! : value;
}
