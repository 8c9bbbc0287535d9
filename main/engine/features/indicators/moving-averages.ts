/**
 * Moving averages. Every class: `update(value)` takes the next value and returns the average, NaN while it has none yet
 * (never again afterwards, as long as the input is finite).
 *
 * Convention: TA-Lib with unstable period 0. Exponential averages start from the plain mean of their first `period`
 * values; averages of averages start where the inner one has its first value.
 */

import { smaller } from './compare.ts';
import { assertPeriod, RUN_BLOCK, WeightedWindow } from './windows.ts';

/**
 * Simple moving average: the mean of the last `period` values. Beside the running sum a second one grows from zero and
 * takes its place once it spans the window, so that no rounding error is older than two windows.
 */
export class Sma {
  readonly period: number;
  private readonly ring: Float64Array;
  private readonly share: number;
  private oldest = 0;
  private sum = 0;
  private fresh = 0;
  private missing: number;

  constructor(period: number) {
    assertPeriod(period);
    this.period = period;
    this.ring = new Float64Array(period);
    this.share = 1 / period;
    this.missing = period - 1;
  }

  update(value: number): number {
    const { ring, oldest } = this;
    let sum = this.sum + (value - ring[oldest]!);
    let fresh = this.fresh + value;
    ring[oldest] = value;
    if (oldest + 1 === ring.length) {
      sum = fresh;
      fresh = 0;
      this.oldest = 0;
    } else {
      this.oldest = oldest + 1;
    }
    this.sum = sum;
    this.fresh = fresh;
    if (this.missing > 0) {
      this.missing--;
      return Number.NaN;
    }
    return sum * this.share;
  }

  /** Sum of the last `period` values: exact where they lie on a grid, as prices do, which their mean is not. */
  get total(): number {
    return this.sum;
  }

  /** The same as `update` for each of `values`, written to `out`. */
  run(values: Float64Array, out: Float64Array): void {
    this.runTimes(this.share, values, out);
  }

  /** `total` after each of `values`, written to `out`; NaN while there are not enough values. */
  runTotals(values: Float64Array, out: Float64Array): void {
    this.runTimes(1, values, out);
  }

  private runTimes(share: number, values: Float64Array, out: Float64Array): void {
    const { period } = this;
    const length = values.length;
    const direct = smaller(period, length);
    for (let i = 0; i < direct; i++) out[i] = Number.isNaN(this.update(values[i]!)) ? Number.NaN : this.sum * share;
    for (let i = direct; i < length; i += RUN_BLOCK)
      this.runBlock(share, values, out, i, smaller(i + RUN_BLOCK, length));
    if (direct < length) this.remember(values.subarray(length - period));
  }

  private runBlock(share: number, values: Float64Array, out: Float64Array, from: number, end: number): void {
    const { period } = this;
    let { sum, fresh } = this;
    let turn = from + period - 1 - this.oldest;
    let i = from;
    while (i < end) {
      const stop = smaller(turn, end);
      for (; i < stop; i++) {
        const value = values[i]!;
        sum += value - values[i - period]!;
        fresh += value;
        out[i] = sum * share;
      }
      if (i === end) break;
      sum = fresh + values[i]!;
      fresh = 0;
      out[i] = sum * share;
      turn += period;
      i++;
    }
    this.sum = sum;
    this.fresh = fresh;
    this.oldest = end - (turn - period) - 1;
  }

  /** Lays out the newest window in the ring so that its oldest value is where `oldest` points. */
  private remember(window: Float64Array): void {
    const { ring, oldest, period } = this;
    ring.set(window.subarray(0, period - oldest), oldest);
    ring.set(window.subarray(period - oldest), 0);
  }
}

/** Exponential moving average with weight 2 / (period + 1); `skip` leading values are left out of the starting mean. */
export class Ema {
  readonly period: number;
  private readonly weight: number;
  /** The average; the sum of the values so far while `missing` is above 0. */
  average = 0;
  private missing: number;
  private skip: number;

  constructor(period: number, skip = 0) {
    assertPeriod(period);
    this.period = period;
    this.weight = 2 / (period + 1);
    this.missing = period;
    this.skip = skip;
  }

  update(value: number): number {
    if (this.missing > 0) return this.start(value);
    const before = this.average;
    const after = before + this.weight * (value - before);
    this.average = after;
    return after;
  }

  private start(value: number): number {
    if (this.skip > 0) {
      this.skip--;
      return Number.NaN;
    }
    this.average += value;
    if (--this.missing > 0) return Number.NaN;
    this.average /= this.period;
    return this.average;
  }

  /** The same as `update` for each of `values`, written to `out`. */
  run(values: Float64Array, out: Float64Array): void {
    const length = values.length;
    let i = 0;
    while (i < length && this.missing > 0) {
      out[i] = this.start(values[i]!);
      i++;
    }
    const weight = this.weight;
    let average = this.average;
    for (; i < length; i++) {
      average = average + weight * (values[i]! - average);
      out[i] = average;
    }
    this.average = average;
  }
}

/** Wilder's average (also SMMA, RMA): weight 1 / period, started from the plain mean. */
export class Smma {
  readonly period: number;
  private readonly weight: number;
  private average = 0;
  private missing: number;

  constructor(period: number) {
    assertPeriod(period);
    this.period = period;
    this.weight = 1 / period;
    this.missing = period;
  }

  update(value: number): number {
    if (this.missing > 0) return this.start(value);
    const before = this.average;
    const after = before + this.weight * (value - before);
    this.average = after;
    return after;
  }

  private start(value: number): number {
    this.average += value;
    if (--this.missing > 0) return Number.NaN;
    this.average /= this.period;
    return this.average;
  }
}

/** Linearly weighted moving average: the newest value counts `period` times, the oldest once. */
export class Wma {
  private readonly window: WeightedWindow;
  private readonly share: number;

  constructor(period: number) {
    this.window = new WeightedWindow(period);
    this.share = 2 / (period * (period + 1));
  }

  update(value: number): number {
    const window = this.window;
    window.update(value);
    return window.count < window.ring.length ? Number.NaN : window.origin + window.weighted * this.share;
  }
}

/** Double exponential: 2 EMA − EMA(EMA). */
export class Dema {
  private readonly first: Ema;
  private readonly second: Ema;

  constructor(period: number) {
    this.first = new Ema(period);
    this.second = new Ema(period);
  }

  update(value: number): number {
    const a = this.first.update(value);
    return Number.isNaN(a) ? a : 2 * a - this.second.update(a);
  }
}

/** Triple exponential: 3 EMA − 3 EMA(EMA) + EMA(EMA(EMA)). */
export class Tema {
  private readonly first: Ema;
  private readonly second: Ema;
  private readonly third: Ema;

  constructor(period: number) {
    this.first = new Ema(period);
    this.second = new Ema(period);
    this.third = new Ema(period);
  }

  update(value: number): number {
    const a = this.first.update(value);
    if (Number.isNaN(a)) return a;
    const b = this.second.update(a);
    return Number.isNaN(b) ? b : 3 * a - 3 * b + this.third.update(b);
  }
}

/** Triangular: the mean of a mean, so that the middle of the window counts most. */
export class Trima {
  private readonly inner: Sma;
  private readonly outer: Sma;

  constructor(period: number) {
    assertPeriod(period);
    this.inner = new Sma(period % 2 === 1 ? (period + 1) / 2 : period / 2);
    this.outer = new Sma(period % 2 === 1 ? (period + 1) / 2 : period / 2 + 1);
  }

  update(value: number): number {
    const mean = this.inner.update(value);
    return Number.isNaN(mean) ? mean : this.outer.update(mean);
  }
}
