import type { BarRun } from '../backtest/bar-run.ts';
import type { BacktestPlan } from '../backtest/run-backtest.ts';
import { type Evidence, type EvidenceOptions, gatherEvidence } from './evidence.ts';
import { judge, type Verdict } from './verdict.ts';

/** What is kept of the judging of a run. */
export interface Judgement extends Pick<Evidence, 'returns' | 'trades' | 'deflated' | 'overfitting'> {
  readonly verdict: Verdict;
}

/** @param run what the plan came to. @throws what `runBacktest` throws */
export function judgeRun(plan: BacktestPlan, run: BarRun, options: EvidenceOptions): Judgement {
  const evidence = gatherEvidence(plan, run, options);
  const { returns, trades, deflated, overfitting } = evidence;
  return { verdict: judge(evidence), returns, trades, deflated, overfitting };
}
