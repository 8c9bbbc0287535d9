import type { Result } from '../../engine/domain/result.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import { REALISTIC } from '../backtest/settings.ts';
import { gatherEvidence } from '../honesty/evidence.ts';
import { judge } from '../honesty/verdict.ts';
import { reportPage } from '../report/report-page.ts';
import type { Plain } from './canonical-json.ts';
import { experimentId } from './experiment-id.ts';
import { type ExperimentStore, familyOf, type Recorded, type StoreError } from './experiment-store.ts';
import { type NamedPlan, planInputs } from './plan-inputs.ts';

/** Told before each part of the judging. */
export type Tell = (done: number, total: number) => void;

/**
 * Judges a run, counting every earlier try of the same strategy on the same instruments, and keeps it with its report. A run that is there
 * already is not judged again.
 * @throws what `runBacktest` throws, and where the store cannot be written
 */
export function keepRun(
  store: ExperimentStore,
  plan: NamedPlan,
  run: BarRun,
  tell?: Tell,
): Result<Recorded, StoreError> {
  const inputs = planInputs(plan);
  const id = experimentId(inputs);
  const cash = plan.settings?.cashQuote ?? REALISTIC.cashQuote;
  const statistics = runStatistics(run, run.openTimeMs, cash);
  const known = store.find(id);
  if (known.ok && known.value.status === 'done') return store.record(inputs, { run, statistics });

  const earlier = store.trials(familyOf(inputs)).filter((trial) => trial.id !== id);
  const evidence = gatherEvidence(plan, run, {
    seed: plan.seed,
    otherTrials: earlier.map(({ returns }) => returns),
    ...(tell && { tell }),
  });
  const verdict = judge(evidence);
  const { strategy, markets } = plan;
  const report = reportPage({
    id,
    title: strategy.title,
    inputs,
    run,
    statistics,
    verdict,
    intervals: evidence.returns.figures,
    close: markets[0]?.candles.close ?? null,
  });
  const { returns, trades, deflated, overfitting } = evidence;
  const judgement = { verdict, intervals: returns, tradeIntervals: trades, deflated, overfitting };
  return store.record(inputs, {
    run,
    statistics,
    verdict: verdict.sentence,
    judgement: judgement as unknown as Record<string, Plain>,
    report,
  });
}
