import { combinations } from '../../lab/splits/combinatorial-folds.ts';
import { equalSpans } from '../../lab/splits/split.ts';
import type { DataSet } from '../datasets/data-set.ts';
import { aucOf, sortByScore } from '../training/metrics.ts';
import type { FoldAnswers } from './out-of-fold.ts';

/**
 * The AUC of each path through all groups of a combinatorial split, ascending: many histories in place of one.
 * @param folds answers of the splits, in the order of `combinations`
 */
export function pathAucs(
  set: DataSet,
  { groups, testGroups }: { readonly groups: number; readonly testGroups: number },
  folds: readonly FoldAnswers[],
): readonly number[] {
  const spans = equalSpans(set, groups);
  const chosen = combinations(groups, testGroups);
  const splitsOf = spans.map((_, group) => [...folds.keys()].filter((split) => chosen[split]!.includes(group)));
  return Array.from({ length: splitsOf[0]!.length }, (_, path) => {
    const scores: number[] = [];
    const labels: number[] = [];
    for (const [group, { fromMs, toMs }] of spans.entries()) {
      const { indices, answers } = folds[splitsOf[group]![path]!]!;
      for (const [i, index] of indices.entries()) {
        if (set.askedMs[index]! < fromMs || set.askedMs[index]! >= toMs) continue;
        scores.push(answers[i]!);
        labels.push(set.targets[index]!);
      }
    }
    const p = Float64Array.from(scores);
    return aucOf(p, Uint8Array.from(labels), sortByScore(p));
  }).sort((a, b) => a - b);
}
