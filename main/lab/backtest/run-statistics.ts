import { type ReturnMetrics, returnMetrics } from '../metrics/return-metrics.ts';
import type { BarRun } from './bar-run.ts';
import { dailyReturns } from './daily-returns.ts';
import type { ExitReason } from './trade.ts';

/** What a run came to. Ratios whose denominator is zero are null: there is nothing to say. */
export interface RunStatistics {
  readonly initialCash: number;
  readonly finalEquity: number;
  readonly netProfit: number;
  readonly returnPct: number;
  /** Closed ones. */
  readonly trades: number;
  readonly longTrades: number;
  readonly shortTrades: number;
  readonly wins: number;
  readonly losses: number;
  readonly winRatePct: number | null;
  readonly grossProfit: number;
  readonly grossLoss: number;
  readonly profitFactor: number | null;
  /** Mean profit of a trade. */
  readonly expectancy: number | null;
  readonly averageWin: number | null;
  readonly averageLoss: number | null;
  /** Largest fall from a peak of equity at bars' closes, in per cent of the peak. */
  readonly maxDrawdownPct: number;
  readonly totalFees: number;
  readonly bars: number;
  readonly barsInMarket: number;
  readonly exits: Readonly<Partial<Record<ExitReason, number>>>;
  /** Of the returns of days in UTC, 365 a year; a figure without a value is NaN, null in JSON. */
  readonly daily: ReturnMetrics;
}

const DAYS_PER_YEAR = 365;

const over = (a: number, b: number): number | null => (b === 0 ? null : a / b);

/** @param openTimeMs of the bars that were run over */
export function runStatistics(
  { trades, equityQuote, barsInMarket }: BarRun,
  openTimeMs: Float64Array,
  initialCash: number,
): RunStatistics {
  const sums = { wins: 0, losses: 0, long: 0, grossProfit: 0, grossLoss: 0, fees: 0 };
  const exits: Partial<Record<ExitReason, number>> = {};
  for (const { side, pnl, fees, reason } of trades) {
    if (pnl > 0) {
      sums.wins += 1;
      sums.grossProfit += pnl;
    } else {
      sums.losses += 1;
      sums.grossLoss += pnl;
    }
    if (side === 'long') sums.long += 1;
    sums.fees += fees;
    exits[reason] = (exits[reason] ?? 0) + 1;
  }
  const finalEquity = equityQuote.at(-1) ?? initialCash;
  return {
    initialCash,
    finalEquity,
    netProfit: finalEquity - initialCash,
    returnPct: (100 * (finalEquity - initialCash)) / initialCash,
    trades: trades.length,
    longTrades: sums.long,
    shortTrades: trades.length - sums.long,
    wins: sums.wins,
    losses: sums.losses,
    winRatePct: over(100 * sums.wins, trades.length),
    grossProfit: sums.grossProfit,
    grossLoss: sums.grossLoss,
    profitFactor: over(sums.grossProfit, -sums.grossLoss),
    expectancy: over(sums.grossProfit + sums.grossLoss, trades.length),
    averageWin: over(sums.grossProfit, sums.wins),
    averageLoss: over(sums.grossLoss, sums.losses),
    maxDrawdownPct: 100 * maxDrawdownShare(equityQuote, initialCash),
    totalFees: sums.fees,
    bars: equityQuote.length,
    barsInMarket,
    exits,
    daily: returnMetrics(dailyReturns(equityQuote, openTimeMs, initialCash), DAYS_PER_YEAR),
  };
}

function maxDrawdownShare(equity: Float64Array, initial: number): number {
  let peak = initial;
  let deepest = 0;
  for (const value of equity) {
    if (value > peak) peak = value;
    else if ((peak - value) / peak > deepest) deepest = (peak - value) / peak;
  }
  return deepest;
}
