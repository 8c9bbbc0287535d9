/** What excursions of trades say of stops and targets, in words. Pure. */
import type { LabRunDetail } from '../../preload/lab-contract.ts';
import { showPercent } from '../format/number.ts';

type Excursions = LabRunDetail['excursions'];

/** Of the winners, so many are kept by the stop that is named. */
const KEPT_SHARE = 0.95;

/** `95 % of the winners never were more than 1.8 % against their entry.` */
export function adverseText({ adverseShare, returnShare }: Excursions): string {
  const winners = adverseShare.filter((_, at) => returnShare[at]! > 0);
  if (winners.length === 0) return 'No trade won.';
  return `${showPercent(KEPT_SHARE)} of the winners never were more than ${showPercent(quantile(winners, KEPT_SHARE), 1)} against their entry.`;
}

/** `Half of the losers were 0.9 % ahead at some time, or more.` */
export function favourableText({ favourableShare, returnShare }: Excursions): string {
  const losers = favourableShare.filter((_, at) => !(returnShare[at]! > 0));
  if (losers.length === 0) return 'No trade lost.';
  return `Half of the losers were ${showPercent(quantile(losers, 0.5), 1)} ahead at some time, or more.`;
}

/** The smallest value that `share` of them do not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
