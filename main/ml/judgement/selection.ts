import { backtestOverfitting } from '../../lab/honesty/overfitting.ts';
import { deflatedSharpe, sharpeSample } from '../../lab/honesty/sharpe-odds.ts';
import { type DailyReturns, returnsWithin } from './daily-returns.ts';

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

/** What else was tried on the same question of the same data. */
export interface Tried {
  /** Daily returns of every other setting, over the days on which it was tried. */
  readonly others: readonly DailyReturns[];
  /** What the chosen one showed on the days it was chosen by; null where it is judged on those themselves. */
  readonly chosenBy: DailyReturns | null;
}

/** @param chosen over the days it is judged on; of no length where it does not trade */
export function judgeSelection(chosen: DailyReturns, { others, chosenBy }: Tried): Selection {
  const own = chosenBy ?? chosen;
  const all = [own, ...others];
  const trials = all.length;
  if (chosen.returns.length < DAYS_MIN) return { trials, deflatedSharpe: null, overfitting: null };
  const sharpes = Float64Array.from(all, ({ returns }) =>
    returns.length < 2 ? Number.NaN : sharpeSample(returns).sharpe,
  );
  const sample = sharpeSample(chosen.returns);
  return {
    trials,
    deflatedSharpe: Number.isNaN(sample.sharpe) ? null : deflatedSharpe(sample, sharpes).probability,
    overfitting: overfittingOf(own, others),
  };
}

/** Of those that were tried on all the days of the chosen one: a choice was made among them. */
function overfittingOf(own: DailyReturns, others: readonly DailyReturns[]): number | null {
  const alike = [own.returns, ...others.flatMap((each) => returnsWithin(each, own) ?? [])];
  if (alike.length < 2 || own.returns.length < 2 * BLOCKS) return null;
  return backtestOverfitting(alike, BLOCKS).probability;
}
