import { describe, expect, it } from 'vitest';
import { axisAround } from '../../../../renderer/lab/axis-draft.ts';
import type { Catalogue } from '../../../../renderer/lab/lab-store.ts';
import {
  draftFor,
  draftOf,
  planOf,
  type RunDraft,
  withInstrument,
  withStrategy,
} from '../../../../renderer/lab/run-draft.ts';
import { FIRST_SIGNING, type SigningDraft } from '../../../../renderer/lab/signing-draft.ts';
import { LAB_PLAN } from '../../../support/memory-lab.ts';

const whole = { whole: true, about: '' };
const CATALOGUE: Catalogue = {
  strategies: [
    {
      name: 'sma-cross',
      isOwn: false,
      title: 'SMA cross',
      about: '',
      instruments: 1,
      wantsModel: false,
      params: [
        { name: 'fast', standard: 10, least: 1, most: 1_000, ...whole },
        { name: 'slow', standard: 30, least: 2, most: 5_000, ...whole },
        { name: 'share', standard: 0.95, least: 0.01, most: 1, whole: false, about: '' },
      ],
    },
    { name: 'bare', isOwn: false, title: 'Bare', about: '', instruments: 1, wantsModel: false, params: [] },
    { name: 'pair', isOwn: false, title: 'Pair', about: '', instruments: 2, wantsModel: false, params: [] },
    { name: 'by-model', isOwn: false, title: 'By model', about: '', instruments: 1, wantsModel: true, params: [] },
    { name: 'mine.ts', isOwn: true, title: 'Mine', about: '', instruments: 1, wantsModel: false, params: [] },
  ],
  settings: LAB_PLAN.settings,
  models: [{ name: 'reversal', version: '1.0.0', title: 'Reversal', timeframe: '5m' }],
  stored: [],
};
const BTC = 'binance:BTC/USDT';
/** At night, over midnight. */
const MANDATE: SigningDraft = {
  ...FIRST_SIGNING,
  by: 'mandate',
  notional: '250.50',
  probability: '55',
  fromHour: '22',
  toHour: '6',
  untilDay: '2024-05-31',
  supposed: '60',
};
const draft = (change: Partial<RunDraft> = {}): RunDraft => ({ ...draftFor(CATALOGUE, BTC), ...change });
const errorsOf = (change: Partial<RunDraft>): Readonly<Record<string, string>> => {
  const result = planOf(draft(change), CATALOGUE);
  return result.ok ? {} : result.errors;
};

describe('the draft of a run', () => {
  it('begins with the first strategy, its standard values and costs as a person writes them', () => {
    const fresh = draft();
    expect(fresh).toMatchObject({ strategy: 'sma-cross', params: { fast: '10', slow: '30', share: '0.95' } });
    expect(fresh.costs).toMatchObject({ cashQuote: '10000', takerFee: '0.1', slippageBps: '1' });
    expect(planOf(fresh, CATALOGUE)).toEqual({
      ok: true,
      plan: {
        ...LAB_PLAN,
        params: { fast: 10, slow: 30, share: 0.95 },
        sources: [{ kind: 'instrument', instrumentId: BTC, timeframe: '1h' }],
      },
    });
  });

  it('days are whole days in UTC, the last one included', () => {
    const result = planOf(draft({ fromDay: '2024-02-28', toDay: '2024-02-29' }), CATALOGUE);
    expect(result.ok && [result.plan.fromMs, result.plan.toMs]).toEqual([Date.UTC(2024, 1, 28), Date.UTC(2024, 2, 1)]);
  });

  it.each<[string, Partial<RunDraft>, Record<string, string>]>([
    ['text for a number', { params: { fast: 'x', slow: '30', share: '0.95' } }, { 'params.fast': 'A number.' }],
    ['nothing for a number', { params: { fast: ' ', slow: '30', share: '0.95' } }, { 'params.fast': 'A number.' }],
    ['a broken count', { params: { fast: '1.5', slow: '30', share: '0.95' } }, { 'params.fast': 'A whole number.' }],
    [
      'a value beyond its range',
      { params: { fast: '0', slow: '30', share: '2' } },
      { 'params.fast': '1–1,000.', 'params.share': '0.01–1.' },
    ],
    ['a fee beyond reason', { costs: { ...draft().costs, takerFee: '50' } }, { 'costs.takerFee': '0–10.' }],
    [
      'no file',
      { sources: [{ ...draft().sources[0]!, kind: 'file', path: '  ' }] },
      { 'sources.0.path': 'Which file? Its path on this machine.' },
    ],
    [
      'no second instrument',
      withStrategy(draft(), CATALOGUE.strategies[2]),
      { 'sources.1.instrumentId': 'Which instrument?' },
    ],
    ['a day that is none', { fromDay: '2024-02-30' }, { fromDay: 'A day, as 2026-01-31.' }],
    [
      'a span the wrong way round',
      { fromDay: '2024-02-02', toDay: '2024-02-01' },
      { toDay: 'Not before the first day.' },
    ],
    [
      'a strategy of a model without one',
      withStrategy(draft(), CATALOGUE.strategies[3]),
      { model: 'It acts on a model’s word: which one is asked?' },
    ],
    [
      'a mandate that says nothing',
      { signing: { ...MANDATE, notional: '0', probability: '', fromHour: '24', untilDay: 'soon' } },
      {
        'signing.notional': 'An amount above zero, such as 250.',
        'signing.probability': 'A number.',
        'signing.fromHour': '0–23.',
        'signing.untilDay': 'A day, as 2026-01-31.',
      },
    ],
    ['an unknown strategy', { strategy: 'none' }, { strategy: 'Which strategy?' }],
  ])('%s is said at its field', (_what, change, errors) => {
    expect(errorsOf(change)).toEqual(errors);
  });

  it('another strategy brings its own parameters', () => {
    expect(withStrategy(draft({ mode: 'map' }), CATALOGUE.strategies[1])).toMatchObject({
      strategy: 'bare',
      params: {},
      mode: 'one',
    });
  });

  it('a strategy of two instruments has a field for each, and one of one has one again', () => {
    const pair = withStrategy(draft(), CATALOGUE.strategies[2]);
    expect(pair.sources.map(({ instrumentId }) => instrumentId)).toEqual([BTC, '']);
    const chosen = {
      ...pair,
      sources: pair.sources.with(1, { ...pair.sources[1]!, instrumentId: 'binance:ETH/USDT' }),
    };
    const result = planOf(chosen, CATALOGUE);
    expect(result.ok && result.plan.sources.map((source) => 'instrumentId' in source && source.instrumentId)).toEqual([
      BTC,
      'binance:ETH/USDT',
    ]);
    expect(withStrategy(pair, CATALOGUE.strategies[0]).sources).toEqual(draft().sources);
  });

  it('begun before any instrument is known takes the first that comes, and what was chosen stays', () => {
    const early = draftFor(CATALOGUE, '');
    expect(withInstrument(early, '').sources[0]?.instrumentId).toBe('');
    expect(withInstrument(early, BTC)).toEqual(draft());
    expect(withInstrument(draft(), 'binance:ETH/USDT')).toEqual(draft());
    const pair = withStrategy(draft(), CATALOGUE.strategies[2]);
    expect(withInstrument(pair, BTC).sources[1]?.instrumentId).toBe('');
  });

  it('a run of which only the name is known fills the form but for its file', () => {
    const plan = { ...LAB_PLAN, sources: [{ kind: 'named' as const, name: 'btc_1h', timeframe: '1h' }] };
    const again = planOf(draftOf(plan, draft(), CATALOGUE.strategies[0]), CATALOGUE);
    expect(again).toEqual({ ok: false, errors: { 'sources.0.path': 'Which file? Its path on this machine.' } });
  });

  it('a mandate signs for one run, of the user’s own too, and for nothing else', () => {
    const planned = (change: Partial<RunDraft>) => {
      const result = planOf(draft({ signing: MANDATE, ...change }), CATALOGUE);
      return result.ok ? result.plan.mandate : result.errors;
    };
    const mandate = {
      notionalQuoteMax: '250.50',
      minProbability: 0.55,
      fromHourUtc: 22,
      toHourUtc: 6,
      validUntilMs: Date.UTC(2024, 5, 1),
      supposed: 0.6,
    };
    expect(planned({})).toEqual(mandate);
    expect(planned({ signing: { ...MANDATE, supposed: ' ', untilDay: '' } })).toEqual({
      ...mandate,
      supposed: null,
      validUntilMs: null,
    });
    expect(planned({ mode: 'map' })).toBeNull();
    expect(planned(withStrategy(draft({ signing: MANDATE }), CATALOGUE.strategies[4]))).toEqual(mandate);
  });

  it('somebody at the desk answers, alone or beside a mandate, in one run alone', () => {
    const planned = (change: Partial<RunDraft>) => {
      const result = planOf(draft(change), CATALOGUE);
      return result.ok ? { person: result.plan.person, mandate: result.plan.mandate } : result.errors;
    };
    const signing: SigningDraft = { ...FIRST_SIGNING, by: 'person', delay: '12.5', sleepFrom: '23', approves: '80' };
    const person = { medianDelayMs: 12_500, delaySpread: 0.7, sleepFromHour: 23, sleepToHour: 6, approvedShare: 0.8 };
    expect(planned({ signing })).toEqual({ person, mandate: null });
    expect(planned({ signing: { ...signing, by: 'both' } })).toMatchObject({ person, mandate: { toHourUtc: 24 } });
    expect(planned({ signing, mode: 'map' })).toEqual({ person: null, mandate: null });
    expect(planned({ signing: { ...signing, delay: '-1', spread: '', sleepTo: '25', approves: '101' } })).toEqual({
      'signing.delay': '0–3,600.',
      'signing.spread': 'A number.',
      'signing.sleepTo': '0–24.',
      'signing.approves': '0–100.',
    });
    // What is not asked for is not read.
    expect(planned({ signing: { ...signing, notional: 'much' } })).toEqual({ person, mandate: null });
    for (const by of ['person', 'both'] as const) {
      const first = planOf(draft({ signing: { ...signing, by } }), CATALOGUE);
      if (!first.ok) throw new Error('no plan');
      const again = planOf(draftOf(first.plan, draft(), CATALOGUE.strategies[0]), CATALOGUE);
      expect(again).toEqual(first);
    }
  });

  it('a model is told to a strategy that listens, and to no other', () => {
    const model = (at: number): string | null | undefined => {
      const result = planOf({ ...withStrategy(draft(), CATALOGUE.strategies[at]), model: 'reversal' }, CATALOGUE);
      return result.ok ? result.plan.model : undefined;
    };
    expect([model(0), model(3), model(4)]).toEqual([null, 'reversal', 'reversal']);
  });

  it('a plan fills the form so that the same plan comes of it', () => {
    const plan = {
      ...LAB_PLAN,
      params: { fast: 20, slow: 60, share: 0.5 },
      sources: [{ kind: 'file' as const, path: '/data/btc.csv' }],
      fromMs: Date.UTC(2024, 0, 1),
      toMs: Date.UTC(2024, 1, 1),
      settings: { ...LAB_PLAN.settings, takerFee: 0.00075, shorts: true },
      mandate: {
        notionalQuoteMax: '250',
        minProbability: 0.555,
        fromHourUtc: 22,
        toHourUtc: 6,
        validUntilMs: Date.UTC(2024, 5, 1),
        supposed: 0.6,
      },
    };
    expect(planOf(draftOf(plan, draft(), CATALOGUE.strategies[0]), CATALOGUE)).toEqual({ ok: true, plan });
    const asked = { ...LAB_PLAN, strategy: 'by-model', params: {}, model: 'reversal' };
    expect(planOf(draftOf(asked, draft(), CATALOGUE.strategies[3]), CATALOGUE)).toEqual({ ok: true, plan: asked });
  });
});

describe('the map of two parameters', () => {
  it('goes from half to twice the standard value, in whole steps where it counts', () => {
    const [fast, , share] = CATALOGUE.strategies[0]!.params;
    expect(axisAround(fast)).toEqual({ name: 'fast', from: '5', to: '20', steps: '6' });
    expect(axisAround(share)).toEqual({ name: 'share', from: '0.475', to: '1', steps: '6' });
    const result = planOf(draft({ mode: 'map' }), CATALOGUE);
    expect(result.ok && result.plan.map).toEqual({
      x: { name: 'fast', values: [5, 8, 11, 14, 17, 20] },
      y: { name: 'slow', values: [15, 24, 33, 42, 51, 60] },
    });
  });

  it.each<[string, Partial<RunDraft>, Record<string, string>]>([
    [
      'one parameter twice',
      { y: axisAround(CATALOGUE.strategies[0]!.params[0]) },
      { y: 'Another parameter than the one across.' },
    ],
    [
      'an end below its beginning',
      { x: { name: 'fast', from: '9', to: '5', steps: '3' } },
      { 'x.to': 'Above the first value.' },
    ],
    ['too many values', { x: { name: 'fast', from: '1', to: '50', steps: '16' } }, { 'x.steps': '2–15.' }],
  ])('%s is said', (_what, change, errors) => {
    expect(errorsOf({ mode: 'map', ...change })).toEqual(errors);
  });
});

describe('the draft of a run over depth and trades', () => {
  const [source] = draft().sources;
  const ticks = {
    ...source!,
    kind: 'ticks',
    path: ' /data/depth.csv ',
    tradesPath: '/data/a.csv, /data/b.csv',
  } as const;
  const replayed = (change: Partial<RunDraft> = {}): RunDraft => draft({ sources: [ticks], ...change });

  it('is one run of all files, whole, everything signed at once, whatever was typed before', () => {
    const signed = { ...FIRST_SIGNING, by: 'person' } as const;
    const result = planOf(replayed({ mode: 'search', fromDay: 'no day', signing: signed }), CATALOGUE);
    expect(result).toMatchObject({
      ok: true,
      plan: {
        sources: [{ kind: 'ticks', paths: ['/data/depth.csv', '/data/a.csv', '/data/b.csv'], timeframe: '1h' }],
        ...{ fromMs: null, toMs: null, map: null, search: null, mandate: null, person: null, model: null },
      },
    });
    if (result.ok)
      expect(draftOf(result.plan, draft(), CATALOGUE.strategies[0]).sources[0]).toMatchObject({
        kind: 'ticks',
        path: '/data/depth.csv',
        tradesPath: '/data/a.csv, /data/b.csv',
      });
  });

  it('asks where it is, and takes no strategy that acts on a model’s word', () => {
    expect(errorsOf({ sources: [{ ...ticks, path: ' ' }] })).toHaveProperty(
      ['sources.0.path'],
      'Which recording? Its path on this machine.',
    );
    expect(errorsOf(replayed({ strategy: 'by-model' }))['strategy']).toMatch(/asked about candles/);
  });

  it('is candles again for a strategy of several instruments', () => {
    const pair = CATALOGUE.strategies.find(({ name }) => name === 'pair');
    expect(withStrategy(replayed(), pair).sources.map(({ kind }) => kind)).toEqual(['instrument', 'instrument']);
  });
});
