/** The one door by which candles enter features and indicators: nothing but finite numbers passes. */

import type { Candle, CandleColumns } from '../domain/candle.ts';

const CANDLE_FIELDS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;

/** @throws RangeError naming the first field that is not a finite number, and `where` (a row, an instrument). */
export function assertFiniteCandle(candle: Candle, where = 'candle'): void {
  const { openTimeMs, open, high, low, close, volume } = candle;
  // Any NaN or infinity makes the sum of zeros NaN.
  if (0 * openTimeMs + 0 * open + 0 * high + 0 * low + 0 * close + 0 * volume === 0) return;
  for (const field of CANDLE_FIELDS) {
    if (!Number.isFinite(candle[field])) {
      throw new RangeError(`${where}: ${field} is not a finite number (${candle[field]})`);
    }
  }
}

/**
 * Features divide by prices, so those must be above 0, and no volume is negative.
 * @throws RangeError naming the first field that will not do, and `where`.
 */
export function assertPricedCandle(candle: Candle, where = 'candle'): void {
  assertFiniteCandle(candle, where);
  for (const field of ['open', 'high', 'low', 'close'] as const) {
    if (candle[field] <= 0) throw new RangeError(`${where}: ${field} is not above 0 (${candle[field]})`);
  }
  if (candle.volume < 0) throw new RangeError(`${where}: volume is negative (${candle.volume})`);
}

/** Reads columns as candles without making an object per bar: it is the candle it was last moved to. */
export class ColumnCursor implements Candle {
  readonly length: number;
  private readonly columns: CandleColumns;
  openTimeMs = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  volume = 0;

  /** @throws RangeError when the columns differ in length. */
  constructor(columns: CandleColumns) {
    this.columns = columns;
    this.length = columns.close.length;
    for (const field of CANDLE_FIELDS) {
      const { length } = columns[field];
      if (length !== this.length) throw new RangeError(`candles: ${field} has ${length} rows, close ${this.length}`);
    }
  }

  /** @throws RangeError naming `row` (0 is the first) and the field when a number is not finite. */
  moveTo(row: number): void {
    const { openTimeMs, open, high, low, close, volume } = this.columns;
    this.openTimeMs = openTimeMs[row]!;
    this.open = open[row]!;
    this.high = high[row]!;
    this.low = low[row]!;
    this.close = close[row]!;
    this.volume = volume[row]!;
    assertFiniteCandle(this, `candle ${row}`);
  }
}
