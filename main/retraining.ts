import type { Config } from './config-file.ts';
import { versionKey } from './engine/domain/ensemble.ts';
import type { Engine } from './engine/engine.ts';
import { systemClock, systemTimers } from './engine/kernel/clock.ts';
import { driftOfModel } from './ml/desk/model-drift.ts';
import { type RetrainSettings, timeOfDay } from './ml/desk/retrain-schedule.ts';
import { createRetrainer, type RetrainerOptions } from './ml/desk/retrainer.ts';
import { standingModels } from './ml/desk/standing-models.ts';
import type { ModelRegistry } from './ml/registry/model-registry.ts';
import type { ModelDesk } from './model-desk.ts';
import type { TrustDesk } from './trust-desk.ts';

export interface RetrainingParts {
  readonly settings: RetrainSettings;
  readonly kept: RetrainerOptions['kept'];
  readonly training: RetrainerOptions['desk'] & {
    versions(): Promise<
      | { readonly ok: true; readonly value: Parameters<typeof standingModels>[0] }
      | { readonly ok: false; readonly error: { readonly text: string } }
    >;
  };
  readonly registry: Pick<ModelRegistry, 'lineUp' | 'cardOf'>;
  readonly engine: Pick<Engine, 'pipeline' | 'inference'>;
  readonly modelDesk: Pick<ModelDesk, 'standingOf'>;
  readonly trust: Pick<TrustDesk, 'learnByClock'>;
  readonly onNotice: (text: string) => void;
}

const HOUR_MS = 3_600_000;

export const retrainSettings = ({ training: { retrain } }: Config): RetrainSettings => ({
  at: timeOfDay(retrain.at),
  days: retrain.days,
  onDrift: retrain.onDrift,
  coolDownMs: retrain.coolDownHours * HOUR_MS,
});

/** Retraining of what a terminal serves: by the clock of `config.yaml`, and where the engine sees a model drift. */
export function openRetraining(parts: RetrainingParts): ReturnType<typeof createRetrainer> {
  const { settings, kept, training, registry, engine, modelDesk, trust, onNotice } = parts;
  const nowMs = (): number => systemClock.nowMs();

  /** Of a model what votes, or where nothing does, its candidate. */
  function drifted(): { model: string; why: string }[] {
    const seen = new Set<string>();
    return registry.lineUp().flatMap(({ model, version, role }) => {
      const card = registry.cardOf(model, version);
      if (card === null || seen.has(model)) return [];
      seen.add(model);
      const member = role === 'vote' ? model : versionKey({ model, version });
      const fitness = engine.pipeline.inference.view.board(member, nowMs());
      const why = driftOfModel({ card, fitness, score: modelDesk.standingOf(model, version).score });
      return why === null ? [] : [{ model, why }];
    });
  }

  /** Not while a candidate that is served is still watched. */
  function mayPublish(model: string): boolean {
    const shadow = registry.lineUp().find((each) => each.model === model && each.role === 'shadow');
    if (shadow === undefined) return true;
    const isServed = engine.inference.models().some(({ loaded }) => versionKey(loaded) === versionKey(shadow));
    const { gate } = modelDesk.standingOf(model, shadow.version);
    return !isServed || gate.every(({ name, passed }) => name !== 'shadow' || passed);
  }

  return createRetrainer({
    settings,
    kept,
    desk: training,
    async standing() {
      const versions = await training.versions();
      if (!versions.ok) onNotice(`Retraining: what was published cannot be read: ${versions.error.text}`);
      return versions.ok ? standingModels(versions.value, training.jobs()) : [];
    },
    drifted,
    mayPublish,
    learnTrust: () => trust.learnByClock(onNotice),
    timers: systemTimers,
    nowMs,
    onNotice,
  });
}
