import type { ModelReport, ReportFigure } from '../../../preload/model-report.ts';
import type { Estimate } from '../training/block-bootstrap.ts';
import {
  aucOf,
  baseRate,
  decisionQuality,
  expectedCalibrationError,
  lossesOf,
  reliabilityBuckets,
  sortByScore,
} from '../training/metrics.ts';

type Interval = (statistic: (multiplicity: Float64Array) => number) => Estimate;

/** Figures of calibrated probabilities `p` of a question that is answered by yes or no. */
export function binaryFigures(p: Float64Array, labels: Uint8Array, interval: Interval): ReportFigure[] {
  const order = sortByScore(p);
  const { value, low, high } = interval((multiplicity) => aucOf(p, labels, order, multiplicity));
  const rate = baseRate(labels);
  const { mcc, balancedAccuracy, accuracy } = decisionQuality(p, labels, 0.5);
  const plain = { interval: null, isShare: false } as const;
  const share = { interval: null, isShare: true } as const;
  const all: ReportFigure[] = [
    {
      name: 'AUC',
      about: 'how often a yes is rated above a no',
      value,
      interval: { low, high },
      withoutSkill: 0.5,
      better: 'more',
      isShare: false,
    },
    {
      ...plain,
      name: 'Brier score',
      about: 'mean squared distance of what was said from what came',
      value: lossesOf(p, labels).brier,
      withoutSkill: rate * (1 - rate),
      better: 'less',
    },
    {
      ...share,
      name: 'Calibration error',
      about: 'how far what was said lies from what came true, on average',
      value: expectedCalibrationError(reliabilityBuckets(p, labels)),
      withoutSkill: null,
      better: 'less',
    },
    {
      ...plain,
      name: 'MCC',
      about: 'Matthews correlation of the decision at one half',
      value: mcc,
      withoutSkill: 0,
      better: 'more',
    },
    {
      ...share,
      name: 'Balanced accuracy',
      about: 'mean of the shares right among yeses and among noes',
      value: balancedAccuracy,
      withoutSkill: 0.5,
      better: 'more',
    },
    {
      ...share,
      name: 'Accuracy',
      about: 'share right; without skill, the commoner answer always',
      value: accuracy,
      withoutSkill: Math.max(rate, 1 - rate),
      better: 'more',
    },
  ];
  // One answer alone in the whole test leaves some of them without a meaning.
  return all.filter((figure) => Number.isFinite(figure.value));
}

const BUCKETS = 10;

/** In steps of ten points. */
export function reliabilityOf(p: Float64Array, labels: Uint8Array): ModelReport['reliability'] {
  return reliabilityBuckets(p, labels, BUCKETS).map(({ low, high, n, right, meanProbability }) => ({
    low,
    high,
    n,
    right,
    said: meanProbability,
  }));
}
