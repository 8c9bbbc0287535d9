import type { BacktestPlan } from '../backtest/run-backtest.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import { REALISTIC } from '../backtest/settings.ts';

/** What runs are compared by. Ratios without a value are NaN: a run that never moved has no Sharpe ratio. */
export interface RunFigures {
  readonly returnPct: number;
  /** Of daily returns, annualised. */
  readonly sharpe: number;
  readonly maxDrawdownPct: number;
  readonly trades: number;
}

/** Runs the plan and reads it. @throws what `runBacktest` throws */
export function figuresOf(plan: BacktestPlan): RunFigures {
  const run = runBacktest(plan);
  const cash = plan.settings?.cashQuote ?? REALISTIC.cashQuote;
  const { returnPct, maxDrawdownPct, trades, daily } = runStatistics(run, run.openTimeMs, cash);
  return { returnPct, sharpe: daily.sharpe, maxDrawdownPct, trades };
}
