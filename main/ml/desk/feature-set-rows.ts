import type { ModelsCatalogue } from '../../../preload/models-contract.ts';
import { FEATURE_SETS } from '../../engine/features/feature-sets.ts';

/** The sets of features that can be learnt from, the richest first. */
export const featureSetRows = (): ModelsCatalogue['featureSets'] =>
  FEATURE_SETS.map((set) => ({
    name: set.name,
    features: set.features.map(({ name, formula }) => ({ name, formula })),
  })).sort((a, b) => b.features.length - a.features.length);
