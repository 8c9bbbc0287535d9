/** What the venue lets nobody sell is not held: a fee in the coin leaves such a rest of nearly every trade. */
import { describe, expect, it } from 'vitest';
import { parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { CandleRow, EngineEvent } from '../../../main/engine/domain/events.ts';
import { isDust } from '../../../main/engine/domain/exposure.ts';
import { instrumentFromRecord } from '../../../main/engine/domain/instrument.ts';
import { type StrategyAccount, strategyAccount } from '../../../main/engine/strategy-account.ts';
import { donchianBreakout } from '../../../main/lab/strategies/donchian-breakout.ts';
import { meanReversion } from '../../../main/lab/strategies/mean-reversion.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { readSetting } from '../../../main/lab/strategy/parameters.ts';
import { defineStrategy, type StrategyDefinition } from '../../../main/lab/strategy/strategy.ts';
import { createStrategyAgent } from '../../../main/lab/strategy/strategy-agent.ts';
import { BTC, BTC_RECORD, createSmallEngine, type SmallEngine, T0 } from '../../support/small-engine.ts';

const SPAN_MS = 300_000;
const INSTRUMENT = instrumentFromRecord(BTC_RECORD);
const MARK = parseDecimal('60000');

describe('dust', () => {
  it.each([
    ['0', true],
    ['0.00000999', true],
    // 4.8 of the 5 that the venue asks for; the part of a lot does not count.
    ['0.00008999', true],
    ['0.00009', false],
    ['0.5', false],
  ])('%s BTC at 60,000: %s', (held, dust) => {
    expect(isDust(parseDecimal(held), INSTRUMENT, MARK)).toBe(dust);
  });

  it('is by lots alone where nothing is known of the price', () => {
    expect(isDust(parseDecimal('0.00001'), INSTRUMENT, null)).toBe(false);
    expect(isDust(parseDecimal('0.000009'), INSTRUMENT, null)).toBe(true);
  });

  it('is nothing of a perpetual, long or short: the venue closes whatever there is', () => {
    const perpetual = { ...INSTRUMENT, kind: 'perpetual' as const };
    for (const held of ['0.000001', '-0.000001']) expect(isDust(parseDecimal(held), perpetual, MARK)).toBe(false);
    expect(isDust(0n, perpetual, MARK)).toBe(true);
  });
});

/** An engine in which these propose, each by the account as strategies see it. */
function engineOf(...strategies: readonly [StrategyDefinition, StrategyAccount?][]): SmallEngine {
  const seen = strategyAccount(
    { equityQuote: () => engine.cash, position: (id) => engine.positions.get(id) ?? null },
    { mark: () => MARK },
    new Map([[BTC, INSTRUMENT]]),
  );
  const engine: SmallEngine = createSmallEngine({
    agents: strategies.map(([strategy, account = seen]) => {
      const setting = readSetting(strategy, QUICK[strategy.name] ?? {});
      if (!setting.ok) throw new Error(setting.error.message);
      return createStrategyAgent(strategy, setting.value, '5m', account, [BTC]);
    }),
  });
  engine.start();
  return engine;
}

const QUICK: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'sma-cross': { fast: 2, slow: 5 },
  'donchian-breakout': { entryBars: 5, exitBars: 2 },
  'mean-reversion': { bars: 5, width: 0.5, rsiBars: 2, rsiBelow: 60 },
};

function close(engine: SmallEngine, bar: number, price: number): readonly EngineEvent[] {
  engine.nowMs = T0 + (bar + 1) * SPAN_MS;
  engine.quote(BTC, String(price - 1), String(price));
  const candle: CandleRow = [T0 + bar * SPAN_MS, price, price + 5, price - 5, price, 1];
  return engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '5m', candle, from: 'venue' });
}

const sides = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'ProposalMade' ? [event.proposal.side] : []));

describe('[D15] a strategy that is left with dust of its last trade', () => {
  it.each([
    [smaCross, 60_300],
    [donchianBreakout, 60_300],
    [meanReversion, 59_700],
  ])('enters again: $name', (strategy, price) => {
    for (const [held, wanted] of [
      ['0', ['buy']],
      ['0.00000361', ['buy']],
      ['0.01', []],
    ] as const) {
      const engine = engineOf([strategy]);
      engine.hold(BTC, held);
      for (let bar = 0; bar < 20; bar += 1) close(engine, bar, 60_000);
      expect(sides(close(engine, 20, price)), `with ${held} BTC`).toEqual(wanted);
    }
  });
});

describe('[D4] of two that contradict each other', () => {
  const wants = (name: string, what: 'enter' | 'exit') =>
    defineStrategy({
      name,
      title: name,
      about: 'Wants one thing.',
      params: {},
      start: () => ({ onCandle: (_, desk) => (what === 'enter' ? desk.enter('long', { qty: 0.01 }) : desk.exit()) }),
    });
  const flat: StrategyAccount = { equityQuote: () => 10n ** 22n, position: () => null };
  const holding: StrategyAccount = {
    ...flat,
    position: (instrumentId) => ({ instrumentId, qtyBase: 10n ** 18n, costQuote: 0n }),
  };

  it.each([
    ['0.00000361', ['buy']],
    ['0.01', ['sell']],
  ])('with %s BTC held the one that can be acted on is shown: %j', (held, wanted) => {
    const engine = engineOf([wants('buyer', 'enter'), flat], [wants('seller', 'exit'), holding]);
    engine.hold(BTC, held);
    expect(sides(close(engine, 0, 60_000))).toEqual(wanted);
  });
});
