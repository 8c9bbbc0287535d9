import { createRandom } from '../../main/engine/kernel/random.ts';
import { type DataSet, matrixOfTable } from '../../main/ml/datasets/data-set.ts';
import { sigmoid } from '../../main/ml/trees/tree.ts';

const FEATURES = 10;
const HOUR_MS = 3_600_000;

/** Samples of one event each, an hour apart, whose answer follows three of ten features weakly: the best forecast has an AUC of about 0.58. */
export function plantedSignal(
  samples: number,
  seed: number,
  strength = 0.29,
): { set: DataSet; moves: Float64Array; truth: Float64Array } {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const cells = Float32Array.from({ length: samples * FEATURES }, normal);
  const truth = Float64Array.from({ length: samples }, (_, i) => {
    const [a, b, c] = cells.subarray(i * FEATURES, i * FEATURES + 3);
    return sigmoid(strength * (0.75 * a! + 0.6 * b! * c!));
  });
  const targets = Float32Array.from(truth, (p) => (random.next() < p ? 1 : 0));
  const names = Array.from({ length: FEATURES }, (_, k) => `f${k}`);
  return {
    truth,
    // Price moves two percent the way the answer says: an edge that earns its costs, if it is found.
    moves: Float64Array.from(targets, (target) => (target === 1 ? 0.02 : -0.02)),
    set: {
      matrix: matrixOfTable({ name: 'planted', hash: 'h', features: names }, cells),
      rowOf: Int32Array.from({ length: samples }, (_, i) => i),
      instrumentOf: new Uint16Array(samples),
      targetNames: ['up'],
      targets,
      askedMs: Float64Array.from({ length: samples }, (_, i) => i * HOUR_MS),
      knownMs: Float64Array.from({ length: samples }, (_, i) => (i + 1) * HOUR_MS - 1),
      weights: new Float64Array(samples).fill(1),
    },
  };
}
