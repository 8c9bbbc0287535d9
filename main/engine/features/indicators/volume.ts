/**
 * Volume indicators. `update` returns NaN until there is a value. Convention: TA-Lib where it has the indicator (OBV
 * starts with the first bar's volume); VWAP and CMF as usual on charts. Running totals (OBV, AD, VWAP) depend on where
 * their history starts: that is what they are.
 */

import { larger } from './compare.ts';
import { assertPeriod, RollingSum } from './windows.ts';

const DAY_MS = 86_400_000;

/** Share of a bar's volume counted as bought: +1 closes at the high, −1 at the low, 0 where the bar has no range. */
function closeLocation(high: number, low: number, close: number): number {
  const range = high - low;
  return range > 0 ? (close - low - (high - close)) / range : 0;
}

/** On-balance volume. */
export class Obv {
  private before = Number.NaN;
  private total = 0;

  update(close: number, volume: number): number {
    const { before } = this;
    this.before = close;
    if (Number.isNaN(before)) this.total = volume;
    else if (close > before) this.total += volume;
    else if (close < before) this.total -= volume;
    return this.total;
  }
}

/** Chaikin's accumulation/distribution line. */
export class AccumulationDistribution {
  private total = 0;

  update(high: number, low: number, close: number, volume: number): number {
    this.total += closeLocation(high, low, close) * volume;
    return this.total;
  }
}

/** Chaikin oscillator: fast less slow EMA of the AD line, both started at its first value; values from bar `slow` on. */
export class ChaikinOscillator {
  private readonly line = new AccumulationDistribution();
  private readonly fastWeight: number;
  private readonly slowWeight: number;
  private fast = Number.NaN;
  private slow = Number.NaN;
  private missing: number;

  constructor(fast: number, slow: number) {
    assertPeriod(fast);
    assertPeriod(slow);
    this.fastWeight = 2 / (fast + 1);
    this.slowWeight = 2 / (slow + 1);
    this.missing = larger(fast, slow);
  }

  update(high: number, low: number, close: number, volume: number): number {
    const value = this.line.update(high, low, close, volume);
    if (Number.isNaN(this.fast)) {
      this.fast = value;
      this.slow = value;
    } else {
      this.fast += this.fastWeight * (value - this.fast);
      this.slow += this.slowWeight * (value - this.slow);
    }
    if (this.missing > 0 && --this.missing > 0) return Number.NaN;
    return this.fast - this.slow;
  }
}

/** Money flow index: rising typical price × volume as a share of all flow, 0 … 100; 0 below one unit of flow. */
export class MoneyFlowIndex {
  private readonly rising: RollingSum;
  private readonly falling: RollingSum;
  private before = Number.NaN;
  private missing: number;

  constructor(period: number) {
    this.rising = new RollingSum(period);
    this.falling = new RollingSum(period);
    this.missing = period;
  }

  update(high: number, low: number, close: number, volume: number): number {
    const typical = (high + low + close) / 3;
    const { before } = this;
    this.before = typical;
    if (Number.isNaN(before)) return before;
    const rising = this.rising.update(typical > before ? typical * volume : 0);
    const total = rising + this.falling.update(typical < before ? typical * volume : 0);
    if (this.missing > 0 && --this.missing > 0) return Number.NaN;
    return total < 1 ? 0 : (100 * rising) / total;
  }
}

/** Chaikin money flow: close location weighted by volume over `period` bars, −1 … 1; 0 without volume. */
export class ChaikinMoneyFlow {
  private readonly flow: RollingSum;
  private readonly volume: RollingSum;
  private missing: number;

  constructor(period: number) {
    this.flow = new RollingSum(period);
    this.volume = new RollingSum(period);
    this.missing = period;
  }

  update(high: number, low: number, close: number, volume: number): number {
    const flow = this.flow.update(closeLocation(high, low, close) * volume);
    const total = this.volume.update(volume);
    if (this.missing > 0 && --this.missing > 0) return Number.NaN;
    return total === 0 ? 0 : flow / total;
  }
}

/**
 * Volume-weighted mean of the typical price since the anchor: the first bar, or the start of each UTC day (`daily`).
 * The typical price itself while there has been no volume.
 */
export class Vwap {
  private readonly daily: boolean;
  private day = Number.NaN;
  private turnover = 0;
  private volume = 0;

  constructor(daily: boolean) {
    this.daily = daily;
  }

  update(openTimeMs: number, high: number, low: number, close: number, volume: number): number {
    const day = Math.floor(openTimeMs / DAY_MS);
    if (this.daily && day !== this.day) {
      this.day = day;
      this.turnover = 0;
      this.volume = 0;
    }
    const typical = (high + low + close) / 3;
    this.turnover += typical * volume;
    this.volume += volume;
    return this.volume === 0 ? typical : this.turnover / this.volume;
  }
}
