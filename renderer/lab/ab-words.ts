/** Whether one run did better than another, in words. Pure. */
import type { AbTest } from '../../preload/lab-contract.ts';
import { showCount, showFloat, showPercent } from '../format/number.ts';

/** What chance alone is allowed. */
const LEVEL = 0.05;

/** Whether the days tell the two apart. */
export const isTold = ({ low, pValue }: AbTest): boolean => low !== null && pValue < LEVEL;

/** `+1.25 bps`. */
export const basisPoints = (share: number): string => `${share > 0 ? '+' : ''}${showFloat(1e4 * share, 2)} bps`;

/** What a test says of a run beside the first one, by their letters. */
export function abText(test: AbTest, letter: string, first: string): string {
  const { days, low, high, meanDifferenceShare, pValue } = test;
  if (low === null || high === null) return `${days} days in common are too few to tell.`;
  if (low === high) return `the same, day by day, over ${days} days.`;
  const chance = `chance alone shows as much in ${showPercent(pValue, pValue < 0.1 ? 1 : 0)} of such samples`;
  if (!isTold(test)) return `the difference may be chance: ${chance} (${showCount(days)} days).`;
  return `${meanDifferenceShare > 0 ? letter : first} did better, and ${chance} (${showCount(days)} days).`;
}
