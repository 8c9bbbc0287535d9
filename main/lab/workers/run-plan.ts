import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RunPlan, RunProgress } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { marketRules } from '../backtest/market-rules.ts';
import { type Market, REALISTIC, type RunSettings } from '../backtest/settings.ts';
import { exactGear, type LoopAsked } from '../exact/loop-runs.ts';
import type { ExperimentInputs } from '../experiments/experiment.ts';
import { buildId } from '../experiments/experiment-id.ts';
import { type ExperimentStore, familyOf } from '../experiments/experiment-store.ts';
import { type KnownPlan, otherInputs, planInputs } from '../experiments/plan-inputs.ts';
import { askModel, type ModelShelf } from '../predictions/ask-model.ts';
import { findBest } from './find-best.ts';
import { NOTHING_YET, type RunResult } from './job.ts';
import { keepStudy } from './keep-study.ts';
import { keptRunOf } from './kept-runs.ts';
import { mandateAsked } from './planned-mandate.ts';
import { type PlannedStrategy, planOwn, planShipped, readParams } from './planned-strategy.ts';
import { type CandleReader, instrumentName, type NoCandles, sourceName, spanOf } from './read-candles.ts';
import { runTicks } from './run-ticks.ts';
import { evaluateOn, openStrategyCrew } from './strategy-crew.ts';
import { studyLoop } from './study-loop.ts';
import { studyOwn } from './study-own.ts';
import { type Study, type StudyAsked, studyRun } from './study-run.ts';
import { threadsForRuns } from './threads-for.ts';

/** Why nothing came of a run that can be kept, in one sentence. */
export interface RunFailed {
  readonly kind: 'no-strategy' | 'bad-parameter' | 'bad-instruments' | 'no-model' | 'not-kept';
  readonly text: string;
}

interface Tools {
  readonly reader: CandleReader;
  readonly store: ExperimentStore;
  /** Where runs are kept. */
  readonly results: string;
  /** Where the user's own strategies lie. */
  readonly strategies: string;
  readonly models: ModelShelf;
  /** Of the product. */
  readonly version: string;
  readonly tell: (progress: RunProgress) => void;
  readonly nowMs: () => number;
}

/** Runs draw nothing; what is judged of them does, always in the same way. */
const SEED = 1;
/** A strategy of the user's own that says nothing for so long has failed. */
const SILENT_MS_MAX = 100_000;

/** Reads, searches where it is asked for, runs, judges and keeps; a strategy that fails is kept as a run that failed. */
export async function runPlan(asked: RunPlan, tools: Tools): Promise<Result<RunResult, NoCandles | RunFailed>> {
  const { store, results, tell } = tools;
  tell(NOTHING_YET);
  const strategy = await strategyOf(asked.strategy, tools.strategies);
  if (!strategy.ok) return strategy;
  const ticks = asked.sources.find((source) => source.kind === 'ticks');
  if (ticks) return runTicks(asked, strategy.value, ticks, tools);
  const whole = await knownPlan(asked, strategy.value, tools);
  if (!whole.ok) return whole;
  let plan = whole.value;
  try {
    const search = { strategy: strategy.value, store, results, tell };
    const found = asked.search && (await findBest(asked, asked.search, plan, search));
    if (found) plan = { ...found.plan, settings: plan.settings };
    const inputs = inputsOf(asked, plan);
    const earlier = store.trials(familyOf(inputs));
    const study = asked.person
      ? await studyLoop(strategy.value, { plan, inputs, earlier, loop: loopAsked(asked, plan) }, tools)
      : await studyOf(strategy.value, { plan, inputs, map: asked.map, earlier }, tools);
    const as = { plan: { ...asked, params: { ...plan.params } }, origin: 'lab', found } as const;
    const kept = keepStudy(store, { plan, inputs }, study, as);
    if (!kept.ok) return fail({ kind: 'not-kept', text: `It was not kept: ${kept.error.message}.` });
    return ok({ kind: 'run', kept: kept.value.kept, view: kept.value.view });
  } catch (error) {
    const failure = store.recordFailure(inputsOf(asked, plan), saidBy(plan.strategy.name, error));
    const row = keptRunOf(failure, store.folderOf(failure));
    return ok({ kind: 'run', kept: { ...row, plan: asked, origin: 'lab' }, view: null });
  }
}

/** With somebody at the desk it is a run of the exact gear. */
const inputsOf = (asked: RunPlan, plan: WholePlan): ExperimentInputs =>
  asked.person ? otherInputs(plan, exactGear(plan.settings, loopAsked(asked, plan))) : planInputs(plan);

const loopAsked = ({ person }: RunPlan, { mandate, seed }: KnownPlan): LoopAsked => ({
  habits: person,
  seed,
  mandate: mandate ?? null,
});

/** One that ships, or a file of the user's folder. */
async function strategyOf(name: string, folder: string): Promise<Result<PlannedStrategy, RunFailed>> {
  const shipped = planShipped(name);
  if (shipped) return ok(shipped);
  const path = join(folder, name);
  if (!/\.[jt]s$/.test(name) || basename(name) !== name || !existsSync(path))
    return fail({ kind: 'no-strategy', text: `There is no strategy ${name}.` });
  const own = await planOwn(path);
  return own.ok ? own : fail({ kind: 'no-strategy', text: `${name}: ${own.error.message}` });
}

async function knownPlan(
  asked: RunPlan,
  strategy: PlannedStrategy,
  { reader, models, version, tell }: Tools,
): Promise<Result<WholePlan, NoCandles | RunFailed>> {
  const { title, instruments } = strategy.outline;
  if (asked.sources.length % instruments !== 0) {
    const text = `${title} looks at ${instruments} instruments together: ${asked.sources.length} will not do.`;
    return fail({ kind: 'bad-instruments', text });
  }
  const params = readParams(strategy, asked.params);
  if (!params.ok) return fail({ kind: 'bad-parameter', text: `${title}: ${params.error.message}.` });
  const markets: Market[] = [];
  for (const source of asked.sources) {
    const read = await reader.read(source, asked.fromMs, asked.toMs);
    if (!read.ok) return read;
    const span = spanOf(read.value, sourceName(source));
    if (!span.ok) return span;
    markets.push({ candles: read.value, rules: marketRules(read.value) });
  }
  const names = asked.sources.map(instrumentName);
  const told = (done: number, total: number): void => tell({ ...NOTHING_YET, phase: 'asking', done, total });
  const whole = asked.model === null ? ok(markets) : await askModel(asked.model, markets, names, models, told);
  if (!whole.ok) return fail({ kind: 'no-model', text: `${whole.error.message}.` });
  return ok({
    strategy: strategy.definition ?? strategy.outline,
    ...(strategy.codeSha256 !== null && { codeSha256: strategy.codeSha256 }),
    params: params.value,
    markets: whole.value,
    settings: { ...REALISTIC, ...asked.settings },
    ...(asked.mandate && { mandate: mandateAsked(asked.mandate, names) }),
    names,
    seed: SEED,
    build: buildId(version, asked.person ? 'exact' : 'fast'),
  });
}

type WholePlan = KnownPlan & { readonly settings: RunSettings };
type Asked = Omit<StudyAsked, 'plan'> & { readonly plan: WholePlan };

/** What ships runs on this thread, a user's own where it can do no harm; the map around either by a crew on all cores. */
async function studyOf(
  { definition, outline, source }: PlannedStrategy,
  asked: Asked,
  { tell, nowMs }: Tools,
): Promise<Study> {
  const { markets, settings } = asked.plan;
  const ground = { markets, settings };
  const crew = openStrategyCrew(source, ground, { size: threadsForRuns(), silentMsMax: SILENT_MS_MAX });
  try {
    if (definition) {
      const plan = { ...asked.plan, strategy: definition };
      return await studyRun({ ...asked, plan }, { evaluate: evaluateOn(crew, markets), tell, nowMs });
    }
    const plan = { ...asked.plan, strategy: outline };
    return await studyOwn(crew, { ...asked, plan }, (told) => tell({ ...NOTHING_YET, ...told }));
  } finally {
    await crew.close();
  }
}

/** What was thrown, with the strategy's name before it. */
function saidBy(name: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith(`${name}:`) ? message : `${name} failed: ${message}`;
}
