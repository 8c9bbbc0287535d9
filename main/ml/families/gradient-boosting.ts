import { z } from 'zod';
import type { DataSet } from '../datasets/data-set.ts';
import { count, scale, share } from '../settings.ts';
import { type BoostingOptions, boostTrees } from '../trees/boost.ts';
import { type Loss, logisticLoss, pinballLoss, softmaxLoss, squaredLoss } from '../trees/losses.ts';
import { type TreeEnsemble, type TreeSamples, treeRows } from '../trees/tree.ts';
import type { Family, FitProgress } from './family.ts';
import { fittedTrees, runInSlices } from './fitted-trees.ts';
import type { Task } from './task.ts';

const hyperParameters = z.strictObject({
  trees: count(10, 2_000, 200, {
    label: 'Trees',
    unit: 'rounds',
    about: 'At most so many rounds; it stops before where the held-back samples gain no more.',
  }),
  learningRate: scale(0.005, 1, 0.05, {
    label: 'Learning rate',
    unit: 'share',
    about: 'Share of each tree that is added: smaller learns slower and mostly generalises better.',
    searched: [0.01, 0.3],
  }),
  leaves: count(2, 255, 31, {
    label: 'Leaves per tree',
    unit: 'leaves',
    about: 'How finely one tree may divide the samples.',
    searched: [4, 127],
  }),
  depth: count(1, 64, 64, {
    label: 'Depth',
    unit: 'splits',
    about: 'Questions in a row that one tree may ask.',
  }),
  leafWeightMin: scale(0.1, 10_000, 20, {
    label: 'Smallest leaf',
    unit: 'weight',
    about: 'Evidence a leaf must hold (second derivative of the loss): more resists chance.',
    searched: [1, 500],
  }),
  l2: scale(0.001, 1_000, 1, {
    label: 'Pull to zero (L2)',
    unit: 'weight',
    about: 'How strongly the values of leaves are drawn towards zero.',
    searched: [0.01, 100],
  }),
  rowFraction: share(0.1, 1, 0.7, {
    label: 'Samples per tree',
    unit: 'share',
    about: 'Share of the samples that each tree sees.',
    searched: [0.3, 1],
  }),
  columnFraction: share(0.1, 1, 0.7, {
    label: 'Columns per tree',
    unit: 'share',
    about: 'Share of the features that each tree sees.',
    searched: [0.2, 1],
  }),
  bins: count(3, 256, 63, {
    label: 'Bins',
    unit: 'steps',
    about: 'Steps in which each feature is seen.',
  }),
  patience: count(5, 500, 40, {
    label: 'Patience',
    unit: 'rounds',
    about: 'Rounds without a better loss on the held-back samples after which it stops.',
  }),
});

export const gradientBoosting: Family = {
  name: 'gradient-boosting',
  title: 'gradient boosting (histogram)',
  takes: 'rows',
  tasks: ['binary', 'multiclass', 'regression', 'quantile'],
  hyperParameters,
  async fit(training, task, { hyperParameters: given, seed, stopping, ...watch }) {
    const chosen = hyperParameters.parse(given);
    const options: BoostingOptions = {
      treesMax: chosen.trees,
      binsMax: chosen.bins,
      rowFraction: chosen.rowFraction,
      columnFraction: chosen.columnFraction,
      earlyStoppingTrees: chosen.patience,
      seed,
      leavesMax: chosen.leaves,
      depthMax: chosen.depth,
      leafHessianMin: chosen.leafWeightMin,
      l2: chosen.l2,
      learningRate: chosen.learningRate,
    };
    const stopBy = stopping === undefined ? null : treeSamples(stopping);
    const fit = boostTask(treeSamples(training), task, options, stopBy);
    return fittedTrees(await runInSlices(fit, watch), task);
  },
};

/** @throws RangeError where there is more than one target */
export function treeSamples(set: DataSet): TreeSamples {
  if (set.targetNames.length !== 1) {
    throw new RangeError(`trees answer one question at a time, not ${set.targetNames.join(', ')}`);
  }
  return { ...treeRows(set), targets: set.targets, weights: set.weights };
}

function* boostTask(
  training: TreeSamples,
  task: Task,
  options: BoostingOptions,
  stopping: TreeSamples | null,
): Generator<FitProgress, TreeEnsemble> {
  if (task.kind !== 'quantile') return yield* boostTrees(training, lossOf(task), options, stopping);
  // One ensemble for each level, put together to one with as many outputs.
  const parts: TreeEnsemble[] = [];
  for (const level of task.levels) parts.push(yield* boostTrees(training, pinballLoss(level), options, stopping));
  return {
    featureCount: training.featureCount,
    bases: parts.map(({ bases }) => bases[0]!),
    trees: parts.flatMap(({ trees }) => trees),
    outputOf: Uint8Array.from(parts.flatMap(({ trees }, output) => trees.map(() => output))),
  };
}

function lossOf(task: Exclude<Task, { kind: 'quantile' }>): Loss {
  if (task.kind === 'multiclass') return softmaxLoss(task.classes.length);
  return task.kind === 'binary' ? logisticLoss : squaredLoss;
}
