import type { BarRun } from '../../../../main/lab/backtest/bar-run.ts';
import { runStatistics } from '../../../../main/lab/backtest/run-statistics.ts';
import type { ExperimentInputs, ExperimentResult } from '../../../../main/lab/experiments/experiment.ts';

const HOUR = 3_600_000;
export const START = Date.UTC(2024, 0, 1);

export const inputsOf = (fast: number, more: Partial<ExperimentInputs> = {}): ExperimentInputs => ({
  strategy: 'sma-cross',
  params: { fast, slow: 30 },
  settings: { cashQuote: 1_000, leverageMax: Number.POSITIVE_INFINITY },
  data: [
    {
      instrument: 'binance:BTC/USDT',
      timeframe: '1h',
      rows: 48,
      fromMs: START,
      toMs: START + 47 * HOUR,
      sha256: 'ab'.repeat(32),
    },
  ],
  seed: 1,
  build: '0.1.0+test',
  ...more,
});

/** An hourly run whose equity begins at 1,000 and changes by these shares, a day each. */
export function resultOf(dailyShares: readonly number[], report = '<!doctype html>'): ExperimentResult {
  let equity = 1_000;
  const points = dailyShares.flatMap((share) => {
    const before = equity;
    equity *= 1 + share;
    return Array.from({ length: 24 }, (_, hour) => before + ((equity - before) * (hour + 1)) / 24);
  });
  const run: BarRun = {
    trades: [
      {
        entryBar: 2,
        exitBar: 9,
        side: 'long',
        qty: 0.5,
        entryPrice: 100,
        exitPrice: 104,
        fees: 0.2,
        pnl: 1.8,
        reason: 'signal',
        instrument: 0,
      },
      {
        entryBar: 12,
        exitBar: 13,
        side: 'short',
        qty: 0.5,
        entryPrice: 104,
        exitPrice: 106,
        fees: 0.2,
        pnl: -1.2,
        reason: 'stop_loss',
        instrument: 0,
      },
    ],
    openTimeMs: Float64Array.from(points, (_, bar) => START + bar * HOUR),
    equityQuote: Float64Array.from(points),
    barsInMarket: 8,
    fills: 4,
    costs: { fees: 0.4, slippage: 0, funding: 0, borrow: 0 },
    refused: { tooSmall: 0, noMoney: 0, noShorts: 0, letGo: 0 },
  };
  return { run, statistics: runStatistics(run, run.openTimeMs, 1_000), report };
}
