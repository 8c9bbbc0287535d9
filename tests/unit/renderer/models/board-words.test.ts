import { expect, test } from 'vitest';
import type { EnsembleMember } from '../../../../preload/boards-contract.ts';
import {
  besideSentence,
  factorOf,
  outcomeWords,
  paceWords,
  showNats,
  whyWeight,
} from '../../../../renderer/models/board-words.ts';
import { piecesOf, trailingMean } from '../../../../renderer/models/hour-course.ts';
import { nextBoard } from '../../../../renderer/models/use-board.ts';
import { createMemoryBoards } from '../../../support/memory-boards.ts';

const answered = createMemoryBoards().ensemble('binance:BTC/USDT');
if (!answered.ok) throw new Error('the boards in memory always answer');
const BOARD = answered.value;
const MEMBER = BOARD.members[0] as EnsembleMember;
const TRUST = MEMBER.trust!;
const mean = (value: number, interval: { low: number; high: number } | null) => ({
  value,
  interval,
  n: 1_240,
  blocks: 6,
});

test.each([
  [
    'better',
    { low: -0.005, high: -0.001 },
    /−0.0030 nats a forecast, on 1,240 forecasts of both.*95 %: −0.0050 to −0.0010.*better than 1.0.0/,
  ],
  ['worse', { low: 0.001, high: 0.005 }, /worse than 1.0.0/],
  ['not-told-apart', { low: -0.005, high: 0.001 }, /holds zero: the two are not told apart yet/],
  ['too-few', null, /fell into 6 blocks of hours; an interval takes 10/],
] as const)('a comparison that is %s says so with what it rests on', (verdict, interval, text) => {
  expect(besideSentence({ version: '1.0.0', logLoss: mean(-0.003, interval), verdict })).toMatch(text);
});

test('beside nothing of its name a version is measured against a coin', () => {
  const logLoss = mean(0.001, { low: -0.002, high: 0.004 });
  const said = besideSentence({ version: null, logLoss, verdict: 'not-told-apart' });
  expect(said).toMatch(/that of a coin: \+0.0010 nats a forecast, on 1,240 forecasts;/);
});

test.each<[string, Partial<EnsembleMember>, number, RegExp]>([
  [
    'by its record',
    {},
    2,
    /Live it gained \+0.0061 .* 348 .*card says \+0.0021 .* calm market: \+0.0042.*× 1.31.*counts half/,
  ],
  ['by its card', { trust: { ...TRUST, skillLive: null } }, 2, /None of its forecasts is settled yet/],
  ['alone', {}, 1, /only model that votes/],
  ['at the floor', { trust: { ...TRUST, factor: 0.25, heldAt: 'floor' } }, 2, /held at the floor of × 0.25/],
  ['by hand', { byHand: 0.5 }, 2, /Set by hand to × 0.50/],
  ['silenced', { byHand: 0 }, 2, /Silenced by hand/],
  ['as a rule', { trust: null, edge: 'none' }, 1, /A rule.*no edge out of sample/],
  ['as a shadow', { role: 'shadow' }, 1, /^A shadow: .* counts for nothing\.$/],
])('why a word weighs what it does: %s', (_, change, models, text) => {
  expect(whyWeight({ ...MEMBER, ...change }, models, 'calm').join(' ')).toMatch(text);
});

test('the factor that counts is the one set by hand', () => {
  expect(factorOf(MEMBER)).toBe(1.31);
  expect(factorOf({ ...MEMBER, byHand: 0 })).toBe(0);
  expect(factorOf({ ...MEMBER, trust: null })).toBe(1);
  expect(factorOf({ ...MEMBER, role: 'shadow' })).toBeNull();
});

test('figures in words', () => {
  expect([showNats(0.0042), showNats(-0.0042), showNats(0.00001), showNats(null)]).toEqual([
    '+0.0042',
    '−0.0042',
    '0.0000',
    '–',
  ]);
  expect([null, 60_000, 300_000, 3_600_000, 7_200_000].map(paceWords)).toEqual([
    'at every close',
    'every minute',
    'every 5 minutes',
    'every hour',
    'every 2 hours',
  ]);
  expect(outcomeWords(BOARD)).toBe('Buy, 57.0\u202f% pooled');
  expect(outcomeWords({ ...BOARD, confidence: null })).toBe('Buy, shown without weight');
  expect(outcomeWords({ ...BOARD, stance: 'none' })).toBe('Nothing would be proposed');
});

test('a line is broken where nothing was settled, and a mean looks back only', () => {
  expect(piecesOf([null, 1, 2, null, 3])).toEqual([[1, 2], [4]]);
  expect(trailingMean([1, 3, null, 5], [1, 3, 0, 2], 2)).toEqual([1, 2.5, 3, 5]);
  expect(trailingMean([null, 1], [0, 1], 3)).toEqual([null, 1]);
});

test('a board that stood stays, with why it is not fresh; one that never stood says why', () => {
  const refused = { ok: false, error: { text: 'No connection.' } } as const;
  const ready = nextBoard({ state: 'loading' }, { ok: true, value: 7 }, 5);
  expect(ready).toEqual({ state: 'ready', value: 7, problem: null, atMs: 5 });
  expect(nextBoard(ready, refused, 9)).toEqual({ state: 'ready', value: 7, problem: 'No connection.', atMs: 5 });
  expect(nextBoard({ state: 'loading' }, refused, 9)).toEqual({ state: 'failed', text: 'No connection.' });
  expect(nextBoard({ state: 'failed', text: 'x' }, { ok: true, value: 8 }, 9)).toMatchObject({
    state: 'ready',
    value: 8,
  });
});
