import { createRandom, type Random } from '../../engine/kernel/random.ts';
import type { FitProgress } from '../families/family.ts';
import { binRows, fitBins } from './bins.ts';
import { addTreeToMargins, type GrowthLimits, growTree } from './grow-tree.ts';
import { type Loss, meanLoss } from './losses.ts';
import type { Tree, TreeEnsemble, TreeSamples } from './tree.ts';

export interface BoostingOptions extends GrowthLimits {
  readonly treesMax: number;
  /** 3..256 bins per feature. */
  readonly binsMax: number;
  /** Share of rows and of columns each tree sees, (0, 1]. */
  readonly rowFraction: number;
  readonly columnFraction: number;
  /** Stop after this many rounds without a better loss; ignored without rows to stop by. */
  readonly earlyStoppingTrees: number;
  readonly seed: number;
}

/** The training loss that progress tells is measured on so many rows. */
const PROGRESS_ROWS = 4_096;

/**
 * Gradient boosting (histogram) under a loss, a round at a time: what it yields after each is how far it has come, what it
 * returns is cut back to the round with the best loss on the stopping rows, where there are any. The same samples,
 * options and seed give the same trees. Missing values (NaN) go to the side that gains more.
 * @throws RangeError for targets that teach nothing
 */
export function* boostTrees(
  training: TreeSamples,
  loss: Loss,
  options: BoostingOptions,
  stopping: TreeSamples | null = null,
): Generator<FitProgress, TreeEnsemble> {
  const random = createRandom(options.seed);
  const features = fitBins(training, options.binsMax);
  const data = binRows(training, features);
  const stoppingData = stopping === null ? null : binRows(stopping, features);
  const bases = loss.bases(training.targets, training.weights);
  const { outputs } = loss;
  const margins = filledWith(bases, data.rowCount);
  const stoppingMargins = filledWith(bases, stoppingData?.rowCount ?? 0);
  const stride = Math.ceil(data.rowCount / PROGRESS_ROWS);
  const derivatives = { gradient: new Float64Array(data.rowCount), hessian: new Float64Array(data.rowCount) };
  const trees: Tree[] = [];
  let bestRounds = 0;
  let bestLoss = stopping === null ? Number.POSITIVE_INFINITY : meanLoss(loss, stopping, stoppingMargins);

  for (let round = 0; round < options.treesMax; round++) {
    const grown = Array.from({ length: outputs }, (_, output) => {
      loss.derive(training.targets, training.weights, margins, output, derivatives);
      const order = sampleIndices(data.rowCount, options.rowFraction, random);
      const columns = sampleColumns(data.featureCount, options.columnFraction, random);
      const leafValueOf = renewal(loss, training, margins);
      const plan = { limits: options, columns, splitShare: 1, random, ...(leafValueOf && { leafValueOf }) };
      return growTree(data, features, derivatives, order, plan);
    });
    for (const [output, tree] of grown.entries()) {
      addTreeToMargins(tree, data, features, margins, output, outputs);
      if (stoppingData !== null) addTreeToMargins(tree, stoppingData, features, stoppingMargins, output, outputs);
      trees.push(tree);
    }
    const stoppingLoss = stopping === null ? null : meanLoss(loss, stopping, stoppingMargins);
    yield {
      step: round + 1,
      steps: options.treesMax,
      trainingLoss: meanLoss(loss, training, margins, stride),
      stoppingLoss,
    };
    if (stoppingLoss === null) continue;
    if (stoppingLoss < bestLoss) {
      bestLoss = stoppingLoss;
      bestRounds = round + 1;
    } else if (round + 1 - bestRounds >= options.earlyStoppingTrees) break;
  }
  const kept = stopping === null ? trees : trees.slice(0, bestRounds * outputs);
  return {
    featureCount: data.featureCount,
    bases,
    trees: kept,
    outputOf: Uint8Array.from(kept, (_, i) => i % outputs),
  };
}

/** Runs a fit that yields its progress to its end at once. */
export function runToEnd<T>(fit: Generator<FitProgress, T>): T {
  let step = fit.next();
  while (step.done !== true) step = fit.next();
  return step.value;
}

const filledWith = (bases: readonly number[], rows: number): Float64Array =>
  Float64Array.from({ length: rows * bases.length }, (_, i) => bases[i % bases.length]!);

function renewal(loss: Loss, { targets, weights }: TreeSamples, margins: Float64Array) {
  const { leafValue } = loss;
  if (leafValue === undefined) return undefined;
  return (rows: Int32Array): number =>
    leafValue(
      Float64Array.from(rows, (row) => targets[row]! - margins[row]!),
      Float64Array.from(rows, (row) => weights[row]!),
    );
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
