import { type DataSet, windowAt } from '../datasets/data-set.ts';
import type { LabelSpec } from './label.ts';

/** Which way price goes by the first target of a sample: 1 up, -1 down, 0 neither. */
export type DirectionOf = (set: DataSet, sample: number) => number;

const firstTarget = (set: DataSet, sample: number): number => set.targets[sample * set.targetNames.length]!;

/** How a question's answers say a direction; null where the question has none. */
export function directionOfLabel(spec: LabelSpec): DirectionOf | null {
  switch (spec.kind) {
    case 'triple-barrier':
      return (set, sample) => firstTarget(set, sample) - 1;
    case 'direction':
      return (set, sample) => (firstTarget(set, sample) === 1 ? 1 : -1);
    case 'move':
      return (set, sample) => Math.sign(firstTarget(set, sample));
    case 'reversal':
      return (set, sample) => trendSide(set, sample) * (firstTarget(set, sample) === 1 ? -1 : 1);
    case 'volatility-regime':
      return null;
  }
}

/** The trend that a reversal is asked about: 1 up, -1 down. */
function trendSide(set: DataSet, sample: number): number {
  const column = set.matrix.set.features.indexOf('sma_20');
  return windowAt(set, sample)[column]! >= 0 ? 1 : -1;
}
