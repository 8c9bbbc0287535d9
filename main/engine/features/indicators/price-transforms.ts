/** One price out of a bar's four. */

import type { Candle } from '../../domain/candle.ts';
import { larger, smaller } from './compare.ts';

export const averagePrice = (c: Candle): number => (c.open + c.high + c.low + c.close) / 4;
export const medianPrice = (c: Candle): number => (c.high + c.low) / 2;
export const typicalPrice = (c: Candle): number => (c.high + c.low + c.close) / 3;
export const weightedClose = (c: Candle): number => (c.high + c.low + 2 * c.close) / 4;

/** Balance of power: the body's share of the bar, −1 … 1; 0 where the bar has no range. */
export const balanceOfPower = (c: Candle): number => (c.high - c.low > 0 ? (c.close - c.open) / (c.high - c.low) : 0);

/** Heikin-Ashi bars: smoothed candles; the first opens in the middle of its body. `update` returns the close. */
export class HeikinAshi {
  open = Number.NaN;
  high = Number.NaN;
  low = Number.NaN;
  close = Number.NaN;

  update(candle: Candle): number {
    this.open = Number.isNaN(this.open) ? (candle.open + candle.close) / 2 : (this.open + this.close) / 2;
    this.close = averagePrice(candle);
    this.high = larger(candle.high, larger(this.open, this.close));
    this.low = smaller(candle.low, smaller(this.open, this.close));
    return this.close;
  }
}
