import { formatDecimal } from '../domain/decimal.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Proposal, Reason, RiskLimits } from '../domain/proposal.ts';
import type { Draft } from './draft-proposal.ts';
import { type Ballot, heardText, type Outcome, votesOf } from './ensemble.ts';
import { wilsonInterval } from './wilson.ts';

export interface ProposalParts {
  readonly id: string;
  readonly instrumentId: InstrumentId;
  readonly outcome: Outcome;
  readonly ballots: readonly Ballot[];
  readonly draft: Draft;
  readonly limits: RiskLimits;
  readonly nowMs: number;
}

const decimalOrNull = (atoms: bigint | null): string | null => (atoms === null ? null : formatDecimal(atoms));

/** Every entry has a stop. */
const isExit = ({ stop }: Draft): boolean => stop === null;

function originOf({ outcome: { weighed, deciding }, draft }: ProposalParts): Proposal['origin'] {
  if (isExit(draft)) return 'exit';
  return !weighed && deciding?.agent.kind === 'rule' ? 'rule' : 'ensemble';
}

function reasonsOf({ outcome, ballots, draft, nowMs }: ProposalParts): readonly Reason[] {
  const reasons: Reason[] = [...(outcome.deciding?.opinion.reasons ?? [])];
  if (outcome.strength === 'faint') {
    reasons.push({ code: 'faint', text: 'The strongest of a quiet market, not a strong signal' });
  }
  if (outcome.disagreement > 0) {
    const share = Math.round(50 * outcome.disagreement);
    reasons.push({ code: 'disagreement', text: `${share} % of the votes cast, by weight, went the other way` });
  }
  const heard = outcome.deciding?.heard;
  if (heard && heard.share < 1) reasons.push({ code: 'heard', text: `Its word is ${heardText(heard)}` });
  const absent = ballots.filter(({ missing }) => missing).map(({ agent }) => agent.label);
  if (absent.length > 0) {
    reasons.push({ code: 'partial', text: `Counted without ${absent.join(', ')}: no answer in time` });
  }
  const closedAgoSec = Math.max(
    0,
    Math.round((nowMs - (outcome.deciding?.opinion.candleCloseTimeMs ?? nowMs)) / 1_000),
  );
  if (closedAgoSec > 5)
    reasons.push({ code: 'candle-age', text: `Judged on the candle that closed ${closedAgoSec} s ago` });
  if (draft.widened) {
    const text = 'Stop or target moved out to twice the price band: what was measured had them nearer';
    reasons.push({ code: 'widened', text });
  }
  reasons.push({ code: 'size', text: `Size set by: ${draft.sizedBy}` });
  return reasons;
}

/** Puts a judged stance and a drafted order into the frozen form that risk and people see. */
export function proposalFrom(parts: ProposalParts): Proposal {
  const { id, instrumentId, outcome, ballots, draft, limits, nowMs } = parts;
  const opinion = outcome.deciding?.opinion ?? null;
  const record = opinion?.record ?? null;
  const side = outcome.stance === 'sell' ? 'sell' : 'buy';
  const hashes = ballots.flatMap((ballot) => (ballot.opinion.modelHash === null ? [] : [ballot.opinion.modelHash]));
  return Object.freeze({
    id,
    instrumentId,
    origin: originOf(parts),
    agent: outcome.deciding?.agent.label ?? 'Ensemble',
    side,
    orderType: draft.rests ? 'post-only' : 'limit',
    qtyBase: formatDecimal(draft.qty),
    entryPrice: formatDecimal(draft.entry),
    stopPrice: decimalOrNull(draft.stop),
    targetPrice: decimalOrNull(draft.target),
    reduceOnly: isExit(draft),
    probability: opinion?.probability ?? null,
    interval: record && wilsonInterval(record.rightShare, record.n),
    record,
    edge: opinion?.edge ?? 'unknown',
    reasons: reasonsOf(parts),
    votes: votesOf(ballots, outcome.deciding),
    bandPrice: formatDecimal(draft.touch),
    bandBps: limits.priceBandBps,
    madeAtMs: nowMs,
    expiresAtMs: nowMs + limits.approvalTtlMs,
    modelHashes: [...new Set(hashes)],
    changeOf: null,
    ...(draft.rests && {
      restsFor: {
        strategy: outcome.deciding?.agent.id ?? '',
        qtyBase: formatDecimal(draft.rests.qty),
        price: formatDecimal(draft.rests.price),
      },
    }),
  });
}
