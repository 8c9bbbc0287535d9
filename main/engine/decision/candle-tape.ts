import type { Candle } from '../domain/candle.ts';
import type { CandleRow } from '../domain/events.ts';

export const BARS_KEPT = 128;
/** A hole longer than this many bars ends the tape: what lies before it says nothing about now. */
const HOLE_BARS_MAX = 30;

export const candleFromRow = ([openTimeMs, open, high, low, close, volume]: CandleRow): Candle => ({
  openTimeMs,
  open,
  high,
  low,
  close,
  volume,
});

/** Finite, above zero, high and low on their sides: what may enter a rule. */
export function isSaneCandle(candle: Candle): boolean {
  const { openTimeMs, open, high, low, close, volume } = candle;
  if (!Number.isSafeInteger(openTimeMs)) return false;
  for (const price of [open, high, low, close]) if (!Number.isFinite(price) || price <= 0) return false;
  return Number.isFinite(volume) && volume >= 0 && high >= Math.max(open, close) && low <= Math.min(open, close);
}

/** The last closed candles of one instrument and timeframe, oldest first. Bounded; candles that are not sane stay out. */
export class CandleTape {
  readonly spanMs: number;
  readonly barsKept: number;
  #candles: Candle[] = [];

  constructor(spanMs: number, barsKept = BARS_KEPT) {
    this.spanMs = spanMs;
    this.barsKept = barsKept;
  }

  get candles(): readonly Candle[] {
    return this.#candles;
  }

  get last(): Candle | null {
    return this.#candles.at(-1) ?? null;
  }

  /** Close of the last candle, 0 before the first. */
  get closeTimeMs(): number {
    const last = this.last;
    return last ? last.openTimeMs + this.spanMs : 0;
  }

  /** Appends a newer candle or replaces the one with its open time. Returns false where nothing changed. */
  put(row: CandleRow): boolean {
    const candle = candleFromRow(row);
    if (!isSaneCandle(candle)) return false;
    const last = this.last;
    if (last && candle.openTimeMs <= last.openTimeMs) return this.#replace(candle);
    if (last && candle.openTimeMs - last.openTimeMs > HOLE_BARS_MAX * this.spanMs) this.#candles = [];
    this.#candles.push(candle);
    if (this.#candles.length >= 2 * this.barsKept) this.#candles = this.#candles.slice(-this.barsKept);
    return true;
  }

  /** Takes over a piece of the past; candles that we saw close after its end stay. */
  load(rows: readonly CandleRow[]): void {
    const newest = rows.at(-1);
    if (!newest) return;
    const after = this.#candles.filter((candle) => candle.openTimeMs > newest[0]);
    this.#candles = [];
    for (const row of rows.slice(-this.barsKept)) this.put(row);
    for (const candle of after) this.#candles.push(candle);
  }

  #replace(candle: Candle): boolean {
    const at = this.#candles.findLastIndex((held) => held.openTimeMs === candle.openTimeMs);
    if (at < 0) return false;
    this.#candles[at] = candle;
    return true;
  }
}

/** Mean of the last `bars` true ranges up to `at`; NaN before there are enough. In units of price. */
export function averageTrueRange(candles: readonly Candle[], at: number, bars: number): number {
  if (at < bars) return Number.NaN;
  let sum = 0;
  for (let i = at - bars + 1; i <= at; i += 1) {
    const before = (candles[i - 1] as Candle).close;
    const { high, low } = candles[i] as Candle;
    sum += Math.max(high, before) - Math.min(low, before);
  }
  return sum / bars;
}
