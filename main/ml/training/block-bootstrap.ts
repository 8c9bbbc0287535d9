import { createRandom } from '../../engine/kernel/random.ts';

/** A statistic and its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Interval of a statistic by resampling whole blocks of time with replacement, so that overlapping labels and
 * instruments that move together stay together.
 *
 * @param blockOf block number of each sample, `0 .. blockCount - 1`
 * @param statistic of the samples counted `multiplicity` times each; undrawable resamples may answer NaN and are left out
 */
export function bootstrapByBlock(
  blockOf: Int32Array,
  blockCount: number,
  statistic: (multiplicity: Float64Array) => number,
  { resamples, seed }: BootstrapOptions,
): Estimate {
  const random = createRandom(seed);
  const multiplicity = new Float64Array(blockOf.length).fill(1);
  const value = statistic(multiplicity);
  const drawn = new Float64Array(blockCount);
  const results: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    drawn.fill(0);
    for (let i = 0; i < blockCount; i++) drawn[Math.floor(random.next() * blockCount)]! += 1;
    for (let i = 0; i < blockOf.length; i++) multiplicity[i] = drawn[blockOf[i]!]!;
    const result = statistic(multiplicity);
    if (Number.isFinite(result)) results.push(result);
  }
  results.sort((a, b) => a - b);
  const quantile = (share: number): number => results[Math.round(share * (results.length - 1))] ?? value;
  return { value, low: quantile(0.025), high: quantile(0.975) };
}

const DAY_MS = 86_400_000;

/** Numbers each sample's UTC day, in order of first appearance of the day in time. */
export function dayBlocks(timesMs: ArrayLike<number>): { blockOf: Int32Array; blockCount: number } {
  const days = Array.from(timesMs, (time) => Math.floor(time / DAY_MS));
  const numberOf = new Map([...new Set(days)].sort((a, b) => a - b).map((day, number) => [day, number]));
  return { blockOf: Int32Array.from(days, (day) => numberOf.get(day)!), blockCount: numberOf.size };
}

/** Mean of `values` where each counts `multiplicity` times. */
export function weightedMean(values: ArrayLike<number>, multiplicity: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]! * multiplicity[i]!;
    count += multiplicity[i]!;
  }
  return sum / count;
}
