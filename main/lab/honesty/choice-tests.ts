import { mean, quantile, sampleDeviation } from '../metrics/moments.ts';
import { combinatorialFolds } from '../splits/combinatorial-folds.ts';
import { purgedFolds } from '../splits/purged-folds.ts';
import type { SampleTimes, Split } from '../splits/split.ts';
import { type WalkForwardOptions, walkForward } from '../splits/walk-forward.ts';

/** Daily returns of every setting that was tried, over the same days. */
export interface Candidates {
  readonly dayMs: Float64Array;
  /** One for each setting, a return for each day. */
  readonly returns: readonly Float64Array[];
  /** How long a position may reach beyond the day it is counted in: days so near to a test are not learnt from. */
  readonly holdingMs: number;
}

/** A choice made on some days and held to others. */
export interface TestedChoice {
  /** Index of the setting that had the best Sharpe ratio on the training days. */
  readonly chosen: number;
  /** Per day, not annualised. */
  readonly trainingSharpe: number;
  readonly testSharpe: number;
  readonly test: Int32Array;
}

export interface ChoiceTest {
  readonly choices: readonly TestedChoice[];
  /** Days that were tested, in order, with what the setting chosen without them returned. */
  readonly days: Int32Array;
  readonly returns: Float64Array;
  readonly sharpe: number;
}

/** What choosing the best so far, again and again, would have come to. @throws RangeError as `walkForward` does */
export function walkForwardChoice(candidates: Candidates, options: WalkForwardOptions): ChoiceTest {
  return testOf(candidates, walkForward(timesOf(candidates), options));
}

/** The same where each stretch is chosen for by all others, what came later among them. @throws RangeError as `purgedFolds` does */
export function foldedChoice(candidates: Candidates, folds: number, embargoMs: number): ChoiceTest {
  return testOf(candidates, purgedFolds(timesOf(candidates), folds, embargoMs));
}

export interface PathTest {
  /** Sharpe ratio of each path through the whole history, ascending. Per day. */
  readonly sharpes: Float64Array;
  readonly median: number;
  /** Of the paths, those that lost. */
  readonly lossShare: number;
}

/** Many histories in place of one: every choice of tested groups, put together to paths. @throws RangeError as `combinatorialFolds` does */
export function combinatorialChoice(
  candidates: Candidates,
  groups: number,
  testGroups: number,
  embargoMs: number,
): PathTest {
  const { dayMs, returns } = candidates;
  const { groups: spans, splits, paths } = combinatorialFolds(timesOf(candidates), groups, testGroups, embargoMs);
  const chosen = splits.map((split) => choose(returns, split.training));
  const sharpes = Float64Array.from(paths, (path) => {
    const followed = dayMs.map((timeMs, day) => {
      const group = spans.findIndex(({ toMs }) => timeMs < toMs);
      return returns[chosen[path[group]!]!]![day]!;
    });
    return sharpeOn(followed, null);
  }).sort();
  const losses = sharpes.reduce((count, sharpe) => count + (sharpe < 0 ? 1 : 0), 0);
  return { sharpes, median: quantile(sharpes, 0.5), lossShare: losses / sharpes.length };
}

const timesOf = ({ dayMs, holdingMs }: Candidates): SampleTimes => ({
  askedMs: dayMs,
  knownMs: dayMs.map((timeMs) => timeMs + holdingMs),
});

function testOf({ returns }: Candidates, splits: readonly Split[]): ChoiceTest {
  const choices = splits
    .filter(({ training, test }) => training.length > 1 && test.length > 0)
    .map(({ training, test }): TestedChoice => {
      const chosen = choose(returns, training);
      const own = returns[chosen]!;
      return { chosen, trainingSharpe: sharpeOn(own, training), testSharpe: sharpeOn(own, test), test };
    });
  const tested = choices.flatMap(({ chosen, test }) =>
    Array.from(test, (day) => [day, returns[chosen]![day]!] as const),
  );
  tested.sort(([a], [b]) => a - b);
  const values = Float64Array.from(tested, ([, value]) => value);
  return { choices, days: Int32Array.from(tested, ([day]) => day), returns: values, sharpe: sharpeOn(values, null) };
}

/** The first of the best. */
function choose(returns: readonly Float64Array[], days: Int32Array): number {
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (const [at, own] of returns.entries()) {
    const sharpe = sharpeOn(own, days);
    if (sharpe > most) [best, most] = [at, sharpe];
  }
  return best;
}

/** What never moves has neither won nor lost: 0. @param days null for all */
function sharpeOn(returns: Float64Array, days: Int32Array | null): number {
  const values = days === null ? returns : Float64Array.from(days, (day) => returns[day]!);
  const deviation = sampleDeviation(values);
  return deviation > 0 ? mean(values) / deviation : 0;
}
