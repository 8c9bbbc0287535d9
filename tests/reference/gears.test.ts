/** The exact gear, which is the live engine, beside the fast one on real candles: the same trades, the same money. */
import { describe, expect, it } from 'vitest';
import { readCandleFile } from '../../main/candle-files/index.ts';
import type { CandleColumns } from '../../main/engine/domain/candle.ts';
import { runBacktest } from '../../main/lab/backtest/run-backtest.ts';
import { runExact } from '../../main/lab/exact/run-exact.ts';
import { exactPlan } from '../support/exact-plan.ts';
import { hasRealData, realData } from '../support/real-data.ts';

async function candlesOf(path: string, bars: number): Promise<CandleColumns> {
  const file = await readCandleFile(realData(path));
  if (!file.ok) throw new Error(file.error.message);
  const cut = (column: Float64Array): Float64Array => column.slice(-bars);
  const { openTimeMs, open, high, low, close, volume } = file.value.columns;
  return {
    openTimeMs: cut(openTimeMs),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

describe.skipIf(!hasRealData)('both gears give the same trades', () => {
  it.each([
    ['candles/5m/binance_BTCUSDT_5m_20240101-20240630.csv.gz', 0.05],
    ['candles/5m/binance_ETHUSDT_5m_20240101-20240630.csv.gz', 0.5],
    ['candles/1h/binance_BTCUSDT_1h_20180101-20240630.csv.gz', 0.05],
  ])('%s', async (path, qty) => {
    const candles = await candlesOf(path, 3_000);
    const plan = exactPlan(candles, { params: { fast: 10, slow: 40, share: 0.5, qty } });
    const exact = await runExact(plan);
    const { strategy, params, market, settings } = plan;
    const fast = runBacktest({ strategy, params, markets: [market], settings });
    expect(fast.trades.length).toBeGreaterThan(20);
    const rounded = (trades: typeof fast.trades) =>
      trades.map(({ entryBar, exitBar, side, qty: size, entryPrice, exitPrice, pnl, reason }) => {
        const amounts = [size, entryPrice, exitPrice, pnl].map((value) => Number(value.toPrecision(10)));
        return [entryBar, exitBar, side, reason, ...amounts];
      });
    expect(rounded(exact.trades)).toEqual(rounded(fast.trades));
    for (const [bar, value] of fast.equityQuote.entries()) {
      expect(Math.abs(exact.equityQuote[bar]! / value - 1), `equity of bar ${bar}`).toBeLessThan(1e-9);
    }
    expect([exact.fills, exact.barsInMarket]).toEqual([fast.fills, fast.barsInMarket]);
  });
});
