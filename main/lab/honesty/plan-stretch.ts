import type { CandleColumns } from '../../engine/domain/candle.ts';
import { lowerBound } from '../backtest/bar-times.ts';
import type { Market } from '../backtest/settings.ts';

/** A stretch of time, its end not in it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The market on a stretch: a copy, so that nothing beyond it can be reached. */
export const cutMarket = (market: Market, fromMs: number, toMs: number): Market =>
  stretchOf(market, fromMs, toMs, (column, from, to) => column.slice(from, to));

/** The same without copying. */
export const viewMarket = (market: Market, { fromMs, toMs }: Span): Market =>
  stretchOf(market, fromMs, toMs, (column, from, to) => column.subarray(from, to));

type Cut = (column: Float64Array, from: number, to: number) => Float64Array;

function stretchOf(market: Market, fromMs: number, toMs: number, cut: Cut): Market {
  const { candles, predictions, finer, funding } = market;
  const [from, to] = [lowerBound(candles.openTimeMs, fromMs), lowerBound(candles.openTimeMs, toMs)];
  return {
    ...market,
    candles: cutCandles(candles, from, to, cut),
    ...(predictions && { predictions: cut(predictions, from, to) }),
    ...(finer && {
      finer: cutCandles(finer, lowerBound(finer.openTimeMs, fromMs), lowerBound(finer.openTimeMs, toMs), cut),
    }),
    ...(funding && { funding: funding.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs) }),
  };
}

function cutCandles(candles: CandleColumns, from: number, to: number, cut: Cut): CandleColumns {
  return {
    openTimeMs: cut(candles.openTimeMs, from, to),
    open: cut(candles.open, from, to),
    high: cut(candles.high, from, to),
    low: cut(candles.low, from, to),
    close: cut(candles.close, from, to),
    volume: cut(candles.volume, from, to),
  };
}
