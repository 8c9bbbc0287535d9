import type { FeatureSetIdentity } from '../../engine/inference/protocol.ts';
import type { SampleTimes } from '../../lab/splits/split.ts';

/** Features of every closed candle: the one table that rows and windows of samples are views of. */
export interface FeatureMatrix {
  readonly set: FeatureSetIdentity;
  readonly instruments: readonly string[];
  /** Row-major float32, `set.features.length` per candle: instruments one after the other, each oldest first. NaN is a missing value. */
  readonly cells: Float32Array;
  /** First row of each instrument, ascending, and the number of all rows at the end. */
  readonly firstRowOf: Int32Array;
}

/** What is asked of a model: the candles, by their rows in a matrix, at whose close it is to answer. */
export interface Inputs {
  readonly matrix: FeatureMatrix;
  readonly rowOf: Int32Array;
}

/**
 * Samples to learn from or to be judged by, as columns of equal length. `askedMs` is when a sample's features are known,
 * `knownMs` when its target is: the close of the candle that decided it.
 */
export interface DataSet extends Inputs, SampleTimes {
  /** Position in `matrix.instruments`. */
  readonly instrumentOf: Uint16Array;
  /** What each column of `targets` is; most sets have one, a multi-horizon set one for each horizon. */
  readonly targetNames: readonly string[];
  /** Row-major float32: 0 or 1 in a binary task, the class number in one of several classes, else the value. */
  readonly targets: Float32Array;
  /** How much each sample counts (average uniqueness of its label, or 1); a mean of 1 keeps limits in rows. */
  readonly weights: Float64Array;
}

/** The samples named by `indices`, in that order. Their features are not copied. */
export function selectSamples(set: DataSet, indices: Int32Array): DataSet {
  const width = set.targetNames.length;
  const targets = new Float32Array(indices.length * width);
  for (let i = 0; i < indices.length; i++) {
    for (let k = 0; k < width; k++) targets[i * width + k] = set.targets[indices[i]! * width + k]!;
  }
  return {
    matrix: set.matrix,
    targetNames: set.targetNames,
    targets,
    rowOf: Int32Array.from(indices, (index) => set.rowOf[index]!),
    instrumentOf: Uint16Array.from(indices, (index) => set.instrumentOf[index]!),
    askedMs: Float64Array.from(indices, (index) => set.askedMs[index]!),
    knownMs: Float64Array.from(indices, (index) => set.knownMs[index]!),
    weights: Float64Array.from(indices, (index) => set.weights[index]!),
  };
}

/**
 * The features of a sample's candle and of those before it, `[bars, features]`, oldest first: a view of the matrix.
 * @throws RangeError where its instrument has fewer candles by then
 */
export function windowAt({ matrix, rowOf }: Inputs, sample: number, bars = 1): Float32Array {
  const width = matrix.set.features.length;
  const row = rowOf[sample]!;
  const from = row + 1 - bars;
  if (from < firstRowAt(matrix, row)) throw new RangeError(`sample ${sample} has fewer than ${bars} candles behind it`);
  return matrix.cells.subarray(from * width, (row + 1) * width);
}

/** Indices of the samples that have a window of `bars` candles. */
export function samplesWithWindow({ matrix, rowOf }: Inputs, bars: number): Int32Array {
  return Int32Array.from(rowOf.keys()).filter((sample) => {
    const row = rowOf[sample]!;
    return row + 1 - bars >= firstRowAt(matrix, row);
  });
}

function firstRowAt({ firstRowOf }: FeatureMatrix, row: number): number {
  let instrument = 0;
  while (instrument + 1 < firstRowOf.length && firstRowOf[instrument + 1]! <= row) instrument++;
  return firstRowOf[instrument]!;
}

/** A table without candles behind it, as a matrix of one instrument: `cells` row-major. */
export function matrixOfTable(set: FeatureSetIdentity, cells: Float32Array): FeatureMatrix {
  return { set, instruments: ['table'], cells, firstRowOf: Int32Array.of(0, cells.length / set.features.length) };
}
