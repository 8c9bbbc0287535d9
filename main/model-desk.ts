import type { Done } from '../preload/contract.ts';
import { versionKey } from './engine/domain/ensemble.ts';
import type { Engine } from './engine/engine.ts';
import type { ModelStanding } from './engine/gateway/model-rows.ts';
import type { FeatureSetIdentity, Placement } from './engine/inference/protocol.ts';
import type { Timers } from './engine/kernel/clock.ts';
import type { ModelRegistry, ScoreOf } from './ml/registry/model-registry.ts';
import type { Promotion } from './ml/registry/promotion-record.ts';

export interface ModelDeskDeps {
  readonly registry: ModelRegistry;
  readonly engine: Pick<Engine, 'request' | 'inference' | 'onEvent' | 'pipeline'>;
  readonly featureSets: readonly FeatureSetIdentity[];
  readonly timers: Timers;
  nowMs(): number;
}

/** Which versions trade, changed while the engine runs. */
export interface ModelDesk {
  /**
   * Looks at what lies on disk, now and whenever a version has been published: tells the engine who votes and who is a
   * shadow, and serves what has to be tried first as it passes.
   */
  refresh(): Promise<void>;
  /**
   * A version that has just been published is tried, loaded and scored from here on; old ones that nobody needs are removed. Null when
   * it is, else why not, a sentence.
   */
  published(model: string, version: string): Promise<string | null>;
  promote(model: string, version: string): Promise<Done>;
  rollback(model: string): Promise<Done>;
  standingOf(model: string, version: string): ModelStanding;
}

interface Version {
  readonly model: string;
  readonly version: string;
}

const LOAD_MS_MAX = 60_000;
const refused = (code: string, text: string): Done => ({ ok: false, error: { code, text } });

/**
 * A change goes in four steps: the version is loaded beside the one that trades; record and standing are made durable; the
 * engine hears of it and asks the new version about the candles that are the last ones; the old one is let go. A crash between
 * any two of them leaves the one or the other trading, and no candle without either.
 */
export function createModelDesk({ registry, engine, featureSets, timers, nowMs }: ModelDeskDeps): ModelDesk {
  const { decision } = engine.pipeline;
  const scoreOf: ScoreOf = (version) =>
    decision.view.scores().find(({ member }) => member === versionKey(version)) ?? null;

  const tellLineUp = (why: string): void => {
    engine.request({ kind: 'LineUpSet', models: registry.lineUp(), why });
    engine.inference.serve(registry.placements());
  };

  const isLoaded = (version: Version): boolean =>
    engine.inference.models().some(({ loaded }) => versionKey(loaded) === versionKey(version));

  /** Null when the version is loaded, else why it is not. */
  const load = async (version: Version): Promise<string | null> => {
    if (isLoaded(version)) return null;
    const placement = await registry.place(version.model, version.version, featureSets);
    if (!placement.ok) return placement.error.text;
    return await new Promise((resolve) => {
      const finish = (why: string | null): void => {
        stopListening();
        cancelTimer();
        resolve(why);
      };
      const cancelTimer = timers.after(LOAD_MS_MAX, () => finish('it was not loaded in time'));
      const stopListening = engine.onEvent(({ event }) => {
        if (event.kind !== 'ModelStateChanged' || versionKey(event) !== versionKey(version)) return;
        finish(event.state === 'ready' ? null : event.why);
      });
      engine.inference.serve([...withoutIt(registry.placements(), version), placement.value]);
    });
  };

  const change = async (
    version: Version,
    act: () => ReturnType<ModelRegistry['promote']>,
    why: (record: Promotion) => string,
  ): Promise<Done> => {
    const problem = await load(version);
    if (problem !== null) {
      engine.inference.serve(registry.placements());
      return refused('not-loaded', `${version.model} ${version.version} cannot trade: ${problem}.`);
    }
    const done = act();
    if (!done.ok) {
      engine.inference.serve(registry.placements());
      return refused(done.error.kind, `${done.error.text}.`);
    }
    tellLineUp(why(done.value));
    return { ok: true };
  };

  /** Of the first version of its name: nothing takes its place. */
  const withdraw = (model: string): Done => {
    const done = registry.rollback(model, nowMs());
    if (!done.ok) return refused(done.error.kind, `${done.error.text}.`);
    tellLineUp(`${model} ${done.value.version} trades no longer: nothing of its name did before.`);
    return { ok: true };
  };

  return {
    async refresh() {
      registry.rescan();
      tellLineUp('');
      const failed = await registry.probeRest(featureSets);
      engine.inference.serve(registry.placements());
      for (const { model, version, reason } of failed) {
        const why = `it was not loaded, ${reason.replace(/\.$/, '')}`;
        engine.request({ kind: 'ModelStateChanged', model, version, state: 'halted', why });
      }
    },
    async published(model, version) {
      registry.rescan();
      const problem = await load({ model, version });
      if (problem !== null) {
        engine.inference.serve(registry.placements());
        return `${problem}.`;
      }
      tellLineUp(`${model} ${version} is published: it is scored beside what trades and has no vote.`);
      registry.removeOld();
      return null;
    },
    promote: (model, version) =>
      change(
        { model, version },
        () => registry.promote(model, version, scoreOf, nowMs(), decision.view.hours()),
        ({ replaced }) =>
          `${model} ${version} trades${replaced === null ? '' : ` in place of ${replaced}`}: it passed the gate.`,
      ),
    rollback(model) {
      const way = registry.wayBack(model);
      if (way === null) return Promise.resolve(refused('none-before', `Nothing traded before ${model}'s version.`));
      const { version: before } = way;
      if (before === null) return Promise.resolve(withdraw(model));
      return change(
        { model, version: before },
        () => registry.rollback(model, nowMs()),
        ({ replaced }) => `${model} ${before} trades again${replaced === null ? '' : ` in place of ${replaced}`}.`,
      );
    },
    standingOf(model, version) {
      const isShadow = decision.view.shadows().some((each) => versionKey(each) === versionKey({ model, version }));
      return {
        role: isShadow ? 'shadow' : 'vote',
        byHand: decision.view.settings().weights[model] ?? null,
        score: scoreOf({ model, version }),
        gate: isShadow ? registry.checks(model, version, scoreOf, nowMs(), decision.view.hours()) : [],
        rollbackTo: isShadow ? null : registry.wayBack(model),
      };
    },
  };
}

const withoutIt = (placements: readonly Placement[], version: Version): readonly Placement[] =>
  placements.filter((each) => versionKey(each) !== versionKey(version));
