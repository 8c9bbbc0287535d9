/** Where a run's result came from: excursions of its trades, instruments, kinds of market, time under water. */
import type { LabRunDetail } from '../../../preload/lab-contract.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { byInstrument } from '../metrics/by-instrument.ts';
import { excursions } from '../metrics/excursions.ts';
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

function excursionsOf({ trades, openTimeMs }: BarRun, candles: readonly CandleColumns[]): Breakdown['excursions'] {
  const step = Math.max(1, Math.ceil(trades.length / EXCURSIONS_MAX));
  const number = Array.from({ length: Math.ceil(trades.length / step) }, (_, at) => at * step);
  const found = number.map((at) => {
    const trade = trades[at]!;
    const own = candles[trade.instrument]!;
    const barAt = (bar: number): number => barsUntil(own.openTimeMs, openTimeMs[bar]!) - 1;
    const onOwnBars = { ...trade, entryBar: barAt(trade.entryBar), exitBar: barAt(trade.exitBar) };
    return excursions([onOwnBars], own)[0]!;
  });
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
