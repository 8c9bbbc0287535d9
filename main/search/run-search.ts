import type { Proposer } from './proposers.ts';
import { keyOf } from './space.ts';
import { bestTrial, type Setting, type Trial } from './trial.ts';

export interface SearchOptions<E> {
  readonly proposer: Proposer<E>;
  /** Tries a setting on the first `share` of the work: null where its values do not fit together. Rejects with the sentence of what failed. */
  readonly evaluate: (setting: Setting, share: number) => Promise<E | null>;
  /** What decides which is best, and what is pruned: more is better. */
  readonly goodness: (evaluation: E) => number;
  readonly trials: number;
  /** Settings at once. */
  readonly atOnce: number;
  /** Gives up on part of the work what is worse there than half of the others. */
  readonly prune: boolean;
  /** Trials of the same search before it was broken off; they count. */
  readonly earlier?: readonly Trial<E>[];
  /** Called with each trial as it ends, pruned and failed ones too. */
  readonly recordTrial: (trial: Trial<E>) => void;
  readonly progress?: (progress: SearchProgress<E>) => void;
  /** Nothing new is begun; what runs is waited for, and is no trial where it ends by this signal. */
  readonly signal?: AbortSignal;
}

export interface SearchProgress<E> {
  readonly ended: number;
  readonly of: number;
  readonly pruned: number;
  readonly failed: number;
  readonly best: Trial<E> | null;
}

export interface SearchOutcome<E> {
  /** In the order in which they were begun. */
  readonly trials: readonly Trial<E>[];
  readonly best: Trial<E> | null;
  readonly isCancelled: boolean;
}

/** Settings in a row that do not fit together before a space counts as used up. */
const UNFIT_MAX = 1_000;

/** Parts of the work after which a trial may be given up, and how many others it takes to say so. */
const RUNGS = [0.25, 0.5];
const OTHERS_MIN = 5;

/**
 * Tries settings until there are as many as asked for or nothing is left. With one at a time the same search finds the same, broken
 * off or not; with several, what is proposed depends on which ended first.
 */
export async function runSearch<E>(options: SearchOptions<E>): Promise<SearchOutcome<E>> {
  const { proposer, goodness, atOnce, signal, earlier = [] } = options;
  const trials: Trial<E>[] = [...earlier];
  const begun = new Set(earlier.map(({ setting }) => keyOf(setting)));
  const rungs = RUNGS.map((_, rung) => earlier.flatMap(({ standings }) => standings[rung] ?? []));
  let wanted = options.trials;
  let unfit = 0;
  let number = earlier.reduce((next, trial) => Math.max(next, trial.number + 1), 0);

  const worker = async (): Promise<void> => {
    while (begun.size < wanted && unfit < UNFIT_MAX && !signal?.aborted) {
      const setting = proposer.next(number, trials, begun);
      if (setting === null) return;
      begun.add(keyOf(setting));
      const own = number;
      number += 1;
      const trial = await tryOut(own, setting, options, rungs);
      if (trial === null) {
        // No trial: another takes its place.
        wanted += 1;
        unfit += 1;
        continue;
      }
      unfit = 0;
      trials.push(trial);
      options.recordTrial(trial);
      options.progress?.(progressOf(trials, options));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, worker));
  trials.sort((a, b) => a.number - b.number);
  return { trials, best: bestTrial(trials, goodness), isCancelled: signal?.aborted ?? false };
}

async function tryOut<E>(
  number: number,
  setting: Setting,
  { evaluate, goodness, prune, signal }: SearchOptions<E>,
  rungs: readonly number[][],
): Promise<Trial<E> | null> {
  const standings: number[] = [];
  try {
    if (prune) {
      for (const [rung, share] of RUNGS.entries()) {
        const evaluation = await evaluate(setting, share);
        if (evaluation === null) return null;
        const value = goodness(evaluation);
        standings.push(value);
        if (isBehind(value, rungs[rung]!))
          return { number, setting, state: 'pruned', share, evaluation, standings, why: '' };
      }
    }
    const evaluation = await evaluate(setting, 1);
    return evaluation && { number, setting, state: 'done', share: 1, evaluation, standings, why: '' };
  } catch (error) {
    if (signal?.aborted) return null;
    const why = error instanceof Error ? error.message : String(error);
    return { number, setting, state: 'failed', share: 0, evaluation: null, standings, why };
  }
}

/** Below the median of those that came there before (median stopping: D. Golovin and others, Google Vizier, KDD 2017). It joins them. */
function isBehind(value: number, others: number[]): boolean {
  const sorted = others.toSorted((a, b) => a - b);
  others.push(value);
  return sorted.length >= OTHERS_MIN && value < sorted[sorted.length >> 1]!;
}

function progressOf<E>(
  trials: readonly Trial<E>[],
  { trials: of, goodness }: Pick<SearchOptions<E>, 'trials' | 'goodness'>,
): SearchProgress<E> {
  const count = (state: Trial<E>['state']): number => trials.filter((trial) => trial.state === state).length;
  return {
    ended: trials.length,
    of,
    pruned: count('pruned'),
    failed: count('failed'),
    best: bestTrial(trials, goodness),
  };
}
