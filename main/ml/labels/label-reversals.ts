import type { CandleColumns } from '../../engine/domain/candle.ts';
import { firstTouch } from './first-touch.ts';

export interface ReversalLabelOptions {
  /** Distance of both barriers from the close, in ATR of the bar asked at. */
  readonly barrierAtr: number;
  /** Bars after which the question is decided by where the close stands. */
  readonly horizonBars: number;
}

export interface ReversalLabels {
  /** 1 where price went against the trend first. */
  readonly labels: Uint8Array;
  /** Index of the bar that decided; the label is not known before its close. */
  readonly endIndex: Int32Array;
}

/**
 * Triple-barrier labels of "does the trend turn?", one for each bar in `[from, to)`, asked at its close: which barrier,
 * `barrierAtr` x ATR against or with the trend, do the next `horizonBars` bars touch first. Where one bar touches both,
 * and where none is touched in time, the close of that bar decides by its side of the close asked at (equal: no turn).
 *
 * @param trendUp 1 where the trend at that bar is up, one per candle
 * @param atr average true range in price units, one per candle
 * @throws RangeError when `to` leaves less than `horizonBars` bars of future
 */
export function labelReversals(
  candles: CandleColumns,
  trendUp: Uint8Array,
  atr: Float64Array,
  from: number,
  to: number,
  { barrierAtr, horizonBars }: ReversalLabelOptions,
): ReversalLabels {
  if (to + horizonBars > candles.close.length) throw new RangeError('the last labels would look past the end');
  const labels = new Uint8Array(to - from);
  const endIndex = new Int32Array(to - from);
  for (let bar = from; bar < to; bar++) {
    const close = candles.close[bar]!;
    const width = barrierAtr * atr[bar]!;
    const touch = firstTouch(candles, bar, close + width, close - width, horizonBars);
    const last = candles.close[touch.end]!;
    const wentUp = touch.upper === touch.lower ? (trendUp[bar] === 1 ? last >= close : last > close) : touch.upper;
    labels[bar - from] = wentUp === (trendUp[bar] === 1) ? 0 : 1;
    endIndex[bar - from] = touch.end;
  }
  return { labels, endIndex };
}
