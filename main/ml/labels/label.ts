import { z } from 'zod';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Task } from '../families/task.ts';
import { deviationOfMoves } from './deviation.ts';
import { firstTouch } from './first-touch.ts';
import { LABEL_OPTIONS } from './label-options.ts';
import { labelReversals } from './label-reversals.ts';

/** A question about the future, asked at the close of a candle and answered by the candles after it alone. */

export const labelSchema = z.discriminatedUnion('kind', [
  /** Which barrier does price meet first: `multiple` deviations above or below, or the end of the horizon? */
  z.strictObject({ kind: z.literal('triple-barrier'), ...LABEL_OPTIONS['triple-barrier'] }),
  /** Does price meet the upper barrier before the lower one? The end of the horizon is decided by its close. */
  z.strictObject({ kind: z.literal('direction'), ...LABEL_OPTIONS.direction }),
  /** How far does price move in each of these numbers of bars, in deviations of the time gone by? */
  z.strictObject({
    kind: z.literal('move'),
    horizons: z.array(LABEL_OPTIONS.move.horizonBars.unwrap()).min(1).max(8),
    volatilityBars: LABEL_OPTIONS.move.volatilityBars,
  }),
  /** Does the trend (close against its mean) turn: `multiple` ATR against it before as much with it? */
  z.strictObject({ kind: z.literal('reversal'), ...LABEL_OPTIONS.reversal }),
  /** Will moves be smaller, as large or larger than they have been? */
  z.strictObject({ kind: z.literal('volatility-regime'), ...LABEL_OPTIONS['volatility-regime'] }),
]);
export type LabelSpec = z.infer<typeof labelSchema>;

export interface Labels {
  readonly task: Task;
  readonly targetNames: readonly string[];
  /** Row-major, one row for each bar of the range asked about. */
  readonly targets: Float32Array;
  /** The bar whose close answers: the answer is not known before. */
  readonly endIndex: Int32Array;
}

/** What the reversal question takes from the features of each bar. */
export interface TrendColumns {
  /** 1 where the trend is up. */
  readonly trendUp: Uint8Array;
  /** In price units. */
  readonly atr: Float64Array;
}

/** Bars after the last one asked about that the answer may need. */
export const horizonOf = (spec: LabelSpec): number =>
  spec.kind === 'move' ? Math.max(...spec.horizons) : spec.horizonBars;

/**
 * The answers for the bars `[from, to)`.
 * @throws RangeError where the last question would look past the end
 */
export function labelCandles(
  spec: LabelSpec,
  candles: CandleColumns,
  trend: TrendColumns,
  from: number,
  to: number,
): Labels {
  if (to + horizonOf(spec) > candles.close.length) throw new RangeError('the last labels would look past the end');
  switch (spec.kind) {
    case 'triple-barrier':
      return barrierLabels(spec, candles, from, to, { kind: 'multiclass', classes: ['down', 'neither', 'up'] });
    case 'direction':
      return barrierLabels(spec, candles, from, to, { kind: 'binary' });
    case 'move':
      return moveLabels(spec, candles, from, to);
    case 'reversal': {
      const options = { barrierAtr: spec.multiple, horizonBars: spec.horizonBars };
      const { labels, endIndex } = labelReversals(candles, trend.trendUp, trend.atr, from, to, options);
      return { task: { kind: 'binary' }, targetNames: ['turn'], targets: Float32Array.from(labels), endIndex };
    }
    case 'volatility-regime':
      return regimeLabels(spec, candles, from, to);
  }
}

type Of<K extends LabelSpec['kind']> = Extract<LabelSpec, { kind: K }>;

/** A bar that meets both barriers counts as the end of the horizon does: by its close, or as neither. */
function barrierLabels(
  { multiple: times, horizonBars: horizon, volatilityBars: bars }: Of<'triple-barrier' | 'direction'>,
  candles: CandleColumns,
  from: number,
  to: number,
  task: Task,
): Labels {
  const { close } = candles;
  const deviation = deviationOfMoves(close, bars);
  const targets = new Float32Array(to - from);
  const endIndex = new Int32Array(to - from);
  for (let bar = from; bar < to; bar++) {
    const width = close[bar]! * times * deviation[bar]! * Math.sqrt(horizon);
    const { upper, lower, end } = firstTouch(candles, bar, close[bar]! + width, close[bar]! - width, horizon);
    const isOpen = upper === lower;
    if (task.kind === 'multiclass') targets[bar - from] = isOpen ? 1 : upper ? 2 : 0;
    else targets[bar - from] = (isOpen ? close[end]! > close[bar]! : upper) ? 1 : 0;
    endIndex[bar - from] = end;
  }
  return { task, targetNames: [task.kind === 'multiclass' ? 'barrier' : 'up'], targets, endIndex };
}

function moveLabels(
  { horizons, volatilityBars: bars }: Of<'move'>,
  { close }: CandleColumns,
  from: number,
  to: number,
): Labels {
  const deviation = deviationOfMoves(close, bars);
  const width = horizons.length;
  const furthest = Math.max(...horizons);
  const targets = new Float32Array((to - from) * width);
  for (let bar = from; bar < to; bar++) {
    const scale = deviation[bar]!;
    for (let k = 0; k < width; k++) {
      const move = Math.log(close[bar + horizons[k]!]! / close[bar]!);
      targets[(bar - from) * width + k] = scale === 0 ? 0 : move / (scale * Math.sqrt(horizons[k]!));
    }
  }
  return {
    task: { kind: 'regression', ...(width > 1 && { horizons: width }) },
    targetNames: horizons.map((bars) => `move in ${bars} bars`),
    targets,
    endIndex: Int32Array.from({ length: to - from }, (_, i) => from + i + furthest),
  };
}

function regimeLabels(
  { horizonBars: horizon, volatilityBars: bars, ratio }: Of<'volatility-regime'>,
  { close }: CandleColumns,
  from: number,
  to: number,
): Labels {
  const past = deviationOfMoves(close, bars);
  const future = deviationOfMoves(close, horizon);
  const targets = Float32Array.from({ length: to - from }, (_, i) => {
    const [before, after] = [past[from + i]!, future[from + i + horizon]!];
    return after * ratio < before ? 0 : after > before * ratio ? 2 : 1;
  });
  return {
    task: { kind: 'multiclass', classes: ['calmer', 'alike', 'wilder'] },
    targetNames: ['volatility'],
    targets,
    endIndex: Int32Array.from({ length: to - from }, (_, i) => from + i + horizon),
  };
}
