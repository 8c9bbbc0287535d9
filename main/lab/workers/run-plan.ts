import type { RunPlan, RunProgress } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Market } from '../backtest/settings.ts';
import { buildId } from '../experiments/experiment-id.ts';
import { type ExperimentStore, familyOf } from '../experiments/experiment-store.ts';
import { type NamedPlan, planInputs } from '../experiments/plan-inputs.ts';
import { evaluatePlan } from '../search/evaluate-plan.ts';
import type { Evaluation, Setting } from '../search/trial.ts';
import { strategyNamed } from '../strategies/shipped.ts';
import { readSetting } from '../strategy/parameters.ts';
import type { RunResult } from './job.ts';
import { keepStudy } from './keep-study.ts';
import { keptRunOf } from './kept-runs.ts';
import { type CandleReader, instrumentName, type NoCandles, sourceName, spanOf } from './read-candles.ts';
import { NOTHING_YET, type StudyAsked, studyRun } from './study-run.ts';

/** Why nothing came of a run that can be kept, in one sentence. */
export interface RunFailed {
  readonly kind: 'no-strategy' | 'bad-parameter' | 'not-kept';
  readonly text: string;
}

interface Tools {
  readonly reader: CandleReader;
  readonly store: ExperimentStore;
  /** Of the product. */
  readonly version: string;
  readonly tell: (progress: RunProgress) => void;
  readonly nowMs: () => number;
}

/** Runs draw nothing; what is judged of them does, always in the same way. */
const SEED = 1;

/** Reads, runs, judges and keeps what a screen asked for; a strategy that fails is kept as a run that failed. */
export async function runPlan(asked: RunPlan, tools: Tools): Promise<Result<RunResult, NoCandles | RunFailed>> {
  const { store, tell, nowMs } = tools;
  tell(NOTHING_YET);
  const plan = await namedPlan(asked, tools);
  if (!plan.ok) return plan;
  const inputs = planInputs(plan.value);
  const study: StudyAsked = {
    plan: plan.value,
    inputs,
    map: asked.map,
    earlier: store.trials(familyOf(inputs)),
  };
  try {
    const studied = await studyRun(study, { evaluate: inTurn(plan.value), tell, nowMs });
    const kept = keepStudy(store, study, studied, { plan: asked, origin: 'lab' });
    if (!kept.ok) return fail({ kind: 'not-kept', text: `It was not kept: ${kept.error.message}.` });
    return ok({ kind: 'run', kept: kept.value.kept, view: kept.value.view });
  } catch (error) {
    const failure = store.recordFailure(inputs, saidBy(plan.value.strategy.name, error));
    const row = keptRunOf(failure, store.folderOf(failure));
    return ok({ kind: 'run', kept: { ...row, plan: asked, origin: 'lab' }, view: null });
  }
}

async function namedPlan(
  asked: RunPlan,
  { reader, version }: Tools,
): Promise<Result<NamedPlan, NoCandles | RunFailed>> {
  const strategy = strategyNamed(asked.strategy);
  if (!strategy) return fail({ kind: 'no-strategy', text: `There is no strategy ${asked.strategy}.` });
  const params = readSetting(strategy, asked.params);
  if (!params.ok) return fail({ kind: 'bad-parameter', text: `${strategy.title}: ${params.error.message}.` });
  const markets: Market[] = [];
  for (const source of asked.sources) {
    const read = await reader.read(source, asked.fromMs, asked.toMs);
    if (!read.ok) return read;
    const span = spanOf(read.value, sourceName(source));
    if (!span.ok) return span;
    markets.push({ candles: read.value });
  }
  const names = asked.sources.map(instrumentName);
  const { settings } = asked;
  return ok({ strategy, params: params.value, markets, settings, names, seed: SEED, build: buildId(version) });
}

/** One after the other, so that each is told of as it ends. */
function inTurn(plan: NamedPlan): (setting: Setting) => Promise<Evaluation> {
  let before: Promise<unknown> = Promise.resolve();
  return (setting) => {
    const next = before.then(() => evaluatePlan({ ...plan, params: { ...plan.params, ...setting } }));
    before = next;
    return next;
  };
}

/** What was thrown, with the strategy's name before it. */
function saidBy(name: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith(`${name}:`) ? message : `${name} failed: ${message}`;
}
