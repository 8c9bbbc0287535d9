/**
 * Oscillators on one series. `update` returns NaN until there is a value. Convention: TA-Lib, unstable period 0.
 */

import { Ema } from './moving-averages.ts';
import { assertPeriod } from './windows.ts';

/**
 * Wilder's relative strength index, 0 … 100. A market that has not moved since the start has no strength either way:
 * 0, as TA-Lib says (`gain` and `loss` tell it apart from a falling one).
 */
export class Rsi {
  readonly period: number;
  private readonly weight: number;
  private before = Number.NaN;
  private missing: number;
  /** Wilder's averages of upward and downward moves. */
  gain = 0;
  loss = 0;

  constructor(period: number) {
    assertPeriod(period, 2);
    this.period = period;
    this.weight = 1 / period;
    this.missing = period + 1;
  }

  update(value: number): number {
    const move = value - this.before;
    this.before = value;
    if (this.missing > 0) return this.start(move);
    // (|m| ± m) / 2 is the rise or fall, exactly, without a branch on the data.
    const size = Math.abs(move);
    const weight = this.weight;
    const gain = this.gain + weight * (0.5 * (size + move) - this.gain);
    const loss = this.loss + weight * (0.5 * (size - move) - this.loss);
    this.gain = gain;
    this.loss = loss;
    const total = gain + loss;
    return total === 0 ? 0 : (100 * gain) / total;
  }

  private start(move: number): number {
    this.missing--;
    if (Number.isNaN(move)) return Number.NaN;
    const size = Math.abs(move);
    this.gain += 0.5 * (size + move);
    this.loss += 0.5 * (size - move);
    if (this.missing > 0) return Number.NaN;
    this.gain /= this.period;
    this.loss /= this.period;
    const total = this.gain + this.loss;
    return total === 0 ? 0 : (100 * this.gain) / total;
  }

  /** The same as `update` for each of `values`, written to `out`. */
  run(values: Float64Array, out: Float64Array): void {
    const length = values.length;
    let i = 0;
    for (; i < length && this.missing > 0; i++) out[i] = this.update(values[i]!);
    if (i === length) return;
    const weight = this.weight;
    let { before, gain, loss } = this;
    for (; i < length; i++) {
      const value = values[i]!;
      const move = value - before;
      before = value;
      const size = Math.abs(move);
      gain = gain + weight * (0.5 * (size + move) - gain);
      loss = loss + weight * (0.5 * (size - move) - loss);
      const total = gain + loss;
      out[i] = total === 0 ? 0 : (100 * gain) / total;
    }
    this.before = before;
    this.gain = gain;
    this.loss = loss;
  }
}

/**
 * Moving average convergence/divergence: EMA(fast) − EMA(slow), its EMA(signal), and the difference of the two.
 * As in TA-Lib both averages have their first value on bar `slow`, and line, signal and histogram appear together.
 * `update` returns the line; `signal` and `histogram` belong to the same bar.
 */
export class Macd {
  private readonly fast: Ema;
  private readonly slow: Ema;
  private readonly smooth: Ema;
  private missing: number;
  line = Number.NaN;
  signal = Number.NaN;
  histogram = Number.NaN;

  /** @param fast,slow,signal periods, `fast` below `slow`. */
  constructor(fast: number, slow: number, signal: number) {
    assertPeriod(slow - fast);
    this.fast = new Ema(fast, slow - fast);
    this.slow = new Ema(slow);
    this.smooth = new Ema(signal);
    this.missing = slow + signal - 2;
  }

  update(value: number): number {
    const line = this.fast.update(value) - this.slow.update(value);
    if (this.missing > 0) return this.start(line);
    const signal = this.smooth.update(line);
    this.line = line;
    this.signal = signal;
    this.histogram = line - signal;
    return line;
  }

  private start(line: number): number {
    this.missing--;
    if (!Number.isNaN(line)) this.smooth.update(line);
    return Number.NaN;
  }

  /** The same as `update` for each of `values`, written to three arrays. */
  run(values: Float64Array, line: Float64Array, signal: Float64Array, histogram: Float64Array): void {
    const length = values.length;
    let i = 0;
    for (; i < length && (this.missing > 0 || Number.isNaN(this.line)); i++) {
      line[i] = this.update(values[i]!);
      signal[i] = this.signal;
      histogram[i] = this.histogram;
    }
    if (i === length) return;
    const fastWeight = 2 / (this.fast.period + 1);
    const slowWeight = 2 / (this.slow.period + 1);
    const smoothWeight = 2 / (this.smooth.period + 1);
    let fast = this.fast.average;
    let slow = this.slow.average;
    let smooth = this.signal;
    let difference = this.line;
    for (; i < length; i++) {
      const value = values[i]!;
      fast = fast + fastWeight * (value - fast);
      slow = slow + slowWeight * (value - slow);
      difference = fast - slow;
      smooth = smooth + smoothWeight * (difference - smooth);
      line[i] = difference;
      signal[i] = smooth;
      histogram[i] = difference - smooth;
    }
    this.fast.average = fast;
    this.slow.average = slow;
    this.smooth.average = smooth;
    this.line = difference;
    this.signal = smooth;
    this.histogram = difference - smooth;
  }
}
