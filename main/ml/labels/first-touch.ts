import type { CandleColumns } from '../../engine/domain/candle.ts';

/** Which of two barriers price met first, and in which bar; neither where time ran out, both where one bar met both. */
export interface Touch {
  readonly upper: boolean;
  readonly lower: boolean;
  /** Bar that decided: the one that met a barrier, or the last one allowed. */
  readonly end: number;
}

/** The first touch of `upper` or `lower` in the `horizonBars` bars after `bar`. */
export function firstTouch(
  { high, low }: CandleColumns,
  bar: number,
  upper: number,
  lower: number,
  horizonBars: number,
): Touch {
  const last = bar + horizonBars;
  for (let end = bar + 1; end <= last; end++) {
    const touch = { upper: high[end]! >= upper, lower: low[end]! <= lower, end };
    if (touch.upper || touch.lower) return touch;
  }
  return { upper: false, lower: false, end: last };
}
