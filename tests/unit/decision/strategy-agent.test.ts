import { describe, expect, it } from 'vitest';
import type { Agent } from '../../../main/engine/decision/agent.ts';
import type { CandleRow, EngineEvent } from '../../../main/engine/domain/events.ts';
import { Sma } from '../../../main/engine/features/indicators/moving-averages.ts';
import type { StrategyAccount } from '../../../main/engine/strategy-account.ts';
import { defineStrategy, type Entry } from '../../../main/lab/strategy/strategy.ts';
import { createStrategyAgent } from '../../../main/lab/strategy/strategy-agent.ts';
import { BTC, BTC_RECORD, createSmallEngine, ETH, type SmallEngine, T0 } from '../../support/small-engine.ts';

const SPAN_MS = 300_000;

/** Long above its average of three closes, flat below. */
const above = (entry: Entry) =>
  defineStrategy({
    name: 'above',
    title: 'Above',
    about: 'Long above an average.',
    params: {},
    start({ track }) {
      const average = track(new Sma(3));
      return {
        onCandle: ({ close }, desk) => (close > average.value ? desk.enter('long', entry) : desk.exit()),
      };
    },
  });

function engineWith(entry: Entry): SmallEngine {
  const account: StrategyAccount = {
    equityQuote: () => engine.cash,
    position: (id) => engine.positions.get(id) ?? null,
  };
  const engine: SmallEngine = createSmallEngine({
    agents: [createStrategyAgent(above(entry), {}, '5m', account, [BTC])],
  });
  engine.start();
  return engine;
}

/** The next candle of five minutes closes here; what came of it. */
function close(engine: SmallEngine, at: number, price: number, lateMs = 0): readonly EngineEvent[] {
  engine.nowMs = T0 + (at + 1) * SPAN_MS + lateMs;
  engine.quote(BTC, String(price - 1), String(price));
  const candle: CandleRow = [T0 + at * SPAN_MS, price, price, price, price, 1];
  return engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '5m', candle, from: 'venue' });
}

const proposals = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'ProposalMade' ? [event.proposal] : []));
const codes = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'Abstained' ? [event.code] : []));

describe('[D15] a strategy', () => {
  it('proposes what it wants when it is warm, and the gate judges it', () => {
    const engine = engineWith({ qty: 0.01, stop: 59_000, target: 63_000 });
    expect(codes(close(engine, 0, 60_000))).toEqual(['warming-up']);
    close(engine, 1, 60_000);
    const events = close(engine, 2, 60_300);
    const [proposal] = proposals(events);
    expect(proposal).toMatchObject({
      side: 'buy',
      agent: 'Above',
      edge: 'unknown',
      probability: null,
      qtyBase: '0.01',
    });
    expect([proposal?.stopPrice, proposal?.targetPrice]).toEqual(['59000', '63000']);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.indexOf('RiskVerdictGiven')).toBeGreaterThan(kinds.indexOf('ProposalMade'));
    expect(kinds).toContain('ApprovalAsked');
    expect(kinds).not.toContain('OrderSigned');
  });

  it('names prices: they stay where they are while the market goes on', () => {
    const engine = engineWith({ qty: 0.01, stop: 59_000.17, target: 63_000.13 });
    for (const [at, price] of [60_000, 60_000].entries()) close(engine, at, price);
    engine.nowMs = T0 + 3 * SPAN_MS;
    engine.quote(BTC, '60349', '60350');
    const candle: CandleRow = [T0 + 2 * SPAN_MS, 60_300, 60_300, 60_300, 60_300, 1];
    const events = engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '5m', candle, from: 'venue' });
    expect(proposals(events)).toMatchObject([{ stopPrice: '59000.17', targetPrice: '63000.13' }]);
  });

  it('has a stop also where it names none, no target, and no more than the limits allow', () => {
    const engine = engineWith({ qty: 1 });
    for (const [at, price] of [60_000, 60_000].entries()) close(engine, at, price);
    const [proposal] = proposals(close(engine, 2, 60_300));
    expect(proposal).toMatchObject({ stopPrice: '48240', targetPrice: null });
    // Half a per cent of 10,000 at a stop 20 % away.
    expect(Number(proposal?.qtyBase)).toBeLessThan(0.0042);
  });

  it('that wants to be flat proposes to sell what is held', () => {
    const engine = engineWith({ qty: 0.01 });
    for (const [at, price] of [60_000, 60_000].entries()) close(engine, at, price);
    engine.hold(BTC, '0.01');
    expect(proposals(close(engine, 2, 59_000))).toMatchObject([{ side: 'sell', reduceOnly: true, qtyBase: '0.01' }]);
  });

  it('that looks at two is judged in both at the close at which it wants something in the other', () => {
    const both = defineStrategy({
      name: 'both',
      title: 'Both',
      about: 'Buys two when the second has closed.',
      instruments: 2,
      params: {},
      start: () => ({
        onCandle({ instrument }, desk) {
          if (instrument === 0) return;
          desk.of(0).enter('long', { qty: 0.002 });
          desk.of(1).enter('long', { qty: 0.05 });
        },
      }),
    });
    const account: StrategyAccount = { equityQuote: () => 10n ** 22n, position: () => null };
    const engine = createSmallEngine({ agents: [createStrategyAgent(both, {}, '5m', account, [BTC, ETH])] });
    engine.start();
    engine.nowMs = T0 + SPAN_MS;
    engine.quote(BTC, '59999', '60000');
    engine.quote(ETH, '2999', '3000');
    const candle = (price: number): CandleRow => [T0, price, price, price, price, 1];
    const closed = (instrumentId: string, price: number) =>
      engine.emit({ kind: 'CandleClosed', instrumentId, timeframe: '5m', candle: candle(price), from: 'venue' });
    expect(proposals(closed(BTC, 60_000))).toEqual([]);
    const made = proposals(closed(ETH, 3_000)).map(({ instrumentId, qtyBase }) => [instrumentId, qtyBase]);
    expect(made).toEqual([
      [ETH, '0.05'],
      [BTC, '0.002'],
    ]);
  });

  it('is judged at its candles alone: a minute later it wants nothing new', () => {
    const engine = engineWith({ qty: 0.01 });
    for (const [at, price] of [60_000, 60_000].entries()) close(engine, at, price);
    engine.nowMs = T0 + 3 * SPAN_MS;
    // No quote at its close.
    engine.quotes.clear();
    const candle: CandleRow = [T0 + 2 * SPAN_MS, 60_300, 60_300, 60_300, 60_300, 1];
    const atClose = engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '5m', candle, from: 'venue' });
    expect(codes(atClose)).toEqual(['stale']);
    engine.nowMs += 120_000;
    engine.quote(BTC, '60299', '60300');
    const minute: CandleRow = [engine.nowMs - 60_000, 60_300, 60_300, 60_300, 60_300, 1];
    const later = engine.emit({
      kind: 'CandleClosed',
      instrumentId: BTC,
      timeframe: '1m',
      candle: minute,
      from: 'venue',
    });
    expect([proposals(later), codes(later)]).toEqual([[], ['no-signal']]);
  });

  it('starts anew over what is known where a candle is corrected', () => {
    const engine = engineWith({ qty: 0.01 });
    for (const [at, price] of [60_000, 60_000, 59_000].entries()) close(engine, at, price);
    const [ours, venues] = [59_000, 61_000].map(
      (price): CandleRow => [T0 + 2 * SPAN_MS, price, price, price, price, 1],
    );
    engine.emit({ kind: 'CandleCorrected', instrumentId: BTC, timeframe: '5m', ours: ours!, venues: venues! });
    // The mean of 60,000, 61,000 and 60,450 lies above 60,450; with the wrong candle it would lie below.
    expect(proposals(close(engine, 3, 60_450))).toEqual([]);
    expect(proposals(close(engine, 4, 61_500))).toHaveLength(1);
  });

  it('that looks at trades and quotes between candles is judged at the next close', () => {
    const seen: number[] = [];
    const strategy = defineStrategy({
      name: 'tape',
      title: 'Tape',
      about: 'Buys after a large trade.',
      params: {},
      start: () => ({
        onBook: ({ ask }) => seen.push(ask),
        onTrade: ({ qty }, desk) => qty >= 5 && desk.enter('long', { qty: 0.002 }),
        onCandle: () => {},
      }),
    });
    const account: StrategyAccount = { equityQuote: () => engine.cash, position: () => null };
    const engine: SmallEngine = createSmallEngine({
      agents: [createStrategyAgent(strategy, {}, '5m', account, [BTC])],
    });
    engine.start();
    close(engine, 0, 60_000);
    engine.nowMs += 20_000;
    const trades = { id: ['1'], timeMs: [engine.nowMs], price: ['60010'], qtyBase: ['7'], side: ['buy' as const] };
    const times = { eventTimeMs: engine.nowMs, receivedTimeMs: engine.nowMs };
    const quote = { bid: '60009', bidQty: '1', ask: '60010', askQty: '1', ...times };
    engine.send({ kind: 'MarketBatchReceived', instrumentId: BTC, trades, quote });
    expect(seen).toEqual([60_010]);
    engine.nowMs += 40_000;
    engine.quote(BTC, '60009', '60010');
    const minute: CandleRow = [engine.nowMs - 60_000, 60_000, 60_010, 60_000, 60_010, 9];
    const events = engine.emit({
      kind: 'CandleClosed',
      instrumentId: BTC,
      timeframe: '1m',
      candle: minute,
      from: 'venue',
    });
    expect(proposals(events)).toMatchObject([{ side: 'buy', qtyBase: '0.002', agent: 'Tape' }]);
  });
});

describe('[D10] a strategy on a perpetual', () => {
  const PERP = 'binance-usdm:BTC/USDT:USDT';
  const record = { ...BTC_RECORD, id: PERP, venue: 'binance-usdm' };
  /** Short below its average of three closes, long above it. */
  const below = defineStrategy({
    name: 'below',
    title: 'Below',
    about: 'Short below an average.',
    params: {},
    start({ track }) {
      const average = track(new Sma(3));
      return {
        onCandle({ close }, desk) {
          const isShort = close < average.value;
          const entry = { qty: 0.01, stop: close * (isShort ? 1.05 : 0.95), target: close * (isShort ? 0.9 : 1.1) };
          desk.enter(isShort ? 'short' : 'long', entry);
        },
      };
    },
  });

  function perpetual() {
    const account: StrategyAccount = {
      equityQuote: () => engine.cash,
      position: (id) => engine.positions.get(id) ?? null,
    };
    const agents = [createStrategyAgent(below, {}, '5m', account, [PERP])];
    const engine: SmallEngine = createSmallEngine({ agents, instruments: [record] });
    engine.start();
    engine.emit({ kind: 'Reconciled', repairs: [], venue: 'binance-usdm' });
    const closes = (at: number, price: number): readonly EngineEvent[] => {
      engine.nowMs = T0 + (at + 1) * SPAN_MS;
      engine.quote(PERP, String(price - 1), String(price));
      const candle: CandleRow = [T0 + at * SPAN_MS, price, price, price, price, 1];
      return engine.emit({ kind: 'CandleClosed', instrumentId: PERP, timeframe: '5m', candle, from: 'venue' });
    };
    for (const at of [0, 1]) closes(at, 60_000);
    return { engine, closes };
  }

  it('proposes a short with its stop above and its target below, past the bid by a third of the band', () => {
    const { closes } = perpetual();
    const [proposal] = proposals(closes(2, 59_700));
    expect(proposal).toMatchObject({ side: 'sell', reduceOnly: false, qtyBase: '0.01', bandPrice: '59699' });
    // 5 % above the close and 10 % below it.
    expect([proposal?.stopPrice, proposal?.targetPrice]).toEqual(['62685', '53730']);
    expect(Number(proposal?.entryPrice)).toBeLessThan(59_699);
  });

  it('closes what is held the other way before it enters anew', () => {
    const { engine, closes } = perpetual();
    engine.hold(PERP, '-0.02', '-1200');
    expect(proposals(closes(2, 60_300))).toMatchObject([
      { side: 'buy', reduceOnly: true, qtyBase: '0.02', stopPrice: null, origin: 'exit' },
    ]);
  });

  const flat: StrategyAccount = { position: () => null, equityQuote: () => 10_000n * 10n ** 18n };
  /** Wants one direction at every close. */
  const always = (name: string, direction: 'long' | 'short') =>
    defineStrategy({
      ...{ name, title: name, about: '', params: {} },
      start: () => ({ onCandle: (_, desk) => desk.enter(direction, { qty: 0.01 }) }),
    });
  const minute = (engine: SmallEngine, id: string): readonly EngineEvent[] => {
    engine.nowMs += 60_000;
    for (const each of [BTC, PERP]) engine.quote(each, '59999', '60000');
    const candle: CandleRow = [engine.nowMs - 60_000, 60_000, 60_000, 60_000, 60_000, 1];
    return engine.emit({ kind: 'CandleClosed', instrumentId: id, timeframe: '1m', candle, from: 'venue' });
  };
  function desk(...agents: Agent[]) {
    const engine = createSmallEngine({ agents, instruments: [BTC_RECORD, record] });
    engine.start();
    engine.emit({ kind: 'Reconciled', repairs: [], venue: 'binance-usdm' });
    return engine;
  }

  it('is the only one who is asked there: others do not see its candles, and it sees those of spot as before', () => {
    const seen: string[] = [];
    const rule: Agent = {
      ...createStrategyAgent(always('rule', 'long'), {}, '1m', flat, [BTC]),
      onCandle: (id) => seen.push(id),
    };
    const short = createStrategyAgent(always('short', 'short'), {}, '1m', flat, [PERP]);
    const engine = desk(rule, short);
    const onPerpetual = minute(engine, PERP);
    expect(votesOn(onPerpetual, PERP)).toEqual([['short', 'sell']]);
    expect(proposals(onPerpetual)).toMatchObject([{ instrumentId: PERP, side: 'sell', reduceOnly: false }]);
    expect(votesOn(minute(engine, BTC), BTC).map(([agent]) => agent)).toEqual(['rule', 'short']);
    expect(seen).toEqual([BTC]);
  });

  it('of whom nobody looks at changes nothing', () => {
    const engine = desk(createStrategyAgent(always('rule', 'long'), {}, '1m', flat, [BTC]));
    expect(minute(engine, PERP).map(({ kind }) => kind)).not.toContain('VotesCounted');
  });

  it('against another strategy there, with nothing held, is a disagreement and not a coin that falls on one side', () => {
    const engine = desk(
      createStrategyAgent(always('short', 'short'), {}, '1m', flat, [PERP]),
      createStrategyAgent(always('long', 'long'), {}, '1m', flat, [PERP]),
    );
    const events = minute(engine, PERP);
    expect(proposals(events)).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'Abstained', instrumentId: PERP, code: 'disagreement' }),
    );
  });
});

const votesOn = (events: readonly EngineEvent[], id: string): (readonly [string, string])[] =>
  events.flatMap((event) =>
    event.kind === 'VotesCounted' && event.instrumentId === id
      ? event.votes.map(({ agent, stance }) => [agent, stance] as const)
      : [],
  );
