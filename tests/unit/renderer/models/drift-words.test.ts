import { expect, test } from 'vitest';
import type { WatchedModel } from '../../../../preload/boards-contract.ts';
import {
  bandWords,
  besideCard,
  coverageMark,
  licenceMark,
  shiftMark,
  standingOf,
  whatFollows,
} from '../../../../renderer/models/drift-words.ts';
import { createMemoryBoards } from '../../../support/memory-boards.ts';

const answered = createMemoryBoards().drift('binance:BTC/USDT');
if (!answered.ok) throw new Error('the boards in memory always answer');
const [TREES, SEASONAL, SHADOW, UNASKED] = answered.value.models as [
  WatchedModel,
  WatchedModel,
  WatchedModel,
  WatchedModel,
];
const FIT = { state: 'fit', code: 'fit', text: '' } as const;
const SOUND: WatchedModel = { ...SHADOW, role: 'vote', whole: FIT, inInstruments: [], retrain: '' };
const ENDED = {
  state: 'silent',
  code: 'licence-ended',
  text: 'its licence to trade ended at 2026-10-01 00:00 UTC',
} as const;
const CONSTANT = {
  state: 'silent',
  code: 'constant',
  text: 'its last 12 answers are the same, on features that changed',
} as const;
const symbolOf = (id: string): string => id.replace('binance:', '');

test.each<[string, WatchedModel, string, RegExp]>([
  ['sound', SOUND, 'as trained', /^Nothing: as far as can be told/],
  ['not asked yet', UNASKED, 'not known yet', /^Nothing/],
  [
    'drifted',
    TREES,
    'inputs moved',
    /^On BTC\/USDT its word carries no weight.*drifted from training: realized_96.*To be trained anew/,
  ],
  ['worse than its card', SEASONAL, 'worse than its card', /^Live it loses more than on its card/],
  [
    'constant',
    { ...SOUND, inInstruments: [{ instrumentId: 'binance:ETH/USDT', fitness: CONSTANT }] },
    'abstains on 1',
    /^On ETH\/USDT it abstains: its last 12 answers/,
  ],
  ['ended', { ...SOUND, whole: ENDED }, 'abstains', /^It abstains everywhere: its licence to trade ended/],
  [
    'a shadow that drifted',
    { ...TREES, role: 'shadow' },
    'inputs moved',
    /It is a shadow, so no vote is lost by it\.$/,
  ],
])('a model that is %s says so, and what follows', (_, model, word, follows) => {
  expect(standingOf(model).word).toBe(word);
  expect(whatFollows(model, symbolOf).join(' ')).toMatch(follows);
});

const NOW = Date.UTC(2026, 9, 1);
const DAY_MS = 86_400_000;
test.each([
  [404 * DAY_MS, '404 days left', ''],
  [13.5 * DAY_MS, '13 days left', '▲'],
  [1.5 * DAY_MS, '1 day left', '▲'],
  [3_600_000, '1 hour left', '▲'],
  [0, 'ended today', '✕'],
  [-3 * DAY_MS, 'ended 3 days ago', '✕'],
])('a licence with %d ms left: %s', (leftMs, word, sign) => {
  expect(licenceMark(NOW + leftMs, NOW)).toMatchObject({ word, sign });
});

const live = (low: number, high: number) => ({ value: (low + high) / 2, interval: { low, high }, n: 100, blocks: 20 });
test.each([
  [live(0.68, 0.7), 0.69, 'less', 'as on its card'],
  [live(0.68, 0.685), 0.69, 'less', 'better than its card'],
  [live(0.695, 0.7), 0.69, 'less', 'worse than its card'],
  [live(0.5, 0.52), 0.53, 'more', 'worse than its card'],
  [live(0.54, 0.56), 0.53, 'more', 'better than its card'],
  [{ ...live(0.5, 0.6), interval: null }, 0.69, 'less', 'too early to say'],
  [null, 0.69, 'less', 'none settled'],
  [live(0.5, 0.6), null, 'less', 'not on its card'],
] as const)(
  'a live mean is another than the card’s only where its interval leaves that out: %#',
  (mean, card, better, word) => {
    expect(besideCard(mean, card, better).word).toBe(word);
  },
);

test.each([
  [0.55, 'as said'],
  [0.62, 'said too much'],
  [0.48, 'said too little'],
])('%f said, 50 to 60 %% came: %s', (said, word) => {
  expect(coverageMark(said, live(0.5, 0.6)).word).toBe(word);
});

test('nothing is told of coverage before there are blocks enough', () => {
  expect(coverageMark(0.9, { ...live(0.5, 0.6), interval: null }).word).toBe('too early to say');
});

test('an input stands against its limit, and bands have ends', () => {
  expect([0.1, 0.21, 0.41].map((psi) => shiftMark(psi, 0.4).word)).toEqual([
    'as in training',
    'moved',
    'beyond its limit',
  ]);
  expect([0.5, 0.55, 0.6, 0.7, 0.8].map(bandWords)).toEqual([
    '50 to 55 %',
    '55 to 60 %',
    '60 to 70 %',
    '70 to 80 %',
    '80 to 100 %',
  ]);
});
