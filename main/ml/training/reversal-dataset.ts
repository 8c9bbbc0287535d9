import { type CandleColumns, TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import { computeFeatures, type FeatureSet } from '../../engine/features/feature-set.ts';
import type { SampleTimes } from '../../lab/splits/split.ts';
import { averageUniqueness } from '../labels/average-uniqueness.ts';
import { labelReversals, type ReversalLabelOptions } from '../labels/label-reversals.ts';
import type { LabelledRows } from './labelled-rows.ts';

export interface SymbolCandles {
  readonly symbol: string;
  readonly candles: CandleColumns;
}

/** The questions of all symbols, ordered by symbol and within it by time. */
export interface ReversalDataset extends LabelledRows, SampleTimes {
  readonly symbolOf: Uint8Array;
  readonly barOf: Int32Array;
  /** 1 where the trend asked about is up. */
  readonly trendUp: Uint8Array;
}

export interface ReversalQuestion extends ReversalLabelOptions {
  readonly timeframe: Timeframe;
  readonly featureSet: FeatureSet;
  /** The feature whose sign is the trend. */
  readonly trendFeature: string;
}

/** Recursive indicators have forgotten their start after this many bars: live and training features agree. */
const SETTLED_BARS = 500;

/** One sample per closed candle from the 500th on: features known at its close, label known later. */
export function buildReversalDataset(symbols: readonly SymbolCandles[], question: ReversalQuestion): ReversalDataset {
  return joinDatasets(symbols.map(({ candles }, symbol) => datasetOfSymbol(symbol, candles, question)));
}

function datasetOfSymbol(symbol: number, candles: CandleColumns, question: ReversalQuestion): ReversalDataset {
  const { featureSet, horizonBars } = question;
  const table = computeFeatures(featureSet, candles);
  const trendColumn = columnOf(table.names, question.trendFeature);
  const atrColumn = columnOf(table.names, 'atr_share');
  const featureCount = table.names.length;
  const from = SETTLED_BARS;
  const to = candles.close.length - horizonBars;
  const trendUp = new Uint8Array(candles.close.length);
  const atr = new Float64Array(candles.close.length);
  const rows = new Float32Array((to - from) * featureCount);
  for (let bar = from; bar < to; bar++) {
    const row = table.rows[bar];
    if (row === null || row === undefined) throw new RangeError(`candle ${bar} has no features`);
    trendUp[bar] = row[trendColumn]! >= 0 ? 1 : 0;
    atr[bar] = row[atrColumn]! * candles.close[bar]!;
    rows.set(row, (bar - from) * featureCount);
  }
  const { labels, endIndex } = labelReversals(candles, trendUp, atr, from, to, question);
  const barOf = Int32Array.from({ length: to - from }, (_, i) => from + i);
  const closeTimeMs = (bar: number): number => candles.openTimeMs[bar]! + TIMEFRAME_MS[question.timeframe];
  return {
    featureCount,
    rows,
    labels,
    weights: averageUniqueness(barOf, endIndex),
    askedMs: Float64Array.from(barOf, closeTimeMs),
    knownMs: Float64Array.from(endIndex, closeTimeMs),
    symbolOf: new Uint8Array(to - from).fill(symbol),
    barOf,
    trendUp: trendUp.slice(from, to),
  };
}

function columnOf(names: readonly string[], name: string): number {
  const column = names.indexOf(name);
  if (column < 0) throw new RangeError(`the feature set has no feature "${name}"`);
  return column;
}

function joinDatasets(parts: readonly ReversalDataset[]): ReversalDataset {
  const first = parts[0];
  if (first === undefined) throw new RangeError('no symbols to learn from');
  const sizes = parts.map((part) => part.labels.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const joined = {
    featureCount: first.featureCount,
    rows: new Float32Array(total * first.featureCount),
    labels: new Uint8Array(total),
    weights: new Float64Array(total),
    askedMs: new Float64Array(total),
    knownMs: new Float64Array(total),
    symbolOf: new Uint8Array(total),
    barOf: new Int32Array(total),
    trendUp: new Uint8Array(total),
  };
  let offset = 0;
  for (const part of parts) {
    joined.rows.set(part.rows, offset * first.featureCount);
    for (const column of ['labels', 'weights', 'askedMs', 'knownMs', 'symbolOf', 'barOf', 'trendUp'] as const) {
      joined[column].set(part[column], offset);
    }
    offset += part.labels.length;
  }
  return joined;
}

/** Samples of which each begins after the one before it, of its symbol, was answered: no two share a bar. */
export function nonOverlapping(dataset: ReversalDataset, indices: Int32Array): Int32Array {
  const freeFromMs = new Map<number, number>();
  return indices.filter((index) => {
    const symbol = dataset.symbolOf[index]!;
    if (dataset.askedMs[index]! < (freeFromMs.get(symbol) ?? 0)) return false;
    freeFromMs.set(symbol, dataset.knownMs[index]!);
    return true;
  });
}
