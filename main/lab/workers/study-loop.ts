/** A run with somebody at the desk: the engine that trades, asked and answered, beside the same with everything signed at once. */
import type { RunProgress } from '../../../preload/lab-contract.ts';
import { barTimes } from '../backtest/bar-times.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { ExactPlan, ExactRun } from '../exact/exact-plan.ts';
import { exactMisfit, type LoopAsked, limitsOf, loopRuns } from '../exact/loop-runs.ts';
import { runExact } from '../exact/run-exact.ts';
import type { KnownPlan } from '../experiments/plan-inputs.ts';
import { exactProposer } from './exact-proposer.ts';
import { NOTHING_YET } from './job.ts';
import type { PlannedStrategy } from './planned-strategy.ts';
import { RunWatch } from './run-watch.ts';
import { exactLoop } from './signed-loop.ts';
import { studyAlone } from './study-alone.ts';
import { cashOf, type Study, type StudyAsked, stepsOf } from './study-run.ts';

interface LoopStudy extends Pick<StudyAsked, 'inputs' | 'earlier'> {
  readonly plan: KnownPlan & { readonly settings: RunSettings };
  readonly loop: LoopAsked;
}

/** @throws Error one sentence: what the exact gear does not run, what the strategy itself throws */
export async function studyLoop(
  strategy: PlannedStrategy,
  { plan, loop, inputs, earlier }: LoopStudy,
  { tell, nowMs }: { readonly tell: (progress: RunProgress) => void; readonly nowMs: () => number },
): Promise<Study> {
  const { params, markets, settings, seed } = plan;
  const misfit = exactMisfit(markets, settings);
  const proposer = misfit ?? (await exactProposer(strategy, params));
  if (typeof proposer === 'string') throw new Error(proposer);
  const plans = [...loopRuns({ ...proposer, markets, settings, limits: limitsOf(settings) }, loop).values()];
  const times = barTimes(markets);
  let drawn: Pick<RunProgress, 'timeMs' | 'equityQuote'> = NOTHING_YET;
  const run = (each: ExactPlan, before: number): Promise<ExactRun> => {
    const told = (progress: RunProgress): void => {
      // The equity that grows is the loop's; it stays while the robot runs.
      if (before === 0) drawn = progress;
      const { timeMs, equityQuote } = drawn;
      tell({ ...progress, timeMs, equityQuote, done: before + progress.done, total: 2 * times.length });
    };
    const watch = new RunWatch(times, stepsOf(times), told, nowMs);
    return runExact({ ...each, stepped: (openTimeMs, equityQuote) => watch.step(openTimeMs, equityQuote) });
  };
  tell({ ...NOTHING_YET, phase: 'running', total: 2 * times.length });
  const ours = await run(plans.at(-1)!, 0);
  const robot = await run(plans[0]!, times.length);
  tell({ ...NOTHING_YET, phase: 'judging', total: 1 });
  const cashQuote = cashOf(plan);
  const answered = exactLoop(ours, robot, { cashQuote, isSomebodyThere: loop.habits !== null });
  return studyAlone(ours, { inputs, earlier }, { cashQuote, seed, loop: answered });
}
