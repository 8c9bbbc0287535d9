/** Averages that adapt, over-correct lag or weigh by volume; the same conventions as in `moving-averages.ts`. */

import { Ema, Wma } from './moving-averages.ts';
import { assertPeriod, Delay, RollingSum } from './windows.ts';

const KAMA_FAST = 2 / (2 + 1);
const KAMA_SLOW = 2 / (30 + 1);

/** Kaufman's adaptive average: fast (2) where the price goes one way, slow (30) where it wanders. Starts at the previous value. */
export class Kama {
  private readonly past: Delay;
  private readonly path: RollingSum;
  private before = Number.NaN;
  private average = Number.NaN;

  constructor(period: number) {
    assertPeriod(period, 2);
    this.past = new Delay(period);
    this.path = new RollingSum(period);
  }

  update(value: number): number {
    const before = this.before;
    this.before = value;
    const oldest = this.past.update(value);
    if (Number.isNaN(before)) return Number.NaN;
    const path = this.path.update(Math.abs(value - before));
    if (Number.isNaN(oldest)) return Number.NaN;
    const distance = value - oldest;
    const efficiency = path <= distance || path === 0 ? 1 : Math.abs(distance / path);
    const root = efficiency * (KAMA_FAST - KAMA_SLOW) + KAMA_SLOW;
    const from = !Number.isNaN(this.average) ? this.average : before;
    this.average = from + root * root * (value - from);
    return this.average;
  }
}

/** Tillson's T3: six exponential averages combined with volume factor `factor` (0 is an EMA of EMAs, 1 is most reactive). */
export class T3 {
  private readonly stages: readonly Ema[];
  private readonly c1: number;
  private readonly c2: number;
  private readonly c3: number;
  private readonly c4: number;

  constructor(period: number, factor: number) {
    this.stages = Array.from({ length: 6 }, () => new Ema(period));
    const square = factor * factor;
    this.c1 = -square * factor;
    this.c2 = 3 * (square - this.c1);
    this.c3 = -6 * square - 3 * (factor - this.c1);
    this.c4 = 1 + 3 * factor - this.c1 + 3 * square;
  }

  update(value: number): number {
    const stages = this.stages;
    let e = value;
    let e3 = 0;
    let e4 = 0;
    let e5 = 0;
    for (let i = 0; i < 6; i++) {
      e = stages[i]!.update(e);
      if (Number.isNaN(e)) return e;
      if (i === 2) e3 = e;
      else if (i === 3) e4 = e;
      else if (i === 4) e5 = e;
    }
    return this.c1 * e + this.c2 * e5 + this.c3 * e4 + this.c4 * e3;
  }
}

/** Hull: WMA(√period) of 2 WMA(period / 2) − WMA(period), window lengths rounded down. */
export class Hma {
  private readonly half: Wma;
  private readonly full: Wma;
  private readonly smooth: Wma;

  constructor(period: number) {
    assertPeriod(period, 2);
    this.half = new Wma(Math.floor(period / 2));
    this.full = new Wma(period);
    this.smooth = new Wma(Math.floor(Math.sqrt(period)));
  }

  update(value: number): number {
    const half = this.half.update(value);
    const full = this.full.update(value);
    return Number.isNaN(full) ? full : this.smooth.update(2 * half - full);
  }
}

/** Volume-weighted mean of the last `period` closes; the plain close where the window holds no volume. */
export class Vwma {
  private readonly turnover: RollingSum;
  private readonly volume: RollingSum;
  private missing: number;

  constructor(period: number) {
    this.turnover = new RollingSum(period);
    this.volume = new RollingSum(period);
    this.missing = period - 1;
  }

  update(close: number, volume: number): number {
    const turnover = this.turnover.update(close * volume);
    const total = this.volume.update(volume);
    if (this.missing > 0) {
      this.missing--;
      return Number.NaN;
    }
    return total === 0 ? close : turnover / total;
  }
}
