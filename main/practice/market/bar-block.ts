import type { Candle } from '../../engine/domain/candle.ts';
import { type InstrumentGrid, scaledToNumber } from './instruments.ts';

/** A run of 1m bars in whole ticks and lots. */
export interface BarBlock {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly lots: Float64Array;
}

/** One bar in whole ticks and lots. */
export interface UnitBar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly lots: number;
}

export function emptyBlock(bars: number): BarBlock {
  // One buffer for all five columns: days come and go by the thousand when a long history is asked for.
  const all = new Float64Array(5 * bars);
  const column = (i: number): Float64Array => all.subarray(i * bars, (i + 1) * bars);
  return { open: column(0), high: column(1), low: column(2), close: column(3), lots: column(4) };
}

export function barAt(block: BarBlock, index: number): UnitBar {
  return {
    open: block.open[index] as number,
    high: block.high[index] as number,
    low: block.low[index] as number,
    close: block.close[index] as number,
    lots: block.lots[index] as number,
  };
}

export function setBar(block: BarBlock, index: number, bar: UnitBar): void {
  block.open[index] = bar.open;
  block.high[index] = bar.high;
  block.low[index] = bar.low;
  block.close[index] = bar.close;
  block.lots[index] = bar.lots;
}

export function candleFromBlock(block: BarBlock, index: number, openTimeMs: number, grid: InstrumentGrid): Candle {
  const { priceDecimals, lotDecimals } = grid;
  return {
    openTimeMs,
    open: scaledToNumber(block.open[index] as number, priceDecimals),
    high: scaledToNumber(block.high[index] as number, priceDecimals),
    low: scaledToNumber(block.low[index] as number, priceDecimals),
    close: scaledToNumber(block.close[index] as number, priceDecimals),
    volume: scaledToNumber(block.lots[index] as number, lotDecimals),
  };
}
