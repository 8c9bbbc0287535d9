/** Who signs a run's orders, as typed: everything at once, somebody at the desk, a mandate; turned into a plan's parts or into sentences. Pure. */
import type { LabMandate, LabPerson, RunPlan } from '../../preload/lab-contract.ts';
import { isPositiveDecimal } from '../format/decimal.ts';
import { dayMs, lastDayText } from './draft-days.ts';
import { numberIn, plain } from './draft-numbers.ts';

export interface SigningDraft {
  readonly by: 'robot' | 'person' | 'mandate' | 'both';
  /** Seconds. */
  readonly delay: string;
  /** Of the delays' logarithms. */
  readonly spread: string;
  readonly sleepFrom: string;
  readonly sleepTo: string;
  /** Per cent. */
  readonly approves: string;
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

export const isPersonIn = ({ by }: Pick<SigningDraft, 'by'>): boolean => by === 'person' || by === 'both';
export const isMandateIn = ({ by }: Pick<SigningDraft, 'by'>): boolean => by === 'mandate' || by === 'both';

/** Everything is signed at once; a person or a mandate, once asked for, is about as usual. */
export const FIRST_SIGNING: SigningDraft = {
  by: 'robot',
  delay: '15',
  spread: '0.7',
  sleepFrom: '22',
  sleepTo: '6',
  approves: '90',
  notional: '2000',
  probability: '55',
  fromHour: '0',
  toHour: '24',
  untilDay: '',
  supposed: '60',
};

export function signingDraftOf({ mandate, person }: Pick<RunPlan, 'mandate' | 'person'>): SigningDraft {
  return {
    ...FIRST_SIGNING,
    by: person ? (mandate ? 'both' : 'person') : mandate ? 'mandate' : 'robot',
    ...(person && {
      delay: plain(person.medianDelayMs / 1_000),
      spread: plain(person.delaySpread),
      sleepFrom: String(person.sleepFromHour),
      sleepTo: String(person.sleepToHour),
      approves: plain(100 * person.approvedShare),
    }),
    ...(mandate && {
      notional: mandate.notionalQuoteMax,
      probability: plain(100 * mandate.minProbability),
      fromHour: String(mandate.fromHourUtc),
      toHour: String(mandate.toHourUtc),
      untilDay: mandate.validUntilMs === null ? '' : lastDayText(mandate.validUntilMs),
      supposed: mandate.supposed === null ? '' : plain(100 * mandate.supposed),
    }),
  };
}

type NumberKey = Exclude<keyof SigningDraft, 'by' | 'notional' | 'untilDay'>;

/** The number typed there, times `scale`; what is wrong is put among the errors. */
function readNumber(
  draft: SigningDraft,
  key: NumberKey,
  { scale = 1, ...range }: Parameters<typeof numberIn>[1] & { readonly scale?: number },
  errors: Record<string, string>,
): number {
  const value = numberIn(draft[key], range);
  if (typeof value === 'number') return Number((value * scale).toPrecision(12));
  errors[`signing.${key}`] = value;
  return 0;
}

/** Who is at the desk by a draft, null for nobody; what is wrong is put among the errors. */
export function personOf(draft: SigningDraft, errors: Record<string, string>): LabPerson | null {
  if (!isPersonIn(draft)) return null;
  const hours = { least: 0, whole: true } as const;
  return {
    medianDelayMs: readNumber(draft, 'delay', { least: 0, most: 3_600, whole: false, scale: 1_000 }, errors),
    delaySpread: readNumber(draft, 'spread', { least: 0, most: 3, whole: false }, errors),
    sleepFromHour: readNumber(draft, 'sleepFrom', { ...hours, most: 23 }, errors),
    sleepToHour: readNumber(draft, 'sleepTo', { ...hours, most: 24 }, errors),
    approvedShare: readNumber(draft, 'approves', { ...PER_CENT, scale: 0.01 }, errors),
  };
}

/** The mandate that a draft stands for, null for none; what is wrong is put among the errors. */
export function mandateOf(draft: SigningDraft, errors: Record<string, string>): LabMandate | null {
  if (!isMandateIn(draft)) return null;
  const notionalQuoteMax = draft.notional.trim();
  if (!isPositiveDecimal(notionalQuoteMax)) errors['signing.notional'] = 'An amount above zero, such as 250.';
  const until = dayMs(draft.untilDay);
  if (Number.isNaN(until)) errors['signing.untilDay'] = 'A day, as 2026-01-31.';
  const hours = { least: 0, whole: true } as const;
  const share = { ...PER_CENT, scale: 0.01 };
  return {
    notionalQuoteMax,
    minProbability: readNumber(draft, 'probability', share, errors),
    fromHourUtc: readNumber(draft, 'fromHour', { ...hours, most: 23 }, errors),
    toHourUtc: readNumber(draft, 'toHour', { ...hours, most: 24 }, errors),
    validUntilMs: until === null ? null : until + DAY_MS,
    supposed: draft.supposed.trim() === '' ? null : readNumber(draft, 'supposed', share, errors),
  };
}
