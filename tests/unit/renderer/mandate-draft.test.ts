import { describe, expect, it } from 'vitest';
import type { Model } from '../../../preload/contract.ts';
import { mandateSchema } from '../../../preload/limits-contract.ts';
import {
  draftFromMandate,
  type MandateDraft,
  mandateFromDraft,
  mandateSentence,
  readMoment,
  signableAgents,
} from '../../../renderer/panels/mandate-draft.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 9);
const KNOWN = ['BTC', 'ETH', 'SOL'].map((base) => ({ id: `binance:${base}/USDT`, base, quote: 'USDT' }));
const DRAFT: MandateDraft = {
  name: ' calm ',
  notional: '250.10',
  probability: '60',
  instrumentIds: ['binance:BTC/USDT', 'binance:ETH/USDT'],
  fromHour: '8',
  toHour: '20',
  until: '2026-11-21 20:00',
};
const written = (change: Partial<MandateDraft> = {}) => {
  const result = mandateFromDraft({ ...DRAFT, ...change }, NOW_MS);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.mandate;
};
const errorsOf = (change: Partial<MandateDraft>) => {
  const result = mandateFromDraft({ ...DRAFT, ...change }, NOW_MS);
  return result.ok ? {} : result.errors;
};

describe('a mandate as text', () => {
  it('is the mandate the contract takes, its amount as typed', () => {
    expect(mandateSchema.parse(written())).toEqual({
      name: 'calm',
      notionalQuoteMax: '250.10',
      minProbability: 0.6,
      instrumentIds: DRAFT.instrumentIds,
      fromHourUtc: 8,
      toHourUtc: 20,
      validUntilMs: Date.UTC(2026, 10, 21, 20),
    });
  });

  it('survives being changed: the draft of a mandate gives the same mandate', () => {
    const mandate = written({ probability: '57.5' });
    const again = mandateFromDraft(draftFromMandate(mandate), NOW_MS);
    expect(again).toEqual({ ok: true, mandate });
  });

  it.each([
    ['name', '  ', 'Give it a name: every order it signs will carry it.'],
    ['notional', '0.0', 'An amount above zero, such as 250.'],
    ['notional', '1e3', 'An amount above zero, such as 250.'],
    ['probability', '101', 'A number from 0 to 100.'],
    ['fromHour', '24', 'From: a whole hour, 0 to 23.'],
    ['toHour', '8.5', 'To: a whole hour, 0 to 24.'],
    ['until', '2026-02-30 10:00', 'A day and time such as 2026-11-21 20:00.'],
    ['until', '2026-11-21 09:00', 'That time is over.'],
  ] as const)('%s %j: %s', (field, text, sentence) => {
    expect(errorsOf({ [field]: text })).toEqual({ [field]: sentence });
  });

  it('without an instrument is refused at the instruments', () => {
    expect(errorsOf({ instrumentIds: [] })).toEqual({ instrumentIds: 'Choose at least one instrument.' });
  });
});

describe('its sentence', () => {
  it('says amount, instruments, hours, probability and end', () => {
    expect(mandateSentence(written(), KNOWN)).toBe(
      'Signs proposals up to 250.10 USDT each in BTC, ETH between 08 and 20 UTC when the calibrated probability is at ' +
        'least 60\u202f%, never without an edge, until 2026-11-21 20:00 UTC.',
    );
  });

  it.each([
    ['0', '24', 'at any hour'],
    ['5', '5', 'at any hour'],
    ['22', '6', 'between 22 and 06 UTC (over midnight)'],
  ])('%s to %s is %s', (fromHour, toHour, words) => {
    expect(mandateSentence(written({ fromHour, toHour }), KNOWN)).toContain(words);
  });

  it('all instruments are one word', () => {
    expect(mandateSentence(written({ instrumentIds: KNOWN.map((row) => row.id) }), KNOWN)).toContain(
      'all 3 instruments',
    );
  });

  it('names only agents with an edge as able', () => {
    const agent = (label: string, edge: Model['edge']) => ({ label, edge }) as Model;
    expect(signableAgents([agent('Trees', 'weak'), agent('Momentum', 'none')])).toBe('With an edge now: Trees.');
    expect(signableAgents([agent('Momentum', 'none')])).toMatch(/^No model or rule has an edge/);
  });
});

describe('a moment', () => {
  it.each([
    ['2026-11-21 20:00', Date.UTC(2026, 10, 21, 20)],
    ['2026-11-21T20:00', Date.UTC(2026, 10, 21, 20)],
    ['2026-13-01 00:00', null],
    ['2026-11-21 24:00', null],
    ['tomorrow', null],
  ])('%s', (text, timeMs) => {
    expect(readMoment(text)).toBe(timeMs);
  });
});
