/** Values of all parameters that are searched, by name. */
export type Setting = Readonly<Record<string, number>>;

/** What a setting came to. */
export interface TrialFigures {
  readonly returnPct: number;
  /** Of daily returns, annualised; NaN where it never moved. */
  readonly sharpe: number;
  readonly maxDrawdownPct: number;
  readonly turnoverPerYear: number;
  readonly trades: number;
}

export interface Evaluation {
  readonly figures: TrialFigures;
  /** What the odds of the best one are judged by: days since the epoch, and the return of each. */
  readonly day: Int32Array;
  readonly returns: Float64Array;
}

/** One setting tried: every one counts when the luck of the best is judged. */
export interface Trial {
  /** From 0, in the order in which they were begun. */
  readonly number: number;
  readonly setting: Setting;
  /** Pruned: given up after part of the history. */
  readonly state: 'done' | 'pruned' | 'failed';
  /** Of the history that it saw. */
  readonly share: number;
  /** Null where it failed. */
  readonly evaluation: Evaluation | null;
  /** Why it failed, in one sentence; empty where it did not. */
  readonly why: string;
}
