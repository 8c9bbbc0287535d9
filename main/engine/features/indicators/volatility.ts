/**
 * Volatility and bands. `update` returns NaN until there is a value. Deviations are population deviations (divide by n),
 * ATR is Wilder's: both as in TA-Lib.
 */

import { larger, smaller } from './compare.ts';
import { Ema, Sma } from './moving-averages.ts';
import { assertPeriod, CANCELLATION_SHARE, RollingExtreme, RUN_BLOCK } from './windows.ts';

/**
 * Mean and population variance of the last `period` values, from sums about a moving origin. When cancellation would
 * cost accuracy the origin moves to the newest value and the window is summed anew: a flat window has variance 0 exactly.
 */
export class Variance {
  readonly period: number;
  readonly ring: Float64Array;
  oldest = 0;
  private readonly share: number;
  private missing: number;
  origin = Number.NaN;
  sum = 0;
  squares = 0;
  added = 0;
  /** Mean of the window, valid once `update` has returned a number. */
  mean = Number.NaN;

  constructor(period: number) {
    assertPeriod(period);
    this.period = period;
    this.ring = new Float64Array(period);
    this.share = 1 / period;
    this.missing = period - 1;
  }

  update(value: number): number {
    const ring = this.ring;
    if (Number.isNaN(this.origin)) {
      this.origin = value;
      ring.fill(value);
    }
    const oldest = this.oldest;
    const entering = value - this.origin;
    const leaving = ring[oldest]! - this.origin;
    const square = entering * entering;
    this.sum += entering - leaving;
    this.squares += square - leaving * leaving;
    this.added += square;
    ring[oldest] = value;
    this.oldest = oldest + 1 === ring.length ? 0 : oldest + 1;
    if (this.missing > 0) {
      this.missing--;
      return Number.NaN;
    }
    const share = this.share;
    const mean = this.sum * share;
    const variance = this.squares * share - mean * mean;
    if (variance < CANCELLATION_SHARE * share * this.added) return this.sumAnew(value);
    this.mean = mean + this.origin;
    return variance;
  }

  private sumAnew(value: number): number {
    const ring = this.ring;
    this.restart(value);
    for (let i = this.oldest; i < ring.length; i++) this.include(ring[i]!);
    for (let i = 0; i < this.oldest; i++) this.include(ring[i]!);
    return this.finish();
  }

  /** Begins the sums anew about `origin`; each value of the window, oldest first, is then included. */
  restart(origin: number): void {
    this.origin = origin;
    this.sum = 0;
    this.squares = 0;
  }

  include(value: number): void {
    const distance = value - this.origin;
    this.sum += distance;
    this.squares += distance * distance;
  }

  /** The variance of what was included. */
  finish(): number {
    this.added = this.squares;
    const share = this.share;
    const mean = this.sum * share;
    this.mean = mean + this.origin;
    return larger(this.squares * share - mean * mean, 0);
  }
}

/** `multiple` × the population standard deviation of the last `period` values. */
export class StdDev {
  private readonly variance: Variance;
  private readonly multiple: number;

  constructor(period: number, multiple = 1) {
    this.variance = new Variance(period);
    this.multiple = multiple;
  }

  update(value: number): number {
    return Math.sqrt(this.variance.update(value)) * this.multiple;
  }
}

/** Bollinger bands: the simple average and `multiple` population deviations either side. `update` returns the middle. */
export class Bollinger {
  private readonly variance: Variance;
  private readonly multiple: number;
  upper = Number.NaN;
  middle = Number.NaN;
  lower = Number.NaN;

  constructor(period: number, multiple: number) {
    this.variance = new Variance(period);
    this.multiple = multiple;
  }

  update(value: number): number {
    const variance = this.variance.update(value);
    const middle = this.variance.mean;
    const distance = this.multiple * Math.sqrt(variance);
    this.middle = middle;
    this.upper = middle + distance;
    this.lower = middle - distance;
    return middle;
  }

  /** The same as `update` for each of `values`, written to three arrays. */
  run(values: Float64Array, upper: Float64Array, middle: Float64Array, lower: Float64Array): void {
    const state = this.variance;
    const { period } = state;
    const multiple = this.multiple;
    const length = values.length;
    const direct = smaller(period, length);
    for (let i = 0; i < direct; i++) {
      middle[i] = this.update(values[i]!);
      upper[i] = this.upper;
      lower[i] = this.lower;
    }
    if (direct === length) return;
    let i = period;
    while (i < length) {
      const end = smaller(i + RUN_BLOCK, length);
      i = rollBands(state, multiple, values, upper, middle, lower, i, end);
      if (i < end) {
        const distance = multiple * Math.sqrt(varianceAnew(state, values, i));
        middle[i] = state.mean;
        upper[i] = state.mean + distance;
        lower[i] = state.mean - distance;
        i++;
      }
    }
    state.ring.set(values.subarray(length - period));
    state.oldest = 0;
    state.mean = middle[length - 1]!;
    this.middle = state.mean;
    this.upper = upper[length - 1]!;
    this.lower = lower[length - 1]!;
  }
}

/** The loop of `Bollinger.run` from bar `from` to `end`, or to the first bar whose window has to be summed anew. */
function rollBands(
  state: Variance,
  multiple: number,
  values: Float64Array,
  upper: Float64Array,
  middle: Float64Array,
  lower: Float64Array,
  from: number,
  end: number,
): number {
  const { period, origin } = state;
  const share = 1 / period;
  const enough = CANCELLATION_SHARE * share;
  let { sum, squares, added } = state;
  let i = from;
  for (; i < end; i++) {
    const entering = values[i]! - origin;
    const leaving = values[i - period]! - origin;
    const square = entering * entering;
    sum += entering - leaving;
    squares += square - leaving * leaving;
    added += square;
    const mean = sum * share;
    const variance = squares * share - mean * mean;
    if (variance < enough * added) break;
    const distance = multiple * Math.sqrt(variance);
    const centre = mean + origin;
    middle[i] = centre;
    upper[i] = centre + distance;
    lower[i] = centre - distance;
  }
  state.sum = sum;
  state.squares = squares;
  state.added = added;
  return i;
}

function varianceAnew(state: Variance, values: Float64Array, last: number): number {
  const { period } = state;
  state.restart(values[last]!);
  for (let i = last - period + 1; i <= last; i++) state.include(values[i]!);
  return state.finish();
}

/** Width of the bar, widened to the previous close where the price jumped. NaN on the first bar. */
export class TrueRange {
  private before = Number.NaN;

  update(high: number, low: number, close: number): number {
    const before = this.before;
    this.before = close;
    if (Number.isNaN(before)) return before;
    return larger(before, high) - smaller(before, low);
  }
}

/** Wilder's average true range: the mean of the first `period` true ranges (from the second bar on), then weight 1 / period. */
export class Atr {
  readonly period: number;
  private readonly weight: number;
  private before = Number.NaN;
  private average = 0;
  private missing: number;

  constructor(period: number) {
    assertPeriod(period);
    this.period = period;
    this.weight = 1 / period;
    this.missing = period + 1;
  }

  update(high: number, low: number, close: number): number {
    const before = this.before;
    this.before = close;
    const range = larger(before, high) - smaller(before, low);
    if (this.missing > 0) return this.start(range, before);
    const average = this.average;
    const after = average + this.weight * (range - average);
    this.average = after;
    return after;
  }

  private start(range: number, before: number): number {
    this.missing--;
    if (Number.isNaN(before)) return Number.NaN;
    this.average += range;
    if (this.missing > 0) return Number.NaN;
    this.average /= this.period;
    return this.average;
  }

  /** The same as `update` for each bar, written to `out`. */
  run(high: Float64Array, low: Float64Array, close: Float64Array, out: Float64Array): void {
    const length = close.length;
    let i = 0;
    for (; i < length && this.missing > 0; i++) out[i] = this.update(high[i]!, low[i]!, close[i]!);
    if (i === length) return;
    const weight = this.weight;
    let average = this.average;
    let before = this.before;
    for (; i < length; i++) {
      const top = high[i]!;
      const bottom = low[i]!;
      const range = larger(before, top) - smaller(before, bottom);
      average = average + weight * (range - average);
      before = close[i]!;
      out[i] = average;
    }
    this.average = average;
    this.before = before;
  }
}

/** Keltner channel: EMA of the close and `multiple` Wilder ATRs either side. `update` returns the middle. */
export class Keltner {
  private readonly ema: Ema;
  private readonly atr: Atr;
  private readonly multiple: number;
  upper = Number.NaN;
  lower = Number.NaN;

  constructor(emaPeriod: number, atrPeriod: number, multiple: number) {
    this.ema = new Ema(emaPeriod);
    this.atr = new Atr(atrPeriod);
    this.multiple = multiple;
  }

  update(high: number, low: number, close: number): number {
    const distance = this.multiple * this.atr.update(high, low, close);
    const middle = this.ema.update(close);
    if (Number.isNaN(distance) || Number.isNaN(middle)) return Number.NaN;
    this.upper = middle + distance;
    this.lower = middle - distance;
    return middle;
  }
}

/** Donchian channel of the `period` bars before this one. `update` returns the middle. */
export class Donchian {
  private readonly highs: RollingExtreme;
  private readonly lows: RollingExtreme;
  private readonly period: number;
  private top = Number.NaN;
  private bottom = Number.NaN;
  upper = Number.NaN;
  lower = Number.NaN;

  constructor(period: number) {
    this.highs = new RollingExtreme(period, 1);
    this.lows = new RollingExtreme(period, -1);
    this.period = period;
  }

  update(high: number, low: number): number {
    if (this.highs.count >= this.period) {
      this.upper = this.top;
      this.lower = this.bottom;
    }
    this.top = this.highs.update(high);
    this.bottom = this.lows.update(low);
    return (this.upper + this.lower) / 2;
  }
}

/** Acceleration bands (TA-Lib): averages of highs and lows pushed out by four times the bar's relative range. */
export class AccelerationBands {
  private readonly highs: Sma;
  private readonly lows: Sma;
  private readonly closes: Sma;
  upper = Number.NaN;
  lower = Number.NaN;

  constructor(period: number) {
    this.highs = new Sma(period);
    this.lows = new Sma(period);
    this.closes = new Sma(period);
  }

  /** Returns the middle. */
  update(high: number, low: number, close: number): number {
    const push = high + low === 0 ? 0 : (4 * (high - low)) / (high + low);
    this.upper = this.highs.update(high * (1 + push));
    this.lower = this.lows.update(low * (1 - push));
    return this.closes.update(close);
  }
}
