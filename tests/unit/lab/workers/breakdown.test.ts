import { describe, expect, it } from 'vitest';
import { runBacktest } from '../../../../main/lab/backtest/run-backtest.ts';
import { REFERENCE } from '../../../../main/lab/backtest/settings.ts';
import { defineStrategy } from '../../../../main/lab/strategy/strategy.ts';
import { breakdownFigures } from '../../../../main/lab/workers/breakdown.ts';
import { candlesOf } from '../../../support/candle-columns.ts';

const BAR_MS = 300_000;

/** Buys one at the open of the second bar, and leaves at the open of the fourth. */
const twoBars = defineStrategy({
  name: 'two-bars',
  title: 'Two bars',
  about: 'Holds for two bars.',
  params: {},
  start: () => ({
    onCandle({ openTimeMs }, desk) {
      if (openTimeMs === 0) desk.enter('long', { qty: 1 });
      if (openTimeMs === 2 * BAR_MS) desk.exit();
    },
  }),
});

describe('where a result came from', () => {
  it('is told in numbers: exposure, turnover, excursions, instruments', () => {
    const candles = candlesOf([
      [100, 100, 100, 100],
      [100, 104, 99, 102],
      [102, 110, 90, 105],
      [105, 200, 50, 105],
      [105, 105, 105, 105],
    ]);
    const run = runBacktest({ strategy: twoBars, params: {}, markets: [{ candles }], settings: REFERENCE });
    const figures = breakdownFigures(run, [candles], 10_000);
    const equity = [10_000, 10_002, 10_005, 10_005, 10_005];
    const meanEquity = equity.reduce((sum, each) => sum + each, 0) / 5;
    expect(figures.activity).toMatchObject({ exposure: 2 / 5, barsPerTrade: 2, turnover: 205 / meanEquity });
    // What the bar of the exit did afterwards was no longer the trade's.
    expect(figures.adverseShare).toEqual({
      mean: expect.closeTo(0.1, 12),
      median: expect.closeTo(0.1, 12),
      most: expect.closeTo(0.1, 12),
    });
    expect(figures.favourableShare?.most).toBeCloseTo(0.1, 12);
    expect(figures.byInstrument).toEqual([
      { instrument: 0, side: 'long', trades: 1, wins: 1, profitQuote: 5, feesQuote: 0 },
    ]);
    expect(figures.underWater.longestMs).toBe(0);
  });

  it('without a trade has no excursions', () => {
    const candles = candlesOf([[100, 100, 100, 100]]);
    const run = runBacktest({ strategy: twoBars, params: {}, markets: [{ candles }], settings: REFERENCE });
    expect(breakdownFigures(run, [candles], 10_000)).toMatchObject({ adverseShare: null, byInstrument: [] });
  });
});
