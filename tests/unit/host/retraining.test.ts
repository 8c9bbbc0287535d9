import { expect, it, onTestFinished } from 'vitest';
import { FIT } from '../../../main/engine/domain/model-fitness.ts';
import { openRetraining, type RetrainingParts, retrainSettings } from '../../../main/retraining.ts';
import { createMemoryTraining } from '../../support/memory-training.ts';
import { waitUntil } from '../../support/wait-until.ts';

const drift = {
  state: 'drifted',
  code: 'drifted',
  text: 'its inputs have drifted from training: sma_5 by 0.90',
} as const;

/** A terminal with one model made here: 1.0.0 votes, 1.0.1 is its candidate. */
function terminal(shadow: { readonly isServed: boolean; readonly isWatched: boolean }) {
  const training = createMemoryTraining();
  const notices: string[] = [];
  const published: string[] = [];
  const saved = new Map<string, unknown>();
  const config = { jobsKept: 50, gpu: true, retrain: { at: 'off', days: 30, onDrift: true, coolDownHours: 72 } };
  const parts = {
    settings: retrainSettings({ inference: { gpu: true }, training: config }),
    kept: {
      load: (key: string) => saved.get(key),
      save: (key: string, value: unknown) => {
        saved.set(key, value);
        return { ok: true, value: null };
      },
    },
    training: {
      ...training.port,
      publish: async (id: string) => {
        published.push(id);
        return { ok: true, value: { model: 'm', version: '1.0.2' } };
      },
      versions: async () => ({
        ok: true,
        value: [{ id: 'j-1', publishing: { name: 'm', as: { id: 'm/1.0.1', version: '1.0.1' }, refusal: '' } }],
      }),
    },
    registry: {
      lineUp: () => [
        { model: 'm', version: '1.0.0', role: 'vote' },
        { model: 'm', version: '1.0.1', role: 'shadow' },
      ],
      cardOf: () => ({ sources: [{}], outOfSample: { event: null } }),
    },
    engine: {
      pipeline: {
        inference: {
          view: {
            board: (member: string) => ({
              whole: FIT,
              inInstruments: member === 'm' ? [{ instrumentId: 'a', fitness: drift }] : [],
            }),
          },
        },
      },
      inference: { models: () => (shadow.isServed ? [{ loaded: { model: 'm', version: '1.0.1' } }] : []) },
    },
    modelDesk: {
      standingOf: () => ({ score: null, gate: [{ name: 'shadow', passed: !shadow.isWatched, text: '' }] }),
    },
    onNotice: (text: string) => notices.push(text),
  } as unknown as RetrainingParts;
  const retraining = openRetraining(parts);
  onTestFinished(() => retraining.close());
  return { retraining, training, notices, published };
}

it.each([
  [{ isServed: true, isWatched: true }, false],
  [{ isServed: true, isWatched: false }, true],
  // A candidate that cannot be loaded would never be done.
  [{ isServed: false, isWatched: true }, true],
])(
  'what votes and has drifted is retrained, and published unless its candidate is still watched: %j',
  async (shadow, isPublished) => {
    const { retraining, training, notices, published } = terminal(shadow);
    await retraining.look();
    expect(notices).toEqual([`m is being retrained: ${drift.text}.`]);
    const job = training.port.jobs()[0]!;
    training.set({ ...job, state: 'done', endedAtMs: 9 });
    await waitUntil('its end is told', () => notices.length === 2);
    expect(published).toEqual(isPublished ? [job.id] : []);
  },
);
