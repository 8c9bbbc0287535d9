import { equalSpans, type SampleTimes, type Span, type Split, splitBySpans } from './split.ts';

export interface CombinatorialSplit extends Split {
  /** Which groups are tested, ascending. */
  readonly groups: readonly number[];
}

export interface CombinatorialFolds {
  readonly groups: readonly Span[];
  /** One for each choice of groups to test. */
  readonly splits: readonly CombinatorialSplit[];
  /** Whole histories that were tested throughout: for each group, the split whose test of it is meant. */
  readonly paths: readonly (readonly number[])[];
}

/**
 * Combinatorial purged cross-validation: time falls into `groupCount` groups, and every choice of `testGroups` of them is
 * tested by the rest. Each group is tested in C(groupCount − 1, testGroups − 1) splits, which make as many paths through
 * the whole history. (M. López de Prado, Advances in Financial Machine Learning, 2018, chapter 12.)
 *
 * @throws RangeError unless 1 ≤ testGroups < groupCount
 */
export function combinatorialFolds(
  times: SampleTimes,
  groupCount: number,
  testGroups: number,
  embargoMs: number,
): CombinatorialFolds {
  const groups = equalSpans(times, groupCount);
  if (!Number.isInteger(testGroups) || testGroups < 1 || testGroups >= groupCount)
    throw new RangeError(`of ${groupCount} groups, 1 to ${groupCount - 1} can be tested, not ${testGroups}`);
  const splits = combinations(groupCount, testGroups).map((chosen) => ({
    groups: chosen,
    ...splitBySpans(
      times,
      chosen.map((group) => groups[group]!),
      embargoMs,
    ),
  }));
  const splitsOf = groups.map((_, group) => splits.flatMap((split, at) => (split.groups.includes(group) ? [at] : [])));
  const pathCount = splitsOf[0]?.length ?? 0;
  const paths = Array.from({ length: pathCount }, (_, path) => splitsOf.map((own) => own[path]!));
  return { groups, splits, paths };
}

/** Every choice of `size` of the numbers 0 … count − 1, each ascending, in order. */
export function combinations(count: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return combinations(count, size - 1).flatMap((chosen) => {
    const next = (chosen.at(-1) ?? -1) + 1;
    return Array.from({ length: count - next }, (_, k) => [...chosen, next + k]);
  });
}
