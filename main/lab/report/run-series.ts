import type { BarRun } from '../backtest/bar-run.ts';

/** Below zero: equity at each close as a share of its highest so far, less one. The initial cash counts. */
export function drawdowns(equityQuote: Float64Array, initialCash: number): Float64Array {
  let peak = initialCash;
  return equityQuote.map((value) => {
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}

/** What closed trades held at each bar, at their entry prices, as a share of equity; shorts below zero. */
export function exposures({ trades, equityQuote }: BarRun): Float64Array {
  const change = new Float64Array(equityQuote.length + 1);
  for (const { entryBar, exitBar, side, qty, entryPrice } of trades) {
    const held = qty * entryPrice * (side === 'long' ? 1 : -1);
    change[entryBar] = change[entryBar]! + held;
    change[exitBar] = change[exitBar]! - held;
  }
  let held = 0;
  return equityQuote.map((equity, bar) => {
    held += change[bar]!;
    // What is left of sums that cancel.
    return Math.abs(held) < 1e-9 * Math.abs(equity) ? 0 : held / equity;
  });
}

export interface MonthReturn {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly share: number;
}

/** Returns of calendar months in UTC; the first one from the initial cash. */
export function monthReturns({ equityQuote, openTimeMs }: BarRun, initialCash: number): readonly MonthReturn[] {
  const months: MonthReturn[] = [];
  let before = initialCash;
  for (const [bar, timeMs] of openTimeMs.entries()) {
    const date = new Date(timeMs);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const nextMs = openTimeMs[bar + 1];
    const next = nextMs === undefined ? null : new Date(nextMs);
    if (next !== null && next.getUTCMonth() === month && next.getUTCFullYear() === year) continue;
    months.push({ year, month, share: equityQuote[bar]! / before - 1 });
    before = equityQuote[bar]!;
  }
  return months;
}
