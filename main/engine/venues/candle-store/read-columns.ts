import { type CandleColumns, TIMEFRAME_MS, type Timeframe } from '../../domain/candle.ts';
import type { ChunkRow } from './candle-store.ts';
import { CHUNK_CANDLES, copyColumn, slotsOf } from './chunk-codec.ts';

export const emptyColumns = (): CandleColumns => columnsOf(0);

function columnsOf(length: number): CandleColumns {
  return {
    openTimeMs: new Float64Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
  };
}

/** First index whose slot is not below `slot`. */
function lowerBound(slots: Uint16Array, slot: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slots[middle] as number) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Joins chunks, which are in time order, into columns of the candles that open in `[fromMs, toMs)`. */
export function joinChunks(
  chunks: readonly ChunkRow[],
  timeframe: Timeframe,
  fromMs: number,
  toMs: number,
): CandleColumns {
  const lengthMs = TIMEFRAME_MS[timeframe];
  const parts = chunks.map((chunk) => {
    const startMs = chunk.chunk * CHUNK_CANDLES * lengthMs;
    const slots = slotsOf(chunk);
    const from = lowerBound(slots, Math.ceil((fromMs - startMs) / lengthMs));
    const to = lowerBound(slots, Math.ceil((toMs - startMs) / lengthMs));
    return { chunk, startMs, slots, from, to: Math.max(from, to) };
  });
  const out = columnsOf(parts.reduce((sum, part) => sum + part.to - part.from, 0));
  const targets = [out.open, out.high, out.low, out.close, out.volume];
  let at = 0;
  for (const { chunk, startMs, slots, from, to } of parts) {
    targets.forEach((target, column) => {
      copyColumn(chunk, column, from, to, target, at);
    });
    for (let index = from; index < to; index++) {
      out.openTimeMs[at + index - from] = startMs + (slots[index] as number) * lengthMs;
    }
    at += to - from;
  }
  return out;
}
