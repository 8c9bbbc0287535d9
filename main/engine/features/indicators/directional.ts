/** Wilder's directional movement system. Convention: TA-Lib, unstable period 0 (sums start with `period` − 1 bars). */

import { larger, smaller } from './compare.ts';
import { assertPeriod, Delay } from './windows.ts';

/**
 * PLUS_DM, MINUS_DM, PLUS_DI, MINUS_DI and DX in one pass: after each `update` the fields hold this bar's values, NaN
 * where there is none yet (the movements come one bar before the others).
 */
export class DirectionalMovement {
  readonly period: number;
  private readonly keep: number;
  private high = Number.NaN;
  private low = Number.NaN;
  private close = Number.NaN;
  private bars = 0;
  private up = 0;
  private down = 0;
  private range = 0;
  plusDm = Number.NaN;
  minusDm = Number.NaN;
  plusDi = Number.NaN;
  minusDi = Number.NaN;
  dx = Number.NaN;

  constructor(period: number) {
    assertPeriod(period, 2);
    this.period = period;
    this.keep = 1 - 1 / period;
  }

  /** Returns DX. */
  update(high: number, low: number, close: number): number {
    const rise = high - this.high;
    const fall = this.low - low;
    const before = this.close;
    this.high = high;
    this.low = low;
    this.close = close;
    if (this.bars++ === 0) return Number.NaN;
    const keep = this.bars > this.period ? this.keep : 1;
    this.up = this.up * keep + (rise > 0 && rise > fall ? rise : 0);
    this.down = this.down * keep + (fall > 0 && fall > rise ? fall : 0);
    this.range = this.range * keep + (larger(before, high) - smaller(before, low));
    if (this.bars >= this.period) {
      this.plusDm = this.up;
      this.minusDm = this.down;
    }
    return this.bars > this.period ? this.index() : Number.NaN;
  }

  private index(): number {
    this.plusDi = this.range === 0 ? 0 : (100 * this.up) / this.range;
    this.minusDi = this.range === 0 ? 0 : (100 * this.down) / this.range;
    const total = this.plusDi + this.minusDi;
    if (total !== 0) this.dx = (100 * Math.abs(this.plusDi - this.minusDi)) / total;
    else if (Number.isNaN(this.dx)) this.dx = 0;
    return this.dx;
  }
}

/** Average directional index: Wilder's average of DX, 0 … 100. `rating` is ADXR, `movement` holds the parts. */
export class Adx {
  readonly movement: DirectionalMovement;
  private readonly past: Delay;
  private missing: number;
  private average = 0;
  /** ADXR: the mean of this ADX and that of `period` − 1 bars ago; NaN until both exist. */
  rating = Number.NaN;

  constructor(period: number) {
    this.movement = new DirectionalMovement(period);
    this.past = new Delay(period - 1);
    this.missing = period;
  }

  update(high: number, low: number, close: number): number {
    const dx = this.movement.update(high, low, close);
    if (Number.isNaN(dx)) return dx;
    const { period } = this.movement;
    if (this.missing > 0) {
      this.average += dx;
      if (--this.missing > 0) return Number.NaN;
      this.average /= period;
    } else {
      this.average += (dx - this.average) / period;
    }
    this.rating = (this.average + this.past.update(this.average)) / 2;
    return this.average;
  }
}
