/** What rests for strategies, or waits to be signed for it: each of their proposals until its order is over. */
import { formatDecimal, largerOf, parseDecimal } from '../domain/decimal.ts';
import type { EngineEvent, Rests } from '../domain/events.ts';
import type { Instrument, InstrumentId } from '../domain/instrument.ts';
import { isFinal } from '../domain/order.ts';
import type { Proposal } from '../domain/proposal.ts';
import { wishOnGrids } from './resting-wish.ts';

export interface Resting {
  readonly proposalId: string;
  readonly instrumentId: InstrumentId;
  readonly side: Proposal['side'];
  readonly strategy: string;
  /** What the strategy had asked for, in atoms. */
  readonly price: bigint;
  readonly qty: bigint;
  /** By the fills that were told, as the strategy knows them, or by the venue's word on the order where that is more. */
  readonly filled: bigint;
  readonly booked: bigint;
  /** Null until it is signed. */
  readonly clientOrderId: string | null;
  readonly isTakenBack: boolean;
  /** Not signed and not asked any more, or its order is off the venue. */
  readonly isOver: boolean;
}

/** Those that are over are kept for a while: a venue may show an order again that it had called gone. */
const OVER_KEPT = 200;

/** Changed by `apply` alone. */
export interface RestingOrders {
  apply(event: EngineEvent): void;
  /** Not over and not taken back, oldest first. */
  standing(): readonly Resting[];
  /** Where this event, once applied, was the end of one that was taken back: its instrument. */
  clearedBy(event: EngineEvent): InstrumentId | null;
}

export function createRestingOrders(): RestingOrders {
  const byProposal = new Map<string, Resting>();
  const byOrder = new Map<string, string>();

  const setWith = (proposalId: string | null | undefined, changeOf: (held: Resting) => Partial<Resting>): void => {
    const held = byProposal.get(proposalId ?? '');
    if (!held) return;
    const next = { ...held, ...changeOf(held) };
    byProposal.set(next.proposalId, next);
    if (next.clientOrderId !== null) byOrder.set(next.clientOrderId, next.proposalId);
    if (next.isOver && !held.isOver) dropOldestOver();
  };

  const set = (proposalId: string | null | undefined, change: Partial<Resting>): void =>
    setWith(proposalId, () => change);

  const dropOldestOver = (): void => {
    const over = [...byProposal.values()].filter(({ isOver }) => isOver);
    if (over.length <= OVER_KEPT) return;
    const oldest = over[0] as Resting;
    byProposal.delete(oldest.proposalId);
    byOrder.delete(oldest.clientOrderId ?? '');
  };

  const note = ({ id, instrumentId, side, restsFor }: Proposal): void => {
    if (!restsFor) return;
    const { strategy, qtyBase, price } = restsFor;
    byProposal.set(id, {
      proposalId: id,
      instrumentId,
      side,
      strategy,
      price: parseDecimal(price),
      qty: parseDecimal(qtyBase),
      filled: 0n,
      booked: 0n,
      clientOrderId: null,
      isTakenBack: false,
      isOver: false,
    });
  };

  return {
    apply(event) {
      switch (event.kind) {
        case 'ProposalMade':
          note(event.proposal);
          break;
        case 'RiskVerdictGiven':
          if (event.verdict.phase === 'proposing' && event.verdict.outcome === 'deny')
            set(event.proposalId, { isOver: true });
          break;
        case 'ProposalDeclined':
        case 'ProposalLapsed':
          set(event.proposalId, { isOver: true });
          break;
        case 'OrderSigned':
          set(event.order.proposalId, { clientOrderId: event.order.clientOrderId });
          break;
        case 'SignatureVoided':
          set(event.order.proposalId, { isOver: true });
          break;
        case 'OrderStateChanged':
          setWith(byOrder.get(event.clientOrderId), ({ filled }) => ({
            isOver: isFinal(event.to),
            filled: largerOf(filled, parseDecimal(event.filledBase)),
          }));
          break;
        case 'FillBooked':
          // Of an order that is part-filled already nothing else tells.
          setWith(byOrder.get(event.fill.clientOrderId), (held) => {
            const booked = held.booked + parseDecimal(event.fill.qtyBase);
            return { booked, filled: largerOf(held.filled, booked) };
          });
          break;
        case 'RestTakenBack':
          set(event.proposalId, { isTakenBack: true });
          break;
        default:
      }
    },
    standing: () => [...byProposal.values()].filter(({ isOver, isTakenBack }) => !isOver && !isTakenBack),
    clearedBy(event) {
      const id =
        event.kind === 'ProposalLapsed'
          ? event.proposalId
          : event.kind === 'OrderStateChanged' && isFinal(event.to)
            ? byOrder.get(event.clientOrderId)
            : undefined;
      const held = byProposal.get(id ?? '');
      return held?.isTakenBack && held.isOver ? held.instrumentId : null;
    },
  };
}

/**
 * Why a strategy no longer wants an order of its own, by its present word; null where it still does. What is left of an order that has
 * filled in part is as good as the whole that was asked for.
 */
export function whyUnwanted({ side, price, qty, filled }: Resting, word: Rests, instrument: Instrument): string | null {
  const said = word[side];
  if (!said) return `it no longer wants to ${side} there`;
  const now = wishOnGrids(said, side, instrument);
  if (!now) return 'what it wants now is no order';
  const { tickSize, lotStep } = instrument;
  const isSamePrice = now.price >= price - tickSize && now.price <= price + tickSize;
  const isSameQty = now.qty <= qty + lotStep && now.qty >= qty - filled - lotStep;
  if (isSamePrice && isSameQty) return null;
  return `it now wants to ${side} ${formatDecimal(now.qty)} at ${formatDecimal(now.price)}`;
}
