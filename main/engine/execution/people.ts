import { parseDecimal } from '../domain/decimal.ts';
import type { CancelRequested, CancelWanted, FlattenRequested, KillSwitchSet } from '../domain/events.ts';
import { type InstrumentId, isPerpetual, symbolOf } from '../domain/instrument.ts';
import { activeIn, activeOrders } from './execution-state.ts';
import { type Hand, sendCancel } from './hand.ts';
import { isLive, isPair, type OrderRecord, reduces } from './order-record.ts';
import { closingUnbooked, flattenWant, isTradable, orderable } from './protection-plan.ts';

function refuse(hand: Hand, subject: string, code: string, text: string): void {
  hand.emit({ kind: 'RequestRefused', subject, code, text });
}

/** Asks for a cancel, or repeats the request to the venue where it was asked for before. */
export function wantCancel(hand: Hand, record: OrderRecord, why: CancelWanted['why']): void {
  if (!isLive(record)) return;
  if (record.cancelWantedAtMs !== null) {
    sendCancel(hand, record);
    return;
  }
  hand.emit({ kind: 'CancelWanted', clientOrderId: record.clientOrderId, instrumentId: record.instrumentId, why });
}

export function handleCancelRequested(hand: Hand, event: CancelRequested): void {
  const record = hand.state.orders.get(event.clientOrderId);
  const subject = event.clientOrderId;
  if (!record) {
    refuse(hand, subject, 'no-such-order', 'There is no such order.');
    return;
  }
  if (!isLive(record)) {
    refuse(hand, subject, 'order-final', `The order is ${record.state} already.`);
    return;
  }
  if (protects(hand, record)) {
    const text = `This stop protects what you hold of ${symbolOf(record.instrumentId)}. Flatten or sell the position and the stop goes with it.`;
    refuse(hand, subject, 'protective-stop', text);
    return;
  }
  wantCancel(hand, record, 'person');
}

function protects(hand: Hand, record: OrderRecord): boolean {
  if (record.purpose !== 'stop' || record.coveredBy === null) return false;
  return (hand.state.covers.get(record.coveredBy)?.qty ?? 0n) > 0n;
}

/** Stops, and the sales that take a stop's place, stay whatever else is cancelled. */
function staysOnCancelAll(record: OrderRecord): boolean {
  if (record.purpose === 'stop' || record.purpose === 'flatten') return true;
  if (record.purpose === 'exit' && record.coveredBy !== null) return true;
  const protects = record.type === 'stop-loss' || isPair(record);
  return record.purpose === 'foreign' && reduces(record) && protects;
}

export function handleCancelAll(hand: Hand): void {
  for (const record of activeOrders(hand.state)) {
    if (!staysOnCancelAll(record)) wantCancel(hand, record, 'cancel-all');
  }
}

/** Takes every order back that could add risk; what reduces stays. */
export function handleKillSwitch(hand: Hand, event: KillSwitchSet): void {
  if (!event.on) return;
  for (const record of activeOrders(hand.state)) if (!reduces(record)) wantCancel(hand, record, 'kill-switch');
}

/**
 * An order of ours that came back, or whose cancel a crash kept from being asked for: an entry does not outlive the kill switch, and
 * nothing that a strategy took back.
 */
export function keepAway(hand: Hand): void {
  if (!hand.state.killed && hand.state.takenBack.size === 0) return;
  for (const record of activeOrders(hand.state)) {
    const adds = !reduces(record) && record.order !== null;
    const why = hand.state.killed && adds ? 'kill-switch' : isTakenBack(hand, record) ? 'strategy' : null;
    if (why !== null && record.cancelWantedAtMs === null) wantCancel(hand, record, why);
  }
}

const isTakenBack = (hand: Hand, { proposalId }: OrderRecord): boolean =>
  proposalId !== null && hand.state.takenBack.has(proposalId);

/** The order of a proposal that a strategy no longer wants goes like one that a person cancels. */
export function handleTakenBack(hand: Hand, proposalId: string | null): void {
  for (const record of activeOrders(hand.state))
    if (record.proposalId === proposalId && isTakenBack(hand, record) && record.cancelWantedAtMs === null)
      wantCancel(hand, record, 'strategy');
}

export function handleFlatten(hand: Hand, event: FlattenRequested): void {
  const held = hand.deps.portfolio.positions().filter((position) => position.qtyBase !== 0n);
  const entering = activeOrders(hand.state).filter((record) => !reduces(record) && isLive(record));
  const all = new Set([...held, ...entering].map(({ instrumentId }) => instrumentId));
  const instrumentIds = event.instrumentId === null ? [...all] : [event.instrumentId];
  for (const instrumentId of instrumentIds) flattenOne(hand, instrumentId);
  if (instrumentIds.length === 0)
    refuse(hand, 'flatten', 'nothing-held', 'Nothing is held: there is nothing to flatten.');
}

/** A perpetual's target rests beside its stop and goes with the position, as that does. */
const restsBeside = ({ instrumentId, purpose }: OrderRecord): boolean =>
  purpose === 'target' && isPerpetual(instrumentId);

function flattenOne(hand: Hand, instrumentId: InstrumentId): void {
  const orders = activeIn(hand.state, instrumentId);
  const resting = orders.filter(
    (record) => isLive(record) && record.purpose !== 'stop' && record.purpose !== 'flatten' && !restsBeside(record),
  );
  for (const record of resting) wantCancel(hand, record, 'flatten');
  if (orders.some((record) => record.purpose === 'flatten' && isLive(record))) return;
  const instrument = hand.deps.instruments.get(instrumentId);
  const symbol = symbolOf(instrumentId);
  if (!instrument) {
    refuse(hand, instrumentId, 'not-loaded', `The rules of ${symbol} are not loaded yet: try again in a moment.`);
    return;
  }
  const position = hand.deps.portfolio.position(instrumentId)?.qtyBase ?? 0n;
  const side = position < 0n ? 'buy' : 'sell';
  const held = (position < 0n ? -position : position) - closingUnbooked(orders, side);
  if (held <= 0n) {
    if (resting.length === 0) refuse(hand, instrumentId, 'nothing-held', `Nothing is held of ${symbol}.`);
    return;
  }
  const qty = orderable(held, instrument);
  const quote = hand.deps.market.quote(instrumentId);
  const price = quote && parseDecimal(side === 'sell' ? quote.bid : quote.ask);
  const isTooLittle = isPerpetual(instrumentId) ? qty < instrument.minQty : !isTradable(qty, price, instrument);
  if (isTooLittle) {
    refuse(hand, instrumentId, 'dust', `What is held of ${symbol} is less than the venue lets anyone sell.`);
    return;
  }
  hand.emit({ kind: 'ReductionWanted', instrumentId, ...flattenWant(qty, side) });
}
