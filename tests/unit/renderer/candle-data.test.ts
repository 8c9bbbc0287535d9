import { describe, expect, it } from 'vitest';
import type { MarketFrame } from '../../../preload/contract.ts';
import {
  applyFrame,
  barsShifted,
  type ChartHistory,
  candleDataFrom,
  hasHole,
  indexOfTime,
  prependHistory,
} from '../../../renderer/chart/candle-data.ts';

function history(times: readonly number[]): ChartHistory {
  return {
    candles: {
      openTimeMs: times,
      open: times.map(() => 1),
      high: times.map(() => 2),
      low: times.map(() => 0.5),
      close: times.map((time) => time),
      volume: times.map(() => 3),
    },
    indicators: [
      { id: 'rsi:14', label: 'RSI 14', pane: 'own', lines: [{ name: 'rsi', values: times.map((time) => time / 10) }] },
    ],
    confidence: times.map((openTimeMs) => ({ openTimeMs, probability: 0.5 })),
  };
}

const frame = (
  candles: MarketFrame['candles'],
  values: number[],
  confidence: MarketFrame['confidence'] = [],
): MarketFrame => ({
  frame: 1,
  engineTimeMs: 1,
  rows: [],
  candles,
  indicators: [{ id: 'rsi:14', lines: [values] }],
  confidence,
  trades: [],
  book: null,
  merged: 0,
});

describe('candle data', () => {
  it('replaces the open candle and appends the next, values with them', () => {
    const data = candleDataFrom(history([10, 20, 30]));
    expect(
      applyFrame(
        data,
        frame(
          [
            [30, 1, 9, 1, 8, 4],
            [40, 8, 8, 8, 8, 1],
          ],
          [77, 78],
        ),
      ),
    ).toEqual([30, 40]);
    expect(data.bars.map((bar) => bar.close)).toEqual([10, 20, 8, 8]);
    expect(data.indicators[0]?.lines[0]?.values.get(40)).toBe(78);
  });

  it('a late correction lands in its place', () => {
    const data = candleDataFrom(history([10, 30]));
    applyFrame(data, frame([[20, 1, 1, 1, 5, 1]], [2]));
    expect(data.bars.map((bar) => bar.timeMs)).toEqual([10, 20, 30]);
  });

  it('an older page goes before, overlapping candles are not doubled and newer values not overwritten', () => {
    const data = candleDataFrom(history([30, 40]));
    applyFrame(data, frame([[30, 1, 1, 1, 99, 1]], [55]));
    expect(prependHistory(data, history([10, 20, 30]))).toBe(2);
    expect(data.bars.map((bar) => bar.timeMs)).toEqual([10, 20, 30, 40]);
    expect(data.bars[2]?.close).toBe(99);
    expect(data.indicators[0]?.lines[0]?.values.get(30)).toBe(55);
    expect(data.indicators[0]?.lines[0]?.values.get(10)).toBe(1);
  });

  it('confidence arrives with or without its candle', () => {
    const data = candleDataFrom(history([10]));
    expect(applyFrame(data, frame([], [], [{ openTimeMs: 10, probability: 0.64 }]))).toEqual([10]);
    expect(data.confidence.get(10)).toBe(0.64);
  });

  it('finds times by bisection', () => {
    const { bars } = candleDataFrom(history([10, 20, 30]));
    expect([5, 10, 15, 30, 31].map((time) => indexOfTime(bars, time))).toEqual([0, 0, 1, 2, 3]);
  });
});

describe('a reload under a view', () => {
  const bars = (times: readonly number[]) => candleDataFrom(history(times)).bars;

  it('moves it by as many bars as were gained or lost on its left', () => {
    expect(barsShifted(bars([10, 20, 30, 40]), bars([30, 40, 50]), 3)).toBe(-2);
    expect(barsShifted(bars([30, 40]), bars([10, 20, 30, 40]), 0.4)).toBe(2);
    expect(barsShifted(bars([10, 20]), bars([10, 20, 30]), 1)).toBe(0);
  });

  it('views beyond the ends are held to the nearest bar, an empty chart to nothing', () => {
    expect(barsShifted(bars([30, 40]), bars([20, 30, 40]), -50)).toBe(1);
    expect(barsShifted([], bars([10]), 5)).toBe(0);
  });
});

describe('a hole among the newest bars', () => {
  const minutes = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, at) => (from + at) * 60_000);

  it.each([
    ['none', minutes(0, 200), '1m', false],
    ['the hours in which the terminal did not run', [...minutes(0, 200), ...minutes(726, 728)], '1m', true],
    ['one candle', [...minutes(0, 20), ...minutes(21, 30)], '1m', true],
    ['one long ago: the venue itself has none there', [...minutes(0, 20), ...minutes(80, 140)], '1m', false],
    ['seconds without a trade', [0, 1_000, 9_000], '1s', false],
    ['nothing at all', [], '1m', false],
  ] as const)('%s', (_what, times, timeframe, expected) => {
    expect(hasHole(times, timeframe)).toBe(expected);
  });
});
