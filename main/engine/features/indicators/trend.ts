/** Trend following. `update` returns NaN until there is a value. */

import { larger, smaller } from './compare.ts';
import { Ema, Sma } from './moving-averages.ts';
import { MidRange } from './stochastics.ts';
import { Atr, TrueRange } from './volatility.ts';
import { assertPeriod, Delay, RollingExtreme, RollingSum } from './windows.ts';

/**
 * Wilder's parabolic stop and reverse. Convention: TA-Lib (the first direction is down where the second bar's low falls
 * by more than its high rises, else up).
 */
export class ParabolicSar {
  private readonly step: number;
  private readonly limit: number;
  private bars = 0;
  private rising = true;
  private factor = 0;
  private extreme = Number.NaN;
  private stop = Number.NaN;
  private high = Number.NaN;
  private low = Number.NaN;

  constructor(step: number, limit: number) {
    this.step = step;
    this.limit = limit;
    this.factor = smaller(step, limit);
  }

  update(high: number, low: number): number {
    const beforeHigh = this.bars === 1 ? high : this.high;
    const beforeLow = this.bars === 1 ? low : this.low;
    if (this.bars === 1) this.begin(high, low);
    this.bars++;
    this.high = high;
    this.low = low;
    if (this.bars === 1) return Number.NaN;
    const top = larger(high, beforeHigh);
    const bottom = smaller(low, beforeLow);
    return this.rising ? this.followUp(high, low, top, bottom) : this.followDown(high, low, top, bottom);
  }

  private begin(high: number, low: number): void {
    const rise = high - this.high;
    const fall = this.low - low;
    this.rising = !(fall > 0 && rise < fall);
    this.extreme = this.rising ? high : low;
    this.stop = this.rising ? this.low : this.high;
  }

  private followUp(high: number, low: number, top: number, bottom: number): number {
    if (low <= this.stop) return this.turn(false, larger(this.extreme, top), low, top);
    const { stop } = this;
    if (high > this.extreme) this.extend(high);
    this.stop = smaller(stop + this.factor * (this.extreme - stop), bottom);
    return stop;
  }

  private followDown(high: number, low: number, top: number, bottom: number): number {
    if (high >= this.stop) return this.turn(true, smaller(this.extreme, bottom), high, bottom);
    const { stop } = this;
    if (low < this.extreme) this.extend(low);
    this.stop = larger(stop + this.factor * (this.extreme - stop), top);
    return stop;
  }

  private extend(extreme: number): void {
    this.extreme = extreme;
    this.factor = smaller(this.factor + this.step, this.limit);
  }

  private turn(rising: boolean, stop: number, extreme: number, bound: number): number {
    this.rising = rising;
    this.factor = smaller(this.step, this.limit);
    this.extreme = extreme;
    const next = stop + this.factor * (extreme - stop);
    this.stop = rising ? smaller(next, bound) : larger(next, bound);
    return stop;
  }
}

/**
 * SuperTrend: a band of `multiple` Wilder ATRs about the bar's middle that only tightens, until a close crosses it.
 * `update` returns the line; `rising` says whether it is the lower band. The first value comes with the first ATR.
 */
export class SuperTrend {
  private readonly atr: Atr;
  private readonly multiple: number;
  private upper = Number.NaN;
  private lower = Number.NaN;
  private before = Number.NaN;
  rising = true;

  constructor(period: number, multiple: number) {
    this.atr = new Atr(period);
    this.multiple = multiple;
  }

  update(high: number, low: number, close: number): number {
    const distance = this.multiple * this.atr.update(high, low, close);
    const { before } = this;
    this.before = close;
    if (Number.isNaN(distance)) return distance;
    const middle = (high + low) / 2;
    if (Number.isNaN(this.upper)) {
      this.upper = middle + distance;
      this.lower = middle - distance;
      this.rising = close >= middle;
    }
    if (middle + distance < this.upper || before > this.upper) this.upper = middle + distance;
    if (middle - distance > this.lower || before < this.lower) this.lower = middle - distance;
    this.rising = close > (this.rising ? this.lower : this.upper);
    return this.rising ? this.lower : this.upper;
  }
}

/**
 * Ichimoku. `update` returns the conversion line; `leadingA` and `leadingB` are those drawn over this bar, computed
 * `base` bars ago. The lagging line is the close itself drawn `base` bars back, so it is left to whoever draws.
 */
export class Ichimoku {
  private readonly conversionRange: MidRange;
  private readonly baseRange: MidRange;
  private readonly leadingRange: MidRange;
  private readonly delayA: Delay;
  private readonly delayB: Delay;
  base = Number.NaN;
  leadingA = Number.NaN;
  leadingB = Number.NaN;

  constructor(conversion: number, base: number, leading: number) {
    this.conversionRange = new MidRange(conversion);
    this.baseRange = new MidRange(base);
    this.leadingRange = new MidRange(leading);
    this.delayA = new Delay(base);
    this.delayB = new Delay(base);
  }

  update(high: number, low: number): number {
    const conversion = this.conversionRange.update(high, low);
    this.base = this.baseRange.update(high, low);
    this.leadingA = this.delayA.update((conversion + this.base) / 2);
    this.leadingB = this.delayB.update(this.leadingRange.update(high, low));
    return conversion;
  }
}

/** Vortex: upward and downward reach from bar to bar over the true range of `period` bars. `update` returns `plus`. */
export class Vortex {
  private readonly range: RollingSum;
  private readonly up: RollingSum;
  private readonly down: RollingSum;
  private readonly trueRange = new TrueRange();
  private high = Number.NaN;
  private low = Number.NaN;
  private missing: number;
  minus = Number.NaN;

  constructor(period: number) {
    this.range = new RollingSum(period);
    this.up = new RollingSum(period);
    this.down = new RollingSum(period);
    this.missing = period;
  }

  update(high: number, low: number, close: number): number {
    const trueRange = this.trueRange.update(high, low, close);
    const rise = Math.abs(high - this.low);
    const fall = Math.abs(low - this.high);
    this.high = high;
    this.low = low;
    if (Number.isNaN(trueRange)) return trueRange;
    const range = this.range.update(trueRange);
    const up = this.up.update(rise);
    const down = this.down.update(fall);
    if (this.missing > 0 && --this.missing > 0) return Number.NaN;
    this.minus = range === 0 ? 0 : down / range;
    return range === 0 ? 0 : up / range;
  }
}

/** Chandelier exit of a long position: `multiple` Wilder ATRs below the highest high of `period` bars. */
export class ChandelierExit {
  private readonly highs: RollingExtreme;
  private readonly atr: Atr;
  private readonly multiple: number;

  constructor(period: number, multiple: number) {
    this.highs = new RollingExtreme(period, 1);
    this.atr = new Atr(period);
    this.multiple = multiple;
  }

  update(high: number, low: number, close: number): number {
    return this.highs.update(high) - this.multiple * this.atr.update(high, low, close);
  }
}

/** Awesome oscillator: fast less slow simple average of the bars' middles. */
export class AwesomeOscillator {
  private readonly fast: Sma;
  private readonly slow: Sma;

  constructor(fast: number, slow: number) {
    this.fast = new Sma(fast);
    this.slow = new Sma(slow);
  }

  update(high: number, low: number): number {
    const middle = (high + low) / 2;
    return this.fast.update(middle) - this.slow.update(middle);
  }
}

/** Choppiness: 100 where the price wandered through its whole range, low where it went one way. 100 where flat. */
export class Choppiness {
  private readonly ranges: RollingSum;
  private readonly highs: RollingExtreme;
  private readonly lows: RollingExtreme;
  private readonly scale: number;
  private before = Number.NaN;
  private missing: number;

  constructor(period: number) {
    assertPeriod(period, 2);
    this.ranges = new RollingSum(period);
    this.highs = new RollingExtreme(period, 1);
    this.lows = new RollingExtreme(period, -1);
    this.scale = 100 / Math.log(period);
    this.missing = period;
  }

  update(high: number, low: number, close: number): number {
    const { before } = this;
    this.before = close;
    if (Number.isNaN(before)) return before;
    const top = larger(high, before);
    const bottom = smaller(low, before);
    const path = this.ranges.update(top - bottom);
    const range = this.highs.update(top) - this.lows.update(bottom);
    if (this.missing > 0 && --this.missing > 0) return Number.NaN;
    return range === 0 ? 100 : Math.log(path / range) * this.scale;
  }
}

/** Elder-Ray: how far high and low reach beyond the EMA of the close. `update` returns bull power. */
export class ElderRay {
  private readonly ema: Ema;
  bear = Number.NaN;

  constructor(period: number) {
    this.ema = new Ema(period);
  }

  update(high: number, low: number, close: number): number {
    const average = this.ema.update(close);
    this.bear = low - average;
    return high - average;
  }
}
