import type { Candle } from '../domain/candle.ts';
import { averageTrueRange } from './candle-tape.ts';

/** How far from the close the two barriers of a question lie: what its forecasts are settled by [D16], and where stop and target go. */
export type Barrier =
  /** So many mean true ranges of `bars` candles. */
  | { readonly kind: 'range'; readonly multiple: number; readonly bars: number }
  /** So many deviations, as `bars` candles had them, of a move over `horizonBars`. */
  | { readonly kind: 'deviation'; readonly multiple: number; readonly bars: number; readonly horizonBars: number }
  /** One deviation away as well, and nothing is settled there: the question is where the close lies after `horizonBars`. */
  | { readonly kind: 'close'; readonly bars: number; readonly horizonBars: number };

/** Candles that the distance is measured on, with the one before them. */
export const candlesFor = ({ bars }: Barrier): number => bars + 1;

/** In units of price, from the close of candle `at`; NaN before there are enough candles. */
export function barrierDistance(barrier: Barrier, candles: readonly Candle[], at: number): number {
  if (barrier.kind === 'range') return barrier.multiple * averageTrueRange(candles, at, barrier.bars);
  const { bars, horizonBars } = barrier;
  const multiple = barrier.kind === 'close' ? 1 : barrier.multiple;
  const close = candles[at]?.close ?? Number.NaN;
  return close * multiple * deviationOfMoves(candles, at, bars) * Math.sqrt(horizonBars);
}

/** Root mean square of close / close before - 1 over the last `bars` candles up to `at`; NaN before there are enough. */
function deviationOfMoves(candles: readonly Candle[], at: number, bars: number): number {
  if (at < bars) return Number.NaN;
  let squares = 0;
  for (let i = at - bars + 1; i <= at; i += 1) {
    const move = (candles[i] as Candle).close / (candles[i - 1] as Candle).close - 1;
    squares += move * move;
  }
  return Math.sqrt(squares / bars);
}
