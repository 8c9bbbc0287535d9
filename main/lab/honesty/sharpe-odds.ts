import { centralMoment, mean } from '../metrics/moments.ts';
import { normalQuantile, normalShareBelow } from '../metrics/normal.ts';

/** What the odds of a Sharpe ratio depend on. Everything is per observation: nothing here is annualised. */
export interface SharpeSample {
  readonly sharpe: number;
  readonly observations: number;
  readonly skew: number;
  /** Not in excess: 3 for a normal distribution. */
  readonly kurtosis: number;
}

/** Euler and Mascheroni's. */
const EULER = 0.5772156649015329;

/** Of returns without any spread the ratio is NaN. */
export function sharpeSample(returns: Float64Array): SharpeSample {
  const average = mean(returns);
  const observations = returns.length;
  const variance = centralMoment(returns, average, 2);
  return {
    sharpe: average / Math.sqrt((variance * observations) / (observations - 1)),
    observations,
    skew: centralMoment(returns, average, 3) / variance ** 1.5,
    kurtosis: centralMoment(returns, average, 4) / variance ** 2,
  };
}

/** Variance of a Sharpe ratio's estimate, times the number of observations less one. */
const spreadOf = ({ sharpe, skew, kurtosis }: SharpeSample): number =>
  1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2;

/**
 * The probability that the true Sharpe ratio is above `benchmark`, given length, skew and tails of what was seen.
 * (D. H. Bailey, M. López de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 15, 2012.)
 */
export function probabilisticSharpe(sample: SharpeSample, benchmark: number): number {
  const { sharpe, observations } = sample;
  return normalShareBelow(((sharpe - benchmark) * Math.sqrt(observations - 1)) / Math.sqrt(spreadOf(sample)));
}

/** How many observations it takes before the true ratio is above `benchmark` with this probability; infinite where it is not above. */
export function minimumTrackRecord(sample: SharpeSample, benchmark: number, probability: number): number {
  if (!(sample.sharpe > benchmark)) return Number.POSITIVE_INFINITY;
  return 1 + spreadOf(sample) * (normalQuantile(probability) / (sample.sharpe - benchmark)) ** 2;
}

/**
 * The best Sharpe ratio to be expected of `trials` tries without any skill, whose ratios have this variance.
 * (D. H. Bailey, M. López de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40, 2014.)
 */
export function expectedBestSharpe(trials: number, variance: number): number {
  if (trials < 2) return 0;
  const best = (1 - EULER) * normalQuantile(1 - 1 / trials) + EULER * normalQuantile(1 - 1 / (trials * Math.E));
  return Math.sqrt(variance) * best;
}

export interface DeflatedSharpe {
  /** Probability that the ratio is above what the luckiest of all the trials would show. */
  readonly probability: number;
  /** That luckiest ratio, per observation. */
  readonly expectedBest: number;
  readonly trials: number;
}

/** @param trialSharpes of every trial made, the chosen one among them; those without a ratio (NaN) count as 0 */
export function deflatedSharpe(sample: SharpeSample, trialSharpes: Float64Array): DeflatedSharpe {
  const ratios = trialSharpes.map((ratio) => (Number.isNaN(ratio) ? 0 : ratio));
  const trials = ratios.length;
  const variance = trials < 2 ? 0 : (centralMoment(ratios, mean(ratios), 2) * trials) / (trials - 1);
  const expectedBest = expectedBestSharpe(trials, variance);
  return { probability: probabilisticSharpe(sample, expectedBest), expectedBest, trials };
}
