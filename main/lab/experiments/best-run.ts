import { deflatedSharpe, sharpeSample } from '../honesty/sharpe-odds.ts';
import type { DayReturns } from './day-returns.ts';
import type { Experiment } from './experiment.ts';
import { familyOf } from './experiment-store.ts';

export interface BestRule {
  readonly tradesMin: number;
  readonly drawdownPctMax: number;
  /** Of one strategy; null for any. */
  readonly strategy: string | null;
}

export interface Candidate {
  readonly experiment: Experiment;
  /** Probability that its Sharpe ratio is above what the luckiest of all tries of its family would show without skill. */
  readonly odds: number;
  readonly trials: number;
}

export interface BestRun {
  /** The rule in words, with its numbers. */
  readonly rule: string;
  /** Best first; empty where no run meets the rule's conditions. */
  readonly candidates: readonly Candidate[];
  readonly verdict: string;
}

const TRUST = 0.95;
/** What is more than this is said to be so: nothing is certain. */
const CERTAIN = 0.999;

/** What is asked of the store. */
export interface RunsAndTrials {
  list(): readonly Experiment[];
  returnsOf(id: string): DayReturns;
  trials(family: string): readonly { readonly returns: DayReturns }[];
}

/**
 * The best run by one stated rule: of the runs with enough trades and no deeper drawdown than allowed, the one whose Sharpe ratio is
 * least likely to be the luck of the many tries; of equals the one with the shallower drawdown, then the older one.
 */
export function bestRun(store: RunsAndTrials, { tradesMin, drawdownPctMax, strategy }: BestRule): BestRun {
  const rule = `highest probability that the Sharpe ratio beats the luckiest of all tries (deflated Sharpe), of ${strategy ?? 'all'} runs with at least ${tradesMin} trades and a drawdown of at most ${drawdownPctMax} %`;
  const sharpes = new Map<string, Float64Array>();
  const sharpesOf = (family: string): Float64Array => {
    const known = sharpes.get(family);
    if (known) return known;
    const made = Float64Array.from(store.trials(family), ({ returns }) => sharpeSample(returns.returns).sharpe);
    sharpes.set(family, made);
    return made;
  };
  const candidates = store
    .list()
    .filter(({ statistics, inputs }) => {
      if (statistics === null || (strategy !== null && inputs.strategy !== strategy)) return false;
      return statistics.trades >= tradesMin && statistics.maxDrawdownPct <= drawdownPctMax;
    })
    .map((experiment): Candidate => {
      const sample = sharpeSample(store.returnsOf(experiment.id).returns);
      const { probability, trials } = deflatedSharpe(sample, sharpesOf(familyOf(experiment.inputs)));
      return { experiment, odds: Number.isNaN(probability) ? 0 : probability, trials };
    })
    .sort(
      (a, b) =>
        b.odds - a.odds ||
        a.experiment.statistics!.maxDrawdownPct - b.experiment.statistics!.maxDrawdownPct ||
        a.experiment.createdMs - b.experiment.createdMs,
    );
  return { rule, candidates, verdict: verdictOn(candidates[0]) };
}

function verdictOn(best: Candidate | undefined): string {
  if (best === undefined) return 'no run meets the conditions';
  const { experiment, odds, trials } = best;
  const tries = trials === 1 ? 'one try' : `${trials} tries`;
  const share = odds > CERTAIN ? `more than ${100 * CERTAIN} %` : `${(100 * odds).toFixed(1)} %`;
  return odds >= TRUST
    ? `${experiment.id}: after ${tries} its Sharpe ratio is beyond luck with ${share}`
    : `${experiment.id} is the best of them, but not to be trusted: after ${tries} its Sharpe ratio is beyond luck with only ${share}`;
}
