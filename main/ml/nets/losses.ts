import type { Value } from '../autodiff/graph.ts';
import {
  add,
  divide,
  logSoftmax,
  multiply,
  negate,
  relu,
  reshape,
  scale,
  softplus,
  square,
  subtract,
  sumAll,
  sumOver,
} from '../autodiff/operations.ts';

/**
 * What training makes small: the weighted mean over the batch. `outputs` are a net's raw answers [batch, outputs], `weights` are
 * [batch]; a sample of weight 0 is as good as absent.
 */
export type Loss = (outputs: Value, targets: Value, weights: Value) => Value;

/** Binary: one logit, targets 0 or 1, [batch, 1]. */
export const sigmoidCrossEntropy: Loss = (outputs, targets, weights) =>
  weightedMean(subtract(softplus(outputs), multiply(outputs, targets)), weights);

/** Several classes: a logit for each, targets one-hot, [batch, classes]. */
export const softmaxCrossEntropy: Loss = (outputs, targets, weights) =>
  weightedMean(negate(multiply(logSoftmax(outputs), targets)), weights);

/** Targets [batch, outputs]. */
export const squaredError: Loss = (outputs, targets, weights) =>
  weightedMean(square(subtract(outputs, targets)), weights);

/**
 * Quantiles: outputs [batch, horizons × levels] grouped by horizon, targets [batch, horizons]. A sample counts by the mean over its
 * horizons and levels.
 */
export function pinball(levels: readonly number[]): Loss {
  return (outputs, targets, weights) => {
    const [batch, horizons] = targets.shape as [number, number];
    const byHorizon = reshape(outputs, [batch, horizons, levels.length]);
    const missing = subtract(reshape(targets, [batch, horizons, 1]), byHorizon);
    const level = outputs.graph.constant([levels.length], levels);
    // level × miss where the quantile lies below, (level − 1) × miss where it lies above.
    const each = add(multiply(missing, level), relu(negate(missing)));
    const mean = scale(reshape(each, [batch, horizons * levels.length]), 1 / (horizons * levels.length));
    return weightedMean(mean, weights);
  };
}

function weightedMean(each: Value, weights: Value): Value {
  const perSample = reshape(sumOver(each, [1]), weights.shape);
  return divide(sumAll(multiply(perSample, weights)), sumAll(weights));
}
