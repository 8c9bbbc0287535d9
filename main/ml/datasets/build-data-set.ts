import { type CandleColumns, TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import type { BarContext } from '../../engine/features/bar-context.ts';
import { computeFeatures, type FeatureSet, featureNames, featureSetHash } from '../../engine/features/feature-set.ts';
import type { Task } from '../families/task.ts';
import { averageUniqueness } from '../labels/average-uniqueness.ts';
import { horizonOf, type LabelSpec, type Labels, labelCandles, type TrendColumns } from '../labels/label.ts';
import type { DataSet } from './data-set.ts';

/** Candles of one instrument, and what is known of each bar beside them. */
export interface InstrumentCandles {
  readonly instrument: string;
  readonly candles: CandleColumns;
  readonly contextOf?: (row: number) => BarContext;
}

export interface Question {
  readonly timeframe: Timeframe;
  readonly featureSet: FeatureSet;
  readonly label: LabelSpec;
}

export interface AskedData {
  readonly set: DataSet;
  readonly task: Task;
}

/** Recursive indicators have forgotten their start after this many bars: live and training features agree. */
const SETTLED_BARS = 500;

/**
 * One sample per closed candle from the 500th on whose answer is known, by instrument and then by time. Weights are the
 * average uniqueness of labels that overlap, with a mean of 1.
 * @throws RangeError where an instrument has not candles enough for one question
 */
export function buildDataSet(instruments: readonly InstrumentCandles[], question: Question): AskedData {
  const parts = instruments.map((each) => partOf(each, question));
  const first = parts[0];
  if (first === undefined) throw new RangeError('no instruments to ask about');
  const { featureSet } = question;
  const firstRowOf = Int32Array.from([0, ...parts.keys()], (_, k) =>
    parts.slice(0, k).reduce((sum, { bars }) => sum + bars, 0),
  );
  const weights = joinColumns(
    parts.map((part) => part.uniqueness),
    Float64Array,
  );
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return {
    task: first.labels.task,
    set: {
      matrix: {
        set: { name: featureSet.name, hash: featureSetHash(featureSet), features: [...featureNames(featureSet)] },
        instruments: instruments.map(({ instrument }) => instrument),
        cells: joinColumns(
          parts.map((part) => part.cells),
          Float32Array,
        ),
        firstRowOf,
      },
      rowOf: joinColumns(
        parts.map(({ rowOf }, k) => rowOf.map((row) => firstRowOf[k]! + row)),
        Int32Array,
      ),
      instrumentOf: joinColumns(
        parts.map(({ rowOf }, k) => new Uint16Array(rowOf.length).fill(k)),
        Uint16Array,
      ),
      targetNames: first.labels.targetNames,
      targets: joinColumns(
        parts.map((part) => part.labels.targets),
        Float32Array,
      ),
      askedMs: joinColumns(
        parts.map((part) => part.askedMs),
        Float64Array,
      ),
      knownMs: joinColumns(
        parts.map((part) => part.knownMs),
        Float64Array,
      ),
      weights: weights.map((weight) => weight / mean),
    },
  };
}

/** One instrument's share: its rows are its bars from the first with features on. */
interface Part {
  readonly bars: number;
  readonly cells: Float32Array;
  readonly rowOf: Int32Array;
  readonly labels: Labels;
  readonly askedMs: Float64Array;
  readonly knownMs: Float64Array;
  readonly uniqueness: Float64Array;
}

function partOf({ instrument, candles, contextOf }: InstrumentCandles, question: Question): Part {
  const { featureSet, timeframe, label } = question;
  const from = SETTLED_BARS;
  const to = candles.close.length - horizonOf(label);
  if (to <= from) {
    throw new RangeError(
      `${instrument}: ${candles.close.length} candles are too few: a first question takes ${from + horizonOf(label) + 1}`,
    );
  }
  const firstBar = featureSet.warmUpBars - 1;
  const bars = candles.close.length - firstBar;
  const width = featureSet.features.length;
  const { rows, names } = computeFeatures(featureSet, candles, contextOf);
  const cells = new Float32Array(bars * width);
  for (let row = 0; row < bars; row++) cells.set(rows[firstBar + row]!, row * width);
  if (label.kind === 'reversal' && !names.includes('sma_20')) {
    throw new RangeError(`feature set ${featureSet.name} has no trend (sma_20) to ask about`);
  }
  const labels = labelCandles(label, candles, trendOf(names, rows, candles), from, to);
  const barOf = Int32Array.from({ length: to - from }, (_, i) => from + i);
  const closeMs = (bar: number): number => candles.openTimeMs[bar]! + TIMEFRAME_MS[timeframe];
  return {
    bars,
    cells,
    rowOf: barOf.map((bar) => bar - firstBar),
    labels,
    askedMs: Float64Array.from(barOf, closeMs),
    knownMs: Float64Array.from(labels.endIndex, closeMs),
    uniqueness: averageUniqueness(barOf, labels.endIndex),
  };
}

/** Trend and ATR by the features that say them; flat where a set has none, which only the reversal question would miss. */
function trendOf(
  names: readonly string[],
  rows: readonly (Float64Array | null)[],
  { close }: CandleColumns,
): TrendColumns {
  const [trend, share] = [names.indexOf('sma_20'), names.indexOf('atr_share')];
  return {
    trendUp: Uint8Array.from(rows, (row) => ((row?.[trend] ?? 0) >= 0 ? 1 : 0)),
    atr: Float64Array.from(rows, (row, bar) => (row?.[share] ?? 0) * close[bar]!),
  };
}

type Column = Float64Array | Float32Array | Int32Array | Uint16Array;

function joinColumns<T extends Column>(parts: readonly T[], Kind: new (length: number) => T): T {
  const joined = new Kind(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    joined.set(part, filled);
    filled += part.length;
  }
  return joined;
}
