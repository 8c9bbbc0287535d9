/** Funding that a run pays, beside rate × quantity × mark of every event of real perpetuals. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCandleFile } from '../../main/candle-files/index.ts';
import { runBacktest } from '../../main/lab/backtest/run-backtest.ts';
import { REFERENCE } from '../../main/lab/backtest/settings.ts';
import { hasRealData, realData } from '../support/real-data.ts';
import { scriptedStrategy } from '../support/scripted-strategy.ts';

function fundingOf(path: string) {
  const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [timeMs, rate, markPrice] = line.split(',').map(Number) as [number, number, number];
    return { timeMs, rate, markPrice };
  });
}

describe.skipIf(!hasRealData)('funding', () => {
  it.each(['BTCUSDT', 'ETHUSDT'])('of %s is what its position owes at each event', async (symbol) => {
    const file = await readCandleFile(realData(`candles/5m_perp/binance-usdm_${symbol}_5m_20250307-20250412.csv.gz`));
    if (!file.ok) throw new Error(file.error.message);
    const candles = file.value.columns;
    const funding = fundingOf(realData(`funding/binance-usdm_${symbol}_funding_20250306-20250412.csv`));
    const bars = candles.openTimeMs.length;
    const half = bars >> 1;
    const run = runBacktest({
      strategy: scriptedStrategy((bar, desk) => {
        if (bar === 9) desk.enter('long', { qty: 0.5 });
        if (bar === half) desk.enter('short', { qty: 2 });
        if (bar === bars - 20) desk.exit();
      }),
      markets: [{ candles, funding }],
      settings: REFERENCE,
    });
    const at = (bar: number): number => candles.openTimeMs[bar]!;
    const held = (timeMs: number): number => {
      if (timeMs <= at(10) || timeMs > at(bars - 19)) return 0;
      return timeMs <= at(half + 1) ? 0.5 : -2;
    };
    const owed = funding.reduce((sum, { timeMs, rate, markPrice }) => sum + rate * held(timeMs) * markPrice, 0);
    expect(funding.filter(({ timeMs }) => held(timeMs) !== 0).length).toBeGreaterThan(80);
    expect(Math.abs(run.costs.funding / owed - 1)).toBeLessThan(1e-9);
    expect(run.trades).toHaveLength(2);
  });
});
