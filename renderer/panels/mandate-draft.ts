/** A mandate as typed text: read into a mandate or into a sentence at the field that is wrong, and said in plain words. Pure. */
import type { Mandate, Model } from '../../preload/contract.ts';
import { isPositiveDecimal, readDecimal } from '../format/decimal.ts';
import { showDecimal, showPercent } from '../format/number.ts';
import { showMoment } from '../format/time.ts';

const NAME_LENGTH_MAX = 60;
const HOUR_MS = 3_600_000;
const FIRST_SPAN_MS = 8 * HOUR_MS;

export interface MandateDraft {
  readonly name: string;
  readonly notional: string;
  /** Per cent. */
  readonly probability: string;
  readonly instrumentIds: readonly string[];
  readonly fromHour: string;
  readonly toHour: string;
  /** `2026-11-21 20:00`, UTC. */
  readonly until: string;
}

export type MandateField = keyof MandateDraft;

export type MandateResult =
  | { readonly ok: true; readonly mandate: Mandate }
  | { readonly ok: false; readonly errors: Partial<Record<MandateField, string>> };

/** What a blank form starts with: small, trusting little, ending the same day. */
export function firstMandate(instrumentIds: readonly string[], nowMs: number): MandateDraft {
  return {
    name: '',
    notional: '100',
    probability: '60',
    instrumentIds,
    fromHour: '0',
    toHour: '24',
    until: showMoment(nowMs + FIRST_SPAN_MS),
  };
}

export function draftFromMandate(mandate: Mandate): MandateDraft {
  return {
    name: mandate.name,
    notional: mandate.notionalQuoteMax,
    probability: String(Number((mandate.minProbability * 100).toPrecision(12))),
    instrumentIds: mandate.instrumentIds,
    fromHour: String(mandate.fromHourUtc),
    toHour: String(mandate.toHourUtc),
    until: showMoment(mandate.validUntilMs),
  };
}

/** Milliseconds of `2026-11-21 20:00` in UTC; null for anything else, the 31st of a shorter month too. */
export function readMoment(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})$/.exec(text.trim());
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [number, number, number, number, number];
  const timeMs = Date.UTC(year, month - 1, day, hour, minute);
  return showMoment(timeMs) === text.trim().replace('T', ' ') ? timeMs : null;
}

function hourOf(text: string, most: number): number | null {
  return /^\d{1,2}$/.test(text.trim()) && Number(text) <= most ? Number(text) : null;
}

/** The mandate a draft stands for; its amount keeps its digits as typed. */
export function mandateFromDraft(draft: MandateDraft, nowMs: number): MandateResult {
  const errors: Partial<Record<MandateField, string>> = {};
  const name = draft.name.trim();
  const notional = draft.notional.trim();
  const probability = draft.probability.trim();
  const fromHourUtc = hourOf(draft.fromHour, 23);
  const toHourUtc = hourOf(draft.toHour, 24);
  const validUntilMs = readMoment(draft.until);
  if (name === '') errors.name = 'Give it a name: every order it signs will carry it.';
  else if (name.length > NAME_LENGTH_MAX) errors.name = `At most ${NAME_LENGTH_MAX} letters.`;
  if (!isPositiveDecimal(notional)) errors.notional = 'An amount above zero, such as 250.';
  if (!readDecimal(probability) || Number(probability) < 0 || Number(probability) > 100)
    errors.probability = 'A number from 0 to 100.';
  if (draft.instrumentIds.length === 0) errors.instrumentIds = 'Choose at least one instrument.';
  if (fromHourUtc === null) errors.fromHour = 'From: a whole hour, 0 to 23.';
  if (toHourUtc === null) errors.toHour = 'To: a whole hour, 0 to 24.';
  if (validUntilMs === null) errors.until = 'A day and time such as 2026-11-21 20:00.';
  else if (validUntilMs <= nowMs) errors.until = 'That time is over.';
  if (Object.keys(errors).length > 0 || fromHourUtc === null || toHourUtc === null || validUntilMs === null)
    return { ok: false, errors };
  return {
    ok: true,
    mandate: {
      name,
      notionalQuoteMax: notional,
      minProbability: Number((Number(probability) / 100).toPrecision(12)),
      instrumentIds: [...draft.instrumentIds],
      fromHourUtc,
      toHourUtc,
      validUntilMs,
    },
  };
}

const twoDigits = (hour: number): string => hour.toString().padStart(2, '0');

function hoursText({ fromHourUtc: from, toHourUtc: to }: Mandate): string {
  if (from === to || (from === 0 && to === 24)) return 'at any hour';
  return `between ${twoDigits(from)} and ${twoDigits(to)} UTC${from > to ? ' (over midnight)' : ''}`;
}

function instrumentsText(ids: readonly string[], known: readonly { id: string; base: string }[]): string {
  if (known.length > 1 && known.every((row) => ids.includes(row.id))) return `all ${known.length} instruments`;
  return ids.map((id) => known.find((row) => row.id === id)?.base ?? id).join(', ');
}

/** What a mandate will sign, in one sentence. */
export function mandateSentence(
  mandate: Mandate,
  known: readonly { id: string; base: string; quote: string }[],
): string {
  const quote = known.find((row) => mandate.instrumentIds.includes(row.id))?.quote ?? '';
  return (
    `Signs proposals up to ${showDecimal(mandate.notionalQuoteMax)} ${quote} each in ` +
    `${instrumentsText(mandate.instrumentIds, known)} ${hoursText(mandate)} when the calibrated probability is at least ` +
    `${showPercent(mandate.minProbability)}, never without an edge, until ${showMoment(mandate.validUntilMs)} UTC.`
  );
}

/** Who could have a proposal signed by a mandate now: only members with an edge can. */
export function signableAgents(models: readonly Model[]): string {
  const able = models.filter((row) => row.edge === 'measured' || row.edge === 'weak').map((row) => row.label);
  if (able.length === 0) return 'No model or rule has an edge here now: it would sign nothing until one has.';
  return `With an edge now: ${able.join(', ')}.`;
}
