import type { EngineEvent } from '../domain/events.ts';
import type { CountersignedOrder, Signature } from '../domain/order.ts';
import type { Proposal, RiskVerdict } from '../domain/proposal.ts';

/** `made`: the gate has not answered yet. The rest is what a desk shows. */
export type CaseState = 'made' | 'pending' | 'asks-again' | 'signed' | 'declined' | 'lapsed' | 'denied';

/** One proposal on its way to a signature or not. */
export interface Case {
  readonly proposal: Proposal;
  readonly state: CaseState;
  /** Why it asks again, was declined, denied or lapsed; empty otherwise. */
  readonly note: string;
  readonly verdict: RiskVerdict | null;
  /** What an approval signs now: never more than the gate allowed. */
  readonly qtyBase: string;
  readonly bandPrice: string;
  readonly expiresAtMs: number;
  readonly askedAgainAtMs: number | null;
  readonly signedBy: string | null;
  readonly clientOrderId: string | null;
  readonly updatedAtMs: number;
}

/** Finished cases kept for the desk; older ones are in the journal. */
const FINISHED_KEPT = 200;

export const isOpen = ({ state }: Case): boolean => state === 'made' || state === 'pending' || state === 'asks-again';
export const isAsked = ({ state }: Case): boolean => state === 'pending' || state === 'asks-again';

/** Names what an approval would sign now: order, band and time. */
export const termsOf = ({ proposal, qtyBase, bandPrice, expiresAtMs }: Case): string =>
  `${proposal.side} ${qtyBase} @ ${proposal.entryPrice} stop ${proposal.stopPrice ?? '-'} target ${proposal.targetPrice ?? '-'} band ${bandPrice} until ${expiresAtMs}`;

/** Who signed, in words. */
export function signatureText(signature: Signature): string {
  if (signature.by === 'mandate') return `mandate ${signature.mandate}`;
  if (signature.by === 'system') return `system (${signature.why})`;
  return signature.how === 'ticket' ? 'you, by the order ticket' : 'you';
}

export interface Cases {
  apply(event: EngineEvent, timeMs: number): void;
  get(proposalId: string): Case | null;
  open(): readonly Case[];
  /** Open ones and the last finished ones, oldest first. */
  all(): readonly Case[];
  /** Signed, and not on the disk: after a restart such an order was never sent. */
  unpersisted(): readonly CountersignedOrder[];
}

const newCase = (proposal: Proposal, timeMs: number): Case => ({
  proposal,
  state: 'made',
  note: '',
  verdict: null,
  qtyBase: proposal.qtyBase,
  bandPrice: proposal.bandPrice,
  expiresAtMs: proposal.expiresAtMs,
  askedAgainAtMs: null,
  signedBy: null,
  clientOrderId: null,
  updatedAtMs: timeMs,
});

const findingsText = ({ findings }: RiskVerdict): string => findings.map(({ text }) => text).join('; ');

/** The click on the ticket signed what was typed: a manual order that the gate would shrink is denied. */
const isDenied = (proposal: Proposal, { outcome }: RiskVerdict): boolean =>
  outcome === 'deny' || (proposal.origin === 'manual' && outcome === 'shrink');

/** Every proposal and what became of it. A finished case never opens again. */
export function createCases(): Cases {
  const cases = new Map<string, Case>();
  const openIds = new Set<string>();
  const finishedIds: string[] = [];
  const unpersisted = new Map<string, CountersignedOrder>();

  const set = (proposalId: string, timeMs: number, change: Partial<Case>): void => {
    const held = cases.get(proposalId);
    if (!held || !isOpen(held)) return;
    const next: Case = { ...held, ...change, updatedAtMs: timeMs };
    cases.set(proposalId, next);
    if (isOpen(next)) return;
    openIds.delete(proposalId);
    finishedIds.push(proposalId);
    if (finishedIds.length > FINISHED_KEPT) cases.delete(finishedIds.shift() as string);
  };

  const applyVerdict = (proposalId: string, verdict: RiskVerdict, timeMs: number): void => {
    const held = cases.get(proposalId);
    if (held?.state !== 'made') return;
    const denied = isDenied(held.proposal, verdict);
    const shown = denied ? held.qtyBase : verdict.qtyBase;
    const closing: Partial<Case> = denied ? { state: 'denied', note: findingsText(verdict) } : {};
    set(proposalId, timeMs, { verdict, qtyBase: shown, ...closing });
  };

  const applySignature = (order: CountersignedOrder, timeMs: number): void => {
    unpersisted.set(order.clientOrderId, order);
    if (order.proposalId === null) return;
    set(order.proposalId, timeMs, {
      state: 'signed',
      note: '',
      qtyBase: order.qtyBase,
      signedBy: signatureText(order.signature),
      clientOrderId: order.clientOrderId,
    });
  };

  const applyVoid = ({ clientOrderId, proposalId }: CountersignedOrder, why: string, timeMs: number): void => {
    unpersisted.delete(clientOrderId);
    const held = proposalId === null ? undefined : cases.get(proposalId);
    if (!held) return;
    const over: Partial<Case> = { state: 'lapsed', note: `void: ${why}`, signedBy: null, clientOrderId: null };
    cases.set(held.proposal.id, { ...held, ...over, updatedAtMs: timeMs });
  };

  return {
    apply(event, timeMs) {
      switch (event.kind) {
        case 'ProposalMade':
          if (cases.has(event.proposal.id)) break;
          cases.set(event.proposal.id, newCase(event.proposal, timeMs));
          openIds.add(event.proposal.id);
          break;
        case 'RiskVerdictGiven':
          applyVerdict(event.proposalId, event.verdict, timeMs);
          break;
        case 'ApprovalAsked':
          set(event.proposalId, timeMs, {
            state: event.again ? 'asks-again' : 'pending',
            note: event.why,
            qtyBase: event.qtyBase,
            bandPrice: event.bandPrice,
            expiresAtMs: event.expiresAtMs,
            ...(event.again ? { askedAgainAtMs: timeMs } : {}),
          });
          break;
        case 'ProposalDeclined':
          set(event.proposalId, timeMs, { state: 'declined', note: event.why });
          break;
        case 'ProposalLapsed':
          set(event.proposalId, timeMs, { state: 'lapsed', note: event.why });
          break;
        case 'OrderSigned':
          applySignature(event.order, timeMs);
          break;
        case 'OrderPersisted':
          unpersisted.delete(event.order.clientOrderId);
          break;
        case 'SignatureVoided':
          applyVoid(event.order, event.why, timeMs);
          break;
        default:
      }
    },
    get: (proposalId) => cases.get(proposalId) ?? null,
    open: () => [...openIds].map((id) => cases.get(id) as Case),
    all: () => [...cases.values()],
    unpersisted: () => [...unpersisted.values()],
  };
}
