import { expect, test } from 'vitest';
import { countsSentence, heardWords, learntSentence, TRUST_VERDICTS } from '../../../../renderer/models/trust-words.ts';
import { createMemoryTrust } from '../../../support/memory-trust.ts';

const answered = createMemoryTrust().board('binance:BTC/USDT');
if (!answered.ok) throw new Error('the board in memory always answers');
const BOARD = answered.value;
const LEARNT = BOARD.learnt!;

test('what counts, and until when; records alone where nothing does', () => {
  expect(countsSentence(BOARD)).toBe(
    'Words count by what was learnt on 2026-09-30 from 41,230 forecasts, until 2026-12-29 at the latest.',
  );
  expect(countsSentence({ counts: null })).toBe('Words are weighed by the members’ records alone.');
});

test('what was found, on how much, with both losses; too few has none', () => {
  expect(learntSentence(LEARNT)).toBe(
    'Learnt on 2026-09-30 from 41,230 settled forecasts of 3 members on 28 days: out of sample it saves 0.00212 nats a forecast, 95 %: 0.00071 to 0.00356, on 18,204 forecasts of 19 days (loss of the pool 0.6897, by records 0.6918).',
  );
  const few = { ...LEARNT, why: 'too few', lossByRecords: null, lossWithModel: null, members: 1, days: 1 };
  expect(learntSentence(few)).toBe('Learnt on 2026-09-30 from 41,230 settled forecasts of 1 member on 1 day: too few.');
});

test('how much of a word is believed, and why not all of it', () => {
  expect(BOARD.members.map(heardWords)).toEqual([
    '42\u202f% believed: right less often at this hour',
    'believed as it says',
    '25\u202f% believed: right less often in calm markets',
  ]);
});

test('each verdict has a sign of its own', () => {
  expect(new Set(Object.values(TRUST_VERDICTS).map(({ sign }) => sign)).size).toBe(3);
});
