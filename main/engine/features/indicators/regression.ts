/** The least-squares line through the last `period` values, time counted in bars. Convention: TA-Lib. */

import { assertPeriod, WeightedWindow } from './windows.ts';

/**
 * `update` returns the line's value at the newest bar (LINEARREG), NaN until the window is full. `slope` is per bar,
 * `intercept` the line's value at the window's oldest bar.
 */
export class LinearRegression {
  private readonly window: WeightedWindow;
  private readonly meanTime: number;
  private readonly timeSquares: number;
  slope = Number.NaN;
  intercept = Number.NaN;

  constructor(period: number) {
    assertPeriod(period, 2);
    this.window = new WeightedWindow(period);
    this.meanTime = (period - 1) / 2;
    this.timeSquares = (period * (period * period - 1)) / 12;
  }

  update(value: number): number {
    const window = this.window;
    window.update(value);
    const period = window.ring.length;
    if (window.count < period) return Number.NaN;
    // Weights run from 1 to period: about their own mean they are times about the mean time.
    this.slope = (window.weighted - (this.meanTime + 1) * window.sum) / this.timeSquares;
    this.intercept = window.origin + window.sum / period - this.slope * this.meanTime;
    return this.intercept + this.slope * (period - 1);
  }

  /** Bars from the window's oldest to its newest. */
  get span(): number {
    return this.window.ring.length - 1;
  }

  /** The line carried on to the next bar (TSF). */
  get forecast(): number {
    return this.intercept + this.slope * this.window.ring.length;
  }

  /** The slope as an angle in degrees. */
  get angle(): number {
    return (Math.atan(this.slope) * 180) / Math.PI;
  }
}
