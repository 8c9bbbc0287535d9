import { TIMEFRAME_MS, type Timeframe } from '../domain/candle.ts';
import { type LineUpEntry, versionKey } from '../domain/ensemble.ts';
import type { EngineEvent, FeaturesComputed, ModelFitnessChanged, PredictionArrived } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import { FIT, type Fitness, type ModelFitnessView } from '../domain/model-fitness.ts';
import { type AnswerRun, haveChanged, nextRun, SAME_ANSWERS_MAX } from './constant-answers.ts';
import { createDriftWatch, type Drift, type TrainingDistribution } from './feature-drift.ts';

/** What a model's card allows it. */
export interface ModelTerms {
  readonly model: string;
  readonly version: string;
  readonly timeframe: Timeframe;
  readonly featureSet: string;
  /** It may speak before this time. */
  readonly licensedUntilMs: number;
  readonly training: TrainingDistribution;
}

export interface ModelWatchDeps {
  /** Those that are watched until a line-up says otherwise. */
  readonly models: readonly ModelTerms[];
  /** The terms of a version that comes into the line-up; null where it is not known. */
  readonly termsFor?: (model: string, version: string) => ModelTerms | null;
  /** The last feature rows of an instrument, oldest first. */
  rows(timeframe: Timeframe, featureSet: string, instrumentId: InstrumentId): readonly ArrayLike<number>[];
}

export interface ModelWatch {
  apply(event: EngineEvent): void;
  readonly view: ModelFitnessView;
  /** What the voters that have just come were not asked: the last features of every instrument, while their candle is the last. */
  unasked(nowMs: number): readonly (Inputs & { readonly only: { readonly model: string; readonly version: string } })[];
  /** What is no longer as it was last told: of every model as a whole and, where named, of its word on an instrument. */
  untold(nowMs: number, instrumentId: InstrumentId | null): readonly ModelFitnessChanged[];
}

/** All of one model that is watched. */
interface Watched {
  readonly terms: ModelTerms;
  halted: string | null;
  readonly drift: Map<InstrumentId, Fitness>;
  /** Of each instrument's rows. */
  readonly driftWatches: Map<InstrumentId, ReturnType<typeof createDriftWatch>>;
  readonly runs: Map<InstrumentId, AnswerRun>;
  readonly told: Map<InstrumentId | null, Fitness>;
}

const freshly = (terms: ModelTerms): Watched => ({
  terms,
  halted: null,
  drift: new Map(),
  driftWatches: new Map(),
  runs: new Map(),
  told: new Map(),
});

interface Inputs {
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly featureSet: string;
  readonly featureSetHash: string;
  readonly candleCloseTimeMs: number;
  readonly values: readonly number[];
  readonly changed: boolean;
}

const minuteOf = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const silent = (code: Fitness['code'], text: string): Fitness => ({ state: 'silent', code, text });

function driftFitness(drift: Drift | null): Fitness {
  if (!drift) return FIT;
  const { feature, psi, psiLimit } = drift;
  const text = `its inputs have drifted from training: ${feature} by ${psi.toFixed(2)}, limit ${psiLimit.toFixed(2)}`;
  return { state: 'drifted', code: 'drifted', text };
}

/** Who may speak and whose word counts: `main/engine/inference/SPEC.md`. */
export function createModelWatch({ models, termsFor = () => null, rows }: ModelWatchDeps): ModelWatch {
  /** By the member that speaks for it: a model that votes goes by its name, a shadow by name and version. */
  let watched = new Map<string, Watched>(models.map((terms) => [terms.model, freshly(terms)]));
  /** Those that the last line-up brought. */
  let newcomers: readonly ModelTerms[] = [];
  /** By feature set, timeframe and instrument: the features last asked about. */
  const inputs = new Map<string, Inputs>();
  const inputsKey = (featureSet: string, timeframe: Timeframe, instrumentId: InstrumentId): string =>
    `${featureSet} ${timeframe} ${instrumentId}`;

  const whole = ({ terms, halted }: Watched, nowMs: number): Fitness => {
    if (halted !== null) return silent('halted', `it is halted: ${halted}`);
    if (nowMs < terms.licensedUntilMs) return FIT;
    return silent('licence-ended', `its licence to trade ended at ${minuteOf(terms.licensedUntilMs)}`);
  };

  const inInstrument = ({ drift, runs }: Watched, instrumentId: InstrumentId): Fitness => {
    const run = runs.get(instrumentId);
    if (run && run.length >= SAME_ANSWERS_MAX) {
      return silent('constant', `its last ${SAME_ANSWERS_MAX} answers are the same, on features that changed`);
    }
    return drift.get(instrumentId) ?? FIT;
  };

  /** What is known of a version stays known when it comes to vote, or stops to. */
  const setLineUp = (entries: readonly LineUpEntry[]): void => {
    const known = new Map([...watched.values()].map((each) => [versionKey(each.terms), each]));
    watched = new Map(
      entries.flatMap((entry): [string, Watched][] => {
        const terms = known.get(versionKey(entry))?.terms ?? termsFor(entry.model, entry.version);
        const member = entry.role === 'vote' ? entry.model : versionKey(entry);
        return terms ? [[member, known.get(versionKey(entry)) ?? freshly(terms)]] : [];
      }),
    );
    newcomers = [...watched.values()].map(({ terms }) => terms).filter((terms) => !known.has(versionKey(terms)));
  };

  const ofVersion = (said: { readonly model: string; readonly version: string }): Watched | undefined =>
    [...watched.values()].find(({ terms }) => versionKey(terms) === versionKey(said));

  const start = (): void => {
    inputs.clear();
    for (const each of watched.values()) {
      each.halted = null;
      for (const map of [each.drift, each.runs, each.told]) map.clear();
    }
  };

  const look = (event: FeaturesComputed): void => {
    const { featureSet, featureSetHash, timeframe, instrumentId, candleCloseTimeMs, values } = event;
    const key = inputsKey(featureSet, timeframe, instrumentId);
    const before = inputs.get(key);
    const changed = before !== undefined && haveChanged(before.values, values);
    inputs.set(key, { instrumentId, timeframe, featureSet, featureSetHash, candleCloseTimeMs, values, changed });
    for (const { terms, drift, driftWatches } of watched.values()) {
      if (terms.timeframe !== timeframe || terms.featureSet !== featureSet) continue;
      const watch = driftWatches.get(instrumentId) ?? createDriftWatch(terms.training);
      driftWatches.set(instrumentId, watch);
      drift.set(instrumentId, driftFitness(watch(rows(timeframe, featureSet, instrumentId))));
    }
  };

  const hear = (event: PredictionArrived): void => {
    const each = ofVersion(event);
    if (!each) return;
    const { instrumentId, timeframe, candleCloseTimeMs } = event;
    const asked = inputs.get(inputsKey(each.terms.featureSet, timeframe, instrumentId));
    const changed = asked?.candleCloseTimeMs === candleCloseTimeMs && asked.changed;
    each.runs.set(instrumentId, nextRun(each.runs.get(instrumentId), event, changed));
  };

  return {
    apply(event) {
      switch (event.kind) {
        case 'EngineStarted':
          return start();
        case 'ModelStateChanged': {
          const each = ofVersion(event);
          if (each) each.halted = event.state === 'halted' ? event.why : null;
          return;
        }
        case 'LineUpSet':
          return setLineUp(event.models);
        case 'FeaturesComputed':
          return look(event);
        case 'PredictionArrived':
          return hear(event);
        case 'ModelFitnessChanged':
          watched.get(event.model)?.told.set(event.instrumentId, event.fitness);
          return;
        default:
      }
    },
    view: {
      of(model, instrumentId, nowMs) {
        const each = watched.get(model);
        if (!each) return FIT;
        const all = whole(each, nowMs);
        return all.state === 'fit' ? inInstrument(each, instrumentId) : all;
      },
      board(model, nowMs) {
        const each = watched.get(model);
        if (!each) return { whole: FIT, inInstruments: [] };
        const known = [...new Set([...each.drift.keys(), ...each.runs.keys()])];
        const inInstruments = known
          .map((instrumentId) => ({ instrumentId, fitness: inInstrument(each, instrumentId) }))
          .filter(({ fitness }) => fitness.state !== 'fit');
        return { whole: whole(each, nowMs), inInstruments };
      },
    },
    unasked: (nowMs) =>
      newcomers.flatMap(({ model, version, timeframe, featureSet }) =>
        [...inputs]
          .filter(([key, each]) => key === inputsKey(featureSet, timeframe, each.instrumentId))
          .filter(([, { candleCloseTimeMs }]) => nowMs - candleCloseTimeMs <= TIMEFRAME_MS[timeframe])
          .map(([, each]) => ({ ...each, only: { model, version } })),
      ),
    untold(nowMs, instrumentId) {
      const changes: ModelFitnessChanged[] = [];
      for (const [model, each] of watched) {
        const compare = (where: InstrumentId | null, fitness: Fitness): void => {
          if ((each.told.get(where) ?? FIT).code === fitness.code) return;
          changes.push({ kind: 'ModelFitnessChanged', model, instrumentId: where, fitness });
        };
        compare(null, whole(each, nowMs));
        if (instrumentId !== null) compare(instrumentId, inInstrument(each, instrumentId));
      }
      return changes;
    },
  };
}
