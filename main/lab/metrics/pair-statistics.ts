import { leastSquares } from './least-squares.ts';
import { unitRootProbability } from './mackinnon.ts';
import { mean, sampleDeviation } from './moments.ts';

/** How two series of prices, as natural logs, move together: y ≈ intercept + hedgeRatio · x. */
export interface PairStatistics {
  /** Of the steps of both: Pearson's, and Spearman's of the ranks. */
  readonly returnCorrelation: number;
  readonly rankCorrelation: number;
  readonly intercept: number;
  readonly hedgeRatio: number;
  readonly rSquared: number;
  /** Deviation of what is left of y. */
  readonly spreadDeviation: number;
  /** Dickey and Fuller's statistic of the spread, one lag, with a constant. */
  readonly dickeyFuller: number;
  /** Engle and Granger's: the same without a constant, and how likely it is of two series that have nothing to do with each other. */
  readonly engleGranger: number;
  readonly engleGrangerProbability: number;
  /** Bars until half of a deviation is expected to be gone; infinite where nothing brings it back. */
  readonly halfLifeBars: number;
  /** The last spread in deviations. */
  readonly lastZScore: number;
}

/** @param x,y logs of prices at the same times. @throws RangeError for fewer than ten of them, or prices that never move */
export function pairStatistics(x: Float64Array, y: Float64Array): PairStatistics {
  if (x.length !== y.length || x.length < 10) throw new RangeError(`${x.length} and ${y.length} prices make no pair`);
  const line = leastSquares([ones(x.length), x], y);
  const spread = line.residuals;
  const deviation = sampleDeviation(spread);
  const [steps, others] = [differences(x), differences(y)];
  const engleGranger = dickeyFuller(spread, 1, false);
  return {
    returnCorrelation: correlation(steps, others),
    rankCorrelation: correlation(ranks(steps), ranks(others)),
    intercept: line.coefficients[0]!,
    hedgeRatio: line.coefficients[1]!,
    rSquared: line.rSquared,
    spreadDeviation: deviation,
    dickeyFuller: dickeyFuller(spread, 1, true),
    engleGranger,
    engleGrangerProbability: unitRootProbability(engleGranger, 2),
    halfLifeBars: halfLife(spread),
    lastZScore: (spread.at(-1)! - mean(spread)) / deviation,
  };
}

/** Pearson's. NaN where one of them never moves. */
export function correlation(x: Float64Array, y: Float64Array): number {
  const [xMean, yMean] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    const [dx, dy] = [x[i]! - xMean, y[i]! - yMean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** Places in ascending order, from 1; equals share theirs. */
export function ranks(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let i = from; i < to; i += 1) out[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}

/**
 * The augmented Dickey–Fuller statistic: t of the level in a regression of steps on it, `lags` steps before, and a constant where
 * asked. The lower it is the less it looks like a random walk.
 */
export function dickeyFuller(values: Float64Array, lags: number, withConstant: boolean): number {
  const steps = differences(values);
  const rows = steps.length - lags;
  const before = Array.from({ length: lags }, (_, k) => steps.subarray(lags - 1 - k, lags - 1 - k + rows));
  const columns = [values.subarray(lags, lags + rows), ...before, ...(withConstant ? [ones(rows)] : [])];
  const { coefficients, standardErrors } = leastSquares(columns, steps.subarray(lags));
  return coefficients[0]! / standardErrors[0]!;
}

/** From the regression of steps on levels, as of an Ornstein–Uhlenbeck process; infinite where nothing brings it back. */
export function halfLife(values: Float64Array): number {
  const levels = values.subarray(0, -1);
  const { coefficients } = leastSquares([ones(levels.length), levels], differences(values));
  const pull = coefficients[1]!;
  return pull < 0 ? -Math.LN2 / pull : Number.POSITIVE_INFINITY;
}

const ones = (length: number): Float64Array => new Float64Array(length).fill(1);
const differences = (values: Float64Array): Float64Array =>
  Float64Array.from({ length: values.length - 1 }, (_, i) => values[i + 1]! - values[i]!);
