import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Candle } from '../../main/engine/domain/candle.ts';
import type { CandleRow } from '../../main/engine/domain/events.ts';

/** 1m candles from closes: open at the close before, high and low the larger and smaller, volume 10 unless given. */
export function candlesFromCloses(
  closes: readonly number[],
  endTimeMs: number,
  volumes: readonly number[] = [],
): Candle[] {
  return closes.map((close, i) => {
    const open = closes[i - 1] ?? close;
    const openTimeMs = endTimeMs - (closes.length - i) * 60_000;
    const [high, low] = [Math.max(open, close) + 1, Math.min(open, close) - 1];
    return { openTimeMs, open, high, low, close, volume: volumes[i] ?? 10 };
  });
}

export const rowOf = ({ openTimeMs, open, high, low, close, volume }: Candle): CandleRow => [
  openTimeMs,
  open,
  high,
  low,
  close,
  volume,
];

/** A gzipped candle file with header `timestamp_ms,open,high,low,close,volume`. */
export function readCandles(path: string): Candle[] {
  const [, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [openTimeMs, open, high, low, close, volume] = line.split(',').map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return { openTimeMs, open, high, low, close, volume };
  });
}
