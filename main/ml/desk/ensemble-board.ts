import type { EnsembleBoard, EnsembleMember } from '../../../preload/boards-contract.ts';
import type { EnsembleNow, MemberNow } from '../../engine/decision/ensemble-now.ts';
import type { TalliedHour } from '../../engine/domain/ensemble.ts';
import type { InstrumentId } from '../../engine/domain/instrument.ts';
import { besideOther, hoursOf, liveRecord } from '../judgement/live-record.ts';
import { blockHoursOf } from '../judgement/told-apart.ts';

const HOUR_MS = 3_600_000;
/** Hours of which the course is shown: two weeks. */
const HOURS_SHOWN = 336;

/** How a version did in the last weeks: another only where something was settled. */
export type MemberRecord = Pick<EnsembleMember, 'live' | 'beside' | 'hours'>;

/**
 * The votes on an instrument as they would be counted now, with how each version did in the last weeks. A shadow is measured beside the
 * version of its name that votes; whoever has none, and who votes, beside a coin.
 * @param recordOf of `model@version`, beside another or, for null, a coin
 */
export function ensembleBoard(
  instrumentId: InstrumentId,
  now: EnsembleNow,
  recordOf: (member: string, champion: string | null) => MemberRecord,
  atMs: number,
): EnsembleBoard {
  const voters = now.members.flatMap(({ role, member }) => (role === 'vote' && member !== null ? [member] : []));
  const record = ({ member, role }: MemberNow): MemberRecord => {
    if (member === null) return NONE_YET;
    const champion = role === 'shadow' ? voters.find((each) => nameOf(each) === nameOf(member)) : undefined;
    return recordOf(member, champion ?? null);
  };
  const { confidence, settings } = now;
  return {
    instrumentId,
    atMs,
    regime: now.regime,
    stance: now.stance,
    confidence,
    confidenceMin: settings.confidenceMin,
    disagreement: now.disagreement,
    disagreementMax: now.disagreementMax,
    deciding: now.deciding,
    text: now.text,
    decideEveryMs: settings.decideEveryMs[instrumentId] ?? null,
    members: now.members.map((each) => ({ ...memberRow(each), ...record(each) })),
  };
}

const NONE_YET: MemberRecord = { live: null, beside: null, hours: { atMs: [], trust: [], logLoss: [], n: [] } };
const nameOf = (member: string): string => member.slice(0, member.lastIndexOf('@'));
const versionOf = (member: string): string => member.slice(member.lastIndexOf('@') + 1);

function memberRow({ member, candleCloseTimeMs, trust, ...same }: MemberNow) {
  return {
    ...same,
    version: member === null ? null : versionOf(member),
    saidAtMs: candleCloseTimeMs > 0 ? candleCloseTimeMs : null,
    trust: trust && { ...trust },
  };
}

/** @param horizonMs life of one of its forecasts */
export function memberRecord(
  member: string,
  champion: string | null,
  hours: readonly TalliedHour[],
  horizonMs: number,
): MemberRecord {
  const own = hoursOf(member, hours);
  const blockHours = blockHoursOf(horizonMs);
  const live = liveRecord(own, blockHours);
  const beside = besideOther(own, champion, blockHours);
  const shown = own.slice(-HOURS_SHOWN);
  return {
    live: live && { logLoss: live.logLoss, brier: live.brier, rightShare: live.right.value },
    beside: beside && { version: champion && versionOf(champion), logLoss: beside.logLoss, verdict: beside.verdict },
    hours: {
      atMs: shown.map(({ hour }) => hour * HOUR_MS),
      trust: shown.map(({ trust }) => trust),
      logLoss: shown.map(({ tally }) => (tally.n > 0 ? tally.logLoss / tally.n : null)),
      n: shown.map(({ tally }) => tally.n),
    },
  };
}
