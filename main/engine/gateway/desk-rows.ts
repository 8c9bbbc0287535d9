import type { Order, Proposal as ProposalRow, TrackRecord, Verdict } from '../../../preload/contract.ts';
import { type Case, signatureText, termsOf } from '../approval/cases.ts';
import { divideDecimal, formatDecimal, multiplyDecimal, parseDecimal, toNumberLossy } from '../domain/decimal.ts';
import { symbolOf } from '../domain/instrument.ts';
import type { TrackRecord as DomainRecord, RiskVerdict } from '../domain/proposal.ts';
import type { OrderRow } from '../execution/execution-view.ts';

export const recordRow = (record: DomainRecord | null): TrackRecord | null => record && { ...record };

export function verdictRow(verdict: RiskVerdict): Verdict {
  return {
    outcome: verdict.outcome,
    qtyBase: verdict.qtyBase,
    findings: verdict.findings.map((finding) => ({ ...finding })),
  };
}

/** A case as the queue shows it; null while the gate has not answered. */
export function proposalRow(held: Case, equityQuote: bigint): ProposalRow | null {
  const { proposal, verdict, state } = held;
  if (!verdict || state === 'made') return null;
  const notional = multiplyDecimal(parseDecimal(held.qtyBase), parseDecimal(proposal.entryPrice), 'up');
  const risk = verdict.riskQuote === null ? null : parseDecimal(verdict.riskQuote);
  return {
    id: proposal.id,
    instrumentId: proposal.instrumentId,
    symbol: symbolOf(proposal.instrumentId),
    origin: proposal.origin,
    agent: proposal.agent,
    side: proposal.side,
    orderType: proposal.orderType,
    ...(proposal.restsFor && { rests: true as const }),
    qtyBase: held.qtyBase,
    entryPrice: proposal.entryPrice,
    stopPrice: proposal.stopPrice,
    targetPrice: proposal.targetPrice,
    notionalQuote: formatDecimal(notional),
    riskQuote: verdict.riskQuote,
    riskShareOfEquity:
      risk === null || equityQuote <= 0n ? null : toNumberLossy(divideDecimal(risk, equityQuote, 'half-up')),
    probability: proposal.probability,
    interval: proposal.interval && { ...proposal.interval },
    record: recordRow(proposal.record),
    edge: proposal.edge,
    reasons: proposal.reasons.map((reason) => ({ ...reason })),
    votes: proposal.votes.map((vote) => ({ ...vote })),
    verdict: verdictRow(verdict),
    exposureBefore: verdict.exposureBefore,
    exposureAfter: verdict.exposureAfter,
    bandPrice: held.bandPrice,
    bandBps: proposal.bandBps,
    madeAtMs: proposal.madeAtMs,
    expiresAtMs: held.expiresAtMs,
    terms: termsOf(held),
    state,
    stateNote: held.note,
    signedBy: held.signedBy,
  };
}

export function orderRow(row: OrderRow): Order {
  const { signature, agent, coveredBy: _coveredBy, rests, ...shown } = row;
  return {
    ...shown,
    ...(rests && { restsFor: agent }),
    symbol: symbolOf(row.instrumentId),
    signedBy: signature ? signatureText(signature) : 'elsewhere',
  };
}
