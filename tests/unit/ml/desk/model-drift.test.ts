import { describe, expect, it } from 'vitest';
import type { MemberScore, ScoreTally } from '../../../../main/engine/domain/ensemble.ts';
import { FIT } from '../../../../main/engine/domain/model-fitness.ts';
import { driftOfModel, type ServedModel } from '../../../../main/ml/desk/model-drift.ts';
import { standingModels } from '../../../../main/ml/desk/standing-models.ts';
import { createMemoryTraining, TRAINING_PLAN } from '../../../support/memory-training.ts';

const NONE: ScoreTally = { n: 0, logLoss: 0, brier: 0, right: 0 };
const scoreOf = (n: number, brier: number, right: number): MemberScore => ({
  member: 'm@1.0.0',
  settled: n,
  sinceMs: 0,
  byRegime: { calm: NONE, usual: { n, logLoss: 0, brier: n * brier, right: n * right }, wild: NONE },
});
const card = {
  sources: [{ instrument: 'a' }, { instrument: 'b' }, { instrument: 'c' }],
  outOfSample: { event: { brier: 0.24, accuracy: 0.56 } },
} as unknown as ServedModel['card'];
const drifted = {
  state: 'drifted',
  code: 'drifted',
  text: 'its inputs have drifted from training: sma_20 by 0.90',
} as const;
const fitnessOn = (...instruments: string[]): ServedModel['fitness'] => ({
  whole: FIT,
  inInstruments: instruments.map((instrumentId) => ({ instrumentId, fitness: drifted })) as never,
});
const fit = fitnessOn();

describe('drift of a model', () => {
  it('is told by its inputs on half of its instruments', () => {
    expect(driftOfModel({ card, fitness: fitnessOn('a'), score: null })).toBeNull();
    expect(driftOfModel({ card, fitness: fitnessOn('a', 'c'), score: null })).toBe(drifted.text);
  });

  it('by its Brier score, or by how often it is right, over enough forecasts', () => {
    const told = (score: MemberScore | null) => driftOfModel({ card, fitness: fit, score });
    expect([told(null), told(scoreOf(400, 0.25, 0.55)), told(scoreOf(200, 0.4, 0.2))]).toEqual([null, null, null]);
    expect(told(scoreOf(400, 0.27, 0.55))).toBe('its Brier score is 0.270 live and 0.240 on its card');
    expect(told(scoreOf(400, 0.25, 0.44))).toBe('it is right in 44 % of its forecasts live and in 56 % on its card');
  });
});

describe('models that are retrained', () => {
  it('are those that were published, by their newest training, with the settings that it found', () => {
    const { row } = createMemoryTraining();
    const trial = { state: 'done', sharpe: 1, why: '' } as const;
    const jobs = [
      row('j-1'),
      row('j-2', {
        plan: { ...TRAINING_PLAN, search: { trials: 2, minutes: null } },
        search: {
          of: 4,
          trials: [
            { ...trial, number: 0, gain: -0.2, setting: { leaves: 8 } },
            { ...trial, number: 1, gain: -0.1, setting: { leaves: 9 } },
            { ...trial, number: 2, gain: 0.9, setting: { leaves: 7 }, state: 'pruned' },
            { ...trial, number: 3, gain: null, setting: { leaves: 6 } },
          ],
        },
      }),
      row('j-3'),
      row('j-4', { plan: null }),
    ];
    const version = (id: string, name: string, as: string | null) => ({
      id,
      publishing: { name, as: as === null ? null : { id: `${name}/${as}`, version: as }, refusal: '' },
    });
    const versions = [
      version('j-4', 'other', '1.0.0'),
      version('j-3', 'm', null),
      version('j-2', 'm', '1.0.1'),
      version('j-1', 'm', '1.0.0'),
      { id: 'shipped/1.0.0', publishing: null },
    ];
    const plan = { ...TRAINING_PLAN, hyperParameters: { ...TRAINING_PLAN.hyperParameters, leaves: 9 }, search: null };
    expect(standingModels(versions, jobs)).toEqual([{ model: 'm', plan }]);
  });
});
