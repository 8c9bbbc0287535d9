/** Momentum of one series. `update` returns NaN until there is a value. Convention: TA-Lib, unstable period 0. */

import { Ema } from './moving-averages.ts';
import { Rsi } from './oscillators.ts';
import { StochasticFast } from './stochastics.ts';
import { Delay } from './windows.ts';

/**
 * The change over `period` values in its four usual forms: `difference` (MOM), `ratio` (ROCR) and, derived from it,
 * `share` (ROCP) and `percent` (ROC). A value of 0 to compare with gives 0. `update` returns the difference.
 */
export class RateOfChange {
  private readonly past: Delay;
  difference = Number.NaN;
  ratio = Number.NaN;
  share = Number.NaN;

  constructor(period: number) {
    this.past = new Delay(period);
  }

  update(value: number): number {
    const before = this.past.update(value);
    this.difference = value - before;
    this.ratio = before === 0 ? 0 : value / before;
    this.share = before === 0 ? 0 : (value - before) / before;
    return this.difference;
  }

  get percent(): number {
    return this.share * 100;
  }
}

/** Chande momentum: (gain − loss) / (gain + loss) × 100 of Wilder's averages, −100 … 100, 0 where nothing has moved. */
export class Cmo {
  private readonly rsi: Rsi;

  constructor(period: number) {
    this.rsi = new Rsi(period);
  }

  update(value: number): number {
    const rsi = this.rsi.update(value);
    if (Number.isNaN(rsi)) return rsi;
    const { gain, loss } = this.rsi;
    return gain + loss === 0 ? 0 : (100 * (gain - loss)) / (gain + loss);
  }
}

/** The change of a triple EMA from one value to the next, in percent. */
export class Trix {
  private readonly stages: readonly [Ema, Ema, Ema];
  private readonly change = new RateOfChange(1);

  constructor(period: number) {
    this.stages = [new Ema(period), new Ema(period), new Ema(period)];
  }

  update(value: number): number {
    const first = this.stages[0].update(value);
    if (Number.isNaN(first)) return first;
    const second = this.stages[1].update(first);
    if (Number.isNaN(second)) return second;
    const third = this.stages[2].update(second);
    if (Number.isNaN(third)) return third;
    this.change.update(third);
    return this.change.percent;
  }
}

/** EMA(fast) − EMA(slow): `update` returns it in price (APO), `percent` is its share of the slow one (PPO). */
export class PriceOscillator {
  private readonly fast: Ema;
  private readonly slow: Ema;
  percent = Number.NaN;

  constructor(fast: number, slow: number) {
    this.fast = new Ema(fast);
    this.slow = new Ema(slow);
  }

  update(value: number): number {
    const slow = this.slow.update(value);
    const difference = this.fast.update(value) - slow;
    this.percent = slow === 0 ? 0 : (100 * difference) / slow;
    return difference;
  }
}

/** Fast stochastic of the RSI; `k` and `d` appear together. `update` returns `k`. */
export class StochRsi {
  private readonly rsi: Rsi;
  private readonly stochastic: StochasticFast;

  constructor(rsiPeriod: number, period: number, smooth: number) {
    this.rsi = new Rsi(rsiPeriod);
    this.stochastic = new StochasticFast(period, smooth);
  }

  get d(): number {
    return this.stochastic.d;
  }

  update(value: number): number {
    const rsi = this.rsi.update(value);
    return Number.isNaN(rsi) ? rsi : this.stochastic.update(rsi, rsi, rsi);
  }
}
