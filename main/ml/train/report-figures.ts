import type { ModelReport, ReportFigure } from '../../../preload/model-report.ts';
import type { CardEvent, ReliabilityBucket } from '../card.ts';
import type { Estimate } from '../training/block-bootstrap.ts';

/** Figures as screens read them, of a card and of a judgement alike. */

export const drawnFigure = (
  name: string,
  about: string,
  { value, low, high }: Estimate,
  withoutSkill: number,
): ReportFigure => ({
  name,
  about,
  value,
  interval: { low, high },
  withoutSkill,
  better: 'more',
  isShare: false,
});

type EventRow = Omit<ReportFigure, 'value'> & { readonly value: number | null };

/** Of probabilities of one event; what has no meaning, where all answers are alike, is left out. */
export function eventRows(event: Omit<CardEvent, 'baseRate' | 'reliability' | 'probabilityMin'>): ReportFigure[] {
  const plain = (name: string, about: string, value: number | null, withoutSkill: number | null): EventRow => ({
    name,
    about,
    value,
    interval: null,
    withoutSkill,
    better: 'more',
    isShare: false,
  });
  const { auc, brier, brierOfBaseRate, expectedCalibrationError, mcc, balancedAccuracy, accuracy, naiveAccuracy } =
    event;
  const squared = plain('Brier score', 'mean squared distance of what was said from what came', brier, brierOfBaseRate);
  const off = plain(
    'Calibration error',
    'how far what was said lies from what came true, on average',
    expectedCalibrationError,
    null,
  );
  const balanced = 'mean of the shares right among yeses and among noes';
  const rows: EventRow[] = [
    drawnFigure('AUC', 'how often a yes is rated above a no', auc, 0.5),
    { ...squared, better: 'less' },
    { ...off, better: 'less', isShare: true },
    plain('MCC', 'Matthews correlation of the decision at one half', mcc, 0),
    { ...plain('Balanced accuracy', balanced, balancedAccuracy, 0.5), isShare: true },
    {
      ...plain('Accuracy', 'share right; without skill, the commoner answer always', accuracy, naiveAccuracy),
      isShare: true,
    },
  ];
  return rows.flatMap(({ value, ...row }) => (value === null || !Number.isFinite(value) ? [] : [{ ...row, value }]));
}

export const reliabilityRows = (buckets: readonly ReliabilityBucket[]): ModelReport['reliability'] =>
  buckets.map(({ low, high, n, right, meanProbability }) => ({ low, high, n, right, said: meanProbability }));
