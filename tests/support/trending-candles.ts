import type { CandleColumns } from '../../main/engine/domain/candle.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';

const HOUR_MS = 3_600_000;

/**
 * Hourly candles whose drift turns now and then: a rule that follows the trend earns more than it costs. Without drift it is a random
 * walk, and nothing does.
 *
 * @param drift of a bar, in standard deviations of its step
 */
export function trendingCandles({ bars, seed, drift }: { bars: number; seed: number; drift: number }): CandleColumns {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const column = (): Float64Array => new Float64Array(bars);
  const candles = {
    openTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  let [price, side] = [100, 1];
  for (let bar = 0; bar < bars; bar++) {
    if (random.next() < 1 / 60) side = -side;
    const close = price * Math.exp(0.01 * (normal() + side * drift));
    const [low, high] = [Math.min(price, close), Math.max(price, close)];
    candles.openTimeMs[bar] = bar * HOUR_MS;
    candles.open[bar] = price;
    candles.close[bar] = close;
    candles.high[bar] = high * (1 + 0.003 * random.next());
    candles.low[bar] = low * (1 - 0.003 * random.next());
    candles.volume[bar] = 1e6 * (0.5 + random.next());
    price = close;
  }
  return candles;
}
