import { equalSpans, type SampleTimes, type Split, splitBySpans } from './split.ts';

/**
 * Purged and embargoed k-fold: `foldCount` contiguous stretches, each tested once by what was learnt outside it. All
 * instruments are split by the same times: they move together, and a split by row would leak across them.
 * (M. López de Prado, Advances in Financial Machine Learning, 2018, section 7.4.)
 *
 * @throws RangeError for fewer than two folds
 */
export function purgedFolds(times: SampleTimes, foldCount: number, embargoMs: number): readonly Split[] {
  return equalSpans(times, foldCount).map((span) => splitBySpans(times, [span], embargoMs));
}
