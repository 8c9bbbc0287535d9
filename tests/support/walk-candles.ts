import type { CandleColumns } from '../../main/engine/domain/candle.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { emptyColumns } from './candle-samples.ts';

/** Candles of a seeded random walk, of equal likelihood up and down, four steps a bar, with volatility that comes in clusters. */
export function walkCandles(bars: number, seed: number, intervalMs = 300_000): CandleColumns {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const columns = emptyColumns(bars);
  let price = 100;
  let logVolatility = 0;
  for (let i = 0; i < bars; i++) {
    logVolatility = 0.97 * logVolatility + 0.1 * normal();
    const step = 0.001 * Math.exp(logVolatility);
    columns.openTimeMs[i] = Date.UTC(2024, 0, 1) + i * intervalMs;
    columns.open[i] = price;
    let [high, low] = [price, price];
    for (let k = 0; k < 4; k++) {
      price *= Math.exp(step * normal());
      high = Math.max(high, price);
      low = Math.min(low, price);
    }
    columns.high[i] = high;
    columns.low[i] = low;
    columns.close[i] = price;
    columns.volume[i] = Math.exp(logVolatility + 0.3 * normal());
  }
  return columns;
}
