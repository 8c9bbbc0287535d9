import { describe, expect, it } from 'vitest';
import { averageUniqueness } from '../../../main/ml/labels/average-uniqueness.ts';
import { labelReversals } from '../../../main/ml/labels/label-reversals.ts';
import { candlesOf } from '../../support/candle-columns.ts';

const UP = 1;
const DOWN = 0;

/** Close 100, ATR 2, barriers 1 ATR away: 98 and 102. Rows are [open, high, low, close] after the bar asked at. */
function ask(trend: number, future: readonly (readonly [number, number, number, number])[]) {
  const candles = candlesOf([[100, 100, 100, 100], ...future]);
  const trendUp = new Uint8Array(candles.close.length).fill(trend);
  const atr = new Float64Array(candles.close.length).fill(2);
  const { labels, endIndex } = labelReversals(candles, trendUp, atr, 0, 1, {
    barrierAtr: 1,
    horizonBars: future.length,
  });
  return { turned: labels[0], end: endIndex[0] };
}

describe('does the trend turn?', () => {
  it.each([
    [
      'up trend, lower barrier first',
      UP,
      [
        [100, 101, 99, 100],
        [100, 101, 98, 99],
        [99, 103, 99, 103],
      ],
      1,
      2,
    ],
    [
      'up trend, upper barrier first',
      UP,
      [
        [100, 102, 99, 101],
        [101, 101, 90, 90],
      ],
      0,
      1,
    ],
    [
      'down trend, upper barrier first',
      DOWN,
      [
        [100, 102, 99, 101],
        [101, 101, 90, 90],
      ],
      1,
      1,
    ],
    [
      'both in one bar, closing below',
      UP,
      [
        [100, 103, 97, 99],
        [99, 99, 99, 99],
      ],
      1,
      1,
    ],
    [
      'both in one bar, closing above',
      UP,
      [
        [100, 103, 97, 101],
        [99, 99, 99, 99],
      ],
      0,
      1,
    ],
    [
      'time runs out below',
      UP,
      [
        [100, 101, 99, 100],
        [100, 101, 99, 99.5],
      ],
      1,
      2,
    ],
    [
      'time runs out level: no turn, up',
      UP,
      [
        [100, 101, 99, 99],
        [100, 101, 99, 100],
      ],
      0,
      2,
    ],
    [
      'time runs out level: no turn, down',
      DOWN,
      [
        [100, 101, 99, 101],
        [100, 101, 99, 100],
      ],
      0,
      2,
    ],
  ] as const)('%s', (_, trend, future, turned, end) => {
    expect(ask(trend, future)).toEqual({ turned, end });
  });

  it('does not look past the end of the data', () => {
    expect(() =>
      labelReversals(candlesOf([[1, 1, 1, 1]]), Uint8Array.of(1), Float64Array.of(1), 0, 1, {
        barrierAtr: 1,
        horizonBars: 1,
      }),
    ).toThrow(/past the end/);
  });
});

describe('average uniqueness', () => {
  it('is 1 for a label that waits alone', () => {
    expect([...averageUniqueness(Int32Array.of(0, 5), Int32Array.of(3, 9))]).toEqual([1, 1]);
  });

  it('is shared where labels wait together', () => {
    // First waits in bars 1..4, second in 3..4: alone twice, together twice.
    expect([...averageUniqueness(Int32Array.of(0, 2), Int32Array.of(4, 4))]).toEqual([0.75, 0.5]);
  });
});
