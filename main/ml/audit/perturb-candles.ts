import type { CandleColumns } from '../../engine/domain/candle.ts';
import { createRandom } from '../../engine/kernel/random.ts';

const STEP = 0.01;

/** The same candles up to and with bar `last`; after it another history, that goes on from there. */
export function withOtherFuture(candles: CandleColumns, last: number, seed: number): CandleColumns {
  const random = createRandom(seed);
  const copy = copyOf(candles);
  let factor = 1;
  for (let bar = last + 1; bar < candles.close.length; bar++) {
    factor *= Math.exp(STEP * (2 * random.next() - 1));
    for (const field of ['open', 'high', 'low', 'close'] as const) copy[field][bar] = candles[field][bar]! * factor;
    copy.volume[bar] = candles.volume[bar]! * (0.5 + random.next());
  }
  return copy;
}

/** Candles of the same times and ranges whose closes are a walk without memory: every move is as likely up as down. */
export function asRandomWalk(candles: CandleColumns, seed: number): CandleColumns {
  const random = createRandom(seed);
  const copy = copyOf(candles);
  let price = candles.open[0]!;
  for (let bar = 0; bar < candles.close.length; bar++) {
    const [open, close] = [candles.open[bar]!, candles.close[bar]!];
    const size = Math.abs(Math.log(close / open)) + 1e-6;
    const up = random.next() < 0.5;
    // The wicks keep their lengths; a mirrored bar has them the other way round, so that neither side is longer.
    const mirrored = (up ? close : open) < (up ? open : close);
    const above = Math.log(candles.high[bar]! / Math.max(open, close));
    const below = Math.log(Math.min(open, close) / candles.low[bar]!);
    const next = price * Math.exp(up ? size : -size);
    copy.open[bar] = price;
    copy.close[bar] = next;
    copy.high[bar] = Math.max(price, next) * Math.exp(mirrored ? below : above);
    copy.low[bar] = Math.min(price, next) * Math.exp(-(mirrored ? above : below));
    price = next;
  }
  return copy;
}

const copyOf = (candles: CandleColumns): { [K in keyof CandleColumns]: Float64Array } => ({
  openTimeMs: candles.openTimeMs.slice(),
  open: candles.open.slice(),
  high: candles.high.slice(),
  low: candles.low.slice(),
  close: candles.close.slice(),
  volume: candles.volume.slice(),
});
