import { expect, it } from 'vitest';
import { featureSetReversalV1 } from '../../../main/engine/features/feature-set-reversal-v1.ts';
import { familyOf } from '../../../main/ml/families/families.ts';
import { trainLabModel } from '../../../main/ml/lab-model/train-model.ts';
import { labelSchema } from '../../../main/ml/labels/label.ts';
import { walkCandles } from '../../support/walk-candles.ts';

it('what was judged counts as tried before its verdict is read, so that none is broken off to be forgotten', async () => {
  const counted: string[] = [];
  const plan = {
    name: 'walk',
    version: '1.0.0',
    family: familyOf('seasonal'),
    hyperParameters: {},
    seed: 1,
    question: {
      timeframe: '5m',
      featureSet: featureSetReversalV1,
      label: labelSchema.parse({ kind: 'direction', horizonBars: 6 }),
    },
    levels: [],
    embargoBars: 12,
    tradedShare: 0.1,
    feeBpsRoundTrip: 20,
    choose: async () => ({
      hyperParameters: {},
      protocol: { kind: 'purged-folds', folds: 3 },
      tried: { others: [], chosenBy: null },
    }),
    onJudged: ({ verdict }) => counted.push(verdict.reason),
    nowMs: 0,
  } satisfies Parameters<typeof trainLabModel>[1];
  const breakOff = (text: string): void => {
    if (text.startsWith('No edge')) throw new Error(`read: ${text}`);
  };
  const walk = [{ instrument: 'walk', candles: walkCandles(1_500, 4) }];
  await expect(trainLabModel(walk, plan, breakOff)).rejects.toThrow(/^read: No edge/);
  expect(counted).toHaveLength(1);
}, 60_000);
