import type { CandleColumns } from '../../engine/domain/candle.ts';
import { computeFeatures, type FeatureSet, featureNames, featureSetHash } from '../../engine/features/feature-set.ts';
import type { FeatureMatrix } from '../../ml/datasets/data-set.ts';
import { measureScaler, type Scaler, scaleCells } from '../../ml/nets/scaler.ts';

/** Markets that an agent acts in, with what it sees of each bar. */
export interface AgentPaths {
  readonly candles: readonly CandleColumns[];
  /** An instrument for each path. */
  readonly matrix: FeatureMatrix;
  /** The first bar of a path with features. */
  readonly firstBar: number;
}

/** @throws RangeError where a path is shorter than the features' warm-up */
export function agentPaths(candles: readonly CandleColumns[], set: FeatureSet): AgentPaths {
  const width = set.features.length;
  const firstRowOf = new Int32Array(candles.length + 1);
  for (const [path, { close }] of candles.entries()) {
    if (close.length <= set.warmUpBars) {
      throw new RangeError(`path ${path} has ${close.length} candles, and ${set.name} begins after ${set.warmUpBars}`);
    }
    firstRowOf[path + 1] = firstRowOf[path]! + close.length;
  }
  const cells = new Float32Array(firstRowOf.at(-1)! * width).fill(Number.NaN);
  for (const [path, each] of candles.entries()) {
    for (const [bar, row] of computeFeatures(set, each).rows.entries()) {
      if (row !== null) cells.set(row, (firstRowOf[path]! + bar) * width);
    }
  }
  const instruments = candles.map((_, path) => `path ${path}`);
  const identity = { name: set.name, hash: featureSetHash(set), features: [...featureNames(set)] };
  return { candles, matrix: { set: identity, instruments, cells, firstRowOf }, firstBar: set.warmUpBars - 1 };
}

/** Measured on all paths. */
export const scalerOf = ({ matrix }: AgentPaths): Scaler =>
  measureScaler({ matrix, rowOf: Int32Array.from({ length: matrix.firstRowOf.at(-1)! }, (_, row) => row) }, 1);

/** Features of every bar of every path, scaled. */
export const seenBy = ({ matrix }: AgentPaths, scaler: Scaler): Float32Array => scaleCells(matrix, scaler);
