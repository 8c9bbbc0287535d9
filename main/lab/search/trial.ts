import type { EvaluationText } from '../../search/search-log.ts';
import type { Trial as AnyTrial } from '../../search/trial.ts';

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

/** A setting of a strategy tried on the first share of the history. */
export type Trial = AnyTrial<Evaluation>;

/** Arrays as lists; a figure without a value is null. */
export const EVALUATION_TEXT: EvaluationText<Evaluation> = {
  write: ({ figures, day, returns }) => ({ figures, day: [...day], returns: [...returns] }),
  read(written) {
    const { figures, day, returns } = written as LoggedEvaluation;
    return {
      figures: Object.fromEntries(
        Object.entries(figures).map(([name, value]) => [name, value ?? Number.NaN]),
      ) as unknown as TrialFigures,
      day: Int32Array.from(day),
      returns: Float64Array.from(returns, (value) => value ?? Number.NaN),
    };
  },
};

interface LoggedEvaluation {
  readonly figures: Readonly<Record<string, number | null>>;
  readonly day: readonly number[];
  readonly returns: readonly (number | null)[];
}
