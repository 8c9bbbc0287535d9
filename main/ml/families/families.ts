import type { Family } from './family.ts';
import { gradientBoosting } from './gradient-boosting.ts';
import { hmmRegimes } from './hmm-regimes.ts';
import { NET_FAMILIES } from './nets.ts';
import { randomForest } from './random-forest.ts';
import { seasonal } from './seasonal.ts';

/** Every family that a job can name. */
export const FAMILIES: readonly Family[] = [gradientBoosting, randomForest, hmmRegimes, seasonal, ...NET_FAMILIES];

/** @throws RangeError for a name that none has */
export function familyOf(name: string): Family {
  const family = FAMILIES.find((each) => each.name === name);
  if (family === undefined) {
    throw new RangeError(`there is no family "${name}"; there are ${FAMILIES.map((each) => each.name).join(', ')}`);
  }
  return family;
}
