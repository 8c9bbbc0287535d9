/** Statistics of a window. `update` returns NaN until the window is full. Convention: TA-Lib. */

import { Sma } from './moving-averages.ts';
import { Variance } from './volatility.ts';
import { assertPeriod, RollingExtreme, RollingSum } from './windows.ts';

/** Sum of the last `period` values. */
export class WindowSum {
  private readonly window: RollingSum;
  private missing: number;

  constructor(period: number) {
    this.window = new RollingSum(period);
    this.missing = period;
  }

  update(value: number): number {
    const sum = this.window.update(value);
    if (this.missing > 0 && --this.missing > 0) return Number.NaN;
    return sum;
  }
}

/** Highest (1) or lowest (-1) of the last `period` values. */
export class WindowExtreme {
  private readonly window: RollingExtreme;
  private missing: number;

  constructor(period: number, direction: 1 | -1) {
    this.window = new RollingExtreme(period, direction);
    this.missing = period;
  }

  update(value: number): number {
    const extreme = this.window.update(value);
    if (this.missing > 0 && --this.missing > 0) return Number.NaN;
    return extreme;
  }
}

/** Mean absolute distance from the window's mean (AVGDEV). Needs the whole window each time: O(period) per update. */
export class MeanDeviation {
  private readonly ring: Float64Array;
  private readonly average: Sma;
  private oldest = 0;
  mean = Number.NaN;

  constructor(period: number) {
    assertPeriod(period);
    this.ring = new Float64Array(period);
    this.average = new Sma(period);
  }

  update(value: number): number {
    const { ring } = this;
    ring[this.oldest] = value;
    if (++this.oldest === ring.length) this.oldest = 0;
    const mean = this.average.update(value);
    this.mean = mean;
    if (Number.isNaN(mean)) return mean;
    let sum = 0;
    for (let i = 0; i < ring.length; i++) sum += Math.abs(ring[i]! - mean);
    return sum / ring.length;
  }
}

/** Commodity channel index of a typical price: its distance from its mean in 0.015 mean deviations; 0 where flat. */
export class Cci {
  private readonly deviation: MeanDeviation;

  constructor(period: number) {
    this.deviation = new MeanDeviation(period);
  }

  update(typical: number): number {
    const deviation = this.deviation.update(typical);
    const distance = typical - this.deviation.mean;
    return deviation === 0 || distance === 0 ? 0 : distance / (0.015 * deviation);
  }
}

/** Pearson correlation of two series over `period` values; 0 where one of them is constant. */
export class Correlation {
  private readonly first: Variance;
  private readonly second: Variance;
  private readonly sum: Variance;

  constructor(period: number) {
    this.first = new Variance(period);
    this.second = new Variance(period);
    this.sum = new Variance(period);
  }

  update(a: number, b: number): number {
    const first = this.first.update(a);
    const second = this.second.update(b);
    // cov(a, b) = (var(a + b) − var(a) − var(b)) / 2
    const covariance = (this.sum.update(a + b) - first - second) / 2;
    const scale = Math.sqrt(first * second);
    return scale === 0 ? 0 : covariance / scale;
  }
}

/** Beta of the second series' returns on the first's over `period` returns; 0 where the first's do not vary. */
export class Beta {
  private readonly first: Variance;
  private readonly second: Variance;
  private readonly sum: Variance;
  private beforeFirst = Number.NaN;
  private beforeSecond = Number.NaN;

  constructor(period: number) {
    this.first = new Variance(period);
    this.second = new Variance(period);
    this.sum = new Variance(period);
  }

  update(a: number, b: number): number {
    const x = this.beforeFirst === 0 ? 0 : a / this.beforeFirst - 1;
    const y = this.beforeSecond === 0 ? 0 : b / this.beforeSecond - 1;
    this.beforeFirst = a;
    this.beforeSecond = b;
    if (Number.isNaN(x)) return x;
    const first = this.first.update(x);
    const covariance = (this.sum.update(x + y) - first - this.second.update(y)) / 2;
    return first === 0 ? 0 : covariance / first;
  }
}
