import { describe, expect, test } from 'vitest';
import { createModelAgent, type ModelProfile } from '../../../main/engine/decision/model-agent.ts';
import { createMomentumAgent } from '../../../main/engine/decision/momentum-agent.ts';
import { MOMENTUM_RECORD } from '../../../main/engine/decision/momentum-record.ts';
import type { EngineEvent, PredictionArrived } from '../../../main/engine/domain/events.ts';
import { FIT, type Fitness } from '../../../main/engine/domain/model-fitness.ts';
import type { Proposal } from '../../../main/engine/domain/proposal.ts';
import { candlesFromCloses, rowOf } from '../../support/candles.ts';
import {
  BTC,
  createSmallEngine,
  ETH,
  entryProposal,
  LIMITS,
  type SmallEngine,
  startedEngine,
  T0,
} from '../../support/small-engine.ts';

const PROFILE: ModelProfile = {
  model: 'reversal-gbt',
  version: '1.0.0',
  label: 'Reversal trees 1.0.0',
  timeframe: '1m',
  probabilityMin: 0.55,
  barrier: { kind: 'range', multiple: 2, bars: 14 } as const,
  horizonBars: 12,
  skillOnCard: 0.001,
};
const agents = () => [createModelAgent(PROFILE, () => FIT), createMomentumAgent(MOMENTUM_RECORD)];
const flat = (bars: number): number[] => Array.from({ length: bars }, (_, i) => 60_000 + 40 * (i % 2));

/** Sixty quiet candles up to T0, and then `closes`, the last of them on three times the volume. */
const history = (...closes: number[]) => {
  const all = [...flat(60), ...closes];
  return candlesFromCloses(
    all,
    T0,
    all.map((_, i) => (i === all.length - 1 ? 30 : 10)),
  ).map(rowOf);
};
const load = (engine: SmallEngine, ...closes: number[]) =>
  engine.send({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles: history(...closes) });
const close = (engine: SmallEngine, price: number, volume = 30) => {
  const openTimeMs = engine.nowMs - 60_000;
  const candle = [openTimeMs, price - 1, price + 1, price - 2, price, volume] as const;
  return engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '1m', candle, from: 'trades' });
};
const predict = (engine: SmallEngine, over: Partial<PredictionArrived> = {}) =>
  engine.send({
    kind: 'PredictionArrived',
    requestId: 'q',
    instrumentId: BTC,
    timeframe: '1m',
    candleCloseTimeMs: T0,
    model: 'reversal-gbt',
    version: '1.0.0',
    modelHash: 'abc',
    rawProbability: 0.7,
    probability: 0.62,
    record: { saidFrom: 0.6, saidTo: 0.7, rightShare: 0.63, n: 214 },
    edge: 'measured',
    latencyMs: 2,
    late: false,
    ...over,
  });
const proposed = (events: readonly EngineEvent[]): readonly Proposal[] =>
  events.flatMap((event) => (event.kind === 'ProposalMade' ? [event.proposal] : []));
const codes = (events: readonly EngineEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'Abstained' ? [event.code] : []));

describe('[D1] what several models were asked', () => {
  test('is judged when it has been gathered, and not by the first that speaks', () => {
    const engine = startedEngine({ agents: agents() });
    load(engine);
    expect(predict(engine, { gathering: true }).map(({ kind }) => kind)).toEqual(['PredictionArrived']);
    const about = { requestId: 'q', instrumentId: BTC, timeframe: '1m', candleCloseTimeMs: T0 } as const;
    const events = engine.send({ kind: 'AnswersGathered', ...about, missing: [] });
    expect(proposed(events)).toMatchObject([{ agent: 'Reversal trees 1.0.0', side: 'buy' }]);
  });
});

describe('at start', () => {
  test('[D2] the last closed candle is judged, once', () => {
    const engine = startedEngine({ agents: agents() });
    expect(proposed(load(engine, 60_100)).length).toBe(1);
    expect(engine.log.filter(({ kind }) => kind === 'VotesCounted').length).toBe(1);
    load(engine, 60_100);
    expect(engine.log.filter(({ kind }) => kind === 'VotesCounted').length).toBe(1);
  });

  test('[D2] it waits for a quote', () => {
    const engine = createSmallEngine({ agents: agents() });
    engine.start();
    expect(
      engine.send({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles: history(60_100) }).length,
    ).toBe(1);
    engine.quote(BTC, '59999', '60000');
    const quote = engine.quotes.get(BTC) ?? null;
    expect(proposed(engine.send({ kind: 'MarketBatchReceived', instrumentId: BTC, trades: null, quote })).length).toBe(
      1,
    );
  });

  test('[D2] it waits for the books of the venue', () => {
    const engine = createSmallEngine({ agents: agents() });
    engine.quote(BTC, '59999', '60000');
    const mode = { mode: 'practice', venue: 'binance', sourceDescription: '' } as const;
    engine.send({ kind: 'EngineStarted', sessionId: 'aaaaaaaa', build: '', seed: 1, ...mode, limits: LIMITS });
    expect(proposed(load(engine, 60_100))).toEqual([]);
    engine.emit({ kind: 'Reconciled', repairs: [] });
    const quote = engine.quotes.get(BTC) ?? null;
    expect(proposed(engine.send({ kind: 'MarketBatchReceived', instrumentId: BTC, trades: null, quote })).length).toBe(
      1,
    );
  });

  test('[D2] a candle that closes before the books are read is judged when they are', () => {
    const engine = createSmallEngine({ agents: agents() });
    engine.quote(BTC, '59999', '60000');
    const mode = { mode: 'practice', venue: 'binance', sourceDescription: '' } as const;
    engine.send({ kind: 'EngineStarted', sessionId: 'aaaaaaaa', build: '', seed: 1, ...mode, limits: LIMITS });
    const candles = history(60_100);
    const last = candles.at(-1)!;
    engine.send({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles: candles.slice(0, -1) });
    engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '1m', candle: last, from: 'trades' });
    engine.emit({ kind: 'Reconciled', repairs: [] });
    const quote = engine.quotes.get(BTC) ?? null;
    expect(proposed(engine.send({ kind: 'MarketBatchReceived', instrumentId: BTC, trades: null, quote })).length).toBe(
      1,
    );
  });

  test('[D2] not when it closed more than 90 s ago', () => {
    const engine = startedEngine({ agents: agents() });
    engine.nowMs += 90_001;
    engine.quote(BTC, '59999', '60000');
    expect(load(engine, 60_100).length).toBe(1);
  });
});

describe('what is proposed', () => {
  test('[D6] the momentum rule: levels, words, and no edge here', () => {
    const [proposal] = proposed(load(startedEngine({ agents: agents() }), 60_100));
    expect(proposal).toMatchObject({
      origin: 'rule',
      agent: 'Momentum rule',
      side: 'buy',
      orderType: 'limit',
      entryPrice: '60030',
      bandPrice: '60000',
      bandBps: 15,
      edge: 'none',
      record: { n: 6510 },
      expiresAtMs: T0 + LIMITS.approvalTtlMs,
      reduceOnly: false,
    });
    const text = proposal?.reasons.map((reason) => reason.text).join(' | ');
    expect(text).toContain('Volume 3.0× its mean, close above the 20-bar high');
    expect(text).toContain('No edge here: right 36 % of 6,510, -18.8 bps a trade after fees');
    expect(proposal?.votes.map(({ agent, stance }) => `${agent}: ${stance}`)).toEqual([
      'reversal-gbt: abstain',
      'momentum-rule: buy',
    ]);
  });

  test('the model: its calibrated probability with the record of what it says', () => {
    const engine = startedEngine({ agents: agents() });
    load(engine, 60_000);
    const [proposal] = proposed(predict(engine));
    expect(proposal).toMatchObject({
      origin: 'ensemble',
      agent: 'Reversal trees 1.0.0',
      probability: 0.62,
      edge: 'measured',
      modelHashes: ['abc'],
      record: { saidFrom: 0.6, saidTo: 0.7, rightShare: 0.63, n: 214 },
    });
    expect(proposal?.interval?.low).toBeCloseTo(0.5637, 3);
  });

  test('[D10] a model that says down proposes to sell what is held, with its record mirrored', () => {
    const engine = startedEngine({ agents: agents() });
    load(engine, 60_000);
    engine.hold(BTC, '0.05');
    const [proposal] = proposed(
      predict(engine, { probability: 0.35, record: { saidFrom: 0.3, saidTo: 0.4, rightShare: 0.37, n: 100 } }),
    );
    expect(proposal).toMatchObject({
      origin: 'exit',
      side: 'sell',
      reduceOnly: true,
      qtyBase: '0.05',
      stopPrice: null,
      probability: 0.65,
    });
    expect(proposal?.record).toMatchObject({ saidFrom: 0.6, saidTo: 0.7, n: 100 });
    expect(proposal?.record?.rightShare).toBeCloseTo(0.63, 12);
  });
});

describe('[D1] abstaining says why', () => {
  const asked = (prepare: (engine: SmallEngine) => void, closes: readonly number[] = [60_100]) => {
    const engine = startedEngine({ agents: agents() });
    load(engine, 60_000);
    engine.nowMs += 60_000;
    engine.quote(BTC, '59999', '60000');
    prepare(engine);
    return codes(close(engine, closes[0] as number));
  };
  test.each([
    ['no-signal', () => {}, [60_000]],
    ['flat', () => {}, [59_900]],
    ['stale', (engine: SmallEngine) => engine.quotes.clear(), [60_100]],
    ['stale', (engine: SmallEngine) => engine.feeds.set(BTC, 'down'), [60_100]],
    ['held', (engine: SmallEngine) => engine.send({ kind: 'KillSwitchSet', on: true }), [60_100]],
    ['already-long', (engine: SmallEngine) => engine.hold(BTC, '0.01'), [60_100]],
    [
      'no-room',
      (engine: SmallEngine) => engine.send({ kind: 'LimitsSet', limits: { ...LIMITS, exposureShareMax: 0 } }),
      [60_100],
    ],
  ] as const)('%s', (code, prepare, closes) => {
    expect(asked(prepare as (engine: SmallEngine) => void, closes)).toEqual([code]);
  });

  test('warming-up', () => {
    const engine = startedEngine({ agents: agents() });
    expect(codes(close(engine, 60_000))).toEqual(['warming-up']);
  });

  test('[D9] pending-proposal, then cooldown, and after four minutes again a proposal', () => {
    const engine = startedEngine({ agents: agents() });
    const id = proposed(load(engine, 60_100))[0]?.id as string;
    const next = (price: number) => {
      engine.nowMs += 60_000;
      engine.quote(BTC, '59999', '60000');
      return close(engine, price);
    };
    expect(codes(next(60_200))).toEqual(['pending-proposal']);
    engine.send({ kind: 'DeclineRequested', proposalId: id, why: '' });
    expect([codes(next(60_300)), codes(next(60_400))]).toEqual([['cooldown'], ['cooldown']]);
    expect(proposed(next(60_500)).length).toBe(1);
  });

  test('[D9] the cooldown outlives a restart', () => {
    const engine = startedEngine({ agents: agents() });
    load(engine, 60_100);
    const next = engine.restarted();
    next.start('bbbbbbbb');
    expect(codes(load(next, 60_100))).toEqual(['cooldown']);
  });

  test.each([
    ['late', { late: true }],
    ['not a probability', { probability: Number.NaN }],
    ['above one', { probability: 1.2 }],
    ['too old', { candleCloseTimeMs: T0 - 75_001 }],
  ])('[D13] a prediction that is %s counts as an abstention', (_, over) => {
    const engine = startedEngine({ agents: agents() });
    load(engine, 60_000);
    const votes = predict(engine, over).flatMap((event) => (event.kind === 'VotesCounted' ? event.votes : []));
    expect(votes.find(({ agent }) => agent === 'reversal-gbt')?.stance).toBe('abstain');
  });

  test('[D14] a silent model abstains, with the reason', () => {
    const fitness: Fitness = { state: 'silent', code: 'halted', text: 'it is halted: gone' };
    const engine = startedEngine({ agents: [createModelAgent(PROFILE, () => fitness)] });
    load(engine);
    const events = predict(engine);
    expect(proposed(events)).toEqual([]);
    expect(engine.decision.view.votes(BTC)?.votes).toMatchObject([{ stance: 'abstain', note: 'it is halted: gone' }]);
  });

  test('[D14] the stance of a drifted model is shown without record and weight', () => {
    const fitness: Fitness = { state: 'drifted', code: 'drifted', text: 'its inputs have drifted' };
    const members = () => [
      createModelAgent(PROFILE, () => fitness),
      createModelAgent({ ...PROFILE, model: 'other' }, () => FIT),
    ];
    const engine = startedEngine({ agents: members() });
    load(engine);
    const [proposal] = proposed(predict(engine, { probability: 0.9 }));
    expect(proposal).toMatchObject({ side: 'buy', edge: 'unknown', record: null, interval: null });
    expect(proposal?.votes[0]?.note).toBe('90 % up; no weight: its inputs have drifted');
    expect(proposal?.reasons).toContainEqual({ code: 'drifted', text: 'No weight: its inputs have drifted' });
    // Against a model with an edge it is not even a dissent.
    const against = startedEngine({ agents: members() });
    load(against);
    against.hold(BTC, '0.1', '6000');
    predict(against, { probability: 0.9 });
    const [exit] = proposed(predict(against, { model: 'other', probability: 0.3 }));
    expect(exit).toMatchObject({ side: 'sell', edge: 'measured' });
    expect(exit?.reasons.map(({ code }) => code)).not.toContain('disagreement');
  });

  test('a prediction of a model that nobody registered is not judged', () => {
    const engine = startedEngine({ agents: agents() });
    expect(predict(engine, { model: 'other' }).length).toBe(1);
  });
});

describe('[D11] a quiet market', () => {
  const stir = (engine: SmallEngine) => {
    load(engine, 60_000);
    engine.nowMs += 60_000;
    engine.quote(BTC, '59999', '60000');
    return close(engine, 60_045, 6);
  };

  test('a faint stance waits for the quiet and is then shown, once', () => {
    const engine = startedEngine({ agents: agents() });
    engine.propose(entryProposal({ id: 'p-eth', instrumentId: ETH }));
    expect(codes(stir(engine))).toEqual(['weak-signal']);
    engine.nowMs += 39_999;
    engine.quote(BTC, '59999', '60000');
    expect(proposed(engine.send({ kind: 'ClockTicked' }))).toEqual([]);
    engine.nowMs += 1;
    const [proposal] = proposed(engine.send({ kind: 'ClockTicked' }));
    expect(proposal?.reasons.map(({ code }) => code)).toContain('faint');
    expect(proposed(engine.send({ kind: 'ClockTicked' }))).toEqual([]);
  });
});

test('the same events lead to the same decisions', () => {
  const hashes = [1, 2].map(() => {
    const engine = startedEngine({ agents: agents() });
    load(engine, 60_100);
    predict(engine);
    engine.nowMs += 60_000;
    close(engine, 60_200);
    return engine.core.decisionHash();
  });
  expect(hashes[0]).toBe(hashes[1]);
});
