import { largerOf, parseDecimal } from '../domain/decimal.ts';
import type {
  CancelWanted,
  EngineEvent,
  FlattenRequested,
  ForeignOrderSeen,
  OrderPersisted,
  OrderStateChanged,
  ProtectionChanged,
  ReductionWanted,
} from '../domain/events.ts';
import { isPerpetual, SPOT_VENUE } from '../domain/instrument.ts';
import { type CountersignedOrder, isFinal } from '../domain/order.ts';
import { assert } from '../domain/result.ts';
import { addHeld, applyFill, keepWithinHeld } from './apply-fill.ts';
import {
  activeOrders,
  type Cover,
  type ExecutionState,
  type Flatten,
  incomeKey,
  type Want,
  wantKey,
} from './execution-state.ts';
import { canBecome, foreignRecordOf, isPair, type OrderRecord, recordOf, wasNeverJudged } from './order-record.ts';
import { backoffMs, dropOldest, elapsedMs, put, WANT_MS_MAX } from './order-store.ts';

const PROPOSALS_MAX = 1_000;
const ANOMALIES_MAX = 5_000;
const REPAIRS_MAX = 100;
const INCOMES_MAX = 5_000;

/** The only writer of the state that outlives a restart: a function of that state and one event of the ledger lane. */
export function applyToState(state: ExecutionState, event: EngineEvent, timeMs: number): void {
  switch (event.kind) {
    case 'EngineStarted':
      state.reconciled.clear();
      state.wants.clear();
      state.flattens.clear();
      return;
    case 'ProposalMade':
      state.proposedPrices.set(event.proposal.id, event.proposal.entryPrice);
      dropOldest(state.proposedPrices, PROPOSALS_MAX);
      return;
    case 'ProposalDeclined':
    case 'ProposalLapsed':
      state.proposedPrices.delete(event.proposalId);
      return;
    case 'RestTakenBack':
      state.takenBack.add(event.proposalId);
      dropOldest(state.takenBack, PROPOSALS_MAX);
      return;
    case 'OrderPersisted':
      applyPersisted(state, event, timeMs);
      return;
    case 'OrderStateChanged':
      applyStateChange(state, event, timeMs);
      return;
    case 'ForeignOrderSeen':
      applyForeign(state, event, timeMs);
      return;
    case 'CancelWanted':
      applyCancelWanted(state, event, timeMs);
      return;
    case 'ReductionWanted':
      applyWant(state, event, timeMs);
      return;
    case 'FlattenRequested':
      applyFlatten(state, event, timeMs);
      return;
    case 'KillSwitchSet':
      state.killed = event.on;
      return;
    case 'FillBooked':
      applyFill(state, event, timeMs);
      return;
    case 'IncomeBooked':
      state.incomes.add(incomeKey(event.income));
      dropOldest(state.incomes, INCOMES_MAX);
      return;
    case 'ProtectionChanged':
      applyProtection(state, event);
      return;
    case 'AnomalyStated':
      state.anomalies.add(`${event.code}|${event.instrumentId ?? ''}|${event.subject}`);
      dropOldest(state.anomalies, ANOMALIES_MAX);
      return;
    case 'OpeningBalancesBooked':
      state.openedAtMs.set(event.venue ?? SPOT_VENUE, event.readAtMs ?? timeMs);
      for (const { asset, amount } of event.balances) addHeld(state, asset, parseDecimal(amount));
      return;
    case 'BalanceAdjusted':
      addHeld(state, event.asset, parseDecimal(event.amount));
      keepWithinHeld(state, event.asset);
      return;
    case 'Reconciled':
      state.reconciled.add(event.venue ?? SPOT_VENUE);
      state.repairs = [...state.repairs, ...event.repairs.map((text) => ({ atMs: timeMs, text }))].slice(-REPAIRS_MAX);
      return;
    default:
      return;
  }
}

function applyPersisted(state: ExecutionState, event: OrderPersisted, timeMs: number): void {
  const { order } = event;
  assert(!state.orders.has(order.clientOrderId), `${order.clientOrderId} is persisted twice`);
  const want = takeWant(state, order, timeMs);
  const proposed = order.proposalId === null ? undefined : state.proposedPrices.get(order.proposalId);
  const coveredBy = want?.coveredBy ?? null;
  put(
    state,
    recordOf(order, timeMs, {
      coveredBy,
      proposedPrice: (coveredBy === null ? proposed : undefined) ?? order.limitPrice ?? order.triggerPrice,
    }),
  );
  if (order.purpose === 'stop' && coveredBy !== null) updateCover(state, coveredBy, { stopPlacedAtMs: timeMs });
  // What somebody opens after a flatten is a new matter: the flatten is over.
  if (order.purpose === 'entry') state.flattens.delete(order.instrumentId);
}

/** The want that this signature answers: approval signs at once and exactly what was asked for. */
function takeWant(state: ExecutionState, order: CountersignedOrder, timeMs: number): Want | null {
  for (const [key, want] of state.wants) {
    const same =
      want.atMs === timeMs &&
      want.instrumentId === order.instrumentId &&
      want.purpose === order.purpose &&
      (want.side ?? 'sell') === order.side &&
      parseDecimal(order.qtyBase) === parseDecimal(want.qtyBase) &&
      want.triggerPrice === order.triggerPrice &&
      want.limitPrice === order.limitPrice;
    if (!same) continue;
    state.wants.delete(key);
    return want;
  }
  return null;
}

function applyStateChange(state: ExecutionState, event: OrderStateChanged, timeMs: number): void {
  const record = state.orders.get(event.clientOrderId);
  assert(record, `${event.clientOrderId} changes state and is not known`);
  assert(record.state === event.from, `${event.clientOrderId} is ${record.state}, not ${event.from}`);
  assert(canBecome(event.from, event.to), `${event.clientOrderId}: ${event.from} cannot become ${event.to}`);
  const filled = parseDecimal(event.filledBase);
  const next: OrderRecord = {
    ...record,
    state: event.to,
    venueOrderId: event.venueOrderId ?? record.venueOrderId,
    stated: largerOf(filled, record.stated),
    updatedAtMs: timeMs,
    sentAtMs: event.to === 'sent' ? timeMs : record.sentAtMs,
    // A cancel that was asked for is answered once the order is final; one that comes back is a new matter.
    cancelWantedAtMs: isFinal(event.from) ? null : record.cancelWantedAtMs,
    fillingSinceMs: event.to === 'partially-filled' ? (record.fillingSinceMs ?? timeMs) : null,
    code: event.code,
    note: event.text,
  };
  put(state, next);
  noteOutcome(state, next, timeMs);
  tidyCover(state, next.coveredBy ?? next.clientOrderId);
}

/** What the outcome of a stop or sale means for the promise behind it. */
function noteOutcome(state: ExecutionState, record: OrderRecord, timeMs: number): void {
  if (record.purpose === 'flatten' && record.state === 'rejected') noteFlattenRefused(state, record, timeMs);
  const cover = record.coveredBy === null ? undefined : state.covers.get(record.coveredBy);
  if (!cover) return;
  const rests = record.state === 'acknowledged' || record.state === 'partially-filled' || record.state === 'filled';
  // A perpetual's target rests beside the stop: its refusal must not hold that up, and it has a pause of its own.
  if (record.purpose === 'target' && isPerpetual(record.instrumentId)) {
    const isRefused = record.state === 'rejected' && !wasNeverJudged(record);
    if (rests || isRefused) updateCover(state, cover.entryId, { targetRefusals: rests ? 0 : cover.targetRefusals + 1 });
    return;
  }
  if (record.purpose === 'stop') {
    if (rests) {
      updateCover(state, cover.entryId, { stopRejections: 0, putOffs: 0, saleFailures: 0, pairRefused: false });
    }
    if (record.state === 'rejected' && wasNeverJudged(record)) {
      const putOffs = cover.putOffs + 1;
      updateCover(state, cover.entryId, { putOffs, retryAtMs: timeMs + backoffMs(putOffs) });
    } else if (record.state === 'rejected' && isPair(record)) {
      // Perhaps for its target alone: the stop goes without it, at once.
      updateCover(state, cover.entryId, { pairRefused: true });
    } else if (record.state === 'rejected') {
      const stopRejections = cover.stopRejections + 1;
      updateCover(state, cover.entryId, { stopRejections, retryAtMs: timeMs + backoffMs(stopRejections) });
    }
    return;
  }
  // A sale that got through in part was no failure: in a thin book the rest must not wait ever longer.
  if (record.state !== 'rejected' && record.stated > 0n) updateCover(state, cover.entryId, { saleFailures: 0 });
  if (record.state === 'rejected') {
    const saleFailures = cover.saleFailures + 1;
    updateCover(state, cover.entryId, { saleFailures, retryAtMs: timeMs + backoffMs(saleFailures) });
  }
}

/**
 * A sale that the venue refused is sized anew and tried again, as often as a flatten may sell (a fee taken in the coin may
 * have left less of it); one that never got there does not count.
 */
function noteFlattenRefused(state: ExecutionState, record: OrderRecord, timeMs: number): void {
  const flatten = state.flattens.get(record.instrumentId);
  if (!flatten) return;
  if (!wasNeverJudged(record)) {
    state.flattens.set(record.instrumentId, { ...flatten, retryAtMs: timeMs + backoffMs(flatten.attempts) });
    return;
  }
  const putOffs = flatten.putOffs + 1;
  const retryAtMs = timeMs + backoffMs(putOffs);
  state.flattens.set(record.instrumentId, { ...flatten, attempts: flatten.attempts - 1, putOffs, retryAtMs });
}

function applyForeign(state: ExecutionState, event: ForeignOrderSeen, timeMs: number): void {
  put(state, foreignRecordOf(event.report, timeMs, state.orders.get(event.report.clientOrderId)));
}

function applyCancelWanted(state: ExecutionState, event: CancelWanted, timeMs: number): void {
  const record = state.orders.get(event.clientOrderId);
  assert(record, `${event.clientOrderId} is to be cancelled and is not known`);
  put(state, { ...record, cancelWantedAtMs: timeMs });
  const isTakenBack = event.why === 'person' || event.why === 'cancel-all';
  // What rests beside the stop until somebody takes it back is not put there again.
  if (isTakenBack && record.purpose === 'target' && record.coveredBy !== null && isPerpetual(record.instrumentId)) {
    updateCover(state, record.coveredBy, { targetPrice: null });
  }
}

function applyWant(state: ExecutionState, event: ReductionWanted, timeMs: number): void {
  const { kind: _, ...want } = event;
  state.wants.set(wantKey(want), { ...want, atMs: timeMs });
  for (const [key, old] of state.wants) if (elapsedMs(old.atMs, timeMs) >= WANT_MS_MAX) state.wants.delete(key);
  if (event.purpose === 'flatten') {
    const before = state.flattens.get(event.instrumentId) ?? newFlatten(timeMs);
    state.flattens.set(event.instrumentId, { ...before, attempts: before.attempts + 1 });
  }
  if (event.purpose === 'target' && event.coveredBy !== null) {
    updateCover(state, event.coveredBy, { targetTriedAtMs: timeMs });
  }
}

const newFlatten = (atMs: number): Flatten => ({ atMs, attempts: 0, putOffs: 0, retryAtMs: 0 });

/** Also where nothing is held yet: what an order that is being taken back still brings in is sold. */
function applyFlatten(state: ExecutionState, event: FlattenRequested, timeMs: number): void {
  if (event.instrumentId !== null) {
    state.flattens.set(event.instrumentId, newFlatten(timeMs));
    return;
  }
  state.flattens.clear();
  for (const { instrumentId } of activeOrders(state)) state.flattens.set(instrumentId, newFlatten(timeMs));
}

function applyProtection(state: ExecutionState, event: ProtectionChanged): void {
  const { state: where, clientOrderId, stopPrice, qtyBase, text } = event;
  updateCover(state, event.coveredBy, { stated: { state: where, clientOrderId, stopPrice, qtyBase, text } });
  tidyCover(state, event.coveredBy);
}

function updateCover(state: ExecutionState, entryId: string, change: Partial<Cover>): void {
  const cover = state.covers.get(entryId);
  if (cover) state.covers.set(entryId, { ...cover, ...change });
}

/** A promise is done with when nothing is held of it, nobody works on it and the screen has been told. */
function tidyCover(state: ExecutionState, entryId: string): void {
  const cover = state.covers.get(entryId);
  if (!cover || cover.qty > 0n || cover.stated.state !== 'none' || state.active.has(entryId)) return;
  for (const id of state.active) if (state.orders.get(id)?.coveredBy === entryId) return;
  state.covers.delete(entryId);
}
