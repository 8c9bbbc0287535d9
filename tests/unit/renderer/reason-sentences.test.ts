import { expect, it } from 'vitest';
import type { Proposal } from '../../../preload/contract.ts';
import { reasonSentences } from '../../../renderer/panels/reason-sentences.ts';

it.each([
  ['wants to be long', 'Wants to be long.'],
  ['53 % up by the calibrated model.', '53 % up by the calibrated model.'],
  ['sma-cross says so', 'sma-cross says so.'],
  [
    'its inputs have drifted from training: oc_range by -1',
    'Its inputs have drifted from training: open–close range by −1.',
  ],
])('the reason "%s" stands as a sentence', (text, sentence) => {
  expect(reasonSentences({ reasons: [{ code: 'any', text }] } as unknown as Proposal)).toEqual([sentence]);
});
