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
  /** Settings that are proposed together, on what those before them came to: a part of the search's identity, unlike how many are tried at once. */
  readonly together: number;
  /** Settings that are tried at once; more than `together` are never. */
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
 * Tries settings until there are as many as asked for or nothing is left, in rounds: each is proposed and pruned on the rounds before its own
 * alone, so that the same search finds the same, however many are tried at once, broken off or not.
 */
export async function runSearch<E>(options: SearchOptions<E>): Promise<SearchOutcome<E>> {
  const { goodness, signal, earlier = [] } = options;
  const kept = new Map(earlier.map((trial) => [trial.number, trial]));
  const begun = new Set<string>();
  const trials: Trial<E>[] = [];
  let wanted = options.trials;
  let unfit = 0;
  let number = 0;
  while (begun.size < wanted && unfit < UNFIT_MAX && !signal?.aborted) {
    const round = nextRound(number, Math.min(options.together, wanted - begun.size), trials, begun, kept, options);
    if (round.length === 0) break;
    number += round.length;
    const ended = await tryRound(round, trials, options);
    for (const trial of ended) {
      // No trial: another takes its place.
      unfit = trial === null ? unfit + 1 : 0;
      if (trial === null) wanted += 1;
      else trials.push(trial);
    }
  }
  // Broken off again before it had come as far: what was tried counts.
  trials.push(...earlier.filter((trial) => trial.number >= number).sort((a, b) => a.number - b.number));
  return { trials, best: bestTrial(trials, goodness), isCancelled: signal?.aborted ?? false };
}

/** A place in a round: what was tried there before the search was broken off, or a setting to try. */
interface Place<E> {
  readonly number: number;
  readonly setting: Setting;
  readonly kept: Trial<E> | null;
}

/** Fewer than `size`, or none, where nothing is left to propose. Adds to `begun`. */
function nextRound<E>(
  from: number,
  size: number,
  past: readonly Trial<E>[],
  begun: Set<string>,
  kept: ReadonlyMap<number, Trial<E>>,
  { proposer }: SearchOptions<E>,
): readonly Place<E>[] {
  const round: Place<E>[] = [];
  for (let number = from; number < from + size; number += 1) {
    const own = kept.get(number) ?? null;
    const setting = own?.setting ?? proposer.next(number, past, begun);
    if (setting === null) break;
    begun.add(keyOf(setting));
    round.push({ number, setting, kept: own });
  }
  return round;
}

/** In the order of the round; null where a setting was no trial, or the search was broken off before it ended. */
async function tryRound<E>(
  round: readonly Place<E>[],
  past: readonly Trial<E>[],
  options: SearchOptions<E>,
): Promise<readonly (Trial<E> | null)[]> {
  const rungs = RUNGS.map((_, rung) => past.flatMap(({ standings }) => standings[rung] ?? []));
  const ended: (Trial<E> | null)[] = round.map(({ kept }) => kept);
  const open = round.keys();
  const worker = async (): Promise<void> => {
    for (const at of open) {
      const { number, setting, kept } = round[at]!;
      if (kept !== null) continue;
      if (options.signal?.aborted) return;
      const trial = await tryOut(number, setting, options, rungs);
      ended[at] = trial;
      if (trial === null) continue;
      options.recordTrial(trial);
      options.progress?.(progressOf([...past, ...ended.filter((each) => each !== null)], options));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.atOnce) }, worker));
  return ended;
}

async function tryOut<E>(
  number: number,
  setting: Setting,
  { evaluate, goodness, prune, signal }: SearchOptions<E>,
  rungs: readonly (readonly number[])[],
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

/** Below the median of those that came there before (median stopping: D. Golovin and others, Google Vizier, KDD 2017). */
function isBehind(value: number, others: readonly number[]): boolean {
  const sorted = others.toSorted((a, b) => a - b);
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
