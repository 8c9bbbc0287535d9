/** The feature sets by name, as model cards name them. */

import { type FeatureSet, featureNames, featureSetHash } from './feature-set.ts';
import { featureSetReversalV1 } from './feature-set-reversal-v1.ts';
import { featureSetV1 } from './feature-set-v1.ts';
import { featureSetV2, featureSetV2Candles, featureSetV2Reference } from './feature-set-v2.ts';

/** Sets that a person chooses from. */
export const FEATURE_SETS: readonly FeatureSet[] = [featureSetV1, featureSetReversalV1, featureSetV2];
const ALL: readonly FeatureSet[] = [...FEATURE_SETS, featureSetV2Candles, featureSetV2Reference];

/** The set called `name`, or undefined when there is none. */
export function featureSetByName(name: string): FeatureSet | undefined {
  return ALL.find((set) => set.name === name);
}

/**
 * The set as it is where no more is known of a bar than this: what a model learns from without prints, it must not be shown with
 * them when it trades.
 */
export function setThatKnows(set: FeatureSet, knows: 'candles' | 'reference'): FeatureSet {
  if (set !== featureSetV2) return set;
  return knows === 'candles' ? featureSetV2Candles : featureSetV2Reference;
}

/** Every set that this build computes, as a model's card names the one that it learnt from. */
export const featureSetIdentities = (): { name: string; hash: string; features: string[] }[] =>
  ALL.map((set) => ({ name: set.name, hash: featureSetHash(set), features: [...featureNames(set)] }));
