import { describe, expect, it } from 'vitest';
import type { CandleRow, EngineEvent, StrategyWish } from '../../../main/engine/domain/events.ts';
import type { StrategyAccount } from '../../../main/engine/strategy-account.ts';
import { createOutsideAgent } from '../../../main/lab/strategy/outside-agent.ts';
import { BTC, createSmallEngine, ETH, type SmallEngine, T0 } from '../../support/small-engine.ts';

const SPAN_MS = 300_000;

function engineWith(): SmallEngine {
  const account: StrategyAccount = {
    equityQuote: () => engine.cash,
    position: (id) => engine.positions.get(id) ?? null,
  };
  const agent = createOutsideAgent({ name: 'mine', title: 'Mine' }, '5m', account);
  const engine: SmallEngine = createSmallEngine({ agents: [agent] });
  engine.start();
  return engine;
}

function close(engine: SmallEngine, at: number, price: number, instrumentId = BTC): readonly EngineEvent[] {
  engine.nowMs = T0 + (at + 1) * SPAN_MS;
  engine.quote(instrumentId, String(price - 1), String(price));
  const candle: CandleRow = [T0 + at * SPAN_MS, price, price, price, price, 1];
  return engine.emit({ kind: 'CandleClosed', instrumentId, timeframe: '5m', candle, from: 'venue' });
}

const LONG: StrategyWish = { kind: 'enter', direction: 'long', entry: { qty: 0.01, stop: 59_000 } };

function speak(engine: SmallEngine, at: number, wishes: Readonly<Record<string, StrategyWish | null>>, isWarm = true) {
  return engine.send({
    kind: 'StrategySpoke',
    strategy: 'mine',
    timeframe: '5m',
    candleCloseTimeMs: T0 + (at + 1) * SPAN_MS,
    isWarm,
    wishes: Object.entries(wishes).map(([instrumentId, wish]) => ({ instrumentId, wish })),
  });
}

const proposals = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'ProposalMade' ? [event.proposal] : []));
const counted = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'VotesCounted' ? event.votes : []));

describe('[D21] a strategy that runs outside', () => {
  it('is counted when it has spoken, and not at the close', () => {
    const engine = engineWith();
    expect(counted(close(engine, 0, 60_000))).toEqual([]);
    const [proposal] = proposals(speak(engine, 0, { [BTC]: LONG }));
    expect(proposal).toMatchObject({ agent: 'Mine', side: 'buy', qtyBase: '0.01', stopPrice: '59000' });
    expect(proposal).toMatchObject({ edge: 'unknown', probability: null, record: null });
  });

  it('is judged in every instrument that it names', () => {
    const engine = engineWith();
    close(engine, 0, 3_000, ETH);
    close(engine, 0, 60_000);
    const made = proposals(speak(engine, 0, { [BTC]: LONG, [ETH]: { ...LONG, entry: { qty: 0.05, stop: 2_900 } } }));
    expect(made.map(({ instrumentId }) => instrumentId)).toEqual([BTC, ETH]);
  });

  it('says nothing while it is warming up, and has no word about a candle before it speaks', () => {
    const engine = engineWith();
    close(engine, 0, 60_000);
    expect(counted(speak(engine, 0, { [BTC]: null }, false))).toMatchObject([
      { stance: 'abstain', note: 'warming up' },
    ]);
    close(engine, 1, 60_000);
    speak(engine, 1, { [BTC]: null });
    close(engine, 2, 60_000);
    // The wish of the candle before is none about this one.
    expect(counted(speak(engine, 2, { [ETH]: null }))).toMatchObject([{ note: 'does not look at it' }]);
  });

  it('is not taken at a word about an earlier candle, which came late', () => {
    const engine = engineWith();
    close(engine, 0, 60_000);
    close(engine, 1, 60_000);
    const late = speak(engine, 0, { [BTC]: LONG });
    expect(counted(late)).toMatchObject([{ stance: 'abstain', note: 'has not spoken about this candle yet' }]);
    expect(proposals(late)).toEqual([]);
    expect(proposals(speak(engine, 1, { [BTC]: LONG }))).toHaveLength(1);
  });

  it.each<[string, StrategyWish]>([
    ['a quantity', { ...LONG, entry: { qty: 1e21, stop: 59_000 } }],
    ['a share', { ...LONG, entry: { share: 1e308, stop: 59_000 } }],
    ['a stop', { ...LONG, entry: { qty: 0.01, stop: 1e25 } }],
    ['a target', { ...LONG, entry: { qty: 0.01, stop: 59_000, target: 1e300 } }],
  ])('that wants %s beyond all numbers has no proposal, and the engine goes on', (_, wish) => {
    const engine = engineWith();
    close(engine, 0, 60_000);
    const events = speak(engine, 0, { [BTC]: wish });
    expect(proposals(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ kind: 'Abstained', code: 'bad-levels' });
    close(engine, 1, 60_000);
    expect(proposals(speak(engine, 1, { [BTC]: LONG }))).toHaveLength(1);
  });

  it('that is switched off abstains with the reason until the next start', () => {
    const engine = engineWith();
    close(engine, 0, 60_000);
    engine.send({ kind: 'StrategySwitchedOff', strategy: 'mine', why: 'it threw' });
    expect(counted(speak(engine, 0, { [BTC]: LONG }))).toMatchObject([
      { stance: 'abstain', note: 'switched off: it threw' },
    ]);
    engine.start();
    close(engine, 1, 60_000);
    expect(proposals(speak(engine, 1, { [BTC]: LONG }))).toHaveLength(1);
  });

  it('of another name is not heard', () => {
    const engine = engineWith();
    close(engine, 0, 60_000);
    const event = { kind: 'StrategySpoke', strategy: 'other', timeframe: '5m', isWarm: true } as const;
    const wishes = [{ instrumentId: BTC, wish: LONG }];
    expect(proposals(engine.send({ ...event, candleCloseTimeMs: T0 + SPAN_MS, wishes }))).toEqual([]);
  });
});
