import type { ReliabilityBucket } from '../card.ts';

/** Measures of probability forecasts `p` against outcomes `labels` (0 or 1). All take equally long arrays. */

const PROBABILITY_LEAST = 1e-12;
const BUCKET_COUNT = 20;

/** Share of ones. */
export function baseRate(labels: Uint8Array): number {
  let positive = 0;
  for (const label of labels) positive += label;
  return positive / labels.length;
}

/** Indices by ascending score; equal scores keep their order. */
export function sortByScore(scores: Float64Array): Int32Array {
  return Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
}

/**
 * Area under the ROC curve: the probability that a one scores above a zero, ties counting half. Each sample counts
 * `multiplicity` times. NaN where one class is absent.
 * @param order from `sortByScore(scores)`
 */
export function aucOf(
  scores: Float64Array,
  labels: Uint8Array,
  order: Int32Array,
  multiplicity?: Float64Array,
): number {
  let zerosBelow = 0;
  let ones = 0;
  let wins = 0;
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i]!]!;
    let tiedOnes = 0;
    let tiedZeros = 0;
    for (; i < order.length && scores[order[i]!]! === score; i++) {
      const times = multiplicity === undefined ? 1 : multiplicity[order[i]!]!;
      if (labels[order[i]!] === 1) tiedOnes += times;
      else tiedZeros += times;
    }
    wins += tiedOnes * (zerosBelow + tiedZeros / 2);
    ones += tiedOnes;
    zerosBelow += tiedZeros;
  }
  return wins / (ones * zerosBelow);
}

/** Log loss of one forecast, in nats. */
export function logLossOf(probability: number, label: number): number {
  const said = label === 1 ? probability : 1 - probability;
  return -Math.log(Math.max(said, PROBABILITY_LEAST));
}

/** Mean log loss and mean squared error (Brier score) of forecasts. */
export function lossesOf(p: Float64Array, labels: Uint8Array): { logLoss: number; brier: number } {
  let logLoss = 0;
  let brier = 0;
  for (let i = 0; i < p.length; i++) {
    logLoss += logLossOf(p[i]!, labels[i]!);
    brier += (p[i]! - labels[i]!) ** 2;
  }
  return { logLoss: logLoss / p.length, brier: brier / p.length };
}

export interface DecisionQuality {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  /** Matthews correlation coefficient; 0 where one side is never said. */
  readonly mcc: number;
}

/** Quality of saying "yes" where the forecast is at least `threshold`. */
export function decisionQuality(p: Float64Array, labels: Uint8Array, threshold: number): DecisionQuality {
  let truePositive = 0;
  let trueNegative = 0;
  let falsePositive = 0;
  let falseNegative = 0;
  for (let i = 0; i < p.length; i++) {
    if (p[i]! >= threshold) {
      if (labels[i] === 1) truePositive++;
      else falsePositive++;
    } else if (labels[i] === 1) falseNegative++;
    else trueNegative++;
  }
  const product =
    (truePositive + falsePositive) *
    (truePositive + falseNegative) *
    (trueNegative + falsePositive) *
    (trueNegative + falseNegative);
  const sensitivity = truePositive / (truePositive + falseNegative);
  const specificity = trueNegative / (trueNegative + falsePositive);
  return {
    accuracy: (truePositive + trueNegative) / p.length,
    balancedAccuracy: (sensitivity + specificity) / 2,
    mcc: product === 0 ? 0 : (truePositive * trueNegative - falsePositive * falseNegative) / Math.sqrt(product),
  };
}

/** Forecasts in steps of five points: how many, how many came true, and what was said on average. */
export function reliabilityBuckets(p: Float64Array, labels: Uint8Array, count = BUCKET_COUNT): ReliabilityBucket[] {
  const n = new Float64Array(count);
  const right = new Float64Array(count);
  const said = new Float64Array(count);
  for (let i = 0; i < p.length; i++) {
    const bucket = Math.min(count - 1, Math.floor(p[i]! * count));
    n[bucket]! += 1;
    right[bucket]! += labels[i]!;
    said[bucket]! += p[i]!;
  }
  return Array.from({ length: count }, (_, bucket) => ({
    low: bucket / count,
    high: (bucket + 1) / count,
    n: n[bucket]!,
    right: right[bucket]!,
    meanProbability: n[bucket] === 0 ? null : said[bucket]! / n[bucket]!,
  }));
}

/** Expected calibration error: mean distance of what was said from what came true, weighted by bucket size. */
export function expectedCalibrationError(buckets: readonly ReliabilityBucket[]): number {
  const total = buckets.reduce((sum, bucket) => sum + bucket.n, 0);
  const error = buckets.reduce(
    (sum, { n, right, meanProbability }) =>
      sum + (meanProbability === null ? 0 : Math.abs(n * meanProbability - right)),
    0,
  );
  return error / total;
}
