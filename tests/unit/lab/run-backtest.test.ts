import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REFERENCE, type RunSettings } from '../../../main/lab/backtest/settings.ts';
import type { Desk } from '../../../main/lab/strategy/strategy.ts';
import { barsOf, scriptedStrategy } from '../../support/scripted-strategy.ts';

const SETTINGS: RunSettings = { ...REFERENCE, cashQuote: 1_000, makerFee: 0.01, takerFee: 0.01 };

/** What to do at the close of which bar. */
type Script = Readonly<Record<number, (bar: number, desk: Desk) => void>>;
const play = (candles: CandleColumns, script: Script, settings: Partial<RunSettings> = {}) =>
  runBacktest({
    strategy: scriptedStrategy((bar, desk) => script[bar]?.(bar, desk)),
    markets: [{ candles }],
    settings: { ...SETTINGS, ...settings },
  });

const RISING = barsOf([
  [100, 101, 99, 100],
  [102, 104, 101, 103],
  [105, 107, 104, 106],
  [108, 110, 107, 109],
]);

describe('orders', () => {
  it('fill at the next open, with the fee at entry and at exit', () => {
    const run = play(RISING, { 0: (_, desk) => desk.enter('long', { qty: 2 }), 2: (_, desk) => desk.exit() });
    expect([...run.trades]).toEqual([
      {
        entryBar: 1,
        exitBar: 3,
        side: 'long',
        qty: 2,
        entryPrice: 102,
        exitPrice: 108,
        fees: 0.01 * 2 * (102 + 108),
        pnl: 12 - 0.01 * 2 * (102 + 108),
        reason: 'signal',
        instrument: 0,
      },
    ]);
    // The entry's fee is gone at once; open profit counts at each close.
    expect([...run.equityQuote]).toEqual([1_000, 1_000 - 2.04 + 2, 1_000 - 2.04 + 8, 1_000 - 2.04 + 12 - 2.16]);
    expect([run.barsInMarket, run.fills]).toEqual([2, 2]);
  });

  it('fill at the very close where that is asked for', () => {
    const run = play(
      RISING,
      { 0: (_, desk) => desk.enter('long', { qty: 1 }), 1: (_, desk) => desk.exit() },
      { fill: 'same-close' },
    );
    expect(run.trades[0]).toMatchObject({ entryBar: 0, exitBar: 1, entryPrice: 100, exitPrice: 103 });
    expect(run.equityQuote[0]).toBe(999);
  });

  it('given at the last close never fill, and what is open is worth that close', () => {
    const run = play(RISING, { 1: (_, desk) => desk.enter('long', { qty: 1 }), 3: (_, desk) => desk.exit() });
    expect(run.trades).toEqual([]);
    expect(run.equityQuote[3]).toBeCloseTo(1_000 - 1.05 + (109 - 105), 12);
  });

  it('reverse a position at one open; the same way again says nothing', () => {
    const run = play(RISING, {
      0: (_, desk) => desk.enter('long', { qty: 1 }),
      1: (_, desk) => desk.enter('long', { qty: 5 }),
      2: (_, desk) => desk.enter('short', { qty: 3 }),
    });
    expect(run.trades.map(({ side, qty, exitPrice }) => [side, qty, exitPrice])).toEqual([['long', 1, 108]]);
    expect(run.equityQuote[3]).toBeCloseTo(1_000 - 1.02 + (108 - 102) - 1.08 - 3.24 - 3 * (109 - 108), 12);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('of %s are refused', (qty) => {
    expect(() => play(RISING, { 0: (_, desk) => desk.enter('long', { qty }) })).toThrow(RangeError);
  });
});

describe('stop and target', () => {
  const bracket = (rows: Parameters<typeof barsOf>[0], side: 1 | -1) =>
    play(barsOf([[100, 100, 100, 100], ...rows]), {
      0: (_, desk) => desk.enter(side > 0 ? 'long' : 'short', { qty: 1, stop: 100 - side * 5, target: 100 + side * 5 }),
    }).trades.map(({ exitBar, exitPrice, reason }) => [exitBar, exitPrice, reason]);

  it('work from the bar of the entry on', () => {
    expect(bracket([[100, 101, 94, 99]], 1)).toEqual([[1, 95, 'stop_loss']]);
    expect(bracket([[100, 106, 99, 99]], -1)).toEqual([[1, 105, 'stop_loss']]);
    expect(bracket([[100, 106, 99, 99]], 1)).toEqual([[1, 105, 'take_profit']]);
  });

  it('both inside one bar: the stop counts', () => {
    expect(bracket([[100, 106, 94, 100]], 1)).toEqual([[1, 95, 'stop_loss']]);
    expect(bracket([[100, 106, 94, 100]], -1)).toEqual([[1, 105, 'stop_loss']]);
  });

  it('a gap fills at the open', () => {
    const quiet = [100, 100, 100, 100] as const;
    expect(bracket([quiet, [90, 92, 88, 91]], 1)).toEqual([[2, 90, 'stop_loss']]);
    expect(bracket([quiet, [110, 112, 109, 111]], 1)).toEqual([[2, 110, 'take_profit']]);
    expect(bracket([quiet, [90, 92, 88, 91]], -1)).toEqual([[2, 90, 'take_profit']]);
  });
});

it('whatever is traded, equity is the cash, the trades’ profits and what is open', () => {
  const prices = fc.array(fc.integer({ min: 50, max: 150 }), { minLength: 3, maxLength: 60 });
  fc.assert(
    fc.property(prices, fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 60 }), (closes, wishes) => {
      const bars = barsOf(
        closes.map((close, at) => {
          const open = closes[at - 1] ?? close;
          return [open, Math.max(open, close) + 2, Math.min(open, close) - 2, close];
        }),
      );
      const run = play(
        bars,
        Object.fromEntries(
          wishes.map((wish, bar) => [
            bar,
            (_: number, desk) => {
              if (wish === 0) desk.exit();
              else
                desk.enter(wish > 0 ? 'long' : 'short', {
                  qty: Math.abs(wish),
                  ...(desk.equity > 900 && { stop: 40 }),
                });
            },
          ]),
        ) as Script,
      );
      const flatAt = run.trades.reduce((sum, { pnl }) => sum + pnl, 1_000);
      const open = run.fills - 2 * run.trades.length;
      expect(open === 0 || open === 1).toBe(true);
      if (open === 0) expect(run.equityQuote.at(-1)).toBeCloseTo(flatAt, 8);
    }),
    { seed: 7, numRuns: 300 },
  );
});
