/** What was learnt about whom to believe when, in words. Pure. */
import type { TrustBoard } from '../../preload/trust-contract.ts';
import { realMinus, showCount, showFloat, showPercent } from '../format/number.ts';
import { showDay } from '../format/time.ts';

type Learnt = NonNullable<TrustBoard['learnt']>;
type Member = TrustBoard['members'][number];

/** The sign says the same without colour. */
export const TRUST_VERDICTS: Record<
  Learnt['verdict'],
  { readonly sign: string; readonly word: string; readonly tone: string }
> = {
  better: { sign: '●', word: 'better than records alone', tone: 'text-up' },
  'no better': { sign: '≈', word: 'no better than records alone', tone: 'text-text2' },
  'too few': { sign: '…', word: 'too early to say', tone: 'text-text3' },
};

/** What votes are weighed by now; a sentence. */
export function countsSentence({ counts }: Pick<TrustBoard, 'counts'>): string {
  if (counts === null) return 'Words are weighed by the members’ records alone.';
  const { learntAtMs, untilMs, forecasts } = counts;
  return `Words count by what was learnt on ${showDay(learntAtMs)} from ${showCount(forecasts)} forecasts, until ${showDay(untilMs)} at the latest.`;
}

/** What the last learning found, and on how much; a sentence. */
export function learntSentence({ atMs, why, forecasts, members, days, lossByRecords, lossWithModel }: Learnt): string {
  const on = `Learnt on ${showDay(atMs)} from ${showCount(forecasts)} settled forecasts of ${members} ${members === 1 ? 'member' : 'members'} on ${days} ${days === 1 ? 'day' : 'days'}`;
  const losses =
    lossByRecords === null || lossWithModel === null
      ? ''
      : ` (loss of the pool ${showFloat(lossWithModel, 4)}, by records ${showFloat(lossByRecords, 4)})`;
  return `${on}: ${realMinus(why)}${losses}.`;
}

/** How much of a member's last word is believed, and why not all of it. */
export const heardWords = ({ heard, why }: Pick<Member, 'heard' | 'why'>): string =>
  why === '' || heard >= 1 ? 'believed as it says' : `${showPercent(heard)} believed: ${why}`;
