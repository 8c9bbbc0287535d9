import type { CandleColumns } from '../../engine/domain/candle.ts';

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
    const upper = close + barrierAtr * atr[bar]!;
    const lower = close - barrierAtr * atr[bar]!;
    let end = bar;
    let wentUp = false;
    let decided = false;
    while (!decided && end < bar + horizonBars) {
      end++;
      const touchesUpper = candles.high[end]! >= upper;
      const touchesLower = candles.low[end]! <= lower;
      decided = touchesUpper || touchesLower;
      wentUp = touchesUpper && !touchesLower;
      if (touchesUpper === touchesLower) {
        const last = candles.close[end]!;
        wentUp = trendUp[bar] === 1 ? last >= close : last > close;
      }
    }
    labels[bar - from] = wentUp === (trendUp[bar] === 1) ? 0 : 1;
    endIndex[bar - from] = end;
  }
  return { labels, endIndex };
}

/**
 * Average uniqueness of labels that overlap in time: the mean, over the bars a label waits for, of one over the number
 * of labels waiting there (López de Prado, Advances in Financial Machine Learning, ch. 4). Labels are of one instrument.
 *
 * @param startIndex bar each label was asked at, ascending
 * @param endIndex bar that decided it
 */
export function averageUniqueness(startIndex: Int32Array, endIndex: Int32Array): Float64Array {
  let bars = 0;
  for (const end of endIndex) bars = Math.max(bars, end + 2);
  const change = new Int32Array(bars);
  for (let i = 0; i < startIndex.length; i++) {
    change[startIndex[i]! + 1]! += 1;
    change[endIndex[i]! + 1]! -= 1;
  }
  const inverseSum = new Float64Array(bars + 1);
  let waiting = 0;
  for (let bar = 0; bar < bars; bar++) {
    waiting += change[bar]!;
    inverseSum[bar + 1] = inverseSum[bar]! + (waiting > 0 ? 1 / waiting : 0);
  }
  return Float64Array.from(startIndex, (start, i) => {
    const end = endIndex[i]!;
    return (inverseSum[end + 1]! - inverseSum[start + 1]!) / (end - start);
  });
}
