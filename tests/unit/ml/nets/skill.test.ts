import { describe, expect, it } from 'vitest';
import { featureSetReversalV1 } from '../../../../main/engine/features/feature-set-reversal-v1.ts';
import { buildDataSet } from '../../../../main/ml/datasets/build-data-set.ts';
import { familyOf } from '../../../../main/ml/families/families.ts';
import { type JudgePlan, judge } from '../../../../main/ml/judgement/judge.ts';
import { movesOf } from '../../../../main/ml/judgement/net-of-costs.ts';
import { plantedSignal } from '../../../support/planted-signal.ts';
import { walkCandles } from '../../../support/walk-candles.ts';

/** Small enough for every run of the tests; `npm run models:check` asks twenty seeds of the real sizes. */
const plan: JudgePlan = {
  protocol: { kind: 'purged-folds', folds: 3 },
  embargoMs: 12 * 3_600_000,
  moves: null,
  tradedShare: 0.2,
  feeBpsRoundTrip: 20,
  tried: { others: [], chosenBy: null },
  resamples: 200,
};

describe('nets before the judge', () => {
  it('find a weak signal that is there, part of it in two features together, and are calibrated', async () => {
    const { set, moves } = plantedSignal(8_000, 3, 0.45);
    const hyperParameters = { windowBars: 1, epochs: 15, width: 32 };
    const subject = { family: familyOf('mlp'), hyperParameters, task: { kind: 'binary' } as const, seed: 1 };
    const { verdict, event } = await judge(subject, set, { ...plan, moves });
    expect(verdict.edge, verdict.reason).toBe('measured');
    expect(event!.expectedCalibrationError).toBeLessThan(0.03);
  });

  it.each([
    ['mlp', { windowBars: 4, epochs: 6 }],
    ['cnn', { windowBars: 8, epochs: 2, width: 8, layers: 2 }],
  ])('%s finds nothing on a random walk', async (name, hyperParameters) => {
    const candles = walkCandles(3_000, 1);
    const { set, task } = buildDataSet([{ instrument: 'walk', candles }], {
      timeframe: '5m',
      featureSet: featureSetReversalV1,
      label: { kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 },
    });
    const subject = { family: familyOf(name), hyperParameters, task, seed: 1 };
    const { verdict } = await judge(subject, set, { ...plan, moves: movesOf(set, [candles]) });
    expect(verdict.edge, verdict.reason).toBe('none');
  });
});
