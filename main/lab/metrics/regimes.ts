import type { CandleColumns } from '../../engine/domain/candle.ts';
import { mean, sampleDeviation } from './moments.ts';

/** What kind of market a bar lies in: which way the last day went, against its own noise, and how wild it was. */
export const REGIMES = ['calm up', 'calm sideways', 'calm down', 'wild up', 'wild sideways', 'wild down'] as const;
export type Regime = (typeof REGIMES)[number];

/** A move of so many deviations of a walk of that length is a trend. */
const TREND_DEVIATIONS = 1;

/**
 * The regime of each bar, as an index of `REGIMES`, by the `window` bars up to it: only for looking back at what a run did, for
 * wild is what lies above the median of the whole series. Bars before the first window are −1.
 */
export function regimesOf({ close }: CandleColumns, window: number): Int8Array {
  const logs = close.map(Math.log);
  const spread = rollingDeviation(logs, window);
  const sorted = spread.filter((value) => !Number.isNaN(value)).sort();
  const middle = sorted[sorted.length >> 1] ?? Number.NaN;
  return Int8Array.from(spread, (deviation, bar) => {
    if (Number.isNaN(deviation)) return -1;
    const move = (logs[bar]! - logs[bar - window]!) / (deviation * Math.sqrt(window));
    const trend = move > TREND_DEVIATIONS ? 0 : move < -TREND_DEVIATIONS ? 2 : 1;
    return (deviation > middle ? 3 : 0) + trend;
  });
}

/** Of the last `window` steps, NaN before there are as many. */
function rollingDeviation(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  let [sum, squares] = [0, 0];
  for (let bar = 1; bar < values.length; bar += 1) {
    const step = values[bar]! - values[bar - 1]!;
    sum += step;
    squares += step * step;
    if (bar > window) {
      const gone = values[bar - window]! - values[bar - window - 1]!;
      sum -= gone;
      squares -= gone * gone;
    }
    if (bar >= window) out[bar] = Math.sqrt(Math.max(0, squares - (sum * sum) / window) / (window - 1));
  }
  return out;
}

/** What a run came to in one kind of market. */
export interface RegimeShare {
  readonly regime: Regime;
  /** Of the bars that have a regime. */
  readonly barsShare: number;
  readonly profitQuote: number;
  /** Mean change of equity over its deviation, per bar. NaN where it never moved. */
  readonly sharpePerBar: number;
}

/** The changes of equity, bar by bar, to the regime that was there when the bar began. */
export function byRegime(equity: Float64Array, regimes: Int8Array): readonly RegimeShare[] {
  const counted = regimes.subarray(0, -1).reduce((count, regime) => count + (regime >= 0 ? 1 : 0), 0);
  return REGIMES.map((regime, at) => {
    const changes: number[] = [];
    for (let bar = 1; bar < equity.length; bar += 1) {
      if (regimes[bar - 1] === at) changes.push(equity[bar]! - equity[bar - 1]!);
    }
    const values = Float64Array.from(changes);
    return {
      regime,
      barsShare: values.length / counted,
      profitQuote: values.reduce((sum, value) => sum + value, 0),
      sharpePerBar: values.length < 2 ? Number.NaN : mean(values) / sampleDeviation(values),
    };
  });
}
