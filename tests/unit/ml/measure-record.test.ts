import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { measureRecord, measureTrades, type Signal } from '../../../main/ml/training/measure-record.ts';
import { candlesOf, randomWalkCandles } from '../../support/candle-columns.ts';

type Row = readonly [number, number, number, number];
const RULE = { stopAtr: 1, targetAtr: 2, horizonBars: 3, feeBps: 0 } as const;

/** Twenty bars of range 2 around 100 (so ATR is 2), then the given ones. The signal is at bar 19: stop 98, target 104. */
const afterCalm = (...rows: Row[]): CandleColumns =>
  candlesOf([...Array.from({ length: 20 }, (): Row => [100, 101, 99, 100]), ...rows]);
const FLAT: Row = [100, 101, 99, 100];
const buy: Signal = { bar: 19, side: 'buy', probability: null };
const sell: Signal = { bar: 19, side: 'sell', probability: null };

describe('one trade', () => {
  it.each([
    ['target', buy, [FLAT, [100, 105, 99, 104], FLAT], true, 400],
    ['stop', buy, [FLAT, [100, 101, 97, 98], FLAT], false, -200],
    ['stop and target in one bar: the stop counts', buy, [[100, 105, 97, 104], FLAT, FLAT], false, -200],
    ['gap through the stop fills at the open', buy, [FLAT, [95, 96, 94, 95], FLAT], false, -500],
    ['gap through the target fills at the open', buy, [FLAT, [106, 107, 105, 106], FLAT], true, 600],
    ['time limit, ahead', buy, [FLAT, FLAT, [100, 102, 99, 101]], true, 100],
    ['time limit, level is not right', buy, [FLAT, FLAT, FLAT], false, 0],
    ['sell: mirrored target at 96', sell, [[100, 101, 96, 97], FLAT, FLAT], true, 400],
    ['sell: mirrored stop at 102', sell, [[100, 102, 99, 101], FLAT, FLAT], false, -200],
  ] as const)('%s', (_, signal, rows, right, grossBps) => {
    const [trade, ...more] = measureTrades([signal], afterCalm(...rows), RULE);
    expect(more).toEqual([]);
    expect(trade?.right).toBe(right);
    expect(trade?.grossBps).toBeCloseTo(grossBps, 9);
  });

  it('pays the fee on both sides', () => {
    const [trade] = measureTrades([buy], afterCalm(FLAT, [100, 105, 99, 104], FLAT), { ...RULE, feeBps: 10 });
    expect(trade?.netBps).toBeCloseTo(400 - 10 - 10.4, 9);
  });
});

describe('the record of a series of signals', () => {
  it('passes over signals while a trade is open, and those whose end is not in the data', () => {
    const candles = afterCalm(...Array.from({ length: 8 }, () => FLAT));
    const signals = [19, 20, 21, 22, 23, 26].map((bar): Signal => ({ bar, side: 'buy', probability: null }));
    const times = measureTrades(signals, candles, RULE).map((trade) => trade.openTimeMs / 300_000);
    expect(times).toEqual([20, 23]);
  });

  it('refuses signals out of order', () => {
    expect(() => measureTrades([buy, buy], afterCalm(FLAT), RULE)).toThrow(/bar 19/);
    expect(() => measureTrades([{ ...buy, bar: 900 }], afterCalm(FLAT), RULE)).toThrow(/bar 900/);
  });

  const random = createRandom(4);
  const candles = randomWalkCandles(8_000, () => random.next());
  const every = Array.from(
    { length: 700 },
    (_, i): Signal => ({ bar: 100 + i * 11, side: i % 2 ? 'buy' : 'sell', probability: 0.62 }),
  );
  const rule = { stopAtr: 1, targetAtr: 1, horizonBars: 10, feeBps: 10 };

  it('finds no edge in coin tosses', () => {
    const record = measureRecord(every, candles, rule);
    expect(record.edge).toBe('none');
    expect(record.statement).toMatch(/^No edge here: \d+ of \d+ trades right/);
    expect(record.buckets).toEqual([{ low: 0.6, high: 0.65, right: record.right, n: record.n }]);
    expect(record.n).toBeGreaterThan(500);
    expect(record.netBpsPerTrade?.high).toBeLessThan(0);
  });

  it('finds the edge of an agent that knows the future', () => {
    const clairvoyant = every.map((signal): Signal => {
      const up = candles.close[signal.bar + 10]! > candles.close[signal.bar]!;
      return { ...signal, side: up ? 'buy' : 'sell' };
    });
    expect(measureRecord(clairvoyant, candles, { ...rule, feeBps: 1 }).edge).toBe('measured');
    expect(measureRecord(clairvoyant, candles, { ...rule, feeBps: 200 }).edge).toBe('weak');
  });

  it('decides nothing on a handful of trades', () => {
    const record = measureRecord(every.slice(0, 5), candles, rule);
    expect(record).toMatchObject({
      edge: 'none',
      netBpsPerTrade: null,
      statement: '5 trades on 1 days are too few to tell.',
    });
  });
});
