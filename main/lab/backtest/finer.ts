import type { CandleColumns } from '../../engine/domain/candle.ts';

/**
 * Which of two prices was reached first between two times, by finer candles: `stop`, also where one finer candle holds both, or
 * `target`. Null where the finer candles reach neither, or there are none.
 */
export function firstReached(
  finer: CandleColumns,
  span: { readonly fromMs: number; readonly toMs: number },
  side: 1 | -1,
  stop: number,
  target: number,
): 'stop' | 'target' | null {
  const { openTimeMs, high, low } = finer;
  for (let at = firstAt(openTimeMs, span.fromMs); at < openTimeMs.length && openTimeMs[at]! < span.toMs; at += 1) {
    const worst = (side > 0 ? low : high)[at]!;
    const best = (side > 0 ? high : low)[at]!;
    if ((worst - stop) * side <= 0) return 'stop';
    if ((best - target) * side >= 0) return 'target';
  }
  return null;
}

/** The first row at or after a time. */
function firstAt(openTimeMs: Float64Array, timeMs: number): number {
  let [from, to] = [0, openTimeMs.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (openTimeMs[middle]! < timeMs) from = middle + 1;
    else to = middle;
  }
  return from;
}
