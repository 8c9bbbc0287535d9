/** Who signs a run's orders, as typed: everything at once, or a mandate, turned into a plan's part or into sentences. Pure. */
import type { LabMandate } from '../../preload/lab-contract.ts';
import { isPositiveDecimal } from '../format/decimal.ts';
import { dayMs, lastDayText } from './draft-days.ts';
import { numberIn, plain } from './draft-numbers.ts';

export interface SigningDraft {
  readonly by: 'robot' | 'mandate';
  /** Quote. */
  readonly notional: string;
  /** Per cent. */
  readonly probability: string;
  readonly fromHour: string;
  readonly toHour: string;
  /** The last day, in UTC; empty: it does not end. */
  readonly untilDay: string;
  /** Per cent; empty: as on the desk. */
  readonly supposed: string;
}

const DAY_MS = 86_400_000;
const PER_CENT = { least: 0, most: 100, whole: false } as const;

/** Everything is signed at once; a mandate, once asked for, is about as a trader would write it. */
export const FIRST_SIGNING: SigningDraft = {
  by: 'robot',
  notional: '2000',
  probability: '55',
  fromHour: '0',
  toHour: '24',
  untilDay: '',
  supposed: '60',
};

export function signingDraftOf(mandate: LabMandate | null): SigningDraft {
  if (mandate === null) return FIRST_SIGNING;
  const { notionalQuoteMax, minProbability, fromHourUtc, toHourUtc, validUntilMs, supposed } = mandate;
  return {
    by: 'mandate',
    notional: notionalQuoteMax,
    probability: plain(100 * minProbability),
    fromHour: String(fromHourUtc),
    toHour: String(toHourUtc),
    untilDay: validUntilMs === null ? '' : lastDayText(validUntilMs),
    supposed: supposed === null ? '' : plain(100 * supposed),
  };
}

/** The mandate that a draft stands for; what is wrong is put among the errors. */
export function mandateOf(draft: SigningDraft, errors: Record<string, string>): LabMandate | null {
  if (draft.by === 'robot') return null;
  const before = Object.keys(errors).length;
  const number = (key: 'probability' | 'supposed', isOptional: boolean): number | null => {
    if (isOptional && draft[key].trim() === '') return null;
    const value = numberIn(draft[key], PER_CENT);
    if (typeof value === 'number') return Number((value / 100).toPrecision(12));
    errors[`signing.${key}`] = value;
    return null;
  };
  const hour = (key: 'fromHour' | 'toHour', most: number): number => {
    const value = numberIn(draft[key], { least: 0, most, whole: true });
    if (typeof value === 'number') return value;
    errors[`signing.${key}`] = value;
    return 0;
  };
  const notionalQuoteMax = draft.notional.trim();
  if (!isPositiveDecimal(notionalQuoteMax)) errors['signing.notional'] = 'An amount above zero, such as 250.';
  const until = dayMs(draft.untilDay);
  if (Number.isNaN(until)) errors['signing.untilDay'] = 'A day, as 2026-01-31.';
  const mandate = {
    notionalQuoteMax,
    minProbability: number('probability', false) ?? 0,
    fromHourUtc: hour('fromHour', 23),
    toHourUtc: hour('toHour', 24),
    validUntilMs: until === null ? null : until + DAY_MS,
    supposed: number('supposed', true),
  };
  return Object.keys(errors).length === before ? mandate : null;
}
