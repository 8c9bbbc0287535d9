import type { CandleColumns } from '../../engine/domain/candle.ts';
import { createRandom } from '../../engine/kernel/random.ts';

const STEPS_PER_BAR = 30;
/** Deviation of one bar's move, about that of a major pair in five minutes. */
const BAR_DEVIATION = 0.002;

/** Candles of a walk whose next step nothing can know: every skill that is found in them is the measurement's own. */
export function randomWalkCandles(bars: number, barMs: number, seed: number): CandleColumns {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const columns = {
    openTimeMs: new Float64Array(bars),
    open: new Float64Array(bars),
    high: new Float64Array(bars),
    low: new Float64Array(bars),
    close: new Float64Array(bars),
    volume: new Float64Array(bars),
  };
  const deviation = BAR_DEVIATION / Math.sqrt(STEPS_PER_BAR);
  let price = 100;
  for (let bar = 0; bar < bars; bar++) {
    let [high, low] = [price, price];
    columns.openTimeMs[bar] = bar * barMs;
    columns.open[bar] = price;
    for (let step = 0; step < STEPS_PER_BAR; step++) {
      // Half the variance less, so that the expected price stays where it is.
      price *= Math.exp(deviation * normal() - (deviation * deviation) / 2);
      high = Math.max(high, price);
      low = Math.min(low, price);
    }
    columns.high[bar] = high;
    columns.low[bar] = low;
    columns.close[bar] = price;
    columns.volume[bar] = Math.exp(normal() / 2);
  }
  return columns;
}
