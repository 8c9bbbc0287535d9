import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Random } from '../../engine/kernel/random.ts';

/**
 * A path that never was, out of blocks of one that was: each block goes on from the close before it, with its own bars' shapes and
 * volumes. What spans no more than a block is kept, and the order of the blocks is chance: there is no path to learn by heart.
 *
 * @param blockBars bars of a block, at most the candles' own less one
 */
export function bootstrapCandles(
  candles: CandleColumns,
  bars: number,
  blockBars: number,
  random: Random,
): CandleColumns {
  const known = candles.close.length;
  if (!(blockBars >= 1 && blockBars < known)) {
    throw new RangeError(`blocks of ${blockBars} bars cannot be cut from ${known} candles`);
  }
  const spanMs = candles.openTimeMs[1]! - candles.openTimeMs[0]!;
  const column = (): Float64Array => new Float64Array(bars);
  const path = { open: column(), high: column(), low: column(), close: column(), volume: column() };
  let last = candles.close[0]!;
  let from = 0;
  for (let bar = 0; bar < bars; bar++) {
    // The bar before a block's first is needed for its step.
    if (bar % blockBars === 0) from = 1 + Math.floor(random.next() * (known - blockBars)) - bar;
    const source = from + bar;
    const scale = last / candles.close[source - 1]!;
    path.open[bar] = candles.open[source]! * scale;
    path.high[bar] = candles.high[source]! * scale;
    path.low[bar] = candles.low[source]! * scale;
    path.close[bar] = candles.close[source]! * scale;
    path.volume[bar] = candles.volume[source]! / scale;
    last = path.close[bar]!;
  }
  const openTimeMs = Float64Array.from({ length: bars }, (_, bar) => candles.openTimeMs[0]! + bar * spanMs);
  return { openTimeMs, ...path };
}
