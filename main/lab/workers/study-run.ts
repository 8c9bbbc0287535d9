import type { RunPlan, RunProgress } from '../../../preload/lab-contract.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { barTimes } from '../backtest/bar-times.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import { REALISTIC } from '../backtest/settings.ts';
import type { DayReturns } from '../experiments/day-returns.ts';
import type { ExperimentInputs } from '../experiments/experiment.ts';
import type { Trial } from '../experiments/experiment-database.ts';
import { experimentId } from '../experiments/experiment-id.ts';
import type { NamedPlan } from '../experiments/plan-inputs.ts';
import { type Judgement, judgeRun } from '../honesty/judge-run.ts';
import { NOTHING_YET } from './job.ts';
import { type EvaluateSetting, type MapOfRuns, parameterMap } from './parameter-map.ts';
import { RunWatch } from './run-watch.ts';
import { type Loop, mandateLoop } from './signed-loop.ts';
import { TimeSteps } from './time-steps.ts';

/** A try that counts when a run is judged. */
export type EarlierTry = Pick<Trial, 'id' | 'returns'>;

export interface StudyAsked {
  readonly plan: NamedPlan;
  /** What the store knows it by. */
  readonly inputs: ExperimentInputs;
  readonly map: RunPlan['map'];
  /** Every try of the same strategy on the same instruments so far, this very run among them or not. */
  readonly earlier: readonly EarlierTry[];
}

export interface StudyTools {
  /** Runs the plan with another setting, for a map. Rejects with the sentence of what is wrong with it. */
  readonly evaluate: EvaluateSetting;
  readonly tell: (progress: RunProgress) => void;
  readonly nowMs: () => number;
}

/** A run with everything that is said of it. */
export interface Study {
  readonly run: BarRun;
  /** What was signed, beside everything signed at once; null where that is the run. */
  readonly loop: Loop | null;
  /** Value of what was held over equity, mean of each step of time. */
  readonly exposureShare: Float64Array;
  readonly mapped: MapOfRuns | null;
  readonly judgement: Judgement;
}

const POINTS_MAX = 1_000;

/** Steps of time that a screen shows of a run. */
export const stepsOf = (openTimeMs: Float64Array): TimeSteps => new TimeSteps(openTimeMs, POINTS_MAX);

/**
 * Runs a plan, watched, with the map around it, and judges it.
 * @throws Error one sentence: what is wrong with the parameters, what the strategy itself throws
 */
export async function studyRun(asked: StudyAsked, { evaluate, tell, nowMs }: StudyTools): Promise<Study> {
  const { plan } = asked;
  const times = barTimes(plan.markets);
  let last: RunProgress = { ...NOTHING_YET, phase: 'running', total: times.length };
  const tellNext = (progress: RunProgress): void => {
    last = progress;
    tell(progress);
  };
  const watch = new RunWatch(times, stepsOf(times), tellNext, nowMs);
  tellNext(last);
  const startedMs = nowMs();
  const run = runBacktest({ ...plan, strategy: watch.over(plan.strategy, plan.markets.length) });
  const barsPerSecond = (times.length * 1000) / Math.max(1, nowMs() - startedMs);
  const inPhase = (phase: RunProgress['phase']) => (done: number, total: number) =>
    tellNext({ ...last, phase, barsPerSecond, done, total });

  const { mandate, ...alone } = plan;
  const robot = mandate ? runBacktest({ ...alone, onBars: inPhase('running') }) : null;
  const loop = mandateLoop(run, robot, cashOf(plan));
  const mapped = asked.map && (await parameterMap(plan, asked.map, evaluate, inPhase('mapping')));
  const judgement = judgeRun(plan, run, {
    seed: plan.seed,
    otherTrials: otherTries(asked, mapped),
    tell: inPhase('judging'),
  });
  return { run, loop, exposureShare: watch.exposureShare(), mapped, judgement };
}

/** Every other try, each once, and not the run itself. */
export function otherTries(
  { inputs, earlier }: Pick<StudyAsked, 'inputs' | 'earlier'>,
  own: MapOfRuns | null,
): readonly DayReturns[] {
  const tried = own?.tries.map(({ params, returns }) => ({ id: experimentId({ ...inputs, params }), returns })) ?? [];
  const byId = new Map([...earlier, ...tried].map(({ id, returns }) => [id, returns]));
  byId.delete(experimentId(inputs));
  return [...byId.values()];
}

/** What a plan starts with, in quote. */
export const cashOf = ({ settings }: Pick<NamedPlan, 'settings'>): number => settings?.cashQuote ?? REALISTIC.cashQuote;
