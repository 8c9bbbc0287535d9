import type { CandleColumns } from '../../engine/domain/candle.ts';

/** The last `bars` candles: the same number of each market. */
export function lastBars(candles: CandleColumns, bars: number): CandleColumns {
  const last = (column: Float64Array): Float64Array => column.slice(-bars);
  const { openTimeMs, open, high, low, close, volume } = candles;
  return {
    openTimeMs: last(openTimeMs),
    open: last(open),
    high: last(high),
    low: last(low),
    close: last(close),
    volume: last(volume),
  };
}
