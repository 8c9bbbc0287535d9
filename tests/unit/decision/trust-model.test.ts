import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Agent, abstaining, type Opinion } from '../../../main/engine/decision/agent.ts';
import { type Ballot, countHeard, countVotes, weightOf } from '../../../main/engine/decision/ensemble.ts';
import { heardShare, logOddsOf, TRUST_TERMS, trustTerms } from '../../../main/engine/decision/heard.ts';
import { createModelAgent } from '../../../main/engine/decision/model-agent.ts';
import { heardAbove, pooledChance } from '../../../main/engine/decision/pooled.ts';
import { listenTo } from '../../../main/engine/decision/why-heard.ts';
import { REGIMES } from '../../../main/engine/domain/ensemble.ts';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import { FIT } from '../../../main/engine/domain/model-fitness.ts';
import type { SituatedForecast, TrustModel } from '../../../main/engine/domain/trust-model.ts';
import { candlesFromCloses, rowOf } from '../../support/candles.ts';
import { BTC, type SmallEngine, startedEngine, T0 } from '../../support/small-engine.ts';

type Term = (typeof TRUST_TERMS)[number];
const UNTIL_MS = T0 + 86_400_000;
const weightsOf = (set: Partial<Record<Term, number>>): number[] => TRUST_TERMS.map((term) => set[term] ?? 0);
const modelOf = (members: Record<string, Partial<Record<Term, number>>>, shared: Partial<Record<Term, number>> = {}) =>
  ({
    terms: TRUST_TERMS,
    shared: weightsOf(shared),
    members: Object.entries(members).map(([member, set]) => ({ member, weights: weightsOf(set) })),
    untilMs: UNTIL_MS,
  }) satisfies TrustModel;
/** A Wednesday, noon. */
const NOON = Date.UTC(2026, 5, 3, 12);
const forecast = (
  over: Partial<SituatedForecast['situation']> = {},
  probability = 0.7,
  madeMs = NOON,
): SituatedForecast => ({
  member: 'm@1.0.0',
  madeMs,
  probability,
  situation: { regime: 'usual', volatility: 0.5, skill: 0, n: 0, company: 0, ...over },
});

describe('[D24] how much of a forecast is believed', () => {
  test('what it states is where it begins: no weights take nothing away', () => {
    expect(heardShare(modelOf({ 'm@1.0.0': {} }), forecast())).toBe(1);
  });
  test('half its log odds taken away, whichever side it is on', () => {
    const half = modelOf({ 'm@1.0.0': { bias: -logOddsOf(0.7) / 2 } });
    expect(heardShare(half, forecast())).toBeCloseTo(0.5, 12);
    expect(heardShare(half, forecast({}, 0.3))).toBeCloseTo(0.5, 12);
  });
  test('nobody is believed more than he says, or less than not at all', () => {
    expect(heardShare(modelOf({ 'm@1.0.0': { bias: 2 } }), forecast())).toBe(1);
    expect(heardShare(modelOf({ 'm@1.0.0': { bias: -9 } }), forecast())).toBe(0);
  });
  test('who is not known, and who says nothing, is heard whole', () => {
    const none = modelOf({ 'other@1.0.0': {} }, { bias: -9 });
    expect(heardShare(none, forecast())).toBe(1);
    expect(listenTo(none, forecast())).toBe(undefined);
    expect(heardShare(modelOf({ 'm@1.0.0': { bias: -9 } }), forecast({}, 0.5))).toBe(1);
  });
  test('whatever the situation and the weights, it is a share', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), {
          minLength: TRUST_TERMS.length,
          maxLength: TRUST_TERMS.length,
        }),
        fc.record({
          regime: fc.constantFrom(...REGIMES),
          volatility: fc.double({ min: 0, max: 1, noNaN: true }),
          skill: fc.double({ noNaN: true, noDefaultInfinity: true }),
          n: fc.double({ min: 0, max: 1e9, noNaN: true }),
          company: fc.double({ noNaN: true, noDefaultInfinity: true }),
        }),
        fc.integer({ min: 0, max: 4e12 }),
        (probability, shared, situation, madeMs) => {
          const model = { ...modelOf({ 'm@1.0.0': {} }), shared };
          const share = heardShare(model, { member: 'm@1.0.0', madeMs, probability, situation });
          return share >= 0 && share <= 1;
        },
      ),
      { numRuns: 300 },
    );
  });
  test('a trust of a quarter is left, and one below it as it is', () => {
    expect([heardAbove(0, 1), heardAbove(0, 4), heardAbove(0, 0.25), heardAbove(0.9, 1), heardAbove(0, 0)]).toEqual([
      0.25, 0.0625, 1, 0.9, 1,
    ]);
  });
  test('what is not believed makes the pool less sure, and does not go to the others', () => {
    const word = (probability: number, heard: number) => ({ logOdds: logOddsOf(probability), trust: 1, heard });
    expect(pooledChance([word(0.7, 1)])).toBeCloseTo(0.7, 12);
    expect(pooledChance([word(0.7, 0)])).toBe(0.5);
    expect(pooledChance([word(0.7, 0), word(0.6, 1)])).toBeCloseTo(1 / (1 + Math.exp(-logOddsOf(0.6) / 2)), 12);
    expect(pooledChance([])).toBe(0.5);
  });
});

test.each([
  ['calm', forecast({ regime: 'calm' }), { calm: -1 }, 'right less often in calm markets'],
  ['wild', forecast({ regime: 'wild' }), { 'said in the wild': -1 }, 'right less often in wild markets'],
  ['wide', forecast({ volatility: 0.9 }), { volatility: -1 }, 'right less often where candles range as widely as now'],
  ['narrow', forecast({ volatility: 0.1 }), { volatility: 1 }, 'right less often where candles range as little as now'],
  ['alone', forecast({ company: -1 }), { company: 1 }, 'right less often where the others contradict it'],
  ['company', forecast({ company: 1 }), { company: -1 }, 'right less often where the others agree with it'],
  ['bad run', forecast({ skill: -0.02 }), { 'skill of late': 1 }, 'it has done badly of late'],
  ['good run', forecast({ skill: 0.02 }), { 'skill of late': -1 }, 'right less often after a good run'],
  ['hour', forecast(), { 'hour, cosine': 1 }, 'right less often at this hour'],
  ['weekend', forecast({}, 0.7, NOON + 3 * 86_400_000), { weekend: -1 }, 'right less often at weekends'],
  ['long', forecast({ n: 900 }), { experience: -1 }, 'right less often the longer it is watched'],
  ['always', forecast(), { bias: -1 }, 'right less often than it says'],
] as const)('[D24] it says why: %s', (_, said, weights, why) => {
  expect(listenTo(modelOf({ 'm@1.0.0': weights }), said)).toMatchObject({ why });
});

test('terms are of what was known, one for each name, and finite', () => {
  const terms = trustTerms(forecast({ regime: 'wild', n: 300, volatility: 1, skill: 9 }, 1));
  expect(terms.length).toBe(TRUST_TERMS.length);
  expect(terms.every(Number.isFinite)).toBe(true);
});

function ballot(stance: 'buy' | 'sell', probability: number, share: number, name = `${stance} ${probability}`): Ballot {
  const opinion: Opinion = { ...abstaining('', 'measured'), stance, probability, strength: 'clear' };
  const agent: Agent = {
    id: name,
    label: name,
    kind: 'model',
    timeframe: '1m',
    onCandle: () => {},
    opinion: () => opinion,
  };
  const weightByRecord = weightOf(opinion);
  return { agent, opinion, weight: weightByRecord * share, heard: { share, why: 'x', weightByRecord } };
}

describe('[D25] what was learnt can take a stance away and never make one', () => {
  test('two that contradict each other: that one of them is not believed is no reason to act', () => {
    const ballots = [ballot('buy', 0.6, 1), ballot('sell', 0.6, 0.25)];
    expect(countVotes(ballots).stance).toBe('buy');
    expect(countHeard(ballots)).toMatchObject({ stance: 'none', code: 'trust-alone' });
  });
  test('the heavier one is not believed: the lighter one does not act in its place', () => {
    const ballots = [ballot('buy', 0.55, 1), ballot('sell', 0.7, 0.05)];
    expect(countVotes(ballots).stance).toBe('buy');
    expect(countHeard(ballots)).toMatchObject({
      stance: 'none',
      text: 'what was learnt about whom to believe would buy; by their records alone the members would sell',
    });
  });
  test('one that is not believed is not sure enough any more', () => {
    expect(countHeard([ballot('buy', 0.6, 1)], 'buy', 0.55)).toMatchObject({ stance: 'buy' });
    expect(countHeard([ballot('buy', 0.6, 0.25)], 'buy', 0.55)).toMatchObject({
      stance: 'none',
      code: 'low-confidence',
    });
  });
  test('of any votes: nothing is proposed that the records alone would not propose', () => {
    const anyBallot = fc
      .tuple(
        fc.constantFrom('buy' as const, 'sell' as const),
        fc.double({ min: 0.5, max: 0.99, noNaN: true }),
        fc.double({ min: 0.06, max: 1, noNaN: true }),
      )
      .map(([stance, probability, share]) => ballot(stance, probability, share));
    fc.assert(
      fc.property(fc.array(anyBallot, { maxLength: 6 }), fc.constantFrom(0.5, 0.55, 0.6), (ballots, confidenceMin) => {
        const { stance } = countHeard(ballots, 'buy', confidenceMin);
        const records = ballots.map(({ heard: _, ...each }) => ({ ...each, weight: weightOf(each.opinion) }));
        const alone = countVotes(records, 'buy', confidenceMin);
        expect(['none', alone.stance]).toContain(stance);
      }),
      { numRuns: 500 },
    );
  });
});

const agentOf = (model: string, version = '1.0.0') =>
  createModelAgent(
    {
      model,
      version,
      label: `${model} ${version}`,
      timeframe: '1m',
      probabilityMin: 0.55,
      barrier: { kind: 'range', multiple: 2, bars: 14 } as const,
      horizonBars: 12,
      skillOnCard: 0,
    },
    () => FIT,
  );
const CLOSES = Array.from({ length: 60 }, (_, at) => 60_000 + 40 * (at % 2));

function engineWith(...models: string[]): SmallEngine {
  const engine = startedEngine({ agents: models.map((model) => agentOf(model)), modelAgent: agentOf });
  engine.send({
    kind: 'HistoryLoaded',
    instrumentId: BTC,
    timeframe: '1m',
    candles: candlesFromCloses(CLOSES, T0).map(rowOf),
  });
  return engine;
}
const about = { requestId: 'q', instrumentId: BTC, timeframe: '1m', candleCloseTimeMs: T0 } as const;
const answered = (engine: SmallEngine, said: Record<string, number>): readonly EngineEvent[] => {
  for (const [model, probability] of Object.entries(said)) {
    engine.send({
      kind: 'PredictionArrived',
      ...about,
      model,
      version: '1.0.0',
      modelHash: model,
      rawProbability: probability,
      probability,
      record: null,
      edge: 'measured',
      latencyMs: 1,
      late: false,
      gathering: true,
    });
  }
  return engine.send({ kind: 'AnswersGathered', ...about, missing: [] });
};
const votes = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'VotesCounted' ? event.votes : []));
const setTrust = (engine: SmallEngine, model: TrustModel | null) =>
  engine.send({ kind: 'TrustModelSet', model, why: 'test' });
const HALVED = modelOf({ 'm@1.0.0': { bias: -logOddsOf(0.8) / 2 }, 'n@1.0.0': {} });

describe('[D24] in the ensemble', () => {
  test('the votes say how much of each was believed and why; withdrawn, past its time or set by hand, nobody’s do', () => {
    const engine = engineWith('m', 'n', 'o');
    const said = { m: 0.8, n: 0.8, o: 0.8 };
    setTrust(engine, HALVED);
    const [m, n, o] = votes(answered(engine, said));
    expect(m).toMatchObject({ note: '80 % up; heard at 50 %: right less often than it says' });
    expect(m?.heard).toBeCloseTo(0.5, 12);
    expect(m?.weightShare).toBeCloseTo(0.2, 12);
    expect(n).toMatchObject({ heard: 1, note: '80 % up' });
    expect(o).not.toHaveProperty('heard');
    engine.send({ kind: 'EnsembleSet', settings: { confidenceMin: 0.5, weights: { m: 1 }, decideEveryMs: {} } });
    expect(votes(answered(engine, said))[0]).not.toHaveProperty('heard');
    engine.send({ kind: 'EnsembleSet', settings: { confidenceMin: 0.5, weights: {}, decideEveryMs: {} } });
    setTrust(engine, { ...HALVED, untilMs: T0 });
    expect(votes(answered(engine, said))[0]).not.toHaveProperty('heard');
    setTrust(engine, null);
    expect(votes(answered(engine, said))[0]).not.toHaveProperty('heard');
  });

  test('the proposal says that its member is heard in part', () => {
    const engine = engineWith('m');
    setTrust(engine, HALVED);
    const [proposal] = answered(engine, { m: 0.8 }).flatMap((event) =>
      event.kind === 'ProposalMade' ? [event.proposal] : [],
    );
    expect(proposal?.reasons).toContainEqual({
      code: 'heard',
      text: 'Its word is heard at 50 %: right less often than it says',
    });
  });

  test('it outlives a restart, and the same events lead to the same decisions', () => {
    const engine = engineWith('m', 'n');
    setTrust(engine, HALVED);
    expect(engine.restarted().decision.view.trustModel()).toEqual(HALVED);
    answered(engine, { m: 0.7, n: 0.4 });
    const twin = engineWith('m', 'n');
    setTrust(twin, JSON.parse(JSON.stringify(HALVED)));
    answered(twin, { m: 0.7, n: 0.4 });
    expect(JSON.stringify(twin.log)).toBe(JSON.stringify(engine.log));
    expect(twin.core.decisionHash()).toBe(engine.core.decisionHash());
    const other = engineWith('m', 'n');
    answered(other, { m: 0.7, n: 0.4 });
    expect(other.core.decisionHash()).not.toBe(engine.core.decisionHash());
  });
});
