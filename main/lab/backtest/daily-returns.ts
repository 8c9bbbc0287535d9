const DAY_MS = 86_400_000;

/**
 * Returns of days (UTC) from a series of equity at bars' closes: each day's last value over the day's before it, the first
 * one over the initial cash. Days without a bar have no return.
 */
export function dailyReturns(equityQuote: Float64Array, openTimeMs: Float64Array, initialCash: number): Float64Array {
  const ends: number[] = [];
  for (const [bar, timeMs] of openTimeMs.entries()) {
    const isLast = bar + 1 === openTimeMs.length;
    if (isLast || Math.floor(openTimeMs[bar + 1]! / DAY_MS) !== Math.floor(timeMs / DAY_MS))
      ends.push(equityQuote[bar]!);
  }
  return Float64Array.from(ends, (end, day) => end / (ends[day - 1] ?? initialCash) - 1);
}
