/**
 * Ehlers' cycle indicators on the discrete Hilbert transform. Convention: TA-Lib, unstable period 0. They feed on their
 * own period estimate, so small differences grow: compare them with others to 1e-6, not to the last digit.
 */

import { larger } from './compare.ts';

const COEFFICIENT_A = 0.0962;
const COEFFICIENT_B = 0.5769;
const DEGREES = 180 / Math.PI;
const SMOOTHED_SIZE = 50;

/** One quadrature filter; even and odd bars run through separate halves of it. */
class Quadrature {
  private readonly delayed = new Float64Array(6);
  private readonly filtered = new Float64Array(2);
  private readonly inputs = new Float64Array(2);

  update(input: number, odd: 0 | 1, slot: number, gain: number): number {
    const at = odd * 3 + slot;
    const scaled = COEFFICIENT_A * input;
    let value = scaled - this.delayed[at]! - this.filtered[odd]!;
    this.delayed[at] = scaled;
    this.filtered[odd] = COEFFICIENT_B * this.inputs[odd]!;
    value += this.filtered[odd]!;
    this.inputs[odd] = input;
    return value * gain;
  }
}

/** Price smoothed with weights 4 3 2 1 over four bars. */
class FourBarAverage {
  private p1 = 0;
  private p2 = 0;
  private p3 = 0;

  update(price: number): number {
    const smoothed = (4 * price + 3 * this.p1 + 2 * this.p2 + this.p3) / 10;
    this.p3 = this.p2;
    this.p2 = this.p1;
    this.p1 = price;
    return smoothed;
  }
}

/** The running estimate of the market's dominant cycle. */
class CycleEstimate {
  private readonly quiet: number;
  private readonly average = new FourBarAverage();
  private readonly detrend = new Quadrature();
  private readonly quadrature = new Quadrature();
  private readonly inPhaseAhead = new Quadrature();
  private readonly quadratureAhead = new Quadrature();
  private readonly earlier = new Float64Array(4);
  private bars = 0;
  private slot = 0;
  private i2 = 0;
  private q2 = 0;
  private re = 0;
  private im = 0;
  period = 0;
  smoothPeriod = 0;
  smoothed = 0;
  inPhase = 0;
  q1 = 0;

  /** @param quiet bars that only fill the price average. */
  constructor(quiet: number) {
    this.quiet = quiet;
  }

  /** True once the transform runs. */
  update(price: number): boolean {
    this.smoothed = this.average.update(price);
    const index = this.bars++;
    if (index < this.quiet) return false;
    this.transform(index % 2 === 0 ? 0 : 1);
    return true;
  }

  private transform(odd: 0 | 1): void {
    const gain = 0.075 * this.period + 0.54;
    const { slot, earlier } = this;
    // This parity uses the detrended price of three bars ago, which the other parity kept for it.
    const inPhase = earlier[odd * 2 + 1]!;
    const detrended = this.detrend.update(this.smoothed, odd, slot, gain);
    this.q1 = this.quadrature.update(detrended, odd, slot, gain);
    const ji = this.inPhaseAhead.update(inPhase, odd, slot, gain);
    const jq = this.quadratureAhead.update(this.q1, odd, slot, gain);
    if (odd === 0) this.slot = slot === 2 ? 0 : slot + 1;
    const other = (1 - odd) * 2;
    earlier[other + 1] = earlier[other]!;
    earlier[other] = detrended;
    this.inPhase = inPhase;
    this.estimate(0.2 * (inPhase - jq) + 0.8 * this.i2, 0.2 * (this.q1 + ji) + 0.8 * this.q2);
  }

  private estimate(i2: number, q2: number): void {
    this.re = 0.2 * (i2 * this.i2 + q2 * this.q2) + 0.8 * this.re;
    this.im = 0.2 * (i2 * this.q2 - q2 * this.i2) + 0.8 * this.im;
    this.i2 = i2;
    this.q2 = q2;
    const before = this.period;
    let period = before;
    if (this.im !== 0 && this.re !== 0) period = 360 / (Math.atan(this.im / this.re) * DEGREES);
    if (period > 1.5 * before) period = 1.5 * before;
    if (period < 0.67 * before) period = 0.67 * before;
    if (period < 6) period = 6;
    else if (period > 50) period = 50;
    this.period = 0.2 * period + 0.8 * before;
    this.smoothPeriod = 0.33 * this.period + 0.67 * this.smoothPeriod;
  }
}

/** MESA adaptive average: reacts fast when the cycle's phase jumps. `update` returns MAMA, `following` is FAMA. */
export class Mama {
  private readonly cycle = new CycleEstimate(12);
  private readonly fast: number;
  private readonly slow: number;
  private missing = 32;
  private phase = 0;
  private average = 0;
  private follower = 0;

  constructor(fast: number, slow: number) {
    this.fast = fast;
    this.slow = slow;
  }

  get following(): number {
    return this.missing >= 0 ? Number.NaN : this.follower;
  }

  update(price: number): number {
    const running = this.cycle.update(price);
    this.missing--;
    if (running) this.advance(price);
    return this.missing >= 0 ? Number.NaN : this.average;
  }

  private advance(price: number): void {
    const { inPhase, q1 } = this.cycle;
    const phase = inPhase === 0 ? 0 : Math.atan(q1 / inPhase) * DEGREES;
    const step = this.phase - phase;
    this.phase = phase;
    const wanted = step > 1 ? this.fast / step : this.fast;
    const weight = larger(wanted, this.slow);
    this.average = weight * price + (1 - weight) * this.average;
    this.follower = 0.5 * weight * this.average + (1 - 0.5 * weight) * this.follower;
  }
}

/** Length of the dominant cycle in bars. */
export class CyclePeriod {
  private readonly cycle = new CycleEstimate(12);
  private missing = 32;

  update(price: number): number {
    this.cycle.update(price);
    return this.missing-- > 0 ? Number.NaN : this.cycle.smoothPeriod;
  }
}

/** Phase, trend line and mode of the dominant cycle. After `update` (true once there are values) the fields hold them. */
export class CyclePhase {
  private readonly cycle = new CycleEstimate(37);
  private readonly smoothed = new Float64Array(SMOOTHED_SIZE);
  private readonly prices = new Float64Array(SMOOTHED_SIZE + 1);
  private newestSmoothed = 0;
  private newestPrice = 0;
  private missing = 63;
  private phase = 0;
  private trend1 = 0;
  private trend2 = 0;
  private trend3 = 0;
  private daysInTrend = 0;
  sine = 0;
  lead = 0;
  trendLine = 0;
  /** 1 in a trend, 0 in a cycle. */
  mode = 0;

  update(price: number): boolean {
    this.newestPrice = this.newestPrice === SMOOTHED_SIZE ? 0 : this.newestPrice + 1;
    this.prices[this.newestPrice] = price;
    if (this.cycle.update(price)) this.advance();
    return this.missing-- <= 0;
  }

  private advance(): void {
    const { smoothPeriod, smoothed } = this.cycle;
    this.newestSmoothed = this.newestSmoothed === SMOOTHED_SIZE - 1 ? 0 : this.newestSmoothed + 1;
    this.smoothed[this.newestSmoothed] = smoothed;
    const length = Math.floor(smoothPeriod + 0.5);
    const { phase, sine, lead } = this;
    this.findPhase(length, smoothPeriod);
    this.sine = Math.sin(this.phase / DEGREES);
    this.lead = Math.sin((this.phase + 45) / DEGREES);
    this.findTrendLine(length);
    const crossed = (this.sine > this.lead && sine <= lead) || (this.sine < this.lead && sine >= lead);
    this.mode = this.findMode(crossed, this.phase - phase, smoothPeriod, smoothed);
  }

  private findPhase(length: number, smoothPeriod: number): void {
    let real = 0;
    let imaginary = 0;
    for (let i = 0, at = this.newestSmoothed; i < length; i++) {
      const angle = (i * 2 * Math.PI) / length;
      real += Math.sin(angle) * this.smoothed[at]!;
      imaginary += Math.cos(angle) * this.smoothed[at]!;
      at = at === 0 ? SMOOTHED_SIZE - 1 : at - 1;
    }
    if (imaginary !== 0) this.phase = Math.atan(real / imaginary) * DEGREES;
    else if (real < 0) this.phase -= 90;
    else if (real > 0) this.phase += 90;
    this.phase += 90 + 360 / smoothPeriod;
    if (imaginary < 0) this.phase += 180;
    if (this.phase > 315) this.phase -= 360;
  }

  private findTrendLine(length: number): void {
    let sum = 0;
    for (let i = 0, at = this.newestPrice; i < length; i++) {
      sum += this.prices[at]!;
      at = at === 0 ? SMOOTHED_SIZE : at - 1;
    }
    const mean = length > 0 ? sum / length : sum;
    this.trendLine = (4 * mean + 3 * this.trend1 + 2 * this.trend2 + this.trend3) / 10;
    this.trend3 = this.trend2;
    this.trend2 = this.trend1;
    this.trend1 = mean;
  }

  private findMode(crossed: boolean, turn: number, smoothPeriod: number, smoothed: number): number {
    const { trendLine } = this;
    if (crossed) this.daysInTrend = 0;
    let mode = crossed ? 0 : 1;
    this.daysInTrend++;
    if (this.daysInTrend < 0.5 * smoothPeriod) mode = 0;
    if (smoothPeriod !== 0 && turn > (0.67 * 360) / smoothPeriod && turn < (1.5 * 360) / smoothPeriod) mode = 0;
    if (trendLine !== 0 && Math.abs((smoothed - trendLine) / trendLine) >= 0.015) mode = 1;
    return mode;
  }
}
