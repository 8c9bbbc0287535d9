import { choleskyFactor, type ReturnModel } from './return-model.ts';
import { type SimulationOptions, simulateReturns } from './scenarios.ts';
import { type TailRisk, tailRisk } from './tail-risk.ts';

/** A stretch of history and what today's portfolio would have lost in it; below zero where every such stretch gained. */
export interface WorstWindow {
  readonly rows: number;
  /** Counted from 0, both in it. */
  readonly fromRow: number;
  readonly toRow: number;
  readonly loss: number;
}

export interface Stress {
  readonly worstWindows: readonly WorstWindow[];
  /** Every asset moves against its weight by so many of its own deviations in one period. */
  readonly shocks: readonly { readonly deviations: number; readonly loss: number }[];
  /** Deviations doubled and tripled. */
  readonly volatility: readonly { readonly times: number; readonly risk: TailRisk }[];
  /** Correlations moved this share of the way to one: in a crash everything falls together. */
  readonly correlation: readonly { readonly towardsOne: number; readonly risk: TailRisk }[];
}

const WINDOW_ROWS = [1, 24, 168];
const DEVIATIONS = [3, 5, 10];
const VOLATILITY_TIMES = [2, 3];
const TOWARDS_ONE = [0.5, 1];

/** @param history the portfolio's return in each row, from `historicalReturns` */
export function stressPortfolio(
  history: Float64Array,
  model: ReturnModel,
  weights: Float64Array,
  simulation: SimulationOptions,
): Stress {
  const riskOf = (stressed: ReturnModel): TailRisk => tailRisk(simulateReturns(stressed, weights, simulation));
  return {
    worstWindows: WINDOW_ROWS.filter((rows) => rows <= history.length).map((rows) => worstWindow(history, rows)),
    shocks: DEVIATIONS.map((deviations) => ({ deviations, loss: shockLoss(model, weights, deviations) })),
    volatility: VOLATILITY_TIMES.map((times) => ({ times, risk: riskOf(scaleVolatility(model, times)) })),
    correlation: TOWARDS_ONE.map((share) => ({ towardsOne: share, risk: riskOf(raiseCorrelation(model, share)) })),
  };
}

/** Returns of the rows in a window are compounded. */
export function worstWindow(history: Float64Array, rows: number): WorstWindow {
  let [worst, fromRow, logs] = [Number.POSITIVE_INFINITY, 0, 0];
  for (let row = 0; row < history.length; row += 1) {
    logs += Math.log1p(history[row]!);
    if (row >= rows) logs -= Math.log1p(history[row - rows]!);
    if (row < rows - 1 || logs >= worst) continue;
    worst = logs;
    fromRow = row - rows + 1;
  }
  return { rows, fromRow, toRow: fromRow + rows - 1, loss: -Math.expm1(worst) };
}

function shockLoss({ covariance }: ReturnModel, weights: Float64Array, deviations: number): number {
  const assets = weights.length;
  return weights.reduce(
    (loss, weight, a) => loss + Math.abs(weight) * deviations * Math.sqrt(covariance[a * assets + a]!),
    0,
  );
}

function scaleVolatility({ mean, covariance, factor }: ReturnModel, times: number): ReturnModel {
  return {
    mean,
    covariance: covariance.map((value) => value * times * times),
    factor: factor.map((value) => value * times),
  };
}

/** A blend with the matrix of all ones, and so a correlation matrix again. */
function raiseCorrelation({ mean, covariance }: ReturnModel, share: number): ReturnModel {
  const assets = mean.length;
  const deviation = mean.map((_, a) => Math.sqrt(covariance[a * assets + a]!));
  const raised = covariance.map((value, at) => {
    const together = deviation[Math.floor(at / assets)]! * deviation[at % assets]!;
    return value + share * (together - value);
  });
  return { mean, covariance: raised, factor: choleskyFactor(raised, assets) };
}
