import type { CandleColumns } from '../../engine/domain/candle.ts';
import { type BacktestPlan, runBacktest } from '../backtest/run-backtest.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import { type Market, REALISTIC } from '../backtest/settings.ts';
import { dayReturns } from '../experiments/day-returns.ts';
import { activityOf } from '../metrics/activity.ts';
import type { Evaluation, Setting } from './trial.ts';

/** The plan with this setting on the first `share` of its time. @throws what `runBacktest` throws */
export function evaluateSetting(plan: BacktestPlan, setting: Setting, share: number): Evaluation {
  const run = runBacktest({
    ...plan,
    params: { ...plan.params, ...setting },
    markets: share < 1 ? firstPart(plan.markets, share) : plan.markets,
  });
  const cash = plan.settings?.cashQuote ?? REALISTIC.cashQuote;
  const { returnPct, maxDrawdownPct, trades, daily } = runStatistics(run, run.openTimeMs, cash);
  const { turnoverPerYear } = activityOf(run);
  const { day, returns } = dayReturns(run.equityQuote, run.openTimeMs, cash);
  return { figures: { returnPct, sharpe: daily.sharpe, maxDrawdownPct, turnoverPerYear, trades }, day, returns };
}

function firstPart(markets: readonly Market[], share: number): readonly Market[] {
  const ends = markets.map(({ candles }) => candles.openTimeMs);
  const fromMs = Math.min(...ends.map((times) => times[0] ?? Number.POSITIVE_INFINITY));
  const toMs = Math.max(...ends.map((times) => times.at(-1) ?? Number.NEGATIVE_INFINITY));
  const limitMs = fromMs + share * (toMs - fromMs);
  return markets.map((market) => ({ ...market, candles: before(market.candles, limitMs) }));
}

function before({ openTimeMs, open, high, low, close, volume }: CandleColumns, limitMs: number): CandleColumns {
  let bars = openTimeMs.length;
  while (bars > 0 && openTimeMs[bars - 1]! >= limitMs) bars -= 1;
  const part = (values: Float64Array): Float64Array => values.subarray(0, bars);
  return {
    openTimeMs: part(openTimeMs),
    open: part(open),
    high: part(high),
    low: part(low),
    close: part(close),
    volume: part(volume),
  };
}
