/** Where the price stands within its recent range. `update` returns NaN until there is a value. Convention: TA-Lib. */

import { larger, smaller } from './compare.ts';
import { Sma } from './moving-averages.ts';
import { assertPeriod, RollingExtreme, RollingSum } from './windows.ts';

/** Highest high and lowest low of the last `period` bars. */
class Range {
  private readonly highs: RollingExtreme;
  private readonly lows: RollingExtreme;
  private missing: number;
  high = Number.NaN;
  low = Number.NaN;

  constructor(period: number) {
    this.highs = new RollingExtreme(period, 1);
    this.lows = new RollingExtreme(period, -1);
    this.missing = period;
  }

  /** True once the window is full. */
  update(high: number, low: number): boolean {
    this.high = this.highs.update(high);
    this.low = this.lows.update(low);
    if (this.missing > 0) this.missing--;
    return this.missing === 0;
  }
}

/** Raw %K: 0 at the lowest low of `period` bars, 100 at the highest high, 0 where the range is 0. */
class RawStochastic {
  private readonly range: Range;

  constructor(period: number) {
    this.range = new Range(period);
  }

  update(high: number, low: number, close: number): number {
    const { range } = this;
    if (!range.update(high, low)) return Number.NaN;
    const width = range.high - range.low;
    return width === 0 ? 0 : (100 * (close - range.low)) / width;
  }
}

/** Fast stochastic: raw %K and its simple average %D, which appear together. `update` returns %K. */
export class StochasticFast {
  private readonly raw: RawStochastic;
  private readonly smooth: Sma;
  d = Number.NaN;

  constructor(period: number, smooth: number) {
    this.raw = new RawStochastic(period);
    this.smooth = new Sma(smooth);
  }

  update(high: number, low: number, close: number): number {
    const k = this.raw.update(high, low, close);
    if (Number.isNaN(k)) return k;
    this.d = this.smooth.update(k);
    return Number.isNaN(this.d) ? Number.NaN : k;
  }
}

/** Slow stochastic: %K averaged over `slowing` bars and %D, the average of that; both appear together. */
export class Stochastic {
  private readonly raw: RawStochastic;
  private readonly slow: Sma;
  private readonly smooth: Sma;
  d = Number.NaN;

  constructor(period: number, slowing: number, smooth: number) {
    this.raw = new RawStochastic(period);
    this.slow = new Sma(slowing);
    this.smooth = new Sma(smooth);
  }

  update(high: number, low: number, close: number): number {
    const raw = this.raw.update(high, low, close);
    if (Number.isNaN(raw)) return raw;
    const k = this.slow.update(raw);
    if (Number.isNaN(k)) return k;
    this.d = this.smooth.update(k);
    return Number.isNaN(this.d) ? Number.NaN : k;
  }
}

/** Williams %R, −100 … 0; 0 where the range is 0. */
export class WilliamsR {
  private readonly range: Range;

  constructor(period: number) {
    this.range = new Range(period);
  }

  update(high: number, low: number, close: number): number {
    const { range } = this;
    if (!range.update(high, low)) return Number.NaN;
    const width = range.high - range.low;
    return width === 0 ? 0 : (-100 * (range.high - close)) / width;
  }
}

/** Middle of the range of `period` bars: MIDPRICE of highs and lows, MIDPOINT where both are the close. */
export class MidRange {
  private readonly range: Range;

  constructor(period: number) {
    this.range = new Range(period);
  }

  update(high: number, low: number): number {
    return this.range.update(high, low) ? (this.range.high + this.range.low) / 2 : Number.NaN;
  }
}

/** Aroon: how long ago the extremes of the last `period` + 1 bars were; 100 is now. `update` returns up − down. */
export class Aroon {
  private readonly period: number;
  private readonly highs: RollingExtreme;
  private readonly lows: RollingExtreme;
  up = Number.NaN;
  down = Number.NaN;

  constructor(period: number) {
    assertPeriod(period);
    this.period = period;
    this.highs = new RollingExtreme(period + 1, 1);
    this.lows = new RollingExtreme(period + 1, -1);
  }

  update(high: number, low: number): number {
    const { highs, lows, period } = this;
    highs.update(high);
    lows.update(low);
    if (highs.count <= period) return Number.NaN;
    this.up = (100 * (period - highs.age)) / period;
    this.down = (100 * (period - lows.age)) / period;
    return this.up - this.down;
  }
}

/** Buying pressure and true range over one of the three spans of the ultimate oscillator. */
class PressureSpan {
  private readonly pressure: RollingSum;
  private readonly range: RollingSum;

  constructor(period: number) {
    this.pressure = new RollingSum(period);
    this.range = new RollingSum(period);
  }

  update(pressure: number, range: number): number {
    const total = this.pressure.update(pressure);
    const width = this.range.update(range);
    return width === 0 ? 0 : total / width;
  }
}

/** Ultimate oscillator: buying pressure over three spans, the shortest counting most. 0 … 100. */
export class UltimateOscillator {
  private readonly short: PressureSpan;
  private readonly middle: PressureSpan;
  private readonly long: PressureSpan;
  private missing: number;
  private before = Number.NaN;

  constructor(short: number, middle: number, long: number) {
    this.short = new PressureSpan(short);
    this.middle = new PressureSpan(middle);
    this.long = new PressureSpan(long);
    this.missing = long;
  }

  update(high: number, low: number, close: number): number {
    const { before } = this;
    this.before = close;
    if (Number.isNaN(before)) return before;
    const bottom = smaller(before, low);
    const range = larger(before, high) - bottom;
    const pressure = close - bottom;
    const short = this.short.update(pressure, range);
    const middle = this.middle.update(pressure, range);
    const long = this.long.update(pressure, range);
    if (--this.missing > 0) return Number.NaN;
    this.missing = 0;
    return (100 * (4 * short + 2 * middle + long)) / 7;
  }
}

/** Intraday momentum: rises from open to close as a share of all moves of `period` bars, 0 … 100; 0 where none moved. */
export class IntradayMomentum {
  private readonly gains: RollingSum;
  private readonly moves: RollingSum;
  private missing: number;

  constructor(period: number) {
    this.gains = new RollingSum(period);
    this.moves = new RollingSum(period);
    this.missing = period;
  }

  update(open: number, close: number): number {
    const gains = this.gains.update(close > open ? close - open : 0);
    const moves = this.moves.update(Math.abs(close - open));
    if (this.missing > 0 && --this.missing > 0) return Number.NaN;
    return moves === 0 ? 0 : (100 * gains) / moves;
  }
}
