import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Candle, CandleColumns } from '../../main/engine/domain/candle.ts';

/** An empty folder for the tests of a file, removed after them. */
export function temporaryFolder(): { path: (name: string) => string } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-candles-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return { path: (name) => join(folder, name) };
}

export function columnsOf(candles: readonly Candle[]): CandleColumns {
  return {
    openTimeMs: Float64Array.from(candles, ({ openTimeMs }) => openTimeMs),
    open: Float64Array.from(candles, ({ open }) => open),
    high: Float64Array.from(candles, ({ high }) => high),
    low: Float64Array.from(candles, ({ low }) => low),
    close: Float64Array.from(candles, ({ close }) => close),
    volume: Float64Array.from(candles, ({ volume }) => volume),
  };
}

/** Candles put together to one: what a longer bar over them must be. Volume as whole lots of 10^-`lotDecimals`. */
export function joinCandles(
  candles: readonly Candle[],
  lotDecimals: number,
): Omit<Candle, 'openTimeMs' | 'volume'> & { lots: number } {
  return {
    open: (candles[0] as Candle).open,
    high: Math.max(...candles.map(({ high }) => high)),
    low: Math.min(...candles.map(({ low }) => low)),
    close: (candles.at(-1) as Candle).close,
    lots: candles.reduce((sum, { volume }) => sum + Math.round(volume * 10 ** lotDecimals), 0),
  };
}
