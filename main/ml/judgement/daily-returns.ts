import type { SampleTimes } from '../../lab/splits/split.ts';

/** Sums of each UTC day's net returns, in shares of one, a day without a trade being 0. */
export interface DailyReturns {
  /** Days since the epoch. */
  readonly fromDay: number;
  readonly returns: Float64Array;
}

const DAY_MS = 86_400_000;
const BPS = 10_000;
const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS);

/** From the day of the first question that was answered to that of the last. @param netBps of the trade at each of `times` */
export function dailyReturns(
  { askedMs }: SampleTimes,
  answered: Int32Array,
  times: readonly number[],
  netBps: readonly number[],
): DailyReturns {
  const { fromDay, returns } = daysOf({ askedMs: Float64Array.from(answered, (index) => askedMs[index]!) });
  for (const [i, bps] of netBps.entries()) returns[dayOf(times[i]!) - fromDay]! += bps / BPS;
  return { fromDay, returns };
}

/** Every day from the first question to the last, without a trade. */
export function daysOf({ askedMs }: Pick<SampleTimes, 'askedMs'>): DailyReturns {
  if (askedMs.length === 0) return { fromDay: 0, returns: new Float64Array(0) };
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const asked of askedMs) {
    first = Math.min(first, dayOf(asked));
    last = Math.max(last, dayOf(asked));
  }
  return { fromDay: first, returns: new Float64Array(last - first + 1) };
}

/** Those of the days of `span`; null where they do not reach over all of it. */
export function returnsWithin({ fromDay, returns }: DailyReturns, span: DailyReturns): Float64Array | null {
  const from = span.fromDay - fromDay;
  const to = from + span.returns.length;
  return from < 0 || to > returns.length ? null : returns.subarray(from, to);
}

/** Whether they share a day. */
export const shareDays = (a: DailyReturns, b: DailyReturns): boolean =>
  a.fromDay < b.fromDay + b.returns.length && b.fromDay < a.fromDay + a.returns.length;
