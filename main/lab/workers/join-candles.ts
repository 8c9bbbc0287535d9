import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { JoinedCandles } from './job.ts';

/** Makes neighbours one, as many as it takes until `barsMax` are left; the last may be of fewer. */
export function joinCandles(columns: CandleColumns, barMs: number, barsMax: number): JoinedCandles {
  const bars = columns.openTimeMs.length;
  const joined = Math.max(1, Math.ceil(bars / barsMax));
  const count = Math.ceil(bars / joined);
  const out = {
    openTimeMs: new Float64Array(count),
    open: new Float64Array(count),
    high: new Float64Array(count),
    low: new Float64Array(count),
    close: new Float64Array(count),
    volume: new Float64Array(count),
  };
  for (let at = 0; at < count; at += 1) {
    const from = at * joined;
    const to = Math.min(bars, from + joined);
    out.openTimeMs[at] = columns.openTimeMs[from]!;
    out.open[at] = columns.open[from]!;
    out.close[at] = columns.close[to - 1]!;
    let [high, low, volume] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    for (let bar = from; bar < to; bar += 1) {
      high = Math.max(high, columns.high[bar]!);
      low = Math.min(low, columns.low[bar]!);
      volume += columns.volume[bar]!;
    }
    out.high[at] = high;
    out.low[at] = low;
    out.volume[at] = volume;
  }
  return { columns: out, barMs: barMs * joined, joined };
}
