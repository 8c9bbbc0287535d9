import { isDecimal, multiplyDecimal, parseDecimal } from '../domain/decimal.ts';
import type { Mandate } from '../domain/proposal.ts';
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

/**
 * Whether a mandate may answer for its owner. The safe reading: only for a first question, as it was proposed, by a
 * member with a measured or weak edge and a probability at least as high as asked for; whatever `minProbability` says,
 * never where there is no edge.
 */
export function mandateCovers(mandate: Mandate, { proposal, state, qtyBase }: Case, nowMs: number): boolean {
  if (state !== 'pending' || proposal.changeOf !== null || proposal.origin === 'manual') return false;
  if (proposal.edge !== 'measured' && proposal.edge !== 'weak') return false;
  if (proposal.probability === null || !(proposal.probability >= mandate.minProbability)) return false;
  if (!(nowMs < mandate.validUntilMs) || !isWithinHours(mandate, nowMs)) return false;
  if (!mandate.instrumentIds.includes(proposal.instrumentId)) return false;
  const notional = multiplyDecimal(parseDecimal(qtyBase), parseDecimal(proposal.entryPrice), 'up');
  return notional <= parseDecimal(mandate.notionalQuoteMax);
}
