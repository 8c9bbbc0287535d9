import { describe, expect, it } from 'vitest';
import { tableRows, trainBoostedTrees } from '../../../main/ml/training/gradient-boosting.ts';
import { aucOf, sortByScore } from '../../../main/ml/training/metrics.ts';
import { predictMargins } from '../../../main/ml/trees/tree.ts';
import { learnableRows, smallBoosting } from '../../support/small-model.ts';

describe('gradient boosting', () => {
  it('learns an interaction that no single feature shows', () => {
    const { ensemble } = trainBoostedTrees(learnableRows(4_000, 1), smallBoosting);
    const fresh = learnableRows(4_000, 2);
    const margins = predictMargins(ensemble, tableRows(fresh.rows, 3));
    const truth = Float64Array.from(fresh.labels.keys(), (row) => fresh.rows[row * 3]! * fresh.rows[row * 3 + 1]!);
    const best = aucOf(truth, fresh.labels, sortByScore(truth));
    const learnt = aucOf(margins, fresh.labels, sortByScore(margins));
    expect(best).toBeGreaterThan(0.7);
    expect(learnt).toBeGreaterThan(best - 0.03);
  });

  it('gives the same trees for the same seed and others for another', () => {
    const rows = learnableRows(1_000, 4);
    const first = trainBoostedTrees(rows, smallBoosting).ensemble;
    expect(trainBoostedTrees(rows, smallBoosting).ensemble).toEqual(first);
    expect(trainBoostedTrees(rows, { ...smallBoosting, seed: 2 }).ensemble).not.toEqual(first);
  });

  it('stops where the validation loss is best', () => {
    const noise = learnableRows(1_500, 5);
    const options = { ...smallBoosting, treesMax: 200, learningRate: 0.5 };
    const { ensemble, validationLogLoss } = trainBoostedTrees(noise, options, learnableRows(1_500, 6));
    const best = validationLogLoss.indexOf(Math.min(...validationLogLoss));
    expect(ensemble.trees).toHaveLength(best + 1);
    expect(validationLogLoss.length).toBe(best + 1 + options.earlyStoppingTrees);
  });

  it('a row of weight 0 teaches nothing', () => {
    const rows = learnableRows(1_000, 7);
    const flipped = { ...rows, labels: rows.labels.map((label, row) => (row < 500 ? 1 - label : label)) };
    const weights = rows.weights.map((_, row) => (row < 500 ? 0 : 1));
    const options = { ...smallBoosting, rowFraction: 1 };
    const learnt = trainBoostedTrees({ ...flipped, weights }, options).ensemble;
    expect(learnt).toEqual(trainBoostedTrees({ ...rows, weights }, options).ensemble);
  });

  it('respects the smallest leaf', () => {
    const rows = learnableRows(400, 8);
    const { ensemble } = trainBoostedTrees(rows, { ...smallBoosting, leafHessianMin: 60 });
    // 400 rows hold at most 100 of second derivative, so no split leaves 60 on both sides.
    for (const tree of ensemble.trees) expect(tree.feature).toHaveLength(1);
  });

  it('refuses rows of one class', () => {
    const rows = learnableRows(100, 9);
    expect(() => trainBoostedTrees({ ...rows, labels: new Uint8Array(100) }, smallBoosting)).toThrow(/one class/);
  });
});
