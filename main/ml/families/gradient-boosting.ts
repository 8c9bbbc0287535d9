import { z } from 'zod';
import type { DataSet, Inputs } from '../datasets/data-set.ts';
import { exportTreeEnsemble } from '../onnx/export-tree-ensemble.ts';
import { trainBoostedTrees } from '../training/gradient-boosting.ts';
import type { LabelledRows } from '../training/labelled-rows.ts';
import { predictMargins, sigmoid, type TreeEnsemble } from '../training/trees.ts';
import type { Family, Fitted } from './family.ts';
import { count, scale, share } from './hyper-parameters.ts';

const hyperParameters = z.strictObject({
  trees: count(10, 2_000, 200, 'trees at most'),
  learningRate: scale(0.005, 1, 0.05, 'share of each tree that is added'),
  leaves: count(2, 255, 31, 'leaves of a tree at most'),
  leafWeightMin: scale(0.1, 10_000, 20, 'second derivative of the loss that a leaf holds at least'),
  l2: scale(0.001, 1_000, 1, 'pull of leaf values towards zero'),
  rowFraction: share(0.1, 1, 0.7, 'share of the samples each tree sees'),
  columnFraction: share(0.1, 1, 0.7, 'share of the features each tree sees'),
  bins: count(3, 256, 63, 'steps in which a feature is seen'),
  patience: count(5, 500, 40, 'trees without a better loss after which it stops'),
});

export const gradientBoosting: Family = {
  name: 'gradient-boosting',
  title: 'gradient boosting (histogram)',
  takes: 'rows',
  tasks: ['binary'],
  hyperParameters,
  async fit(training, task, { hyperParameters: given, seed, stopping, signal }) {
    signal?.throwIfAborted();
    const chosen = hyperParameters.parse(given);
    const options = {
      treesMax: chosen.trees,
      binsMax: chosen.bins,
      rowFraction: chosen.rowFraction,
      columnFraction: chosen.columnFraction,
      earlyStoppingTrees: chosen.patience,
      seed,
      leavesMax: chosen.leaves,
      leafHessianMin: chosen.leafWeightMin,
      l2: chosen.l2,
      learningRate: chosen.learningRate,
    };
    const validation = stopping === undefined ? null : labelledRows(stopping);
    const { ensemble } = trainBoostedTrees(labelledRows(training), options, validation);
    return fittedTrees(ensemble, task);
  },
};

const fittedTrees = (ensemble: TreeEnsemble, task: Fitted['task']): Fitted => ({
  task,
  windowBars: 1,
  predict: async (inputs) => Float32Array.from(predictMargins(ensemble, rowsOf(inputs)), sigmoid),
  toOnnx: (about, map) => exportTreeEnsemble(ensemble, { ...about, task, map, mlOpset: 5 }),
});

function rowsOf({ matrix, rowOf }: Inputs): Float32Array {
  const width = matrix.set.features.length;
  const rows = new Float32Array(rowOf.length * width);
  for (const [i, row] of rowOf.entries()) rows.set(matrix.cells.subarray(row * width, (row + 1) * width), i * width);
  return rows;
}

const labelledRows = (set: DataSet): LabelledRows => ({
  featureCount: set.matrix.set.features.length,
  rows: rowsOf(set),
  labels: Uint8Array.from(set.targets),
  weights: set.weights,
});
