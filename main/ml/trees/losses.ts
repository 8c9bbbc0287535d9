import type { Derivatives } from './histogram.ts';
import { sigmoid, type TreeSamples } from './tree.ts';

/** A loss that boosting works down: margins are row-major, `outputs` per row. */
export interface Loss {
  readonly outputs: number;
  /** Margins that a constant forecast is best with. @throws RangeError for targets that teach nothing */
  bases(targets: Float32Array, weights: Float64Array): number[];
  /** Writes the derivatives by one output's margin. */
  derive(targets: Float32Array, weights: Float64Array, margins: Float64Array, output: number, out: Derivatives): void;
  /** Loss of one row. */
  at(target: number, margins: Float64Array, row: number): number;
  /** Best value of a leaf from what margins still miss, where second-order steps do not give it. */
  readonly leafValue?: (misses: Float64Array, weights: Float64Array) => number;
}

const PROBABILITY_LEAST = 1e-12;

export const logisticLoss: Loss = {
  outputs: 1,
  bases(targets, weights) {
    const rate = weightedMean(targets, weights);
    if (!(rate > 0 && rate < 1)) throw new RangeError('training rows hold one class only');
    return [Math.fround(Math.log(rate / (1 - rate)))];
  },
  derive(targets, weights, margins, _, { gradient, hessian }) {
    for (let row = 0; row < targets.length; row++) {
      const probability = sigmoid(margins[row]!);
      gradient[row] = (probability - targets[row]!) * weights[row]!;
      hessian[row] = probability * (1 - probability) * weights[row]!;
    }
  },
  at: (target, margins, row) => Math.log1p(Math.exp(target === 1 ? -margins[row]! : margins[row]!)),
};

/** Targets are class numbers. */
export function softmaxLoss(classes: number): Loss {
  const shares = new Float64Array(classes);
  const shareOf = (margins: Float64Array, row: number, output: number): number => {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, margins[row * classes + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += shares[k] = Math.exp(margins[row * classes + k]! - most);
    return shares[output]! / sum;
  };
  return {
    outputs: classes,
    bases(targets, weights) {
      const rates = Array.from({ length: classes }, (_, k) =>
        weightedMean(
          targets.map((target) => (target === k ? 1 : 0)),
          weights,
        ),
      );
      if (rates.some((rate) => rate === 1)) throw new RangeError('training rows hold one class only');
      return rates.map((rate) => Math.fround(Math.log(Math.max(rate, 1e-6))));
    },
    derive(targets, weights, margins, output, { gradient, hessian }) {
      for (let row = 0; row < targets.length; row++) {
        const probability = shareOf(margins, row, output);
        gradient[row] = (probability - (targets[row] === output ? 1 : 0)) * weights[row]!;
        hessian[row] = 2 * probability * (1 - probability) * weights[row]!;
      }
    },
    at: (target, margins, row) => -Math.log(Math.max(shareOf(margins, row, target), PROBABILITY_LEAST)),
  };
}

export const squaredLoss: Loss = {
  outputs: 1,
  bases: (targets, weights) => [Math.fround(weightedMean(targets, weights))],
  derive(targets, weights, margins, _, { gradient, hessian }) {
    for (let row = 0; row < targets.length; row++) {
      gradient[row] = (margins[row]! - targets[row]!) * weights[row]!;
      hessian[row] = weights[row]!;
    }
  },
  at: (target, margins, row) => (margins[row]! - target) ** 2,
};

/** Pinball loss of one quantile: trees find where the level is missed, their leaves take the quantile of what is missed. */
export function pinballLoss(level: number): Loss {
  return {
    outputs: 1,
    bases: (targets, weights) => [Math.fround(weightedQuantile(Float64Array.from(targets), weights, level))],
    derive(targets, weights, margins, _, { gradient, hessian }) {
      for (let row = 0; row < targets.length; row++) {
        gradient[row] = (targets[row]! > margins[row]! ? -level : 1 - level) * weights[row]!;
        hessian[row] = weights[row]!;
      }
    },
    at(target, margins, row) {
      const miss = target - margins[row]!;
      return miss > 0 ? level * miss : (level - 1) * miss;
    },
    leafValue: (misses, weights) => weightedQuantile(misses, weights, level),
  };
}

/** Weighted mean loss of every `stride`th row. */
export function meanLoss(
  loss: Loss,
  { targets, weights }: Pick<TreeSamples, 'targets' | 'weights'>,
  margins: Float64Array,
  stride = 1,
): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < targets.length; row += stride) {
    sum += weights[row]! * loss.at(targets[row]!, margins, row);
    total += weights[row]!;
  }
  return sum / total;
}

function weightedMean(values: Float32Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    sum += weights[row]! * values[row]!;
    total += weights[row]!;
  }
  return sum / total;
}

/** The least value that with all below it holds `level` of the weight. */
function weightedQuantile(values: Float64Array, weights: Float64Array, level: number): number {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let below = 0;
  for (const row of order) {
    below += weights[row]!;
    if (below >= level * total) return values[row]!;
  }
  return values[order[order.length - 1]!] ?? 0;
}
