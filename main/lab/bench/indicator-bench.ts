/** Indicator speed: the classes that charts, features and backtests use, as whole columns and bar by bar. */

import type { CandleColumns } from '../../engine/domain/candle.ts';
import { Ema, Sma } from '../../engine/features/indicators/moving-averages.ts';
import { Macd, Rsi } from '../../engine/features/indicators/oscillators.ts';
import { Atr, Bollinger } from '../../engine/features/indicators/volatility.ts';
import { measure, type Timings } from './measure.ts';

const BENCHED_INDICATORS = ['sma', 'ema', 'rsi', 'macd', 'bb', 'atr'] as const;
type BenchedIndicator = (typeof BENCHED_INDICATORS)[number];

export interface IndicatorTimings {
  readonly bars: number;
  readonly batch: Readonly<Record<BenchedIndicator, Timings>>;
  readonly stream: Readonly<Record<BenchedIndicator, Timings>>;
  /** The last value of each: MACD's signal line, the upper band. */
  readonly check: Readonly<Record<BenchedIndicator, number>>;
}

type Outputs = readonly [Float64Array, Float64Array, Float64Array];

/** Times each indicator `reps` times over `candles` in memory; the first run of each is cold. */
export function measureIndicators(candles: CandleColumns, reps: number): IndicatorTimings {
  const bars = candles.close.length;
  const outputs: Outputs = [new Float64Array(bars), new Float64Array(bars), new Float64Array(bars)];
  const check = emptyRecord(() => Number.NaN);
  const batch = emptyRecord(noTimings);
  const stream = emptyRecord(noTimings);
  for (const name of BENCHED_INDICATORS) {
    batch[name] = measure(reps, () => BATCH[name](candles, outputs));
    check[name] = outputs[name === 'macd' || name === 'bb' ? 1 : 0][bars - 1] ?? Number.NaN;
  }
  for (const name of BENCHED_INDICATORS) stream[name] = measure(reps, () => STREAM[name](candles));
  return { bars, batch, stream, check };
}

const BATCH: Readonly<Record<BenchedIndicator, (candles: CandleColumns, out: Outputs) => void>> = {
  sma: ({ close }, out) => new Sma(30).run(close, out[0]),
  ema: ({ close }, out) => new Ema(30).run(close, out[0]),
  rsi: ({ close }, out) => new Rsi(14).run(close, out[0]),
  macd: ({ close }, out) => new Macd(12, 26, 9).run(close, out[0], out[1], out[2]),
  bb: ({ close }, out) => new Bollinger(20, 2).run(close, out[1], out[0], out[2]),
  atr: ({ high, low, close }, out) => new Atr(14).run(high, low, close, out[0]),
};

// One loop per class: a shared loop would make the calls polymorphic, which no caller of one indicator is.
const STREAM: Readonly<Record<BenchedIndicator, (candles: CandleColumns) => number>> = {
  sma: ({ close }) => {
    const indicator = new Sma(30);
    let last = Number.NaN;
    for (let i = 0; i < close.length; i++) last = indicator.update(close[i]!);
    return last;
  },
  ema: ({ close }) => {
    const indicator = new Ema(30);
    let last = Number.NaN;
    for (let i = 0; i < close.length; i++) last = indicator.update(close[i]!);
    return last;
  },
  rsi: ({ close }) => {
    const indicator = new Rsi(14);
    let last = Number.NaN;
    for (let i = 0; i < close.length; i++) last = indicator.update(close[i]!);
    return last;
  },
  macd: ({ close }) => {
    const indicator = new Macd(12, 26, 9);
    for (let i = 0; i < close.length; i++) indicator.update(close[i]!);
    return indicator.signal;
  },
  bb: ({ close }) => {
    const indicator = new Bollinger(20, 2);
    for (let i = 0; i < close.length; i++) indicator.update(close[i]!);
    return indicator.upper;
  },
  atr: ({ high, low, close }) => {
    const indicator = new Atr(14);
    let last = Number.NaN;
    for (let i = 0; i < close.length; i++) last = indicator.update(high[i]!, low[i]!, close[i]!);
    return last;
  },
};

const noTimings = (): Timings => ({ seconds: [], cpuSeconds: [] });

function emptyRecord<T>(make: () => T): Record<BenchedIndicator, T> {
  return { sma: make(), ema: make(), rsi: make(), macd: make(), bb: make(), atr: make() };
}
