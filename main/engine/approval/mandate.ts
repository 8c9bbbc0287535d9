import { isDecimal, multiplyDecimal, parseDecimal } from '../domain/decimal.ts';
import type { Mandate, Proposal } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Case } from './cases.ts';

const HOUR_MS = 3_600_000;

const isHour = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most;

/** The first thing wrong with a mandate, in one sentence. */
export function checkMandate(mandate: Mandate): Result<Mandate, { kind: 'bad-mandate'; text: string }> {
  const bad = (text: string) => fail({ kind: 'bad-mandate' as const, text });
  if (mandate.name.trim() === '') return bad('a mandate needs a name');
  if (!isDecimal(mandate.notionalQuoteMax) || parseDecimal(mandate.notionalQuoteMax) <= 0n) {
    return bad('notionalQuoteMax must be an amount above zero');
  }
  if (!(mandate.minProbability >= 0 && mandate.minProbability <= 1)) return bad('minProbability must lie in 0 to 1');
  if (mandate.instrumentIds.length === 0) return bad('a mandate names its instruments');
  if (!isHour(mandate.fromHourUtc, 23) || !isHour(mandate.toHourUtc, 24)) return bad('hours must lie in 0 to 24');
  if (!Number.isSafeInteger(mandate.validUntilMs)) return bad('validUntilMs must be a time');
  return ok(mandate);
}

/** `from` <= h < `to`; equal means the whole day, `from` after `to` means across midnight. */
function isWithinHours({ fromHourUtc, toHourUtc }: Mandate, nowMs: number): boolean {
  const hour = Math.floor(nowMs / HOUR_MS) % 24;
  if (fromHourUtc === toHourUtc) return true;
  if (fromHourUtc < toHourUtc) return hour >= fromHourUtc && hour < toHourUtc;
  return hour >= fromHourUtc || hour < toHourUtc;
}

/** Why a mandate does not answer a question: the first of these that is so. */
export const MANDATE_REFUSALS = [
  'asked-again',
  'changed',
  'no-edge',
  'low-probability',
  'ended',
  'outside-hours',
  'other-instrument',
  'too-large',
] as const;
export type MandateRefusal = (typeof MANDATE_REFUSALS)[number];

/** What a mandate looks at of a question. */
export interface MandateTerms extends Pick<Proposal, 'instrumentId' | 'edge' | 'probability'> {
  /** In quote, in atoms. */
  readonly notional: bigint;
}

/**
 * Whether terms lie within a mandate; null where they do. Only a measured or weak edge with a probability at least as high as asked for;
 * whatever `minProbability` says, never where there is no edge.
 */
export function outsideMandate(mandate: Mandate, terms: MandateTerms, nowMs: number): MandateRefusal | null {
  const { instrumentId, edge, probability, notional } = terms;
  if (edge !== 'measured' && edge !== 'weak') return 'no-edge';
  if (probability === null || !(probability >= mandate.minProbability)) return 'low-probability';
  if (!(nowMs < mandate.validUntilMs)) return 'ended';
  if (!isWithinHours(mandate, nowMs)) return 'outside-hours';
  if (!mandate.instrumentIds.includes(instrumentId)) return 'other-instrument';
  return notional <= parseDecimal(mandate.notionalQuoteMax) ? null : 'too-large';
}

/** Why a mandate may not answer for its owner; null where it may. The safe reading: only a first question, as it was proposed. */
export function mandateRefusal(
  mandate: Mandate,
  { proposal, state, qtyBase }: Pick<Case, 'proposal' | 'state' | 'qtyBase'>,
  nowMs: number,
): MandateRefusal | null {
  if (state !== 'pending') return 'asked-again';
  if (proposal.changeOf !== null || proposal.origin === 'manual') return 'changed';
  const notional = multiplyDecimal(parseDecimal(qtyBase), parseDecimal(proposal.entryPrice), 'up');
  const { instrumentId, edge, probability } = proposal;
  return outsideMandate(mandate, { instrumentId, edge, probability, notional }, nowMs);
}
