import { type CandleColumns, TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import { computeFeatures, type FeatureSet } from '../../engine/features/feature-set.ts';
import { Atr } from '../../engine/features/indicators/volatility.ts';
import type { SampleTimes } from '../../lab/splits/split.ts';
import { averageUniqueness } from '../labels/average-uniqueness.ts';
import { labelReversals } from '../labels/label-reversals.ts';
import type { LabelledRows } from '../training/labelled-rows.ts';
import { zigZag } from './zig-zag.ts';

/** Samples of one question. */
export type Samples = LabelledRows & SampleTimes;

/** The same market asked four ways; only the last question lies wholly ahead of its features. */
export interface Tasks {
  /** Which way does the zig-zag leg go that this bar lies in? Part of the leg is already to be seen. */
  readonly legDirection: Samples;
  /** Of bars that turned out to be pivots: is it a top? */
  readonly topOrBottom: Samples;
  /** Is a pivot within three bars of this one, on either side? */
  readonly nearPivot: Samples;
  /** Does the trend turn: one ATR against it before one with it? */
  readonly turnsAhead: Samples;
}

const SETTLED_BARS = 500;
const NEAR_BARS = 3;
const TURN_ATR = 4;
const HORIZON_BARS = 200;
const BARRIER_ATR = 6;

/** Builds the four questions over the features of `set`, which must have `sma_20` for the trend. */
export function askTasks(candles: CandleColumns, timeframe: Timeframe, set: FeatureSet): Tasks {
  const { close } = candles;
  const table = computeFeatures(set, candles);
  const atr = averageTrueRange(candles);
  const trend = table.names.indexOf('sma_20');
  if (trend < 0) throw new RangeError(`feature set "${set.name}" has no sma_20`);
  const legs = zigZag(close, TURN_ATR * meanShare(atr, close));
  const lastBar = Math.min(legs.pivots.at(-1) ?? 0, close.length - HORIZON_BARS);
  const all = Int32Array.from({ length: Math.max(0, lastBar - SETTLED_BARS) }, (_, i) => SETTLED_BARS + i);
  const nextPivot = nextPivotOf(legs.pivots, close.length);
  const closeMs = (bar: number): number => candles.openTimeMs[bar]! + TIMEFRAME_MS[timeframe];

  /** Asked at the close of each of `bars`; `endOf` is the bar at whose close the answer is known. */
  const samples = (bars: Int32Array, labelOf: (bar: number) => boolean, endOf: (bar: number) => number): Samples => {
    const endIndex = Int32Array.from(bars, endOf);
    const rows = new Float32Array(bars.length * table.names.length);
    for (const [i, bar] of bars.entries()) rows.set(table.rows[bar]!, i * table.names.length);
    return {
      featureCount: table.names.length,
      rows,
      labels: Uint8Array.from(bars, (bar) => (labelOf(bar) ? 1 : 0)),
      weights: meanOfOne(averageUniqueness(bars, endIndex)),
      askedMs: Float64Array.from(bars, closeMs),
      knownMs: Float64Array.from(endIndex, closeMs),
    };
  };

  const confirmedOf = (bar: number): number => legs.confirmedAt[nextPivot[bar]!]!;
  const pivotAt = new Map([...legs.pivots.entries()].map(([at, bar]) => [bar, at]));
  const isNear = nearPivots(legs.pivots, close.length);
  const trendUp = Uint8Array.from(table.rows, (row) => ((row?.[trend] ?? 0) >= 0 ? 1 : 0));
  const to = SETTLED_BARS + all.length;
  const turns = labelReversals(candles, trendUp, atr, SETTLED_BARS, to, {
    barrierAtr: BARRIER_ATR,
    horizonBars: HORIZON_BARS,
  });
  return {
    legDirection: samples(all, (bar) => legs.isTop[nextPivot[bar]!] === 1, confirmedOf),
    topOrBottom: samples(
      all.filter((bar) => pivotAt.has(bar)),
      (bar) => legs.isTop[pivotAt.get(bar)!] === 1,
      (bar) => legs.confirmedAt[pivotAt.get(bar)!]!,
    ),
    nearPivot: samples(all, (bar) => isNear[bar] === 1, confirmedOf),
    turnsAhead: samples(
      all,
      (bar) => turns.labels[bar - SETTLED_BARS] === 1,
      (bar) => turns.endIndex[bar - SETTLED_BARS]!,
    ),
  };
}

/** Position of the first pivot after each bar; the number of pivots where there is none. */
function nextPivotOf(pivots: Int32Array, bars: number): Int32Array {
  const next = new Int32Array(bars);
  let at = 0;
  for (let bar = 0; bar < bars; bar++) {
    while (at < pivots.length && pivots[at]! <= bar) at++;
    next[bar] = at;
  }
  return next;
}

function nearPivots(pivots: Int32Array, bars: number): Uint8Array {
  const near = new Uint8Array(bars);
  for (const pivot of pivots) near.fill(1, Math.max(0, pivot - NEAR_BARS), pivot + NEAR_BARS + 1);
  return near;
}

/** So that the trainer's limits count samples. */
function meanOfOne(weights: Float64Array): Float64Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}

/** ATR(14) in price units, 0 while it settles. */
function averageTrueRange({ high, low, close }: CandleColumns): Float64Array {
  const range = new Atr(14);
  return close.map((price, bar) => {
    const value = range.update(high[bar]!, low[bar]!, price);
    return Number.isNaN(value) ? 0 : value;
  });
}

const meanShare = (atr: Float64Array, close: Float64Array): number =>
  atr.reduce((sum, range, bar) => sum + range / close[bar]!, 0) / atr.length;
