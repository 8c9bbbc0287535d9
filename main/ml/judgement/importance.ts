import { createRandom } from '../../engine/kernel/random.ts';
import { type DataSet, type FeatureMatrix, selectSamples } from '../datasets/data-set.ts';
import type { Fitted } from '../families/family.ts';
import { outputCount } from '../families/task.ts';
import { lossOf } from './losses.ts';

export interface FeatureImportance {
  readonly feature: string;
  /** How much the mean loss grows when the feature's values are dealt out anew: above zero where the model needs it. */
  readonly lossGrowth: number;
}

/**
 * Permutation importance on samples the model has not seen, most needed first. Values of a feature are dealt out among the
 * candles of each instrument; what it was with the others is lost, what it is by itself stays.
 */
export async function permutationImportance(fitted: Fitted, set: DataSet, seed: number): Promise<FeatureImportance[]> {
  const honest = await meanLoss(fitted, set, set.matrix);
  const found: FeatureImportance[] = [];
  for (const [column, feature] of set.matrix.set.features.entries()) {
    const dealt = await meanLoss(fitted, set, dealtOut(set.matrix, column, seed));
    found.push({ feature, lossGrowth: dealt - honest });
  }
  return found.sort((a, b) => b.lossGrowth - a.lossGrowth);
}

async function meanLoss(fitted: Fitted, set: DataSet, matrix: FeatureMatrix): Promise<number> {
  const answers = await fitted.predict({ ...set, matrix });
  const width = outputCount(fitted.task);
  let sum = 0;
  for (let i = 0; i < set.rowOf.length; i++) sum += lossOf(fitted.task, answers, i * width, set.targets[i]!);
  return sum / set.rowOf.length;
}

function dealtOut(matrix: FeatureMatrix, column: number, seed: number): FeatureMatrix {
  const width = matrix.set.features.length;
  const random = createRandom(seed);
  const cells = matrix.cells.slice();
  for (let k = 0; k + 1 < matrix.firstRowOf.length; k++) {
    const first = matrix.firstRowOf[k]!;
    for (let row = matrix.firstRowOf[k + 1]! - 1; row > first; row--) {
      const other = first + Math.floor(random.next() * (row - first + 1));
      const [a, b] = [row * width + column, other * width + column];
      [cells[a], cells[b]] = [cells[b]!, cells[a]!];
    }
  }
  return { ...matrix, cells };
}

/** An even choice of at most `most` samples: importance needs no more. */
export function evenSample(set: DataSet, most: number): DataSet {
  const stride = Math.max(1, Math.ceil(set.rowOf.length / most));
  return selectSamples(
    set,
    Int32Array.from({ length: Math.ceil(set.rowOf.length / stride) }, (_, i) => i * stride),
  );
}
