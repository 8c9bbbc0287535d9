/** Where a run's result came from: excursions of its trades, instruments, kinds of market, time under water. */
import type { LabRunDetail } from '../../../preload/lab-contract.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { spanOf } from '../backtest/bar-loop.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { type Activity, activityOf } from '../metrics/activity.ts';
import { byInstrument } from '../metrics/by-instrument.ts';
import { type Excursion, excursions } from '../metrics/excursions.ts';
import { mean, quantile } from '../metrics/moments.ts';
import { byRegime, regimesOf } from '../metrics/regimes.ts';
import { underWater } from '../metrics/under-water.ts';
import { tradeReturn } from './run-views.ts';
import { barsUntil } from './run-watch.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const EXCURSIONS_MAX = 1_000;
const DRAWDOWNS_MAX = 5;
/** Fewer bars in a window say nothing of a trend. */
const REGIME_BARS_MIN = 10;

type Breakdown = Pick<LabRunDetail, 'excursions' | 'byInstrument' | 'byRegime' | 'underWater'>;

/** @param candles of each instrument. @param barMs length of a bar */
export function breakdownOf(
  run: BarRun,
  candles: readonly CandleColumns[],
  cashQuote: number,
  barMs: number,
): Breakdown {
  return {
    excursions: excursionsOf(run, candles),
    byInstrument: [...byInstrument(run.trades)],
    byRegime: regimeShares(run, candles[0]!, barMs),
    underWater: underWaterOf(run, cashQuote, barMs),
  };
}

/** What lies between none and all of a figure of trades; null where there was none. */
interface Spread {
  readonly mean: number;
  readonly median: number;
  readonly most: number;
}

/** A breakdown in a few numbers, for files and for what a command prints. Shares are of the entry price. */
export interface BreakdownFigures extends Omit<Breakdown, 'excursions'> {
  readonly activity: Activity;
  /** How far trades went against and for their entry before they were left. */
  readonly adverseShare: Spread | null;
  readonly favourableShare: Spread | null;
}

export function breakdownFigures(run: BarRun, candles: readonly CandleColumns[], cashQuote: number): BreakdownFigures {
  const found = run.trades.map((_, number) => excursionOf(run, candles, number));
  const barMs = spanOf(candles[0]!.openTimeMs);
  return {
    activity: activityOf(run),
    adverseShare: spreadOf(found.map(({ adverse }) => adverse)),
    favourableShare: spreadOf(found.map(({ favourable }) => favourable)),
    byInstrument: [...byInstrument(run.trades)],
    byRegime: regimeShares(run, candles[0]!, barMs),
    underWater: underWaterOf(run, cashQuote, barMs),
  };
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return { mean: mean(sorted), median: quantile(sorted, 0.5), most: sorted.at(-1)! };
}

function excursionOf({ trades, openTimeMs }: BarRun, candles: readonly CandleColumns[], number: number): Excursion {
  const trade = trades[number]!;
  const own = candles[trade.instrument]!;
  const barAt = (bar: number): number => barsUntil(own.openTimeMs, openTimeMs[bar]!) - 1;
  const onOwnBars = { ...trade, entryBar: barAt(trade.entryBar), exitBar: barAt(trade.exitBar) };
  return excursions([onOwnBars], own)[0]!;
}

function excursionsOf(run: BarRun, candles: readonly CandleColumns[]): Breakdown['excursions'] {
  const { trades } = run;
  const step = Math.max(1, Math.ceil(trades.length / EXCURSIONS_MAX));
  const number = Array.from({ length: Math.ceil(trades.length / step) }, (_, at) => at * step);
  const found = number.map((at) => excursionOf(run, candles, at));
  return {
    number,
    adverseShare: found.map(({ adverse }) => adverse),
    favourableShare: found.map(({ favourable }) => favourable),
    returnShare: number.map((at) => tradeReturn(trades[at]!.pnl, trades[at]!.qty, trades[at]!.entryPrice)),
  };
}

/** By the day before each bar; of long bars by ten of them. */
function regimeShares({ equityQuote, openTimeMs }: BarRun, candles: CandleColumns, barMs: number) {
  const window = Math.max(REGIME_BARS_MIN, Math.round(DAY_MS / barMs));
  const own = regimesOf(candles, window);
  const regimes = Int8Array.from(openTimeMs, (timeMs) => own[barsUntil(candles.openTimeMs, timeMs) - 1] ?? -1);
  if (!regimes.subarray(0, -1).some((regime) => regime >= 0)) return [];
  const barsPerYear = YEAR_MS / barMs;
  return byRegime(equityQuote, regimes).map(({ regime, barsShare, profitQuote, sharpePerBar }) => ({
    regime,
    barsShare,
    profitQuote,
    sharpe: Number.isFinite(sharpePerBar) ? sharpePerBar * Math.sqrt(barsPerYear) : null,
  }));
}

function underWaterOf({ equityQuote, openTimeMs }: BarRun, cashQuote: number, barMs: number): Breakdown['underWater'] {
  const { share, longestBars, drawdowns } = underWater(equityQuote, cashQuote);
  const timeAt = (bar: number): number => openTimeMs[Math.max(0, bar)] ?? 0;
  return {
    share,
    longestMs: longestBars * barMs,
    drawdowns: drawdowns.slice(0, DRAWDOWNS_MAX).map(({ peakBar, troughBar, recoveredBar, depthShare }) => ({
      fromMs: timeAt(peakBar),
      troughMs: timeAt(troughBar),
      recoveredMs: recoveredBar === null ? null : timeAt(recoveredBar),
      depthShare,
    })),
  };
}
