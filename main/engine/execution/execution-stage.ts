import { parseDecimal } from '../domain/decimal.ts';
import type { EngineEvent, EventKind } from '../domain/events.ts';
import { accountsOf, type InstrumentId, SPOT_VENUE } from '../domain/instrument.ts';
import type { OrdersView } from '../domain/portfolio.ts';
import { assert } from '../domain/result.ts';
import type { Stage, StageContext } from '../kernel/stage.ts';
import { applyToState } from './apply-orders.ts';
import { handleAudit } from './audit.ts';
import {
  activeIn,
  activeOrders,
  coversIn,
  createExecutionState,
  type ExecutionState,
  wantsIn,
} from './execution-state.ts';
import { createExecutionView, createOrdersView, type ExecutionView } from './execution-view.ts';
import { askVenue, changeState, type ExecutionDeps, type Hand, sendCancel } from './hand.ts';
import { isLive, reduces } from './order-record.ts';
import {
  handleCancelAll,
  handleCancelRequested,
  handleFlatten,
  handleKillSwitch,
  handleTakenBack,
  keepAway,
  wantCancel,
} from './people.ts';
import { planPerpetual } from './perpetual-plan.ts';
import { planSpot } from './protection-plan.ts';
import { applyToTimers, createTimers, handleTick } from './timers.ts';
import {
  bookUndecided,
  followFills,
  handleCancelAnswered,
  handleFill,
  handleOrderQueried,
  handleReport,
  handleSubmitAnswered,
} from './venue-reports.ts';

export type { ExecutionView } from './execution-view.ts';
export type { ExecutionDeps } from './hand.ts';

export interface ExecutionStage extends Stage {
  readonly orders: OrdersView;
  readonly view: ExecutionView;
}

/** Kinds that this stage alone emits and that change what it would decide next. */
const OWN_KINDS: ReadonlySet<EventKind> = new Set<EventKind>([
  'ReductionWanted',
  'OrderPersisted',
  'OrderStateChanged',
  'CancelWanted',
  'ForeignOrderSeen',
  'FillBooked',
  'ProtectionChanged',
  'Reconciled',
]);

/** The order state machine and the protective stops: the only stage that asks a venue for anything about orders. */
export function createExecutionStage(deps: ExecutionDeps): ExecutionStage {
  const state = createExecutionState();
  const timers = createTimers();
  // Within one input: what was emitted and not applied yet, and where to look again once it has been.
  const emitted: EventKind[] = [];
  const unsettled = new Set<InstrumentId>();
  const filled = new Set<string>();

  const handOf = (context: StageContext): Hand => ({
    state,
    timers,
    deps,
    nowMs: context.nowMs,
    told: new Map(),
    emit(event) {
      if (OWN_KINDS.has(event.kind)) emitted.push(event.kind);
      context.emit(event);
    },
    perform: (effect) => context.perform(effect),
  });

  return {
    name: 'execution',
    orders: createOrdersView(state),
    view: createExecutionView(state, timers),
    apply(event, timeMs) {
      if (emitted[0] === event.kind) emitted.shift();
      applyToState(state, event, timeMs);
      applyToTimers(timers, state, event, timeMs);
      if (event.kind === 'FillBooked') filled.add(event.fill.clientOrderId);
      for (const instrumentId of instrumentsTouched(state, event)) unsettled.add(instrumentId);
    },
    handle(event, context) {
      const hand = handOf(context);
      handleEvent(hand, event);
      if (emitted.length > 0) return;
      bookUndecided(hand);
      for (const id of filled) {
        const record = state.orders.get(id);
        if (record) followFills(hand, record);
      }
      filled.clear();
      if (emitted.length > 0) return;
      for (const instrumentId of unsettled) {
        if (!settle(hand, instrumentId)) unsettled.delete(instrumentId);
      }
    },
  };
}

function handleEvent(hand: Hand, event: EngineEvent): void {
  switch (event.kind) {
    case 'EngineStarted':
      handleStart(hand);
      return;
    case 'ClockTicked':
      handleTick(hand);
      keepAway(hand);
      return;
    case 'RestTakenBack':
      handleTakenBack(hand, event.proposalId);
      return;
    case 'OrderPersisted':
      handleTakenBack(hand, event.order.proposalId);
      return;
    case 'PrivateStreamChanged':
      if (event.status === 'live') {
        const venue = event.venue ?? SPOT_VENUE;
        hand.perform({ kind: 'RequestAudit', why: 'the private stream is live', venue });
      }
      return;
    case 'OrderSigned':
      // The promise of the whole program: nothing that approval did not seal is ever made ready to send.
      assert(hand.deps.isCountersigned(event.order), `${event.order.clientOrderId} is not countersigned`);
      assert(!hand.state.orders.has(event.order.clientOrderId), `${event.order.clientOrderId} is signed twice`);
      hand.emit({ kind: 'OrderPersisted', order: event.order });
      return;
    case 'OrderStateChanged': {
      const record = hand.state.orders.get(event.clientOrderId);
      if (event.to === 'unknown' && record) askVenue(hand, record);
      if (event.to === 'rejected' && record && reduces(record)) {
        // Perhaps less is held than we think: somebody sold elsewhere and the stream did not say so.
        const { venue } = accountsOf(record.instrumentId);
        hand.perform({ kind: 'RequestAudit', why: 'the venue refused a sale', venue });
      }
      return;
    }
    case 'CancelWanted':
      handleCancelWanted(hand, event.clientOrderId);
      return;
    case 'SubmitAnswered':
      handleSubmitAnswered(hand, event);
      return;
    case 'CancelAnswered':
      handleCancelAnswered(hand, event);
      return;
    case 'OrderReported':
      handleReport(hand, event.report, 'stream');
      return;
    case 'FillReported':
      handleFill(hand, event.fill, 'stream');
      return;
    case 'OrderQueried':
      handleOrderQueried(hand, event);
      return;
    case 'AuditReceived':
      handleAudit(hand, event);
      return;
    case 'CancelRequested':
      handleCancelRequested(hand, event);
      return;
    case 'CancelAllRequested':
      handleCancelAll(hand);
      return;
    case 'FlattenRequested':
      handleFlatten(hand, event);
      return;
    case 'KillSwitchSet':
      handleKillSwitch(hand, event);
      return;
    default:
      return;
  }
}

/** Whatever was on its way when the engine died is in doubt until the venue says what became of it. */
function handleStart(hand: Hand): void {
  for (const record of activeOrders(hand.state)) {
    if (record.state === 'persisted') {
      // Nothing is handed to the venue before `sent` is on the disk: this one never went out, and its moment is over.
      const text = 'The engine stopped before it was sent';
      changeState(hand, record, { to: 'cancelled', stated: record.stated }, 'never-sent', text);
    } else if (record.state === 'sent') {
      const text = 'The engine restarted before an answer came';
      changeState(hand, record, { to: 'unknown', stated: record.stated }, 'restarted', text);
    } else if (record.state === 'unknown') {
      askVenue(hand, record);
    }
  }
  hand.perform({ kind: 'RequestAudit', why: 'the engine started' });
}

function handleCancelWanted(hand: Hand, clientOrderId: string): void {
  const record = hand.state.orders.get(clientOrderId);
  if (!record || !isLive(record)) return;
  if (record.state !== 'persisted') {
    sendCancel(hand, record);
    return;
  }
  changeState(hand, record, { to: 'cancelled', stated: record.stated }, 'never-sent', 'Taken back before it was sent');
}

/** Carries out the next step of the plan in one instrument. True when it led to events, after which it is asked again. */
function settle(hand: Hand, instrumentId: InstrumentId): boolean {
  const { state, deps, nowMs } = hand;
  const quote = deps.market.quote(instrumentId);
  const { kind, venue } = accountsOf(instrumentId);
  const planOf = kind === 'spot' ? planSpot : planPerpetual;
  const plan = planOf({
    instrument: deps.instruments.get(instrumentId),
    orders: activeIn(state, instrumentId),
    covers: coversIn(state, instrumentId),
    wants: wantsIn(state, instrumentId),
    flatten: state.flattens.get(instrumentId) ?? null,
    held: deps.portfolio.position(instrumentId)?.qtyBase ?? 0n,
    bid: quote ? parseDecimal(quote.bid) : null,
    ask: quote ? parseDecimal(quote.ask) : null,
    reconciled: state.reconciled.has(venue),
    nowMs,
  });
  for (const id of plan.submits) submit(hand, id);
  for (const [id, why] of plan.cancels) {
    const record = state.orders.get(id);
    if (record) wantCancel(hand, record, why);
  }
  for (const want of plan.wants) hand.emit({ kind: 'ReductionWanted', instrumentId, ...want });
  for (const protection of plan.protections) hand.emit({ kind: 'ProtectionChanged', instrumentId, ...protection });
  return plan.submits.length + plan.cancels.size + plan.wants.length + plan.protections.length > 0;
}

function submit(hand: Hand, clientOrderId: string): void {
  const record = hand.state.orders.get(clientOrderId);
  assert(record?.order && record.state === 'persisted', `${clientOrderId} cannot be sent`);
  assert(hand.deps.isCountersigned(record.order), `${clientOrderId} is not countersigned`);
  changeState(hand, record, { to: 'sent', stated: 0n }, 'sent', '');
  hand.perform({ kind: 'SubmitOrder', order: record.order });
}

/** Where an event may call for the next step. */
function instrumentsTouched(state: ExecutionState, event: EngineEvent): readonly InstrumentId[] {
  switch (event.kind) {
    case 'OrderPersisted':
      return [event.order.instrumentId];
    case 'FillBooked':
      return [event.fill.instrumentId];
    case 'ForeignOrderSeen':
      return [event.report.instrumentId];
    case 'OrderStateChanged':
    case 'CancelWanted':
    case 'ReductionWanted':
    case 'ProtectionChanged':
      return [event.instrumentId];
    case 'MarketBatchReceived':
      return coversIn(state, event.instrumentId).some((cover) => cover.qty > 0n) ? [event.instrumentId] : [];
    case 'BalanceAdjusted':
    case 'ClockTicked':
    case 'InstrumentsLoaded':
    case 'Reconciled':
      return busyInstruments(state);
    default:
      return [];
  }
}

function busyInstruments(state: ExecutionState): InstrumentId[] {
  const busy = new Set<InstrumentId>();
  for (const cover of state.covers.values()) busy.add(cover.instrumentId);
  for (const instrumentId of state.flattens.keys()) busy.add(instrumentId);
  for (const record of activeOrders(state)) if (reduces(record)) busy.add(record.instrumentId);
  return [...busy];
}
