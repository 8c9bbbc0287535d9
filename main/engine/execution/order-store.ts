import { isFinal } from '../domain/order.ts';
import { type ExecutionState, venueKey } from './execution-state.ts';
import { type OrderRecord, unbookedQty } from './order-record.ts';

/** A want that is not signed within this is asked for again. */
export const WANT_MS_MAX = 2_000;
const FINAL_ORDERS_MAX = 2_000;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 30_000;

/** 1 s, 2 s, 4 s … at most 30 s. */
export const backoffMs = (failures: number): number =>
  Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.max(0, Math.min(failures, 10) - 1));

/** Time since then. A clock that was set back says nothing about it: then it has been long enough. */
export const elapsedMs = (sinceMs: number, nowMs: number): number =>
  nowMs >= sinceMs ? nowMs - sinceMs : Number.POSITIVE_INFINITY;

/** Whether what was put off until then may be tried; a time beyond any pause comes of a clock that was set back. */
export const isDue = (atMs: number, nowMs: number): boolean => nowMs >= atMs || atMs - nowMs > RETRY_MS_MAX;

/** Stores a record and keeps the indexes; the oldest finished orders beyond the bound are forgotten. */
export function put(state: ExecutionState, record: OrderRecord): void {
  const id = record.clientOrderId;
  state.orders.set(id, record);
  if (record.venueOrderId !== null) state.idByVenueId.set(venueKey(record.instrumentId, record.venueOrderId), id);
  if (!isFinal(record.state) || unbookedQty(record) > 0n) state.active.add(id);
  else state.active.delete(id);
  let surplus = state.orders.size - state.active.size - FINAL_ORDERS_MAX;
  if (surplus <= 0) return;
  for (const [oldId, old] of state.orders) {
    if (surplus <= 0) return;
    if (state.active.has(oldId)) continue;
    state.orders.delete(oldId);
    if (old.venueOrderId !== null) state.idByVenueId.delete(venueKey(old.instrumentId, old.venueOrderId));
    surplus -= 1;
  }
}

export function dropOldest(collection: Map<string, unknown> | Set<string>, sizeMax: number): void {
  for (const key of collection.keys()) {
    if (collection.size <= sizeMax) return;
    collection.delete(key);
  }
}
