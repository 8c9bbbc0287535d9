/** Values of all parameters that are searched, by name. */
export type Setting = Readonly<Record<string, number>>;

/** One setting tried: every one counts when the luck of the best is judged. `E` is what a setting came to. */
export interface Trial<E> {
  /** From 0, in the order in which they were begun. */
  readonly number: number;
  readonly setting: Setting;
  /** Pruned: given up after part of the work. */
  readonly state: 'done' | 'pruned' | 'failed';
  /** Of the work that was done on it: of the history that it saw, of the folds. */
  readonly share: number;
  /** Null where it failed. */
  readonly evaluation: E | null;
  /** How good it was at each part after which it might have been given up, as far as it came. */
  readonly standings: readonly number[];
  /** Why it failed, in one sentence; empty where it did not. */
  readonly why: string;
}

/** The best finished trial, the earliest of equals; null where none finished. @param goodness more is better */
export function bestTrial<E>(trials: readonly Trial<E>[], goodness: (evaluation: E) => number): Trial<E> | null {
  let [best, most]: [Trial<E> | null, number] = [null, Number.NEGATIVE_INFINITY];
  for (const trial of trials) {
    if (trial.state !== 'done' || trial.evaluation === null) continue;
    const value = goodness(trial.evaluation);
    if (best !== null && (value < most || (value === most && trial.number > best.number))) continue;
    [best, most] = [trial, value];
  }
  return best;
}
