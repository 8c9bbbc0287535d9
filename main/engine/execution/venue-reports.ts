import { formatDecimal, parseDecimal } from '../domain/decimal.ts';
import type { CancelAnswered, FillBooked, OrderQueried, SubmitAnswered } from '../domain/events.ts';
import { accountsOf, type InstrumentId, symbolOf } from '../domain/instrument.ts';
import type { VenueFill, VenueOrderReport } from '../domain/order.ts';
import { fillDigest } from './apply-fill.ts';
import { activeIn, type ExecutionState, fillKey, venueKey } from './execution-state.ts';
import { askVenue, changeState, type Hand, stateAnomaly, withVenueId } from './hand.ts';
import {
  canBecome,
  describeOrder,
  endOf,
  isLive,
  isPresumedGone,
  isSaidOver,
  type OrderRecord,
  PUT_OFF,
  type StateStep,
  sideWord,
  stateOfStatus,
  stepByFills,
  stepByReport,
} from './order-record.ts';
import { holdUndecided } from './timers.ts';

export function handleSubmitAnswered(hand: Hand, event: SubmitAnswered): void {
  const known = hand.state.orders.get(event.clientOrderId);
  if (!known) return;
  const record = withVenueId(known, event.venueOrderId);
  const step = (to: OrderRecord['state']) => ({ to, stated: record.stated });
  if (event.outcome === 'unknown') {
    if (canBecome(record.state, 'unknown')) changeState(hand, record, step('unknown'), event.code, event.text);
    return;
  }
  if (event.outcome === 'accepted') {
    if (isSaidOver(record)) return;
    if (record.state === 'rejected') sayReappeared(hand, record);
    if (record.state !== 'cancelled' && canBecome(record.state, 'acknowledged'))
      changeState(hand, record, step('acknowledged'), event.code, event.text);
    return;
  }
  const untold = record.state === 'persisted' || record.state === 'sent' || record.state === 'unknown';
  if (untold) {
    const code = event.putOff ? `${PUT_OFF} ${event.code}` : event.code;
    changeState(hand, record, step('rejected'), code, event.text);
    return;
  }
  if (record.state === 'rejected') return;
  stateAnomaly(hand, {
    instrumentId: record.instrumentId,
    subject: record.clientOrderId,
    code: 'submit-contradicted',
    text: `The venue refused ${describeOrder(record)} (${event.text}) after it had shown the order as ${record.state}; it is looked up.`,
  });
  if (isLive(record)) askVenue(hand, record);
}

export function handleCancelAnswered(hand: Hand, event: CancelAnswered): void {
  const record = hand.state.orders.get(event.clientOrderId);
  if (!record || !isLive(record)) return;
  if (event.outcome === 'unknown') return;
  // Without the venue's id a fill that raced the cancel could not be told from somebody else's: looked up first.
  if (event.outcome === 'gone' || record.venueOrderId === null) askVenue(hand, record);
  else changeState(hand, record, { to: 'cancelled', stated: record.stated }, 'cancelled', event.text);
}

export function handleOrderQueried(hand: Hand, event: OrderQueried): void {
  if (event.outcome === 'found' && event.report) {
    handleReport(hand, event.report, 'query');
    return;
  }
  const record = hand.state.orders.get(event.clientOrderId);
  if (event.outcome !== 'not-found' || !record || !isLive(record)) return;
  const wasThere = record.state === 'acknowledged' || record.state === 'partially-filled' || record.booked > 0n;
  const text = wasThere
    ? 'The venue no longer knows the order: it is taken as cancelled'
    : 'The venue does not know the order: it never arrived';
  const to = wasThere || !canBecome(record.state, 'rejected') ? 'cancelled' : 'rejected';
  changeState(hand, record, { to, stated: record.stated }, 'not-found', text);
}

/** The order that a report speaks of: the venue's own id decides, then ours. */
export function findOrder(state: ExecutionState, report: VenueOrderReport): OrderRecord | undefined {
  const byVenue = state.idByVenueId.get(venueKey(report.instrumentId, report.venueOrderId));
  if (byVenue !== undefined) return state.orders.get(byVenue);
  const record = state.orders.get(report.clientOrderId);
  if (!record || record.instrumentId !== report.instrumentId) return undefined;
  return record.venueOrderId === null || record.venueOrderId === report.venueOrderId ? record : undefined;
}

/** Takes in what the venue says of one order. Returns in words what it put right, null when nothing changed. */
export function handleReport(hand: Hand, report: VenueOrderReport, code: 'stream' | 'query' | 'audit'): string | null {
  const known = findOrder(hand.state, report);
  if (!known) return adopt(hand, report);
  if (known.order === null && known.qty !== parseDecimal(report.qtyBase)) {
    hand.emit({ kind: 'ForeignOrderSeen', report: { ...report, clientOrderId: known.clientOrderId } });
    return null;
  }
  const record = withVenueId(known, report.venueOrderId);
  const step = stepByReport(record, report);
  if (!step) {
    // The order is over by our books, yet more of it filled than they know.
    const missing = known.order !== null && parseDecimal(report.filledBase) > known.stated;
    if (missing && code !== 'audit') hand.perform({ kind: 'RequestAudit', why: 'fills are missing' });
    return null;
  }
  if (record.state === 'rejected' || isPresumedGone(record)) sayReappeared(hand, record);
  changeState(hand, record, step, code, whatBecameOf(record, step, report));
  return `${describeOrder(record)} (${record.purpose}) is ${step.to}, we had it as ${record.state}`;
}

/** What the trader is told of a step; of an order that met the bound it was signed with, how far it got. */
function whatBecameOf(record: OrderRecord, step: StateStep, report: VenueOrderReport): string {
  const isBounded = record.type === 'market' && record.limitPrice !== null;
  if (!isBounded || step.to !== 'expired') return `The venue shows it as ${report.status}`;
  const [filled, ordered] = [formatDecimal(step.stated), formatDecimal(record.qty)];
  return `${filled} of ${ordered} filled; for the rest there was nothing at ${record.limitPrice} or better, the edge of what was signed`;
}

/**
 * Our name for an order made elsewhere: its own where no other order has it. The venue gives all that it closes in one
 * moment one name, others may use theirs again, and its ids are of one instrument.
 */
function adoptedId({ state, told }: Hand, order: VenueOrderReport | VenueFill): string {
  const { instrumentId, venueOrderId, clientOrderId } = order;
  const own = clientOrderId || 'venue';
  const isTaken = own !== clientOrderId || state.orders.has(own) || [...told.values()].includes(own);
  const id = isTaken ? `${own}-${venueOrderId}@${instrumentId}` : own;
  told.set(venueKey(instrumentId, venueOrderId), id);
  return id;
}

function adopt(hand: Hand, report: VenueOrderReport): string | null {
  const to = stateOfStatus(report.status);
  const over = to === 'cancelled' || to === 'expired' || to === 'rejected';
  if (over || (to === 'filled' && openedAtMs(hand.state, report) === null)) return null;
  const clientOrderId = adoptedId(hand, report);
  hand.emit({ kind: 'ForeignOrderSeen', report: { ...report, clientOrderId } });
  return `Adopted an order made elsewhere: ${sideWord(report.side)} ${report.qtyBase} ${symbolOf(report.instrumentId)}`;
}

function sayReappeared(hand: Hand, record: OrderRecord): void {
  stateAnomaly(hand, {
    instrumentId: record.instrumentId,
    subject: record.clientOrderId,
    code: 'order-reappeared',
    text: `${describeOrder(record)} was taken as ${record.state} (${record.code}) and is on the venue after all: it counts again.`,
  });
}

type Owner = OrderRecord | 'foreign' | 'undecided';

function ownerOf(state: ExecutionState, fill: VenueFill): Owner {
  const byVenue = state.idByVenueId.get(venueKey(fill.instrumentId, fill.venueOrderId));
  if (byVenue !== undefined) return state.orders.get(byVenue) as OrderRecord;
  if (fill.clientOrderId !== null) {
    const record = state.orders.get(fill.clientOrderId);
    const fits = record?.instrumentId === fill.instrumentId && record.side === fill.side;
    return record && fits && record.venueOrderId === null ? record : 'foreign';
  }
  const perhapsOurs = activeIn(state, fill.instrumentId).some(
    (record) => record.side === fill.side && record.order !== null && record.venueOrderId === null && isLive(record),
  );
  return perhapsOurs ? 'undecided' : 'foreign';
}

/** Books a fill, once. Returns true when it was new. */
export function handleFill(hand: Hand, fill: VenueFill, via: FillBooked['via']): boolean {
  const { state } = hand;
  const before = state.fills.get(fillKey(fill));
  if (before !== undefined) {
    if (before.digest !== fillDigest(fill)) sayConflict(hand, fill);
    return false;
  }
  if (fill.eventTimeMs <= state.fillsForgottenToMs) {
    sayTooOld(hand, fill);
    return false;
  }
  const told = hand.told.get(venueKey(fill.instrumentId, fill.venueOrderId));
  const owner = told === undefined ? ownerOf(state, fill) : (state.orders.get(told) ?? 'foreign');
  if (owner === 'undecided') {
    holdUndecided(hand.timers, fill);
    return false;
  }
  if (owner === 'foreign') return bookForeign(hand, fill, via, told);
  // What an order of others filled before the account was opened is part of its opening balance.
  if (owner.order === null && isBeforeOpening(state, fill)) return false;
  book(hand, fill, owner, via);
  return true;
}

function isBeforeOpening(state: ExecutionState, fill: VenueFill): boolean {
  const atMs = openedAtMs(state, fill);
  return atMs === null || fill.eventTimeMs <= atMs;
}

/** When the account of the instrument's venue was opened; null before. */
const openedAtMs = (state: ExecutionState, { instrumentId }: { readonly instrumentId: InstrumentId }): number | null =>
  state.openedAtMs.get(accountsOf(instrumentId).venue) ?? null;

function book(hand: Hand, fill: VenueFill, owner: OrderRecord, via: FillBooked['via']): void {
  hand.emit({
    kind: 'FillBooked',
    fill: { ...fill, clientOrderId: owner.clientOrderId },
    ...endOf(owner, fill.price),
    proposalId: owner.proposalId,
    via,
    ...(owner.order?.restsFor !== undefined && { restedFor: owner.order.restsFor }),
  });
}

/** @param adopted the order that the same event has just adopted: it is on its way into the books. */
function bookForeign(hand: Hand, fill: VenueFill, via: FillBooked['via'], adopted: string | undefined): boolean {
  if (isBeforeOpening(hand.state, fill)) return false;
  const clientOrderId = adopted ?? adoptedId(hand, fill);
  if (adopted === undefined) hand.emit({ kind: 'ForeignOrderSeen', report: reportOfFill(fill, clientOrderId) });
  hand.emit({
    kind: 'FillBooked',
    fill: { ...fill, clientOrderId },
    purpose: 'foreign',
    proposalId: null,
    proposedPrice: null,
    via,
  });
  return true;
}

const reportOfFill = (fill: VenueFill, clientOrderId: string): VenueOrderReport => ({
  venueOrderId: fill.venueOrderId,
  clientOrderId,
  instrumentId: fill.instrumentId,
  side: fill.side,
  type: 'market',
  status: 'filled',
  qtyBase: fill.qtyBase,
  filledBase: fill.qtyBase,
  limitPrice: null,
  triggerPrice: null,
  eventTimeMs: fill.eventTimeMs,
});

/** Fills that waited for their order to be known. */
export function bookUndecided(hand: Hand): void {
  for (const [key, fill] of hand.timers.undecidedFills) {
    if (ownerOf(hand.state, fill) === 'undecided') continue;
    hand.timers.undecidedFills.delete(key);
    handleFill(hand, fill, 'audit');
  }
}

/** After a booking: the order's state follows its fills, and too much is said aloud. */
export function followFills(hand: Hand, record: OrderRecord): void {
  if (record.order === null) return;
  if (record.booked > record.qty) {
    stateAnomaly(hand, {
      instrumentId: record.instrumentId,
      subject: record.clientOrderId,
      code: 'overfill',
      text: `${describeOrder(record)} filled ${formatDecimal(record.booked)}: more than was ordered. It is booked as it happened.`,
    });
  }
  const step = stepByFills(record);
  if (!step) return;
  if (record.state === 'rejected') {
    sayReappeared(hand, record);
    askVenue(hand, record);
  }
  changeState(hand, record, step, 'fill', '');
}

function sayConflict(hand: Hand, fill: VenueFill): void {
  stateAnomaly(hand, {
    instrumentId: fill.instrumentId,
    subject: fill.fillId,
    code: 'conflicting-fill',
    text: `The venue told fill ${fill.fillId} of ${symbolOf(fill.instrumentId)} twice and differently; the first telling stays booked.`,
  });
}

function sayTooOld(hand: Hand, fill: VenueFill): void {
  stateAnomaly(hand, {
    instrumentId: fill.instrumentId,
    subject: fill.fillId,
    code: 'fill-too-old',
    text: `Fill ${fill.fillId} of ${symbolOf(fill.instrumentId)} is older than the fills still remembered and is not booked.`,
  });
}
