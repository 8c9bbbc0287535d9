import type { Value } from '../autodiff/graph.ts';
import { multiply, subtract } from '../autodiff/operations.ts';
import type { FeatureMatrix, Inputs } from '../datasets/data-set.ts';

/** What brings features to mean 0 and variance 1, per feature, float32. */
export interface Scaler {
  readonly mean: Float32Array;
  /** One over the standard deviation; 0 for a feature that never changes. */
  readonly inverse: Float32Array;
}

/** Standard deviations beyond which one number says no more: a price gap is not to drown everything else. */
const LIMIT = 8;

/** Measured on the candles that the windows of `training` cover, each once, and on no other. Missing values do not count. */
export function measureScaler(training: Inputs, bars: number): Scaler {
  const { cells, set } = training.matrix;
  const width = set.features.length;
  const covered = new Uint8Array(cells.length / width);
  for (const row of training.rowOf) covered.fill(1, row + 1 - bars, row + 1);
  const mean = new Float32Array(width);
  const inverse = new Float32Array(width);
  for (let feature = 0; feature < width; feature++) {
    let [count, middle, squares] = [0, 0, 0];
    for (let row = 0; row < covered.length; row++) {
      const value = cells[row * width + feature]!;
      if (covered[row] === 0 || Number.isNaN(value)) continue;
      count += 1;
      const off = value - middle;
      middle += off / count;
      squares += off * (value - middle);
    }
    mean[feature] = middle;
    const deviation = Math.sqrt(squares / Math.max(1, count));
    // What varies by less than float32 can tell is noise of the format.
    if (deviation > 1e-6 * Math.abs(middle)) inverse[feature] = 1 / deviation;
  }
  return { mean, inverse };
}

/** All cells of a matrix, scaled: a missing value lies at the mean. */
export function scaleCells({ cells, set }: FeatureMatrix, { mean, inverse }: Scaler): Float32Array {
  const width = set.features.length;
  return cells.map((value, at) => {
    const feature = at % width;
    const scaled = Math.fround(Math.fround(value - mean[feature]!) * inverse[feature]!);
    return Number.isNaN(scaled) ? 0 : Math.max(-LIMIT, Math.min(LIMIT, scaled));
  });
}

/** The same inside a graph, over the last axis. */
export function scaleInGraph(x: Value, { mean, inverse }: Scaler): Value {
  const { graph } = x;
  const centred = subtract(x, graph.constant([mean.length], mean));
  const scaled = multiply(centred, graph.constant([inverse.length], inverse));
  const clipped = graph.emit('Clip', [scaled, graph.scalar(-LIMIT), graph.scalar(LIMIT)], x.shape);
  const missing = graph.emit('IsNaN', [scaled], x.shape);
  return graph.emit('Where', [missing, graph.scalar(0), clipped], x.shape);
}
