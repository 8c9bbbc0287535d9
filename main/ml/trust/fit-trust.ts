import { logOddsOf, TRUST_TERMS, trustTerms } from '../../engine/decision/heard.ts';
import type { DecidedForecast, TrustModel } from '../../engine/domain/trust-model.ts';
import { solveCholesky } from '../cholesky.ts';
import { sigmoid } from '../trees/tree.ts';

/**
 * So many separate forecasts speak for leaving a weight at nothing: a member is believed as it says, until there is much that tells
 * otherwise.
 */
const PULL = 50;
const STEPS_MAX = 30;
const STEP_MIN = 1e-9;
const WIDTH = TRUST_TERMS.length;

/** A trust model, but for how long it counts. */
export type LearntWeights = Omit<TrustModel, 'untilMs'>;

/** A member's forecasts, as sums for one step of Newton's method: gradient, and the lower half of what bends it. */
interface Sums {
  readonly gradient: Float64Array;
  readonly bend: Float64Array;
}

/**
 * Learns when which member is right: a logistic regression on the terms of each forecast's situation, beginning at the log odds that
 * the member states itself. What members have in common is learnt once, what sets one apart besides; both are pulled to nothing.
 * Forecasts that overlap share their weight. The same forecasts in the same order give the same weights.
 */
export function fitTrust(forecasts: readonly DecidedForecast[]): LearntWeights {
  const names = [...new Set(forecasts.map(({ member }) => member))].sort();
  const numberOf = new Map(names.map((name, at) => [name, at]));
  const rows = forecasts.map((forecast) => ({
    of: numberOf.get(forecast.member) as number,
    terms: trustTerms(forecast),
    stated: Math.abs(logOddsOf(forecast.probability)),
    right: forecast.rose === forecast.probability >= 0.5 ? 1 : 0,
    weight: 1 / forecast.bars,
  }));
  /** First what all share, then each member's own. */
  const weights = new Float64Array(WIDTH * (1 + names.length));
  for (let step = 0; step < STEPS_MAX; step++) {
    const sums = names.map((): Sums => ({ gradient: new Float64Array(WIDTH), bend: new Float64Array(WIDTH * WIDTH) }));
    for (const row of rows) {
      let margin = row.stated;
      const own = WIDTH * (1 + row.of);
      for (let a = 0; a < WIDTH; a++) margin += row.terms[a]! * (weights[a]! + weights[own + a]!);
      const probability = sigmoid(margin);
      add(
        sums[row.of]!,
        row.terms,
        row.weight * (row.right - probability),
        row.weight * probability * (1 - probability),
      );
    }
    const change = newtonStep(sums, weights);
    let largest = 0;
    for (let a = 0; a < weights.length; a++) {
      weights[a]! += change[a]!;
      largest = Math.max(largest, Math.abs(change[a]!));
    }
    if (largest < STEP_MIN) break;
  }
  const part = (at: number): number[] => [...weights.subarray(at * WIDTH, (at + 1) * WIDTH)];
  return {
    terms: TRUST_TERMS,
    shared: part(0),
    members: names.map((member, at) => ({ member, weights: part(at + 1) })),
  };
}

function add({ gradient, bend }: Sums, terms: readonly number[], miss: number, curvature: number): void {
  for (let a = 0; a < WIDTH; a++) {
    gradient[a]! += miss * terms[a]!;
    const scaled = curvature * terms[a]!;
    for (let b = 0; b <= a; b++) bend[a * WIDTH + b]! += scaled * terms[b]!;
  }
}

/** Shared weights meet every member's own, and no two members meet: the matrix is put together from theirs. */
function newtonStep(sums: readonly Sums[], weights: Float64Array): Float64Array {
  const size = weights.length;
  const matrix = new Float64Array(size * size);
  const right = Float64Array.from(weights, (weight) => -PULL * weight);
  for (let a = 0; a < size; a++) matrix[a * size + a] = PULL;
  for (const [at, { gradient, bend }] of sums.entries()) {
    const own = WIDTH * (1 + at);
    for (let a = 0; a < WIDTH; a++) {
      right[a]! += gradient[a]!;
      right[own + a]! += gradient[a]!;
      for (let b = 0; b < WIDTH; b++) {
        const value = b <= a ? bend[a * WIDTH + b]! : bend[b * WIDTH + a]!;
        matrix[(own + a) * size + b]! += value;
        if (b > a) continue;
        matrix[a * size + b]! += value;
        matrix[(own + a) * size + own + b]! += value;
      }
    }
  }
  return solveCholesky(matrix, right, size);
}
