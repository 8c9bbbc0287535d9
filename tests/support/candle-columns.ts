import { sliceWindow } from '../../main/candle-files/index.ts';
import type { CandleColumns } from '../../main/engine/domain/candle.ts';

const FIVE_MINUTES_MS = 300_000;

/** Five-minute candles from rows of [open, high, low, close], volume 1. */
export function candlesOf(rows: readonly (readonly [number, number, number, number])[], fromMs = 0): CandleColumns {
  const column = (index: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(rows, (row) => row[index]);
  return {
    openTimeMs: Float64Array.from(rows, (_, bar) => fromMs + bar * FIVE_MINUTES_MS),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: new Float64Array(rows.length).fill(1),
  };
}

/** A random walk without drift: whatever is found in it is not there. */
export function randomWalkCandles(bars: number, random: () => number): CandleColumns {
  let price = 100;
  const step = (): number => (random() + random() + random() - 1.5) * 0.002;
  const rows = Array.from({ length: bars }, (): [number, number, number, number] => {
    const open = price;
    let [high, low] = [open, open];
    for (let tick = 0; tick < 6; tick++) {
      price *= 1 + step();
      high = Math.max(high, price);
      low = Math.min(low, price);
    }
    return [open, high, low, price];
  });
  return candlesOf(rows);
}

/** Candles of five minutes from those of one, of which none is missing; volumes to eight places. */
export function fiveMinutes(minutes: CandleColumns): CandleColumns {
  const bars = minutes.close.length / 5;
  const made = (each: (part: { [K in keyof CandleColumns]: Float64Array }) => number): Float64Array =>
    Float64Array.from({ length: bars }, (_, bar) =>
      each(
        sliceWindow(minutes, {
          fromMs: minutes.openTimeMs[5 * bar]!,
          toMs: minutes.openTimeMs[5 * bar]! + FIVE_MINUTES_MS,
        }),
      ),
    );
  return {
    openTimeMs: made(({ openTimeMs }) => openTimeMs[0]!),
    open: made(({ open }) => open[0]!),
    high: made(({ high }) => Math.max(...high)),
    low: made(({ low }) => Math.min(...low)),
    close: made(({ close }) => close.at(-1)!),
    volume: made(({ volume }) => Number(volume.reduce((sum, each) => sum + each, 0).toFixed(8))),
  };
}

/** The same candles with holes: those whose bar `isGone`. */
export function without(candles: CandleColumns, isGone: (bar: number) => boolean): CandleColumns {
  const kept = (column: Float64Array): Float64Array => column.filter((_, bar) => !isGone(bar));
  const { openTimeMs, open, high, low, close, volume } = candles;
  return {
    openTimeMs: kept(openTimeMs),
    open: kept(open),
    high: kept(high),
    low: kept(low),
    close: kept(close),
    volume: kept(volume),
  };
}
