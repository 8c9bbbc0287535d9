import type { BarRun } from '../backtest/bar-run.ts';

/** How much a run was in the market, and how much it moved there. NaN where there is nothing to divide by. */
export interface Activity {
  /** Bars with a position over bars: above 1 where several instruments were held at once. */
  readonly exposure: number;
  /** What was bought and sold over mean equity. */
  readonly turnover: number;
  readonly turnoverPerYear: number;
  readonly barsPerTrade: number;
  readonly tradesPerYear: number;
}

const YEAR_MS = 365 * 86_400_000;

export function activityOf({ trades, equityQuote, openTimeMs, barsInMarket }: BarRun): Activity {
  const bars = equityQuote.length;
  const years = ((openTimeMs.at(-1) ?? Number.NaN) - (openTimeMs[0] ?? Number.NaN)) / YEAR_MS;
  let [traded, held] = [0, 0];
  for (const { qty, entryPrice, exitPrice, entryBar, exitBar } of trades) {
    traded += qty * (entryPrice + exitPrice);
    held += exitBar - entryBar;
  }
  const turnover = traded / (equityQuote.reduce((sum, value) => sum + value, 0) / bars);
  return {
    exposure: barsInMarket / bars,
    turnover,
    turnoverPerYear: turnover / years,
    barsPerTrade: held / trades.length,
    tradesPerYear: trades.length / years,
  };
}
