import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { marketRules } from '../../../main/lab/backtest/market-rules.ts';

/** Candles that open and close at these prices, with these volumes. */
function candlesOf(prices: readonly number[], volumes: readonly number[]): CandleColumns {
  const close = Float64Array.from(prices);
  return {
    openTimeMs: Float64Array.from(prices, (_, bar) => bar * 60_000),
    open: close,
    high: close,
    low: close,
    close,
    volume: Float64Array.from(volumes),
  };
}

describe('the grids of a market by its candles', () => {
  it.each([
    ['BTC, five places of quantity', [61_250.5, 61_251.25], [1.25, 0.00031], { tickSize: 0.01, lotStep: 0.00001 }],
    ['DOGE, whole lots', [0.12345, 0.1235], [120_000, 31], { tickSize: 0.00001, lotStep: 1 }],
    // A lot of a whole bitcoin is no venue's.
    ['BTC, volumes rounded by hand', [61_250, 61_251], [10, 12], { tickSize: 1, lotStep: 0.00001 }],
    ['dust of arithmetic', [100 / 3, 200 / 3], [1 / 7, 2 / 7], { tickSize: 1e-8, lotStep: 1e-8 }],
  ])('%s', (_what, prices, volumes, grids) => {
    const { minNotional, tickSize, lotStep } = marketRules(candlesOf(prices, volumes));
    expect({ tickSize: Number(tickSize.toPrecision(6)), lotStep: Number(lotStep.toPrecision(6)) }).toEqual(grids);
    expect(minNotional).toBe(5);
  });
});
