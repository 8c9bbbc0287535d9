import type { ReliabilityBucket } from '../card.ts';
import type { DataSet } from '../datasets/data-set.ts';
import { type BootstrapOptions, bootstrapByBlock, dayBlocks, type Estimate } from '../training/block-bootstrap.ts';
import {
  aucOf,
  baseRate,
  type DecisionQuality,
  decisionQuality,
  expectedCalibrationError,
  lossesOf,
  reliabilityBuckets,
  sortByScore,
} from '../training/metrics.ts';

/** Figures of calibrated probabilities of one event. */
export interface EventFigures extends DecisionQuality {
  readonly baseRate: number;
  /** What always saying the commoner answer scores. */
  readonly naiveAccuracy: number;
  readonly auc: Estimate;
  readonly brier: number;
  readonly brierOfBaseRate: number;
  readonly expectedCalibrationError: number;
  /** Of questions that share no bar, so that each counts as one event. */
  readonly reliability: readonly ReliabilityBucket[];
}

/** @param separate samples that share no bar */
export function eventFigures(
  tested: DataSet,
  answers: Float32Array,
  separate: Int32Array,
  bootstrap: BootstrapOptions,
): EventFigures {
  const labels = Uint8Array.from(tested.targets);
  const p = Float64Array.from(answers);
  const rate = baseRate(labels);
  const order = sortByScore(p);
  const { blockOf, blockCount } = dayBlocks(tested.askedMs);
  const reliability = reliabilityBuckets(
    Float64Array.from(separate, (i) => p[i]!),
    Uint8Array.from(separate, (i) => labels[i]!),
  );
  return {
    ...decisionQuality(p, labels, 0.5),
    baseRate: rate,
    naiveAccuracy: Math.max(rate, 1 - rate),
    auc: bootstrapByBlock(blockOf, blockCount, (times) => aucOf(p, labels, order, times), bootstrap),
    brier: lossesOf(p, labels).brier,
    brierOfBaseRate: rate * (1 - rate),
    expectedCalibrationError: expectedCalibrationError(reliability),
    reliability,
  };
}
