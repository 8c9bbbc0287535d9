import type { CandleSource, LabPerson, RunPlan, RunProgress, SearchPlan } from '../../preload/lab-contract.ts';
import { openDataFolder } from '../data-folder.ts';
import { ok, type Result } from '../engine/domain/result.ts';
import { systemClock } from '../engine/kernel/clock.ts';
import type { BarRun } from '../lab/backtest/bar-run.ts';
import type { DayReturns } from '../lab/experiments/day-returns.ts';
import type { ExperimentInputs } from '../lab/experiments/experiment.ts';
import { buildId, experimentId, type Gear } from '../lab/experiments/experiment-id.ts';
import { ExperimentStore, familyOf, type StoreError } from '../lab/experiments/experiment-store.ts';
import {
  type KnownPlan,
  type NamedPlan,
  type OtherGear,
  otherInputs,
  planInputs,
} from '../lab/experiments/plan-inputs.ts';
import { evaluatePlan } from '../lab/search/evaluate-plan.ts';
import type { Evaluation } from '../lab/search/trial.ts';
import { type AskedAs, keepStudy } from '../lab/workers/keep-study.ts';
import { formMandate } from '../lab/workers/planned-mandate.ts';
import { studyAlone } from '../lab/workers/study-alone.ts';
import { cashOf, type EarlierTry, type Study, studyRun } from '../lab/workers/study-run.ts';
import { formSettings } from '../lab/workers/unwritten-row.ts';
import { PRODUCT_VERSION } from '../product.ts';
import type { Setting } from '../search/trial.ts';
import { done, failed, type Outcome } from './output.ts';

/** Of the judging: the same run has the same verdict. */
const SEED = 1;

/** What is kept, before the store names its build. */
export type Asked = Omit<KnownPlan, 'seed' | 'build'>;

export interface StoredRun {
  readonly id: string;
  readonly folder: string;
  /** The same run was there already. */
  readonly isKnown: boolean;
  /** One sentence. */
  readonly verdict: string;
}

const knownPlan = (asked: Asked, gear: Gear = 'fast'): KnownPlan => ({
  ...asked,
  seed: SEED,
  build: buildId(PRODUCT_VERSION, gear),
});

/** Keeps a run of another gear as it is, with what can be said of it without running it again. */
export function storeOther(
  asked: Asked,
  by: OtherGear,
  { run, loop = null }: { readonly run: BarRun; readonly loop?: Study['loop'] },
  listed: ListedAs,
  dataDir: string | undefined,
): Promise<Result<StoredRun, StoreError>> {
  return withStore(dataDir, async (store) => {
    const plan = knownPlan(asked, by.gear);
    const inputs = otherInputs(plan, by);
    const earlier = store.trials(familyOf(inputs));
    const study = studyAlone(run, { inputs, earlier }, { cashQuote: cashOf(plan), seed: plan.seed, loop });
    const kept = keepIn(store, { plan, inputs }, study, listed);
    if (kept.ok) store.setTag(kept.value.id, GEAR_TAGS[by.gear], true);
    return kept;
  });
}

const GEAR_TAGS: Readonly<Record<OtherGear['gear'], string>> = { exact: 'exact gear', ticks: 'depth and trades' };

/** Keeps a run of another gear that came to nothing. */
export async function storeOtherFailure(
  asked: Asked,
  by: OtherGear,
  why: string,
  dataDir: string | undefined,
): Promise<void> {
  await withStore(dataDir, (store) => store.recordFailure(otherInputs(knownPlan(asked, by.gear), by), why));
}

async function withStore<T>(dataDir: string | undefined, use: (store: ExperimentStore) => T | Promise<T>): Promise<T> {
  const store = new ExperimentStore(openDataFolder(dataDir).results, systemClock.nowMs);
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

/** How the lab's screen lists a run: where its candles come from, and how it was searched for. */
export interface ListedAs {
  readonly sources: readonly CandleSource[];
  readonly search?: { readonly plan: SearchPlan; readonly found: AskedAs['found'] };
  /** Who answered what was proposed. */
  readonly person?: LabPerson | null;
}

/** Runs a plan, judged, and keeps it among the experiments of the data folder, as the lab's screen does. */
export function storeRun(
  asked: Omit<NamedPlan, 'seed' | 'build'>,
  listed: ListedAs,
  dataDir: string | undefined,
): Promise<Result<StoredRun, StoreError>> {
  return storeStudy(asked, listed, dataDir, ({ inputs, earlier, seed, build }) => {
    const plan = { ...asked, seed, build };
    const evaluate = (setting: Setting): Promise<Evaluation> =>
      Promise.resolve(evaluatePlan({ ...plan, params: { ...plan.params, ...setting } }));
    const study = { plan, inputs, map: null, earlier };
    return studyRun(study, { evaluate, tell: tellJudging(), nowMs: () => performance.now() });
  });
}

/** What a run in the store is judged by. */
interface Studied extends Pick<KnownPlan, 'seed' | 'build'> {
  readonly inputs: ExperimentInputs;
  /** Every try of the same strategy on the same instruments so far, this very run among them or not. */
  readonly earlier: readonly EarlierTry[];
}

/** The same of a run that is made elsewhere. */
export function storeStudy(
  asked: Asked,
  listed: ListedAs,
  dataDir: string | undefined,
  studyOf: (by: Studied) => Promise<Study>,
): Promise<Result<StoredRun, StoreError>> {
  return withStore(dataDir, async (store) => {
    const plan = knownPlan(asked);
    const inputs = planInputs(plan);
    const study = await studyOf({
      inputs,
      earlier: store.trials(familyOf(inputs)),
      seed: plan.seed,
      build: plan.build,
    });
    return keepIn(store, { plan, inputs }, study, listed);
  });
}

function keepIn(
  store: ExperimentStore,
  { plan, inputs }: { readonly plan: KnownPlan; readonly inputs: ExperimentInputs },
  study: Study,
  listed: ListedAs,
): Result<StoredRun, StoreError> {
  const found = listed.search?.found ?? null;
  const as = { plan: screenPlan(plan, listed), origin: 'command-line', found } as const;
  const kept = keepStudy(store, { plan, inputs }, study, as);
  if (!kept.ok) return kept;
  const { isKnown, kept: run } = kept.value;
  const verdict = isKnown ? 'This very run was there already, and came to the same.' : run.verdict!.sentence;
  return ok({ id: run.experimentId, folder: run.folder, isKnown, verdict });
}

/** The plan as the lab's form would have it. */
const screenPlan = (
  { strategy, params, settings, mandate, markets }: KnownPlan,
  { sources, search, person = null }: ListedAs,
): RunPlan => ({
  strategy: strategy.name,
  params: { ...params },
  sources: [...sources],
  fromMs: null,
  toMs: null,
  settings: formSettings({ ...settings }),
  map: null,
  search: search?.plan ?? null,
  mandate: mandate ? formMandate(mandate) : null,
  person,
  model: markets[0]?.predictedBy?.model ?? null,
});

/** What a command says of a run that it kept. */
export const storedOutcome = (
  { value, text }: { readonly value: object; readonly text: string },
  kept: Result<StoredRun, StoreError>,
): Outcome =>
  kept.ok
    ? done({ ...value, ...kept.value }, `${text}\n${kept.value.verdict}\n${kept.value.folder}`)
    : failed({ ok: false, error: kept.error.message }, kept.error.message);

function tellJudging(): (progress: RunProgress) => void {
  let told = -1;
  return ({ phase, done, total }) => {
    if (phase !== 'judging' || done === told) return;
    process.stderr.write(`judging: ${done} of ${total} parts\n`);
    told = done;
  };
}

/** Keeps a run that came to nothing, with the sentence that says why. */
export async function storeFailure(asked: Asked, why: string, dataDir: string | undefined): Promise<void> {
  await withStore(dataDir, (store) => store.recordFailure(planInputs(knownPlan(asked)), why));
}

/** The tries of a search in the store, while it goes on. */
export interface TrialBook {
  /** Every try of the same strategy on the same instruments that is not one of these settings, from this search or another. */
  others(settings: readonly Readonly<Record<string, number>>[]): readonly DayReturns[];
  count(params: Readonly<Record<string, number>>, returns: DayReturns): void;
  close(): void;
}

/** @param asked with the parameters that all tries have. @param search what it is called in the store */
export function openTrialBook(asked: Asked, search: string, dataDir: string | undefined): TrialBook {
  const store = new ExperimentStore(openDataFolder(dataDir).results, systemClock.nowMs);
  const inputs = planInputs(knownPlan(asked));
  const withParams = (params: Readonly<Record<string, number>>) => ({
    ...inputs,
    params: { ...inputs.params, ...params },
  });
  return {
    others(settings) {
      const own = new Set(settings.map((setting) => experimentId(withParams(setting))));
      return store
        .trials(familyOf(inputs))
        .filter(({ id }) => !own.has(id))
        .map(({ returns }) => returns);
    },
    count: (params, returns) => store.recordTrials(search, [{ inputs: withParams(params), returns }]),
    close: () => store.close(),
  };
}
