import { divideDecimal, formatDecimal, largerOf, parseDecimal } from '../domain/decimal.ts';
import type { ProtectionChanged } from '../domain/events.ts';
import { type InstrumentId, SPOT_VENUE } from '../domain/instrument.ts';
import type { OrderPurpose, OrderState, OrderType, Signature } from '../domain/order.ts';
import type { OpenOrderView, OrdersView } from '../domain/portfolio.ts';
import { activeIn, activeOrders, coversIn, type ExecutionState } from './execution-state.ts';
import { isLive, type OrderRecord, openQty } from './order-record.ts';
import type { Timers } from './timers.ts';

/** One order as the screen shows it; amounts as decimal strings. */
export interface OrderRow {
  readonly clientOrderId: string;
  readonly venueOrderId: string | null;
  readonly proposalId: string | null;
  readonly instrumentId: InstrumentId;
  readonly purpose: OrderPurpose;
  readonly side: 'buy' | 'sell';
  readonly type: OrderType;
  readonly qtyBase: string;
  readonly filledBase: string;
  readonly limitPrice: string | null;
  readonly triggerPrice: string | null;
  readonly averagePrice: string | null;
  readonly state: OrderState;
  readonly cancelRequested: boolean;
  readonly note: string;
  /** Null for orders made elsewhere. */
  readonly signature: Signature | null;
  readonly agent: string;
  /** It rests for the strategy that proposed it, until that takes it back. */
  readonly rests: boolean;
  readonly coveredBy: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Where the promise of an instrument's entries stands; with several entries, the worst of them. */
export interface ProtectionRow {
  readonly state: ProtectionChanged['state'];
  readonly clientOrderId: string | null;
  readonly stopPrice: string | null;
  readonly targetPrice: string | null;
  readonly qtyBase: string;
  readonly text: string;
  /** What all stops that rest there would close. */
  readonly restingBase: string;
}

export interface ExecutionView {
  /** Open orders and the latest finished ones, newest first. */
  orders(limit: number): readonly OrderRow[];
  order(clientOrderId: string): OrderRow | null;
  /** Orders that an audit asks about: open, or with fills that the venue has stated and nobody has brought. */
  unsettled(): readonly Pick<OrderRow, 'clientOrderId' | 'venueOrderId' | 'instrumentId'>[];
  protection(instrumentId: InstrumentId): ProtectionRow;
  /** False from a start until the venue's books have been read: no new risk before. Of spot where no venue is named. */
  isReconciled(venue?: string): boolean;
  /** What was put right, newest last, at most 100. */
  repairs(): readonly { readonly atMs: number; readonly text: string }[];
  lastAuditAtMs(venue?: string): number | null;
  privateStream(venue?: string): 'connecting' | 'live' | 'down';
  /** Everything that a restart brings back, as it stands (no copy): after one it is the same, entry by entry. */
  durableState(): ExecutionState;
}

const SEVERITY: Readonly<Record<ProtectionChanged['state'], number>> = {
  none: 0,
  'on-venue': 1,
  placing: 2,
  missing: 3,
};

export function createExecutionView(state: ExecutionState, timers: Timers): ExecutionView {
  return {
    orders(limit) {
      const rows: OrderRow[] = [];
      for (const record of [...state.orders.values()].reverse()) {
        if (rows.length < limit || isLive(record)) rows.push(rowOf(record));
      }
      return rows;
    },
    order(clientOrderId) {
      const record = state.orders.get(clientOrderId);
      return record ? rowOf(record) : null;
    },
    unsettled: () =>
      activeOrders(state).map(({ clientOrderId, venueOrderId, instrumentId }) => ({
        clientOrderId,
        venueOrderId,
        instrumentId,
      })),
    protection: (instrumentId) => protectionOf(state, instrumentId),
    isReconciled: (venue = SPOT_VENUE) => state.reconciled.has(venue),
    repairs: () => state.repairs,
    lastAuditAtMs: (venue = SPOT_VENUE) => timers.lastAuditAtMs.get(venue) ?? null,
    privateStream: (venue = SPOT_VENUE) => timers.privateStreams.get(venue) ?? 'connecting',
    durableState: () => state,
  };
}

function rowOf(record: OrderRecord): OrderRow {
  const averagePrice = record.booked > 0n ? divideDecimal(record.bookedQuote, record.booked, 'half-up') : null;
  return {
    clientOrderId: record.clientOrderId,
    venueOrderId: record.venueOrderId,
    proposalId: record.proposalId,
    instrumentId: record.instrumentId,
    purpose: record.purpose,
    side: record.side,
    type: record.type,
    qtyBase: formatDecimal(record.qty),
    filledBase: formatDecimal(record.stated),
    limitPrice: record.limitPrice,
    triggerPrice: record.triggerPrice,
    averagePrice: averagePrice === null ? null : formatDecimal(averagePrice),
    state: record.state,
    cancelRequested: record.cancelWantedAtMs !== null,
    note: record.note,
    signature: record.signature,
    agent: record.agent,
    rests: record.order?.restsFor !== undefined,
    coveredBy: record.coveredBy,
    createdAtMs: record.createdAtMs,
    updatedAtMs: record.updatedAtMs,
  };
}

function protectionOf(state: ExecutionState, instrumentId: InstrumentId): ProtectionRow {
  const held = coversIn(state, instrumentId).filter((cover) => cover.qty > 0n);
  // A stop is spoken of however much there is that was never to have one.
  const stopped = held.filter(({ stopPrice }) => stopPrice !== null);
  const all = stopped.length > 0 ? stopped : held;
  const total = all.reduce((sum, cover) => sum + cover.qty, 0n);
  // Dust that earlier trades left behind must not hide that the rest is protected.
  const covers = all.filter((cover) => cover.qty * 100n >= total);
  const worst = covers.reduce<(typeof covers)[number] | null>(
    (found, cover) => (found && SEVERITY[found.stated.state] >= SEVERITY[cover.stated.state] ? found : cover),
    null,
  );
  const restingBase = formatDecimal(restingStops(state, instrumentId));
  if (worst) return { ...worst.stated, targetPrice: worst.targetPrice, restingBase };
  return {
    state: 'none',
    clientOrderId: null,
    stopPrice: null,
    targetPrice: null,
    qtyBase: '0',
    text: '',
    restingBase,
  };
}

/** In base, in atoms. While a larger one takes a smaller one's place both rest, and the larger one counts. */
function restingStops(state: ExecutionState, instrumentId: InstrumentId): bigint {
  const byEntry = new Map<string | null, bigint>();
  for (const record of activeIn(state, instrumentId)) {
    if (record.purpose !== 'stop' || (record.state !== 'acknowledged' && record.state !== 'partially-filled')) continue;
    byEntry.set(record.coveredBy, largerOf(byEntry.get(record.coveredBy) ?? 0n, openQty(record)));
  }
  return [...byEntry.values()].reduce((sum, qty) => sum + qty, 0n);
}

export function createOrdersView(state: ExecutionState): OrdersView {
  return {
    open: () => activeOrders(state).filter(isLive).map(openOrderOf),
    hasUnknown: (instrumentId) => activeIn(state, instrumentId).some((record) => record.state === 'unknown'),
  };
}

function openOrderOf(record: OrderRecord): OpenOrderView {
  return {
    clientOrderId: record.clientOrderId,
    instrumentId: record.instrumentId,
    purpose: record.purpose,
    side: record.side,
    type: record.type,
    state: record.state as OpenOrderView['state'],
    qtyBase: record.qty,
    remainingBase: openQty(record),
    limitPrice: record.limitPrice === null ? null : parseDecimal(record.limitPrice),
    triggerPrice: record.triggerPrice === null ? null : parseDecimal(record.triggerPrice),
  };
}
