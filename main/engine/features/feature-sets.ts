/** The feature sets by name, as model cards name them. */

import type { FeatureSet } from './feature-set.ts';
import { featureSetReversalV1 } from './feature-set-reversal-v1.ts';
import { featureSetV1 } from './feature-set-v1.ts';
import { featureSetV2 } from './feature-set-v2.ts';

export const FEATURE_SETS: readonly FeatureSet[] = [featureSetV1, featureSetReversalV1, featureSetV2];

/** The set called `name`, or undefined when there is none. */
export function featureSetByName(name: string): FeatureSet | undefined {
  return FEATURE_SETS.find((set) => set.name === name);
}
