import { formatDecimal, largerOf, parseDecimal } from '../domain/decimal.ts';
import { type InstrumentId, symbolOf } from '../domain/instrument.ts';
import {
  type CountersignedOrder,
  isFinal,
  isVenuesOwnClose,
  ORDER_TRANSITIONS,
  type OrderPurpose,
  type OrderState,
  type OrderType,
  type Signature,
  type VenueOrderReport,
} from '../domain/order.ts';
import { addsRisk } from '../domain/portfolio.ts';
import { assert } from '../domain/result.ts';

/** One order as execution knows it. Replaced as a whole on every change; amounts in atoms. */
export interface OrderRecord {
  readonly clientOrderId: string;
  readonly instrumentId: InstrumentId;
  readonly proposalId: string | null;
  readonly purpose: OrderPurpose;
  readonly side: 'buy' | 'sell';
  readonly type: OrderType;
  readonly qty: bigint;
  readonly limitPrice: string | null;
  readonly triggerPrice: string | null;
  readonly signature: Signature | null;
  readonly agent: string;
  /** What may be handed to the venue; null for orders made elsewhere. */
  readonly order: CountersignedOrder | null;
  /** The entry whose signature covers this stop, target or emergency exit. */
  readonly coveredBy: string | null;
  readonly proposedPrice: string | null;
  readonly state: OrderState;
  readonly venueOrderId: string | null;
  /** Sum of the fills booked. */
  readonly booked: bigint;
  readonly bookedQuote: bigint;
  /** How much is filled by the venue's word; never below `booked`. */
  readonly stated: bigint;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly sentAtMs: number | null;
  readonly cancelWantedAtMs: number | null;
  /** Since when it is part-filled and still there; of a pair: since when one end of it is at work alone. */
  readonly fillingSinceMs: number | null;
  readonly code: string;
  readonly note: string;
}

/** Whether it can only make a position smaller. */
export const reduces = (record: OrderRecord): boolean => !addsRisk(record);

/** What of the order can still fill. */
export const openQty = (record: OrderRecord): bigint => (record.stated >= record.qty ? 0n : record.qty - record.stated);

/** What the venue says is filled of our own order and no fill has told us yet. */
export const unbookedQty = (record: OrderRecord): bigint =>
  record.order === null ? 0n : record.stated - record.booked;

/** Stop and target as one order with two ends. */
export const isPair = (record: OrderRecord): boolean => record.type === 'oco';

/**
 * What a fill of the order is for, and the price that was proposed for it: the target of a pair sells at its own price or
 * better, the stop far below.
 */
export function endOf(record: OrderRecord, price: string): Pick<OrderRecord, 'purpose' | 'proposedPrice'> {
  const { purpose, proposedPrice, limitPrice } = record;
  const isTarget = isPair(record) && limitPrice !== null && parseDecimal(price) >= parseDecimal(limitPrice);
  return isTarget ? { purpose: 'target', proposedPrice: limitPrice } : { purpose, proposedPrice };
}

export const isLive = (record: OrderRecord): boolean => !isFinal(record.state);

/** Handed over and not known to be gone: it may rest, or fill, at the venue. */
export const mayFill = (record: OrderRecord): boolean => isLive(record) && record.state !== 'persisted';

/** Prefix of the code of a submit that never got as far as the venue's judgement. */
export const PUT_OFF = 'put-off';

/** A rejection that says nothing about the order: it never left, was put off, or never arrived. */
export const wasNeverJudged = ({ code }: OrderRecord): boolean => code.startsWith(PUT_OFF) || code === 'not-found';

/** Taken as gone because the venue's readers did not know it, which is no statement of the venue about the order. */
export const isPresumedGone = ({ state, code }: OrderRecord): boolean =>
  code === 'not-found' && (state === 'rejected' || state === 'cancelled');

/** Over by the venue's own word on the order, which no older answer or report takes back. */
export const isSaidOver = (record: OrderRecord): boolean => {
  const { state, code } = record;
  if (state === 'rejected') return code === 'stream' || code === 'query' || code === 'audit';
  return (state === 'cancelled' || state === 'expired') && !isPresumedGone(record);
};

export const canBecome = (from: OrderState, to: OrderState): boolean => ORDER_TRANSITIONS[from].includes(to);

export function recordOf(
  order: CountersignedOrder,
  atMs: number,
  links: { readonly coveredBy: string | null; readonly proposedPrice: string | null },
): OrderRecord {
  return {
    clientOrderId: order.clientOrderId,
    instrumentId: order.instrumentId,
    proposalId: order.proposalId,
    purpose: order.purpose,
    side: order.side,
    type: order.type,
    qty: parseDecimal(order.qtyBase),
    limitPrice: order.limitPrice,
    triggerPrice: order.triggerPrice,
    signature: order.signature,
    agent: order.agent,
    order,
    coveredBy: links.coveredBy,
    proposedPrice: links.proposedPrice,
    state: 'persisted',
    venueOrderId: null,
    booked: 0n,
    bookedQuote: 0n,
    stated: 0n,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    sentAtMs: null,
    cancelWantedAtMs: null,
    fillingSinceMs: null,
    code: '',
    note: '',
  };
}

const STATE_OF_STATUS: Readonly<Record<VenueOrderReport['status'], OrderState>> = {
  open: 'acknowledged',
  'partially-filled': 'partially-filled',
  filled: 'filled',
  cancelled: 'cancelled',
  expired: 'expired',
  rejected: 'rejected',
};

export const stateOfStatus = (status: VenueOrderReport['status']): OrderState => STATE_OF_STATUS[status];

/** An order made elsewhere. What earlier fills told of it is kept where the report comes later. */
export function foreignRecordOf(report: VenueOrderReport, atMs: number, known: OrderRecord | undefined): OrderRecord {
  assert(known === undefined || known.order === null, `${report.clientOrderId} is ours and cannot be adopted`);
  const filled = parseDecimal(report.filledBase);
  const booked = known?.booked ?? 0n;
  return {
    clientOrderId: report.clientOrderId,
    instrumentId: report.instrumentId,
    proposalId: null,
    purpose: 'foreign',
    side: report.side,
    type: report.type,
    qty: parseDecimal(report.qtyBase),
    limitPrice: report.limitPrice,
    triggerPrice: report.triggerPrice,
    signature: null,
    agent: isVenuesOwnClose(report.clientOrderId) ? 'liquidation' : 'elsewhere',
    order: null,
    coveredBy: null,
    proposedPrice: null,
    state: STATE_OF_STATUS[report.status],
    venueOrderId: report.venueOrderId,
    booked,
    bookedQuote: known?.bookedQuote ?? 0n,
    stated: largerOf(filled, booked),
    createdAtMs: known?.createdAtMs ?? atMs,
    updatedAtMs: atMs,
    sentAtMs: known?.sentAtMs ?? atMs,
    cancelWantedAtMs: known?.cancelWantedAtMs ?? null,
    fillingSinceMs: null,
    code: 'foreign',
    note: isVenuesOwnClose(report.clientOrderId) ? 'the venue closed the position itself' : 'made elsewhere',
  };
}

export interface StateStep {
  readonly to: OrderState;
  readonly stated: bigint;
}

/**
 * Where a report of the venue takes the order; null when it says nothing new (a repeat, or an older report that came
 * late). Reports come in any order: a later word is never taken back by an earlier one.
 */
export function stepByReport(record: OrderRecord, report: VenueOrderReport): StateStep | null {
  const filled = parseDecimal(report.filledBase);
  const stated = largerOf(filled, record.stated);
  const to = STATE_OF_STATUS[report.status];
  if (!canBecome(record.state, to)) return null;
  if (to === 'partially-filled' && record.state === 'partially-filled' && stated === record.stated) return null;
  // Only a whole fill, or a revival of what was called not found, leads out of a final state.
  if (isSaidOver(record) && to !== 'filled') return null;
  return { to, stated };
}

/** Where its booked fills take the order; null when its state says as much already. */
export function stepByFills(record: OrderRecord): StateStep | null {
  if (record.booked === 0n || record.state === 'filled') return null;
  const step = (to: OrderState): StateStep => ({ to, stated: record.stated });
  if (record.booked >= record.qty) return step('filled');
  const silent = record.state === 'cancelled' || record.state === 'expired' || record.state === 'partially-filled';
  return silent ? null : step('partially-filled');
}

export const sideWord = (side: 'buy' | 'sell'): string => side.toUpperCase();

/** `BUY 0.5 BTC/USDT` */
export function describeOrder(record: OrderRecord): string {
  return `${sideWord(record.side)} ${formatDecimal(record.qty)} ${symbolOf(record.instrumentId)}`;
}
