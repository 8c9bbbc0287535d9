import { type BacktestPlan, runBacktest } from '../backtest/run-backtest.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import { REALISTIC } from '../backtest/settings.ts';
import { dayReturns } from '../experiments/day-returns.ts';
import { activityOf } from '../metrics/activity.ts';
import type { Evaluation } from './trial.ts';

/** Runs a plan and reads of it what a search goes by. @throws what `runBacktest` throws */
export function evaluatePlan(plan: BacktestPlan): Evaluation {
  const run = runBacktest(plan);
  const cash = plan.settings?.cashQuote ?? REALISTIC.cashQuote;
  const { returnPct, maxDrawdownPct, trades, daily } = runStatistics(run, run.openTimeMs, cash);
  const { turnoverPerYear } = activityOf(run);
  const { day, returns } = dayReturns(run.equityQuote, run.openTimeMs, cash);
  return { figures: { returnPct, sharpe: daily.sharpe, maxDrawdownPct, turnoverPerYear, trades }, day, returns };
}
