import { createRandom } from '../../main/engine/kernel/random.ts';
import { type DataSet, matrixOfTable } from '../../main/ml/datasets/data-set.ts';

const HASH = 'small-set';

/**
 * A table of noise, one sample per row from `firstRow` on, whose targets `targetsAt` makes from the rows up to each.
 *
 * @param targetsAt targets of a row: `past(bars, feature)` is what the feature was so many rows before
 */
export function smallSet(
  { rows, features, seed, firstRow = 0, targetNames = ['target'] }: SmallSetShape,
  targetsAt: (past: (bars: number, feature: number) => number, noise: () => number) => readonly number[],
): DataSet {
  const random = createRandom(seed);
  const noise = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const cells = Float32Array.from({ length: rows * features }, noise);
  const names = Array.from({ length: features }, (_, feature) => `f${feature}`);
  const rowOf = Int32Array.from({ length: rows - firstRow }, (_, at) => firstRow + at);
  const targets = [...rowOf].flatMap((row) =>
    targetsAt((bars, feature) => cells[(row - bars) * features + feature]!, noise),
  );
  return {
    matrix: matrixOfTable({ name: 'small', hash: HASH, features: names }, cells),
    rowOf,
    instrumentOf: new Uint16Array(rowOf.length),
    targetNames,
    targets: Float32Array.from(targets),
    weights: new Float64Array(rowOf.length).fill(1),
    askedMs: Float64Array.from(rowOf, (row) => row * 60_000),
    knownMs: Float64Array.from(rowOf, (row) => (row + 1) * 60_000),
  };
}

interface SmallSetShape {
  readonly rows: number;
  readonly features: number;
  readonly seed: number;
  /** Rows before it are past alone. */
  readonly firstRow?: number;
  readonly targetNames?: readonly string[];
}
