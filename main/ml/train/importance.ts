import { createRandom } from '../../engine/kernel/random.ts';
import { type DataSet, selectSamples } from '../datasets/data-set.ts';

const SAMPLES_MAX = 1_500;

export interface FeatureImportance {
  readonly feature: string;
  readonly lossRise: number;
}

/**
 * Permutation importance: how much the mean loss rises when one feature's values are shuffled over time, the most first.
 * @param lossOf mean loss of the answers to a set's samples; asked once for each feature
 */
export async function permutationImportance(
  set: DataSet,
  lossOf: (set: DataSet) => Promise<number>,
  seed: number,
): Promise<FeatureImportance[]> {
  const step = Math.max(1, Math.ceil(set.rowOf.length / SAMPLES_MAX));
  const asked = selectSamples(
    set,
    Int32Array.from(set.rowOf.keys()).filter((i) => i % step === 0),
  );
  const { matrix } = asked;
  const names = matrix.set.features;
  const before = await lossOf(asked);
  const random = createRandom(seed);
  const rises: FeatureImportance[] = [];
  for (const [at, feature] of names.entries()) {
    const cells = matrix.cells.slice();
    shuffleColumn(cells, at, names.length, () => random.next());
    rises.push({ feature, lossRise: (await lossOf({ ...asked, matrix: { ...matrix, cells } })) - before });
  }
  return rises.sort((a, b) => b.lossRise - a.lossRise);
}

function shuffleColumn(cells: Float32Array, column: number, width: number, next: () => number): void {
  for (let row = cells.length / width - 1; row > 0; row -= 1) {
    const [a, b] = [row * width + column, Math.floor(next() * (row + 1)) * width + column];
    [cells[a], cells[b]] = [cells[b]!, cells[a]!];
  }
}
