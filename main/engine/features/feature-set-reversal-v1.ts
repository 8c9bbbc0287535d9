/** `reversal-v1`: the twelve of `v1` and what a model of trend reversals needs beside them. All causal, all scale-free. */

import type { Candle } from '../domain/candle.ts';
import type { FeatureDefinition, FeatureSet, FeatureWriter } from './feature-set.ts';
import { V1_FEATURES, V1Writer } from './feature-set-v1.ts';
import { larger, smaller } from './indicators/compare.ts';
import { Adx } from './indicators/directional.ts';
import { LinearRegression } from './indicators/regression.ts';
import { Atr } from './indicators/volatility.ts';
import { Delay, RollingExtreme, RollingSum } from './indicators/windows.ts';

const RETURN_BARS = [1, 3, 6, 12, 24] as const;
const EXTREME_BARS = [20, 60] as const;
const SHORT_BARS = 6;
const LONG_BARS = 48;
/** An ATR below this share of the close is none: it is what decay has left of moves long past. */
const ATR_SHARE_LEAST = 1e-9;
const DAY_MS = 86_400_000;

const EXTRAS: readonly FeatureDefinition[] = [
  ...RETURN_BARS.map((n) => ({
    name: `move_${n}`,
    formula: `(close - close[${n}]) / ATR14; 0 where ATR14 < 1e-9 close`,
  })),
  ...EXTREME_BARS.flatMap((n) => [
    { name: `below_high_${n}`, formula: `(highest high of ${n} bars - close) / ATR14; 0 where ATR14 < 1e-9 close` },
    { name: `above_low_${n}`, formula: `(close - lowest low of ${n} bars) / ATR14; 0 where ATR14 < 1e-9 close` },
    { name: `high_age_${n}`, formula: `bars since the highest high of ${n} bars / ${n}` },
    { name: `low_age_${n}`, formula: `bars since the lowest low of ${n} bars / ${n}` },
  ]),
  {
    name: 'volatility_ratio',
    formula: `root mean square of (close / close[1] - 1) over ${SHORT_BARS} bars / over ${LONG_BARS}; 1 where flat`,
  },
  { name: 'range_atr', formula: '(high - low) / ATR14; 1 where ATR14 < 1e-9 close' },
  { name: 'atr_share', formula: 'ATR14 / close' },
  { name: 'upper_wick', formula: '(high - max(open, close)) / (high - low); 0 where flat' },
  { name: 'lower_wick', formula: '(min(open, close) - low) / (high - low); 0 where flat' },
  { name: 'trend_slope', formula: 'least-squares slope of close over 20 bars / ATR14; 0 where ATR14 < 1e-9 close' },
  { name: 'trend_residual', formula: '(close - least-squares line over 20 bars) / ATR14; 0 where ATR14 < 1e-9 close' },
  { name: 'trend_strength', formula: 'Wilder ADX14 / 100' },
  { name: 'trend_side', formula: '(+DI14 - -DI14) / 100' },
  { name: 'day_sin', formula: 'sin(2 pi x share of the UTC day gone at the open)' },
  { name: 'day_cos', formula: 'cos(2 pi x share of the UTC day gone at the open)' },
];

/** Highest high and lowest low of the last bars, their distance from the close and their age. */
class Extremes {
  private readonly bars: number;
  private readonly highest: RollingExtreme;
  private readonly lowest: RollingExtreme;

  constructor(bars: number) {
    this.bars = bars;
    this.highest = new RollingExtreme(bars, 1);
    this.lowest = new RollingExtreme(bars, -1);
  }

  write(candle: Candle, perAtr: number, out: Float64Array, offset: number): void {
    out[offset] = (this.highest.update(candle.high) - candle.close) * perAtr;
    out[offset + 1] = (candle.close - this.lowest.update(candle.low)) * perAtr;
    out[offset + 2] = this.highest.age / this.bars;
    out[offset + 3] = this.lowest.age / this.bars;
  }
}

export class ReversalWriter implements FeatureWriter {
  private readonly base = new V1Writer();
  private readonly atr = new Atr(14);
  private readonly past = RETURN_BARS.map((bars) => new Delay(bars));
  private readonly extremes = EXTREME_BARS.map((bars) => new Extremes(bars));
  private readonly short = new RollingSum(SHORT_BARS);
  private readonly long = new RollingSum(LONG_BARS);
  private readonly line = new LinearRegression(20);
  private readonly adx = new Adx(14);
  private before = Number.NaN;
  /** 1 / ATR14 of the newest candle; 0 where there is none. */
  perAtr = 0;

  write(candle: Candle, out: Float64Array, offset: number): void {
    this.base.write(candle, out, offset);
    const { high, low, close } = candle;
    const atr = this.atr.update(high, low, close);
    const perAtr = atr < ATR_SHARE_LEAST * close ? 0 : 1 / atr;
    this.perAtr = perAtr;
    let at = offset + V1_FEATURES.length;
    for (const past of this.past) out[at++] = (close - past.update(close)) * perAtr;
    for (const extremes of this.extremes) {
      extremes.write(candle, perAtr, out, at);
      at += 4;
    }
    out[at++] = this.volatilityRatio(close);
    out[at++] = perAtr === 0 ? 1 : (high - low) * perAtr;
    out[at++] = atr / close;
    at = writeWicks(candle, out, at);
    const fitted = this.line.update(close);
    out[at++] = this.line.slope * perAtr;
    out[at++] = (close - fitted) * perAtr;
    out[at++] = this.adx.update(high, low, close) / 100;
    out[at++] = (this.adx.movement.plusDi - this.adx.movement.minusDi) / 100;
    const angle = (2 * Math.PI * (candle.openTimeMs % DAY_MS)) / DAY_MS;
    out[at++] = Math.sin(angle);
    out[at] = Math.cos(angle);
  }

  private volatilityRatio(close: number): number {
    const move = !Number.isNaN(this.before) ? close / this.before - 1 : 0;
    this.before = close;
    const short = this.short.update(move * move) / SHORT_BARS;
    const long = this.long.update(move * move) / LONG_BARS;
    return long === 0 ? 1 : Math.sqrt(short / long);
  }
}

function writeWicks(candle: Candle, out: Float64Array, at: number): number {
  const { open, high, low, close } = candle;
  const range = high - low;
  out[at] = range === 0 ? 0 : (high - larger(open, close)) / range;
  out[at + 1] = range === 0 ? 0 : (smaller(open, close) - low) / range;
  return at + 2;
}

export const featureSetReversalV1: FeatureSet = {
  name: 'reversal-v1',
  version: 1,
  features: [...V1_FEATURES, ...EXTRAS],
  warmUpBars: 64,
  usesContext: false,
  createWriter: () => new ReversalWriter(),
};
