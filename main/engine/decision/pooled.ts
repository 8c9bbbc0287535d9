import { TRUST_MIN } from './trust.ts';

/** One word in a pool: its log odds, negative for a fall, what its member is trusted, and how much of it is believed. */
export interface PooledWord {
  readonly logOdds: number;
  readonly trust: number;
  readonly heard: number;
}

/** Nobody is heard so little that his trust falls below the floor that records leave him. */
export const heardAbove = (heard: number, trust: number): number =>
  Math.min(1, Math.max(heard, trust > 0 ? TRUST_MIN / trust : 1));

/**
 * The chance of a rise that they state together: the mean of their log odds, weighed by trust. What is not believed of one is missing from
 * the sum and not from the weights: it makes the pool less sure, and does not hand its share to the others. A half for nobody.
 */
export function pooledChance(words: readonly PooledWord[]): number {
  let [sum, weight] = [0, 0];
  for (const { logOdds, trust, heard } of words) {
    sum += trust * heard * logOdds;
    weight += trust;
  }
  return weight > 0 ? 1 / (1 + Math.exp(-sum / weight)) : 0.5;
}
