import { describe, expect, it } from 'vitest';
import type { Interval } from '../../../../main/lab/honesty/interval.ts';
import { figureIntervals } from '../../../../main/lab/workers/figure-intervals.ts';
import { heldCurve } from '../../../../main/lab/workers/held-curve.ts';
import { holm } from '../../../../main/lab/workers/kept-runs.ts';
import { candlesOf } from '../../../support/candle-columns.ts';

const interval = (low: number, high: number): Interval => ({ value: 0, low, high, shareBelowZero: 0 });

describe('figures with intervals', () => {
  it('have them by the names of the screen; a fall is above zero, and what has no end is left out', () => {
    const found = figureIntervals({
      returns: {
        method: 'stationary',
        blockLength: 3,
        figures: {
          cumulativeReturn: interval(-0.1, 0.3),
          maxDrawdown: interval(-0.4, -0.05),
          calmar: interval(0.1, Number.POSITIVE_INFINITY),
        },
      },
      trades: {
        shuffled: { maxDrawdown: interval(0.1, 0.2), longestLosingRow: interval(2, 9) },
        redrawn: {
          netProfit: interval(0, 1),
          expectancy: interval(-1, 2),
          profitFactor: interval(Number.NaN, Number.NaN),
          winRate: interval(0.3, 0.5),
        },
      },
    });
    expect(found).toEqual([
      { figure: 'returnShare', drawn: 'blocks', low: -0.1, high: 0.3 },
      { figure: 'maxDrawdownShare', drawn: 'blocks', low: 0.05, high: 0.4 },
      { figure: 'maxDrawdownShare', drawn: 'order', low: 0.1, high: 0.2 },
      { figure: 'winShare', drawn: 'trades', low: 0.3, high: 0.5 },
      { figure: 'expectancyQuote', drawn: 'trades', low: -1, high: 2 },
    ]);
  });
});

describe('several tests at once', () => {
  it('are held to their number by Holm’s rule: never below the one before, never above one', () => {
    const [a, b, c, d] = holm([0.01, 0.04, 0.03, 0.005]);
    expect([a, b, c, d]).toEqual([
      expect.closeTo(0.03),
      expect.closeTo(0.06),
      expect.closeTo(0.06),
      expect.closeTo(0.02),
    ]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect([holm([0.2]), holm([])]).toEqual([[0.2], []]);
  });
});

describe('buying and holding', () => {
  it('of two is half of each, and what has no bar is worth what it was', () => {
    const [first, second] = [
      candlesOf([
        [100, 100, 100, 110],
        [110, 110, 110, 120],
      ]),
      candlesOf([[10, 10, 10, 5]]),
    ];
    const times = Float64Array.from(first.openTimeMs);
    expect([...heldCurve([first], times)]).toEqual([1.1, 1.2]);
    expect([...heldCurve([first, second], times)]).toEqual([expect.closeTo(0.8), expect.closeTo(0.85)]);
  });
});
