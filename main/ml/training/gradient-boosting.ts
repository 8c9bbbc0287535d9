import { createRandom, type Random } from '../../engine/kernel/random.ts';
import { binRows, fitBinEdges } from './binning.ts';
import { addTreeToMargins, type GrowthLimits, growTree } from './grow-tree.ts';
import type { LabelledRows } from './labelled-rows.ts';
import { sigmoid, type Tree, type TreeEnsemble } from './trees.ts';

export interface BoostingOptions extends GrowthLimits {
  readonly treesMax: number;
  /** 3..256 bins per feature. */
  readonly binsMax: number;
  /** Share of rows and of columns each tree sees, (0, 1]. */
  readonly rowFraction: number;
  readonly columnFraction: number;
  /** Stop after this many trees without a better validation loss; ignored without validation rows. */
  readonly earlyStoppingTrees: number;
  readonly seed: number;
}

export interface BoostingResult {
  /** Cut back to the tree with the best validation loss, where there was a validation slice. */
  readonly ensemble: TreeEnsemble;
  /** Weighted log loss on the validation slice after each tree. */
  readonly validationLogLoss: readonly number[];
}

/**
 * Gradient boosting (histogram) for a binary label under log loss. The same rows, options and seed give the same trees.
 * @throws RangeError when the training rows hold one class only.
 */
export function trainBoostedTrees(
  training: LabelledRows,
  options: BoostingOptions,
  validation: LabelledRows | null = null,
): BoostingResult {
  const random = createRandom(options.seed);
  const edges = fitBinEdges(training, options.binsMax);
  const data = binRows(training, edges);
  const validationData = validation === null ? null : binRows(validation, edges);
  const baseMargin = Math.fround(logOdds(weightedRate(training)));
  const margins = new Float64Array(data.rowCount).fill(baseMargin);
  const validationMargins = new Float64Array(validationData?.rowCount ?? 0).fill(baseMargin);
  const gradient = new Float64Array(data.rowCount);
  const hessian = new Float64Array(data.rowCount);
  const trees: Tree[] = [];
  const validationLogLoss: number[] = [];
  let bestTrees = 0;
  let bestLoss = validation === null ? Number.POSITIVE_INFINITY : weightedLogLoss(validation, validationMargins);

  for (let round = 0; round < options.treesMax; round++) {
    for (let row = 0; row < data.rowCount; row++) {
      const probability = sigmoid(margins[row]!);
      gradient[row] = (probability - training.labels[row]!) * training.weights[row]!;
      hessian[row] = probability * (1 - probability) * training.weights[row]!;
    }
    const order = sampleIndices(data.rowCount, options.rowFraction, random);
    const columns = sampleColumns(data.featureCount, options.columnFraction, random);
    const tree = growTree(data, edges, { gradient, hessian }, order, columns, options);
    addTreeToMargins(tree, data, margins);
    trees.push(tree);
    if (validation === null || validationData === null) continue;
    addTreeToMargins(tree, validationData, validationMargins);
    const loss = weightedLogLoss(validation, validationMargins);
    validationLogLoss.push(loss);
    if (loss < bestLoss) {
      bestLoss = loss;
      bestTrees = round + 1;
    } else if (round + 1 - bestTrees >= options.earlyStoppingTrees) break;
  }
  const kept = validation === null ? trees : trees.slice(0, bestTrees);
  return { ensemble: { featureCount: data.featureCount, baseMargin, trees: kept }, validationLogLoss };
}

function weightedRate({ labels, weights }: LabelledRows): number {
  let positive = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    positive += labels[row]! * weights[row]!;
    total += weights[row]!;
  }
  if (positive <= 0 || positive >= total) throw new RangeError('training rows hold one class only');
  return positive / total;
}

const logOdds = (probability: number): number => Math.log(probability / (1 - probability));

function weightedLogLoss({ labels, weights }: LabelledRows, margins: Float64Array): number {
  let loss = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const signed = labels[row] === 1 ? margins[row]! : -margins[row]!;
    loss += weights[row]! * Math.log1p(Math.exp(-signed));
    total += weights[row]!;
  }
  return loss / total;
}

function sampleIndices(count: number, fraction: number, random: Random): Int32Array {
  const chosen = new Int32Array(count);
  let length = 0;
  for (let row = 0; row < count; row++) if (fraction >= 1 || random.next() < fraction) chosen[length++] = row;
  return chosen.subarray(0, length);
}

/** Columns drawn without replacement, ascending. */
function sampleColumns(count: number, fraction: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: count }, (_, index) => index);
  const wanted = Math.max(1, Math.round(count * fraction));
  for (let i = 0; i < wanted; i++) {
    const j = i + Math.floor(random.next() * (count - i));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, wanted).sort();
}
