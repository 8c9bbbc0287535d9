import { z } from 'zod';
import { exportTreeEnsemble, SHARE_LEAST } from '../onnx/export-tree-ensemble.ts';
import { count, scale, share } from '../settings.ts';
import { growForest } from '../trees/forest.ts';
import { predictMargins, type TreeEnsemble, treeRows } from '../trees/tree.ts';
import type { Family, Fitted } from './family.ts';
import { answersOf, fittedTrees, runInSlices } from './fitted-trees.ts';
import { treeSamples } from './gradient-boosting.ts';
import { outputCount, type Task } from './task.ts';

const hyperParameters = z.strictObject({
  trees: count(10, 1_000, 100, { label: 'Trees', unit: 'trees', about: 'More of them agree better, and take longer.' }),
  leaves: count(2, 4_096, 256, {
    label: 'Leaves per tree',
    unit: 'leaves',
    about: 'How finely one tree may divide the samples.',
    searched: [16, 1_024],
  }),
  leafWeightMin: scale(1, 10_000, 20, {
    label: 'Smallest leaf',
    unit: 'samples',
    about: 'Weight of the samples that a leaf holds at least: more resists chance.',
    searched: [5, 500],
  }),
  splitFraction: share(0.02, 1, 0.3, {
    label: 'Columns per split',
    unit: 'share',
    about: 'Share of the features that each split looks at.',
    searched: [0.05, 1],
  }),
  bins: count(3, 256, 63, { label: 'Bins', unit: 'steps', about: 'Steps in which each feature is seen.' }),
});

export const randomForest: Family = {
  name: 'random-forest',
  title: 'random forest',
  takes: 'rows',
  tasks: ['binary', 'multiclass', 'regression'],
  hyperParameters,
  async fit(training, task, { hyperParameters: given, seed, ...watch }) {
    if (task.kind === 'quantile') throw new RangeError('a random forest answers no quantiles');
    const chosen = hyperParameters.parse(given);
    const forest = growForest(treeSamples(training), outputCount(task), {
      trees: chosen.trees,
      leavesMax: chosen.leaves,
      leafWeightMin: chosen.leafWeightMin,
      splitShare: chosen.splitFraction,
      binsMax: chosen.bins,
      seed,
    });
    const ensemble = await runInSlices(forest, watch);
    return task.kind === 'regression' ? fittedTrees(ensemble, task) : fittedShares(ensemble, task);
  },
};

/** Trees whose sums are probabilities themselves. */
function fittedShares(ensemble: TreeEnsemble, task: Task): Fitted {
  const marginOf = (share: number): number => {
    const clipped = Math.min(Math.max(share, SHARE_LEAST), 1 - SHARE_LEAST);
    return Math.log(task.kind === 'multiclass' ? clipped : clipped / (1 - clipped));
  };
  return {
    task,
    windowBars: 1,
    trees: ensemble,
    predict: async (inputs) => answersOf(predictMargins(ensemble, treeRows(inputs)).map(marginOf), task),
    toOnnx: (about, map) => exportTreeEnsemble(ensemble, { ...about, task, map, mlOpset: 5, sums: 'probabilities' }),
  };
}
