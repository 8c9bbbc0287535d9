/** Fifty instruments on one account: the live engine and the fast gear come to the same, which is what the rules say of each instrument by itself. */
import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import type { BarRun } from '../../../main/lab/backtest/bar-run.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../../main/lab/backtest/settings.ts';
import { runExact } from '../../../main/lab/exact/run-exact.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { exactPlan, marketOf } from '../../support/exact-plan.ts';

const INSTRUMENTS = 50;
const BARS = 120;
const SPAN_MS = 300_000;
const FROM_MS = 1_700_000_100_000;

/** Minutes of a walk as candles of five; some instruments begin later. */
function candles(seed: number): CandleColumns {
  const walk = randomWalkCandles(BARS, createRandom(seed).next);
  const openTimeMs = walk.openTimeMs.map((_, bar) => FROM_MS + bar * SPAN_MS);
  const kept = [...openTimeMs.keys()].filter((bar) => bar >= (seed % 7) * 3);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(kept, (bar) => column[bar]!);
  const { open, high, low, close } = walk;
  return {
    openTimeMs: pick(openTimeMs),
    open: pick(open),
    high: pick(high),
    low: pick(low),
    close: pick(close),
    volume: Float64Array.from(kept, () => 1_000),
  };
}

const MARKETS = Array.from({ length: INSTRUMENTS }, (_, at) => marketOf(candles(at + 1)));
// A fixed quantity, and more money than all of it together needs: what one instrument does changes nothing for another.
const PARAMS = { fast: 4, slow: 12, share: 0.5, qty: 0.5 };
const SETTINGS = { ...REALISTIC, cashQuote: 100_000 };

const rounded = ({ trades }: BarRun) =>
  trades
    .map(({ instrument, entryBar, exitBar, side, qty, entryPrice, exitPrice, pnl, fees }) => {
      const amounts = [qty, entryPrice, exitPrice, pnl, fees].map((value) => Number(value.toPrecision(10)));
      return [exitBar, instrument, entryBar, side, ...amounts];
    })
    .sort(([a, x], [b, y]) => Number(a) - Number(b) || Number(x) - Number(y));

describe('fifty instruments on one account', () => {
  const fast = runBacktest({ strategy: smaCross, params: PARAMS, markets: MARKETS, settings: SETTINGS });

  it('come to the same in both gears', { timeout: 120_000 }, async () => {
    const plan = exactPlan(MARKETS[0]!.candles, { markets: MARKETS, params: PARAMS, settings: SETTINGS });
    const exact = await runExact(plan);
    expect(fast.trades.length).toBeGreaterThan(150);
    expect(new Set(fast.trades.map(({ instrument }) => instrument)).size).toBe(INSTRUMENTS);
    expect(rounded(exact)).toEqual(rounded(fast));
    expect([exact.fills, exact.barsInMarket]).toEqual([fast.fills, fast.barsInMarket]);
    expect(exact.openTimeMs).toEqual(fast.openTimeMs);
    for (const [bar, value] of fast.equityQuote.entries())
      expect(Math.abs(exact.equityQuote[bar]! / value - 1), `equity of bar ${bar}`).toBeLessThan(1e-9);
  });

  it('come to the sum of what each comes to by itself, at every bar', () => {
    const alone = MARKETS.map((market) =>
      runBacktest({ strategy: smaCross, params: PARAMS, markets: [market], settings: SETTINGS }),
    );
    expect(alone.reduce((sum, { trades }) => sum + trades.length, 0)).toBe(fast.trades.length);
    expect(alone.reduce((sum, { costs }) => sum + costs.fees, 0)).toBeCloseTo(fast.costs.fees, 8);
    const next = alone.map(() => 0);
    const worth = alone.map(() => 0);
    for (const [bar, timeMs] of fast.openTimeMs.entries()) {
      for (const [at, { openTimeMs, equityQuote }] of alone.entries()) {
        if (openTimeMs[next[at]!] !== timeMs) continue;
        worth[at] = equityQuote[next[at]!]! - SETTINGS.cashQuote;
        next[at]! += 1;
      }
      const sum = worth.reduce((all, each) => all + each, SETTINGS.cashQuote);
      expect(Math.abs(fast.equityQuote[bar]! / sum - 1), `equity of bar ${bar}`).toBeLessThan(1e-12);
    }
  });
});
