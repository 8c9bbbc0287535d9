import { type BoostingOptions, boostTrees } from '../trees/boost.ts';
import { logisticLoss } from '../trees/losses.ts';
import type { TreeEnsemble, TreeSamples } from '../trees/tree.ts';
import type { LabelledRows } from './labelled-rows.ts';

export interface BoostingResult {
  /** Cut back to the tree with the best validation loss, where there was a validation slice. */
  readonly ensemble: TreeEnsemble;
  /** Weighted log loss on the validation slice after each tree. */
  readonly validationLogLoss: readonly number[];
}

/**
 * Boosted trees for a binary label, to their end at once.
 * @throws RangeError when the training rows hold one class only.
 */
export function trainBoostedTrees(
  training: LabelledRows,
  options: BoostingOptions,
  validation: LabelledRows | null = null,
): BoostingResult {
  const fit = boostTrees(
    samplesOf(training),
    logisticLoss,
    options,
    validation === null ? null : samplesOf(validation),
  );
  const validationLogLoss: number[] = [];
  let step = fit.next();
  for (; step.done !== true; step = fit.next()) {
    if (step.value.stoppingLoss !== null) validationLogLoss.push(step.value.stoppingLoss);
  }
  return { ensemble: step.value, validationLogLoss };
}

const samplesOf = ({ featureCount, rows, labels, weights }: LabelledRows): TreeSamples => ({
  ...tableRows(rows, featureCount),
  targets: Float32Array.from(labels),
  weights,
});

/** Every row of a row-major table, in order. */
export const tableRows = (rows: Float32Array, featureCount: number) => ({
  featureCount,
  cells: rows,
  rowOf: Int32Array.from({ length: rows.length / featureCount }, (_, row) => row),
});
