import { describe, expect, test } from 'vitest';
import { CandleTape, isSaneCandle } from '../../../main/engine/decision/candle-tape.ts';
import { measureMomentum } from '../../../main/engine/decision/measure-momentum.ts';
import { readMomentum } from '../../../main/engine/decision/momentum.ts';
import { MOMENTUM_RECORD, MOMENTUM_RECORD_FEE_BPS } from '../../../main/engine/decision/momentum-record.ts';
import { wilsonInterval } from '../../../main/engine/decision/wilson.ts';
import type { CandleRow } from '../../../main/engine/domain/events.ts';
import { candlesFromCloses, readCandles } from '../../support/candles.ts';
import { hasRealData, realData } from '../../support/real-data.ts';
import { T0 } from '../../support/small-engine.ts';

const flat = (bars: number, price = 1000): number[] => Array.from({ length: bars }, (_, i) => price + (i % 2));
const reading = (last: readonly number[], volume: number) => {
  const closes = [...flat(60), ...last];
  return readMomentum(
    candlesFromCloses(
      closes,
      T0,
      closes.map((_, i) => (i === closes.length - 1 ? volume : 10)),
    ),
  );
};

describe('levels', () => {
  test.each([
    ['20-bar high on 1.5 × the volume', [1003], 15, 'breakout'],
    ['20-bar high on less volume', [1003], 14.9, 'rising'],
    ['on less than the mean volume', [1003], 9.9, 'stirring'],
    ['a step up from the low', [990, 996, 994], 10, 'recovering'],
    ['nothing', [1000], 0.5, null],
  ] as const)('%s', (_, last, volume, grade) => {
    expect(reading(last, volume)?.grade).toBe(grade);
  });

  test('a close below ten bars and the mean has turned', () => {
    expect(reading([998], 10)).toMatchObject({ turned: true, grade: null });
  });

  test('nothing is said before 51 candles', () => {
    expect(readMomentum(candlesFromCloses(flat(50), T0))).toBeNull();
    expect(readMomentum(candlesFromCloses(flat(51), T0))).not.toBeNull();
  });

  test('it reads no bar after the one it judges', () => {
    const candles = candlesFromCloses([...flat(60), 1003, 2000, 5], T0);
    expect(readMomentum(candles, 60)).toEqual(readMomentum(candles.slice(0, 61)));
  });
});

describe('the tape', () => {
  const row = (i: number, close = 100): CandleRow => [i * 60_000, 100, 101, 99, close, 1];

  test('keeps a bounded past and replaces a corrected candle', () => {
    const tape = new CandleTape(60_000);
    for (let i = 0; i < 1_000; i += 1) tape.put(row(i));
    expect(tape.candles.length).toBeLessThanOrEqual(256);
    expect([tape.put(row(998, 100.5)), tape.candles.at(-2)?.close, tape.put(row(3))]).toEqual([true, 100.5, false]);
  });

  test('history replaces what it covers; candles closed since stay', () => {
    const tape = new CandleTape(60_000);
    tape.put(row(5));
    tape.put(row(6));
    tape.load([row(3), row(4), row(5, 99.5)]);
    expect(tape.candles.map(({ openTimeMs, close }) => [openTimeMs / 60_000, close])).toEqual([
      [3, 100],
      [4, 100],
      [5, 99.5],
      [6, 100],
    ]);
  });

  test('a long hole ends the past', () => {
    const tape = new CandleTape(60_000);
    for (const i of [0, 1, 40]) tape.put(row(i));
    expect(tape.candles.length).toBe(1);
  });

  test.each([
    ['NaN close', [0, 1, 1, 1, Number.NaN, 1]],
    ['infinite volume', [0, 1, 1, 1, 1, Infinity]],
    ['price of zero', [0, 1, 1, 0, 1, 1]],
    ['negative volume', [0, 1, 1, 1, 1, -1]],
    ['high below the close', [0, 1, 1, 1, 2, 1]],
  ] as const)('[D12] %s stays out', (_, broken) => {
    const tape = new CandleTape(60_000);
    expect([tape.put(broken), tape.candles.length]).toEqual([false, 0]);
  });
});

describe('the record', () => {
  test.skipIf(!hasRealData)('[D6] is what the rule comes to on real candles', { timeout: 60_000 }, () => {
    const span = '1m_20230301-20240331.csv.gz';
    const markets = ['BTCUSDT', 'ETHUSDT'].map((symbol) =>
      readCandles(realData(`candles/1m/binance_${symbol}_${span}`)),
    );
    const measured = measureMomentum(markets, MOMENTUM_RECORD_FEE_BPS);
    for (const [grade, record] of Object.entries(measured)) {
      const committed = MOMENTUM_RECORD[grade as keyof typeof measured];
      expect([grade, record.n, record.right, record.edge]).toEqual([
        grade,
        committed.n,
        committed.right,
        committed.edge,
      ]);
      for (const field of ['grossBps', 'netBps', 'marginBps'] as const)
        expect(record[field]).toBeCloseTo(committed[field], 2);
    }
  });

  test('a market that always rises after a breakout would be measured as an edge', () => {
    // Every 60 flat bars a breakout, then 3 % up: the measure must be able to find what is there.
    const closes: number[] = [];
    for (let cycle = 0; cycle < 12; cycle += 1) {
      const base = 1000 * 1.03 ** cycle;
      closes.push(...flat(60, base), base + 3, ...flat(40, base * 1.03));
    }
    closes.push(...flat(300, 1000 * 1.03 ** 12));
    const candles = candlesFromCloses(
      closes,
      T0,
      closes.map((close, i) => (close > (closes[i - 1] ?? close) + 1.5 ? 30 : 10)),
    );
    expect(candles.every(isSaneCandle)).toBe(true);
    expect(measureMomentum([candles], 20).breakout).toMatchObject({ edge: 'measured' });
  });

  test.each([
    [0.5, 100, 0.404, 0.596],
    [0, 10, 0, 0.278],
    [0.5, 0, 0, 1],
  ])('Wilson interval of %d in %i', (share, n, low, high) => {
    const interval = wilsonInterval(share, n);
    expect([interval.low, interval.high].map((x) => Math.round(1_000 * x) / 1_000)).toEqual([low, high]);
  });
});
