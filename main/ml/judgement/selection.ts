import { backtestOverfitting } from '../../lab/honesty/overfitting.ts';
import { deflatedSharpe, sharpeSample } from '../../lab/honesty/sharpe-odds.ts';

/** What it means that this model was chosen among others. */
export interface Selection {
  /** All settings that were tried, this one among them. */
  readonly trials: number;
  /** Probability that the daily Sharpe ratio is above the luckiest of so many trials without skill; null without returns. */
  readonly deflatedSharpe: number | null;
  /** Probability of overfitting: how often the best of one half of time was below the middle in the other; null for one trial. */
  readonly overfitting: number | null;
}

const DAYS_MIN = 10;
const BLOCKS = 8;

/** @param dailyReturns of every trial, the chosen one first; of equal length where they cover the same days */
export function judgeSelection(dailyReturns: readonly Float64Array[]): Selection {
  const [chosen] = dailyReturns;
  const trials = dailyReturns.length;
  if (chosen === undefined || chosen.length < DAYS_MIN) return { trials, deflatedSharpe: null, overfitting: null };
  const sharpes = Float64Array.from(dailyReturns, (returns) =>
    returns.length < 2 ? Number.NaN : sharpeSample(returns).sharpe,
  );
  const sample = sharpeSample(chosen);
  const isComparable =
    trials > 1 && chosen.length >= 2 * BLOCKS && dailyReturns.every(({ length }) => length === chosen.length);
  return {
    trials,
    deflatedSharpe: Number.isNaN(sample.sharpe) ? null : deflatedSharpe(sample, sharpes).probability,
    overfitting: isComparable ? backtestOverfitting(dailyReturns, BLOCKS).probability : null,
  };
}
