import { expect } from 'vitest';
import type { BarRun } from '../../main/lab/backtest/bar-run.ts';

/** Of the exact gear and the fast one: the same trades, equity at every bar, fills. Numbers to 1e-9. */
export function expectSame(exact: BarRun, fast: BarRun): void {
  const rounded = (trades: BarRun['trades']) =>
    trades
      .map(({ instrument, entryBar, exitBar, side, qty: size, entryPrice, exitPrice, pnl, reason }) => {
        const amounts = [size, entryPrice, exitPrice, pnl].map((value) => Number(value.toPrecision(10)));
        return [exitBar, instrument, entryBar, side, reason, ...amounts];
      })
      // What is left at one bar has no order of its own.
      .sort(([a, x], [b, y]) => Number(a) - Number(b) || Number(x) - Number(y));
  expect(rounded(exact.trades)).toEqual(rounded(fast.trades));
  for (const [bar, value] of fast.equityQuote.entries()) {
    expect(Math.abs(exact.equityQuote[bar]! / value - 1), `equity of bar ${bar}`).toBeLessThan(1e-9);
  }
  expect([exact.fills, exact.barsInMarket]).toEqual([fast.fills, fast.barsInMarket]);
}
