import { centralMoment, mean, quantile, sampleDeviation } from './moments.ts';

/** Figures of a series of returns, each a share per period. Definitions follow empyrical-reloaded; no risk-free rate. */
export interface ReturnMetrics {
  readonly observations: number;
  readonly cumulativeReturn: number;
  readonly annualReturn: number;
  readonly annualVolatility: number;
  readonly sharpe: number;
  readonly sortino: number;
  readonly calmar: number;
  readonly omega: number;
  /** Below zero: the deepest fall of the compounded series from a peak, its start counted. */
  readonly maxDrawdown: number;
  /** Annualised deviation below zero, over all observations. */
  readonly downsideRisk: number;
  /** R² of a straight line through the compounded log returns. */
  readonly stabilityR2: number;
  /** 95th percentile over the 5th, by size. */
  readonly tailRatio: number;
  readonly valueAtRisk5: number;
  /** Mean of the worst twentieth. */
  readonly conditionalValueAtRisk5: number;
  /** Adjusted for the sample, as pandas does; so is the kurtosis. */
  readonly skew: number;
  readonly excessKurtosis: number;
}

export interface BenchmarkMetrics {
  readonly alphaAnnual: number;
  readonly beta: number;
  /** Mean over deviation of the difference, not annualised. */
  readonly informationRatio: number;
}

const TAIL = 0.05;

/** The compounded series after each return: 1 at the start, which is not in it. */
function compounded(returns: Float64Array): Float64Array {
  let value = 1;
  return returns.map((each) => {
    value *= 1 + each;
    return value;
  });
}

function deepestFall(values: Float64Array): number {
  let peak = 1;
  let deepest = 0;
  for (const value of values) {
    peak = Math.max(peak, value);
    deepest = Math.min(deepest, value / peak - 1);
  }
  return deepest;
}

/** R² of the least-squares line of `values` over 0, 1, 2 … */
function lineFit(values: Float64Array): number {
  const middle = (values.length - 1) / 2;
  const centre = mean(values);
  let [xy, xx, yy] = [0, 0, 0];
  for (const [x, value] of values.entries()) {
    xy += (x - middle) * (value - centre);
    xx += (x - middle) ** 2;
    yy += (value - centre) ** 2;
  }
  return (xy * xy) / (xx * yy);
}

const sampleSkew = (skew: number, n: number): number => (skew * Math.sqrt(n * (n - 1))) / (n - 2);
const sampleKurtosis = (excess: number, n: number): number => ((n - 1) * ((n + 1) * excess + 6)) / ((n - 2) * (n - 3));

/** @param periodsPerYear 365 for daily returns of markets that never close. Figures that have no value are NaN. */
export function returnMetrics(returns: Float64Array, periodsPerYear: number): ReturnMetrics {
  const { length } = returns;
  const sorted = Float64Array.from(returns).sort();
  const values = compounded(returns);
  const average = mean(returns);
  const deviation = sampleDeviation(returns);
  const variance = centralMoment(returns, average, 2);
  const downside = Math.sqrt(mean(returns.map((each) => Math.min(each, 0) ** 2)) * periodsPerYear);
  const end = values.at(-1) ?? Number.NaN;
  const annualReturn = end ** (periodsPerYear / length) - 1;
  const maxDrawdown = deepestFall(values);
  const gains = returns.reduce((sum, each) => sum + Math.max(each, 0), 0);
  const pains = returns.reduce((sum, each) => sum - Math.min(each, 0), 0);
  return {
    observations: length,
    cumulativeReturn: end - 1,
    annualReturn,
    annualVolatility: deviation * Math.sqrt(periodsPerYear),
    sharpe: (average / deviation) * Math.sqrt(periodsPerYear),
    sortino: (average * periodsPerYear) / downside,
    calmar: annualReturn / Math.abs(maxDrawdown),
    omega: gains / pains,
    maxDrawdown,
    downsideRisk: downside,
    stabilityR2: lineFit(values.map(Math.log)),
    tailRatio: Math.abs(quantile(sorted, 1 - TAIL)) / Math.abs(quantile(sorted, TAIL)),
    valueAtRisk5: quantile(sorted, TAIL),
    conditionalValueAtRisk5: mean(sorted.subarray(0, Math.floor((length - 1) * TAIL) + 1)),
    skew: sampleSkew(centralMoment(returns, average, 3) / variance ** 1.5, length),
    excessKurtosis: sampleKurtosis(centralMoment(returns, average, 4) / variance ** 2 - 3, length),
  };
}

/** What a series did beside another one of the same days. */
export function benchmarkMetrics(
  returns: Float64Array,
  benchmark: Float64Array,
  periodsPerYear: number,
): BenchmarkMetrics {
  const [ours, theirs] = [mean(returns), mean(benchmark)];
  let covariance = 0;
  for (const [at, each] of returns.entries()) covariance += (each - ours) * ((benchmark[at] as number) - theirs);
  const beta = covariance / returns.length / centralMoment(benchmark, theirs, 2);
  const active = returns.map((each, at) => each - (benchmark[at] as number));
  return {
    alphaAnnual: (1 + ours - beta * theirs) ** periodsPerYear - 1,
    beta,
    informationRatio: mean(active) / sampleDeviation(active),
  };
}
