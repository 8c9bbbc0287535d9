import { averageUniqueness } from '../labels/average-uniqueness.ts';
import type { DataSet } from './data-set.ts';

/**
 * How many questions that share no bar the samples are worth: the sum of their labels' average uniqueness, instrument by instrument.
 */
export function effectiveSamples({ askedMs, knownMs, instrumentOf }: DataSet): number {
  let sum = 0;
  for (const instrument of new Set(instrumentOf)) {
    const own = [...instrumentOf.keys()].filter((i) => instrumentOf[i] === instrument);
    const times = [...new Set(own.flatMap((i) => [askedMs[i]!, knownMs[i]!]))].sort((a, b) => a - b);
    const barOf = new Map(times.map((time, bar) => [time, bar]));
    const bars = (column: Float64Array): Int32Array => Int32Array.from(own, (i) => barOf.get(column[i]!)!);
    for (const uniqueness of averageUniqueness(bars(askedMs), bars(knownMs))) sum += uniqueness;
  }
  return sum;
}
