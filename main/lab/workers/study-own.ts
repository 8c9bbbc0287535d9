import type { RunProgress } from '../../../preload/lab-contract.ts';
import type { BarRun, RunColumns } from '../backtest/bar-run.ts';
import { barTimes } from '../backtest/bar-times.ts';
import type { Market } from '../backtest/settings.ts';
import { tradesOf } from '../backtest/trade-log.ts';
import type { KnownPlan } from '../experiments/plan-inputs.ts';
import type { StrategyOutline } from '../strategy/outline.ts';
import { parameterMap } from './parameter-map.ts';
import { mandateLoop } from './signed-loop.ts';
import { answerOf, evaluateOn, type StrategyCrew } from './strategy-crew.ts';
import type { Steps } from './strategy-jobs.ts';
import { cashOf, otherTries, type Study, type StudyAsked } from './study-run.ts';

interface OwnStudy extends Pick<StudyAsked, 'inputs' | 'map' | 'earlier'> {
  readonly plan: Pick<KnownPlan, 'params' | 'markets' | 'settings' | 'mandate' | 'seed'> & {
    readonly strategy: StrategyOutline;
  };
}

type Told = Pick<RunProgress, 'phase' | 'done' | 'total'>;

/**
 * What `studyRun` does, of a strategy of the user's own: its part of it runs where that is safe.
 * @param crew of the strategy, with the plan's candles before it
 * @throws Error one sentence: what failed there
 */
export async function studyOwn(crew: StrategyCrew, asked: OwnStudy, tell: (told: Told) => void): Promise<Study> {
  const { strategy, params, markets, mandate, seed } = asked.plan;
  const times = barTimes(markets);
  const mapped =
    asked.map &&
    (await parameterMap({ strategy, params }, asked.map, evaluateOn(crew, markets), (done, total) =>
      tell({ phase: 'mapping', done, total }),
    ));
  const otherTrials = otherTries(asked, mapped);
  const { run, exposureShare, judgement } = await answerOf(
    crew,
    { kind: 'study', params, seed, otherTrials, ...(mandate && { mandate }) },
    // Of the run bars are told, of its judging parts.
    ({ done, total }) => tell({ phase: total === times.length ? 'running' : 'judging', done, total }),
  );
  // Told of as well: one that takes its time does not hang.
  const besides = (steps: Steps): void => tell({ phase: 'running', ...steps });
  const robot = mandate ? runOf((await answerOf(crew, { kind: 'backtest', params }, besides)).run, markets) : null;
  const own = runOf(run, markets);
  return { run: own, loop: mandateLoop(own, robot, cashOf(asked.plan)), exposureShare, mapped, judgement };
}

/** A run as it came from where it was made. */
export const runOf = ({ tradeRows, ...run }: RunColumns, markets: readonly Market[]): BarRun => ({
  ...run,
  trades: tradesOf(tradeRows),
  openTimeMs: barTimes(markets),
});
