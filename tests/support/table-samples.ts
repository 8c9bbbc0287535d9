import { createRandom } from '../../main/engine/kernel/random.ts';
import { type DataSet, matrixOfTable } from '../../main/ml/datasets/data-set.ts';

/** Samples without candles behind them: three features, even in [-1, 1), and the target that `targetOf` makes of a row's. */
export function tableSamples(
  rows: number,
  seed: number,
  targetOf: (row: Float32Array, random: () => number) => number,
): DataSet {
  const random = createRandom(seed);
  const next = (): number => random.next();
  const cells = Float32Array.from({ length: rows * 3 }, () => 2 * next() - 1);
  const index = Int32Array.from({ length: rows }, (_, i) => i);
  return {
    matrix: matrixOfTable({ name: 'table', hash: 'h', features: ['a', 'b', 'c'] }, cells),
    rowOf: index,
    instrumentOf: new Uint16Array(rows),
    targetNames: ['target'],
    targets: Float32Array.from(index, (i) => targetOf(cells.subarray(i * 3, i * 3 + 3), next)),
    askedMs: Float64Array.from(index, (i) => i * 1_000),
    knownMs: Float64Array.from(index, (i) => (i + 1) * 1_000),
    weights: new Float64Array(rows).fill(1),
  };
}
