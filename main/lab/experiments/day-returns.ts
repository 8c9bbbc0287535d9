const DAY_MS = 86_400_000;

/** Returns of days in UTC, each with the day that it is of (whole days since 1970). */
export interface DayReturns {
  readonly day: Int32Array;
  readonly returns: Float64Array;
}

/** From equity at bars' closes; a day without a bar has none, and the first one is measured from the initial cash. */
export function dayReturns(equityQuote: Float64Array, openTimeMs: Float64Array, initialCash: number): DayReturns {
  const days: number[] = [];
  const ends: number[] = [];
  for (const [bar, timeMs] of openTimeMs.entries()) {
    const day = Math.floor(timeMs / DAY_MS);
    if (days.at(-1) === day) ends[ends.length - 1] = equityQuote[bar]!;
    else {
      days.push(day);
      ends.push(equityQuote[bar]!);
    }
  }
  return {
    day: Int32Array.from(days),
    returns: Float64Array.from(ends, (end, at) => end / (ends[at - 1] ?? initialCash) - 1),
  };
}

/** The returns of the days that both have, in order. */
export function onCommonDays(a: DayReturns, b: DayReturns): readonly [Float64Array, Float64Array] {
  const inB = new Map(Array.from(b.day, (day, at) => [day, at]));
  const common = Array.from(a.day.keys()).filter((at) => inB.has(a.day[at]!));
  return [
    Float64Array.from(common, (at) => a.returns[at]!),
    Float64Array.from(common, (at) => b.returns[inB.get(a.day[at]!)!]!),
  ];
}
