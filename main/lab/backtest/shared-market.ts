import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Market } from './settings.ts';

/** The market with its columns in memory that threads share: none has a copy. */
export function sharedMarket(market: Market): Market {
  const { candles, finer, predictions } = market;
  return {
    ...market,
    candles: sharedCandles(candles),
    ...(finer && { finer: sharedCandles(finer) }),
    ...(predictions && { predictions: sharedColumn(predictions) }),
  };
}

function sharedCandles({ openTimeMs, open, high, low, close, volume }: CandleColumns): CandleColumns {
  return {
    openTimeMs: sharedColumn(openTimeMs),
    open: sharedColumn(open),
    high: sharedColumn(high),
    low: sharedColumn(low),
    close: sharedColumn(close),
    volume: sharedColumn(volume),
  };
}

function sharedColumn(values: Float64Array): Float64Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const column = new Float64Array(new SharedArrayBuffer(values.byteLength));
  column.set(values);
  return column;
}
