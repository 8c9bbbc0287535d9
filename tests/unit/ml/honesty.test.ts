import { describe, expect, it } from 'vitest';
import { TIMEFRAME_MS } from '../../../main/engine/domain/candle.ts';
import { featureSetV1 } from '../../../main/engine/features/feature-set-v1.ts';
import { randomWalkCandles } from '../../../main/ml/honesty/random-walk.ts';
import { askTasks } from '../../../main/ml/honesty/tasks.ts';
import { zigZag } from '../../../main/ml/honesty/zig-zag.ts';

describe('zig-zag', () => {
  it('finds tops and bottoms by turns, each known only where price has come back far enough', () => {
    const close = Float64Array.of(100, 105, 110, 108, 98, 96, 97, 106, 107);
    const { pivots, isTop, confirmedAt } = zigZag(close, 0.05);
    expect([...pivots]).toEqual([2, 5]);
    expect([...isTop]).toEqual([1, 0]);
    expect([...confirmedAt]).toEqual([4, 7]);
  });

  it('a market that never comes back far enough has none', () => {
    expect(zigZag(Float64Array.of(1, 2, 3, 2.9, 4), 0.05).pivots.length).toBe(0);
  });
});

describe('the questions of the honesty page', () => {
  const candles = randomWalkCandles(3_000, TIMEFRAME_MS['5m'], 3);
  const tasks = askTasks(candles, '5m', featureSetV1);

  it('a random walk is the same each time, and its candles hold their prices', () => {
    expect(randomWalkCandles(3_000, TIMEFRAME_MS['5m'], 3)).toEqual(candles);
    for (const [bar, close] of candles.close.entries()) {
      expect(close).toBeLessThanOrEqual(candles.high[bar]!);
      expect(close).toBeGreaterThanOrEqual(candles.low[bar]!);
    }
  });

  it('no answer is known before it is asked for, and every sample has one', () => {
    for (const task of Object.values(tasks)) {
      expect(task.labels.length).toBeGreaterThan(20);
      expect(task.rows.length).toBe(task.labels.length * task.featureCount);
      expect(task.rows.every(Number.isFinite)).toBe(true);
      for (const [i, askedMs] of task.askedMs.entries()) expect(task.knownMs[i]!).toBeGreaterThanOrEqual(askedMs);
    }
  });

  it('pivots are asked about alone, and both kinds come', () => {
    const { topOrBottom, legDirection } = tasks;
    expect(topOrBottom.labels.length).toBeLessThan(legDirection.labels.length / 10);
    expect(new Set(topOrBottom.labels).size).toBe(2);
  });
});
