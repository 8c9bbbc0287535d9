import type { BarRun } from '../backtest/bar-run.ts';
import { judgeRunAlone } from '../honesty/judge-run.ts';
import { exposures } from '../report/run-series.ts';
import type { Loop } from './signed-loop.ts';
import { otherTries, type Study, type StudyAsked, stepsOf } from './study-run.ts';

/** A run that was made already, by the exact gear or over recorded ticks, with what can be said of it without running it again. */
export function studyAlone(
  run: BarRun,
  asked: Pick<StudyAsked, 'inputs' | 'earlier'>,
  { cashQuote, seed, loop = null }: { readonly cashQuote: number; readonly seed: number; readonly loop?: Loop | null },
): Study {
  const steps = stepsOf(run.openTimeMs);
  const exposureShare = new Float64Array(steps.count);
  for (const [bar, share] of exposures(run).entries()) {
    const step = steps.of(run.openTimeMs[bar]!);
    exposureShare[step]! += share / steps.bars[step]!;
  }
  const judgement = judgeRunAlone(run, cashQuote, { seed, otherTrials: otherTries(asked, null) });
  return { run, loop, exposureShare, mapped: null, judgement };
}
