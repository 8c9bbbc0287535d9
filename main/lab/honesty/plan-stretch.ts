import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { BacktestPlan } from '../backtest/run-backtest.ts';
import type { Market } from '../backtest/settings.ts';

/** Every time at which some market of the plan has a candle, once, ascending: the bars of its run. */
export function barTimes({ markets }: BacktestPlan): Float64Array {
  if (markets.length === 1) return markets[0]!.candles.openTimeMs;
  const all = Float64Array.from(markets.flatMap(({ candles }) => [...candles.openTimeMs])).sort();
  return all.filter((timeMs, at) => at === 0 || timeMs !== all[at - 1]);
}

/** The market from `fromMs` up to `toMs`, which is not in it: a copy, so that nothing beyond it can be reached. */
export function cutMarket(market: Market, fromMs: number, toMs: number): Market {
  const { candles, predictions, finer, funding } = market;
  const [from, to] = [lowerBound(candles.openTimeMs, fromMs), lowerBound(candles.openTimeMs, toMs)];
  return {
    ...market,
    candles: sliceCandles(candles, from, to),
    ...(predictions && { predictions: predictions.slice(from, to) }),
    ...(finer && {
      finer: sliceCandles(finer, lowerBound(finer.openTimeMs, fromMs), lowerBound(finer.openTimeMs, toMs)),
    }),
    ...(funding && { funding: funding.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs) }),
  };
}

function sliceCandles(candles: CandleColumns, from: number, to: number): CandleColumns {
  return {
    openTimeMs: candles.openTimeMs.slice(from, to),
    open: candles.open.slice(from, to),
    high: candles.high.slice(from, to),
    low: candles.low.slice(from, to),
    close: candles.close.slice(from, to),
    volume: candles.volume.slice(from, to),
  };
}

/** Index of the first that is no less than `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
