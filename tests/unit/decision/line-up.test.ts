import { expect, test } from 'vitest';
import { createModelAgent, type ModelProfile } from '../../../main/engine/decision/model-agent.ts';
import type { LineUpEntry } from '../../../main/engine/domain/ensemble.ts';
import type { EngineEvent, OutputEvent, PredictionArrived } from '../../../main/engine/domain/events.ts';
import { FIT } from '../../../main/engine/domain/model-fitness.ts';
import { candlesFromCloses, rowOf } from '../../support/candles.ts';
import { BTC, ETH, type SmallEngine, startedEngine, T0 } from '../../support/small-engine.ts';

const profile = (model: string, version = '1.0.0'): ModelProfile => ({
  model,
  version,
  label: `${model} ${version}`,
  timeframe: '1m',
  probabilityMin: 0.55,
  barrier: { kind: 'range', multiple: 2, bars: 14 } as const,
  horizonBars: 12,
  skillOnCard: 0,
});
const agentOf = (model: string, version?: string) => createModelAgent(profile(model, version), () => FIT);
const CLOSES = Array.from({ length: 60 }, (_, at) => 60_000 + 40 * (at % 2));

function engineWith(...models: string[]): SmallEngine {
  const engine = startedEngine({ agents: models.map((model) => agentOf(model)), modelAgent: agentOf });
  const candles = candlesFromCloses(CLOSES, T0).map(rowOf);
  engine.send({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles });
  return engine;
}

const lineUp = (engine: SmallEngine, ...models: [string, string, LineUpEntry['role']][]) =>
  engine.send({
    kind: 'LineUpSet',
    models: models.map(([model, version, role]) => ({ model, version, role })),
    why: 'test',
  });

const predict = (engine: SmallEngine, model: string, probability: number, over: Partial<PredictionArrived> = {}) =>
  engine.send({
    kind: 'PredictionArrived',
    requestId: 'q',
    instrumentId: BTC,
    timeframe: '1m',
    candleCloseTimeMs: T0,
    model,
    version: '1.0.0',
    modelHash: `hash of ${model}`,
    rawProbability: probability,
    probability,
    record: null,
    edge: 'measured',
    latencyMs: 1,
    late: false,
    ...over,
  });
const gather = (engine: SmallEngine, ...missing: string[]) =>
  engine.send({
    kind: 'AnswersGathered',
    requestId: 'q',
    instrumentId: BTC,
    timeframe: '1m',
    candleCloseTimeMs: T0,
    missing,
  });
const votes = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'VotesCounted' ? event.votes : []));
const stances = (events: readonly EngineEvent[]) => votes(events).map(({ agent, stance }) => `${agent} ${stance}`);
const proposed = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'ProposalMade' ? [event.proposal] : []));

test('[D18] a shadow is heard and scored, does not vote, and votes from the moment it is called with what it said', () => {
  const engine = engineWith('m');
  lineUp(engine, ['m', '1.0.0', 'vote'], ['m', '2.0.0', 'shadow']);
  predict(engine, 'm', 0.5);
  expect(predict(engine, 'm', 0.8, { version: '2.0.0' }).map(({ kind }) => kind)).toEqual(['PredictionArrived']);
  expect(engine.decision.view.shadows()).toEqual([{ model: 'm', version: '2.0.0' }]);
  expect(engine.decision.view.members().map(({ label }) => label)).toEqual(['m 1.0.0']);
  lineUp(engine, ['m', '2.0.0', 'vote']);
  expect(engine.decision.view.members().map(({ id, label }) => [id, label])).toEqual([['m', 'm 2.0.0']]);
  expect(stances(gather(engine))).toEqual(['m buy']);
});

test('[D16] whoever is asked about a close says that stop and target are nothing it was asked about', () => {
  const asked = createModelAgent({ ...profile('m'), barrier: { kind: 'close', bars: 14, horizonBars: 12 } }, () => FIT);
  const engine = startedEngine({ agents: [asked] });
  const candles = candlesFromCloses(CLOSES, T0).map(rowOf);
  engine.send({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles });
  const [proposal] = proposed(predict(engine, 'm', 0.8));
  expect(Number(proposal?.stopPrice)).toBeLessThan(Number(proposal?.entryPrice));
  expect(proposal?.reasons.find(({ code }) => code === 'asked')?.text).toMatch(
    /^Of the close after 12 candles of 1m: stop and target lie a deviation away/,
  );
});

test('[D18] members come and go while the engine runs; a version nobody knows is no member', () => {
  const engine = engineWith('m');
  lineUp(engine, ['m', '1.0.0', 'vote'], ['n', '1.0.0', 'vote']);
  predict(engine, 'm', 0.8, { gathering: true });
  predict(engine, 'n', 0.8, { gathering: true });
  expect(stances(gather(engine))).toEqual(['m buy', 'n buy']);
  lineUp(engine, ['n', '1.0.0', 'vote']);
  expect(stances(gather(engine))).toEqual(['n buy']);
  const alone = startedEngine({ agents: [agentOf('m')] });
  lineUp(alone, ['unknown', '1.0.0', 'vote']);
  expect(alone.decision.view.members()).toEqual([]);
});

test('[D19] whose answer is not there is left out, the rest carries all the weight, and the proposal says so', () => {
  const engine = engineWith('m', 'n');
  predict(engine, 'n', 0.2, { candleCloseTimeMs: T0 - 60_000, gathering: true });
  predict(engine, 'm', 0.8, { gathering: true });
  const events = gather(engine, 'n@1.0.0');
  expect(votes(events)).toMatchObject([
    { agent: 'm', stance: 'buy', weightShare: 1 },
    { agent: 'n', stance: 'abstain', weightShare: 0, note: 'its answer was not there in time' },
  ]);
  const [proposal] = proposed(events);
  expect(proposal?.reasons).toContainEqual({ code: 'partial', text: 'Counted without n 1.0.0: no answer in time' });
  predict(engine, 'n', 0.2, { gathering: true });
  expect(stances(gather(engine))).toEqual(['m buy', 'n sell']);
});

test('[D20] weights set by hand take the place of records: 0 silences', () => {
  const engine = engineWith('m', 'n');
  const set = (weights: Record<string, number>) =>
    engine.send({ kind: 'EnsembleSet', settings: { confidenceMin: 0.5, weights, decideEveryMs: {} } });
  predict(engine, 'm', 0.8, { gathering: true });
  predict(engine, 'n', 0.2, { gathering: true });
  expect(votes(gather(engine)).map(({ weightShare }) => weightShare)).toEqual([0.5, 0.5]);
  set({ m: 3 });
  expect(votes(gather(engine)).map(({ weightShare }) => weightShare)).toEqual([0.75, 0.25]);
  set({ n: 0 });
  expect(votes(gather(engine)).map(({ weightShare }) => weightShare)).toEqual([1, 0]);
});

test.each(['measured', 'none'] as const)(
  '[D20] a silenced member of edge %s proposes nothing, also where nobody else has weight',
  (edge) => {
    const engine = engineWith('m', 'n');
    const say = (model: string, probability: number) => predict(engine, model, probability, { edge, gathering: true });
    say('m', 0.8);
    engine.send({
      kind: 'EnsembleSet',
      settings: { confidenceMin: 0.5, weights: { m: 0 }, decideEveryMs: {} },
    });
    const events = gather(engine);
    expect(proposed(events)).toEqual([]);
    expect(votes(events)[0]).toMatchObject({ stance: 'abstain', note: expect.stringMatching(/^silenced by hand: /) });
    say('n', 0.8);
    expect(proposed(gather(engine))).toMatchObject([{ side: 'buy', agent: 'n 1.0.0' }]);
  },
);

test('[D20] below the confidence that is wanted nothing is proposed', () => {
  const engine = engineWith('m', 'n');
  const wanted = (confidenceMin: number) =>
    engine.send({ kind: 'EnsembleSet', settings: { confidenceMin, weights: {}, decideEveryMs: {} } });
  wanted(0.7);
  predict(engine, 'm', 0.8, { gathering: true });
  predict(engine, 'n', 0.6, { gathering: true });
  const codes = (events: readonly EngineEvent[]) =>
    events.flatMap((event) => (event.kind === 'Abstained' ? [`${event.code}: ${event.text}`] : []));
  wanted(0.72);
  expect(codes(gather(engine))).toEqual(['low-confidence: pooled confidence 71.0 %, wanted is 72.0 %']);
  wanted(0.7);
  expect(proposed(gather(engine))).toMatchObject([{ side: 'buy' }]);
});

test('[D20] an instrument is judged as often as a person wants, and no other', () => {
  const engine = engineWith('m');
  const close = (instrumentId: string, openTimeMs: number) =>
    engine.emit({
      kind: 'CandleClosed',
      instrumentId,
      timeframe: '1m',
      candle: [openTimeMs, 1, 1, 1, 1, 1],
      from: 'trades',
    });
  const settings = { confidenceMin: 0.5, weights: {}, decideEveryMs: { [BTC]: 300_000 } };
  engine.send({ kind: 'EnsembleSet', settings });
  const judged = (events: readonly EngineEvent[]) => votes(events).length > 0;
  const five = Math.ceil(T0 / 300_000) * 300_000;
  expect([1, 2, 3, 4, 5].map((minute) => judged(close(BTC, five + (minute - 1) * 60_000)))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
  expect(judged(close(ETH, five))).toBe(true);
});

test('[D16] scores are told once an hour and outlive a restart', () => {
  const engine = engineWith('m');
  predict(engine, 'm', 0.8);
  engine.nowMs += 60_000;
  engine.emit({
    kind: 'CandleClosed',
    instrumentId: BTC,
    timeframe: '1m',
    candle: [T0, 6e4, 9e4, 6e4, 6e4, 1],
    from: 'trades',
  });
  const tallied = (events: readonly EngineEvent[]) => events.filter((event) => event.kind === 'ScoresTallied');
  const [tally] = tallied(engine.send({ kind: 'ClockTicked' }));
  expect(tally).toMatchObject({ scores: [{ member: 'm@1.0.0', settled: 1 }] });
  expect(tallied(engine.send({ kind: 'ClockTicked' }))).toEqual([]);
  const restarted = engineWith('m');
  restarted.emit(tally as OutputEvent);
  expect(restarted.decision.view.scores()).toEqual(engine.decision.view.scores());
});

test('[D22] the sums of the hour are told with the scores and outlive a restart; a tally of an older journal has none', () => {
  const engine = engineWith('m');
  lineUp(engine, ['m', '1.0.0', 'vote'], ['m', '2.0.0', 'shadow']);
  predict(engine, 'm', 0.8);
  predict(engine, 'm', 0.6, { version: '2.0.0' });
  engine.nowMs += 60_000;
  const candle = [T0, 6e4, 9e4, 6e4, 6e4, 1] as const;
  engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '1m', candle: [...candle], from: 'trades' });
  const tally = engine.send({ kind: 'ClockTicked' }).find((event) => event.kind === 'ScoresTallied');
  expect(tally?.scored).toMatchObject([
    { member: 'm@1.0.0', trust: 1, tally: { n: 1, right: 1 }, said: [{ from: 0.8, n: 1, right: 1 }] },
    { member: 'm@2.0.0', trust: null, tally: { n: 1, right: 1 }, beside: [{ member: 'm@1.0.0', n: 1 }] },
  ]);
  const restarted = engineWith('m');
  restarted.emit(tally as OutputEvent);
  expect(restarted.decision.view.hours()).toEqual([{ hour: tally?.hour, scored: tally?.scored }]);
  const older = engineWith('m');
  const { scored: _, ...without } = tally as Extract<OutputEvent, { kind: 'ScoresTallied' }>;
  older.emit(without);
  expect(older.decision.view.scores()).toEqual(engine.decision.view.scores());
  expect(older.decision.view.hours()).toEqual([]);
});

test('the ensemble now: who says what, what it weighs and why, and what would come of it', () => {
  const engine = engineWith('m', 'n');
  lineUp(engine, ['m', '1.0.0', 'vote'], ['n', '1.0.0', 'vote'], ['m', '2.0.0', 'shadow']);
  predict(engine, 'm', 0.7);
  predict(engine, 'n', 0.52);
  predict(engine, 'm', 0.3, { version: '2.0.0' });
  engine.send({
    kind: 'EnsembleSet',
    settings: { confidenceMin: 0.5, weights: { n: 2 }, decideEveryMs: {} },
  });
  const now = engine.decision.view.now(BTC, engine.nowMs);
  expect(now).toMatchObject({ stance: 'buy', disagreement: 0, regime: 'usual', text: '' });
  expect(now.confidence).toBeCloseTo(0.7, 9);
  expect(now.deciding).toBe('m 1.0.0');
  expect(now.members.filter(({ kind }) => kind === 'model')).toMatchObject([
    {
      member: 'm@1.0.0',
      role: 'vote',
      stance: 'buy',
      probability: 0.7,
      byHand: null,
      trust: { factor: 1, heldAt: null },
    },
    { member: 'n@1.0.0', role: 'vote', stance: 'hold', byHand: 2 },
    { member: 'm@2.0.0', role: 'shadow', stance: 'sell', probability: 0.7, weightShare: null, trust: null },
  ]);
  const quiet = engine.decision.view.now(ETH, engine.nowMs);
  expect(quiet).toMatchObject({ stance: 'none', confidence: null, deciding: null });
  expect(quiet.text).not.toBe('');
});
