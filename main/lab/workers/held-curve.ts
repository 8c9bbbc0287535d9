import type { CandleColumns } from '../../engine/domain/candle.ts';

/**
 * What one unit of cash is worth at each bar of a run when every instrument is bought with an equal share at its first open and held,
 * without costs. An instrument without a bar at a time is worth what it was.
 */
export function heldCurve(candles: readonly CandleColumns[], openTimeMs: Float64Array): Float64Array {
  const worth = new Float64Array(openTimeMs.length);
  for (const { openTimeMs: times, open, close } of candles) {
    let [bar, ratio] = [0, 1];
    for (const [point, timeMs] of openTimeMs.entries()) {
      if (times[bar] === timeMs) {
        ratio = close[bar]! / open[0]!;
        bar += 1;
      }
      worth[point]! += ratio / candles.length;
    }
  }
  return worth;
}
