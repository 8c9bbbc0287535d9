import type { BarRun } from '../backtest/bar-run.ts';
import type { BacktestPlan } from '../backtest/run-backtest.ts';
import { type EvidenceOptions, gatherEvidence, type RunEvidence, runEvidence } from './evidence.ts';
import { judge, judgeAlone, type Verdict } from './verdict.ts';

/** What is kept of the judging of a run. */
export interface Judgement extends Pick<RunEvidence, 'returns' | 'trades' | 'deflated' | 'overfitting'> {
  readonly verdict: Verdict;
}

/** @param run what the plan came to. @throws what `runBacktest` throws */
export function judgeRun(plan: BacktestPlan, run: BarRun, options: EvidenceOptions): Judgement {
  const evidence = gatherEvidence(plan, run, options);
  const { returns, trades, deflated, overfitting } = evidence;
  return { verdict: judge(evidence), returns, trades, deflated, overfitting };
}

/** Of a run that cannot be run again here: what it says by itself. */
export function judgeRunAlone(run: BarRun, cashQuote: number, options: EvidenceOptions): Judgement {
  const evidence = runEvidence(run, cashQuote, options);
  const { returns, trades, deflated, overfitting } = evidence;
  return { verdict: judgeAlone(evidence), returns, trades, deflated, overfitting };
}
