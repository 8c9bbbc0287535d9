import { type CandleColumns, columnsOfRows } from '../../engine/domain/candle.ts';
import { ROW, type TickFeed } from './tick-feed.ts';

/** Candles of the trades of a feed, as they were heard, on the bars of a run over it; a bar without a trade has none. */
export function feedCandles(feed: TickFeed, openTimeMs: Float64Array, spanMs: number): CandleColumns {
  const rows: [timeMs: number, open: number, high: number, low: number, close: number, volume: number][] = [];
  let bar = 0;
  for (const [row, kind] of feed.kind.entries()) {
    if (kind !== ROW.buy && kind !== ROW.sell && kind !== ROW.trade) continue;
    const timeMs = feed.localTimeUs[row]! / 1_000;
    while (bar < openTimeMs.length && timeMs >= openTimeMs[bar]! + spanMs) bar += 1;
    const openMs = openTimeMs[bar];
    if (openMs === undefined) break;
    if (timeMs < openMs) continue;
    const [price, qty] = [feed.priceTicks[row]! * feed.tick, feed.qtyLots[row]! * feed.lot];
    const last = rows.at(-1);
    if (last?.[0] !== openMs) {
      rows.push([openMs, price, price, price, price, qty]);
      continue;
    }
    last[2] = Math.max(last[2], price);
    last[3] = Math.min(last[3], price);
    last[4] = price;
    last[5] += qty;
  }
  return columnsOfRows(rows);
}
