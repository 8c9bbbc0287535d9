import { formatDecimal, largerOf, multiplyDecimal, parseDecimal, smallerOf } from '../domain/decimal.ts';
import type { FillBooked } from '../domain/events.ts';
import { accountsOf, type InstrumentAccounts } from '../domain/instrument.ts';
import type { VenueFill } from '../domain/order.ts';
import { assert } from '../domain/result.ts';
import { type Cover, type ExecutionState, fillKey } from './execution-state.ts';
import type { OrderRecord } from './order-record.ts';
import { put } from './order-store.ts';

const FILLS_MAX = 50_000;

const plain = (text: string): string => formatDecimal(parseDecimal(text));

/** What a repeat of one fill must say again; trailing zeros and the time of telling do not matter. */
export const fillDigest = (fill: VenueFill): string =>
  [fill.side, plain(fill.price), plain(fill.qtyBase), plain(fill.fee), fill.feeAsset, fill.venueOrderId].join('|');

export function applyFill(state: ExecutionState, event: FillBooked, timeMs: number): void {
  const { fill } = event;
  const record = state.orders.get(fill.clientOrderId);
  assert(record, `fill ${fill.fillId} is booked on ${fill.clientOrderId}, which is not known`);
  rememberFill(state, fill);
  const qty = parseDecimal(fill.qtyBase);
  const booked = record.booked + qty;
  put(state, {
    ...record,
    venueOrderId: record.venueOrderId ?? fill.venueOrderId,
    booked,
    bookedQuote: record.bookedQuote + multiplyDecimal(parseDecimal(fill.price), qty, 'half-up'),
    stated: largerOf(booked, record.stated),
    updatedAtMs: timeMs,
  });
  const accounts = accountsOf(fill.instrumentId);
  if (accounts.kind === 'perpetual') {
    applyPerpetualFill(state, record, qty, accounts);
    return;
  }
  const { base, quote } = accounts;
  const fee = parseDecimal(fill.fee);
  const feeBase = fill.feeAsset === base ? fee : 0n;
  if (fill.side === 'buy') growCover(state, record, qty - feeBase);
  else shrinkCovers(state, record, qty + feeBase);
  addHeld(state, base, fill.side === 'buy' ? qty : -qty);
  if (fill.feeAsset !== quote) addHeld(state, fill.feeAsset, -fee);
  keepWithinHeld(state, base);
  if (fill.feeAsset !== base && fill.feeAsset !== quote) keepWithinHeld(state, fill.feeAsset);
}

/** What closes is taken from the promises of the position that it closes, whatever it is called; only the rest opens. */
function applyPerpetualFill(
  state: ExecutionState,
  record: OrderRecord,
  qty: bigint,
  { holding }: InstrumentAccounts,
): void {
  const held = state.held.get(holding) ?? 0n;
  const closable = largerOf(record.side === 'sell' ? held : -held, 0n);
  const closing = smallerOf(qty, closable);
  if (closing > 0n) shrinkCovers(state, record, closing);
  addHeld(state, holding, record.side === 'buy' ? qty : -qty);
  if (qty > closing) growCover(state, record, qty - closing);
  keepWithinHeld(state, holding);
}

export function addHeld(state: ExecutionState, asset: string, change: bigint): void {
  state.held.set(asset, (state.held.get(asset) ?? 0n) + change);
}

/** What was closed elsewhere, or went for fees, can no longer be promised to anyone: the oldest promise gives way. */
export function keepWithinHeld(state: ExecutionState, holding: string): void {
  const held = state.held.get(holding) ?? 0n;
  const all = [...state.covers.values()].filter((cover) => accountsOf(cover.instrumentId).holding === holding);
  for (const side of ['buy', 'sell'] as const) {
    const covers = all.filter((cover) => cover.side === side);
    keepWithin(state, covers, largerOf(side === 'buy' ? held : -held, 0n));
  }
}

function keepWithin(state: ExecutionState, covers: readonly Cover[], most: bigint): void {
  let surplus = covers.reduce((sum, cover) => sum + cover.qty, 0n) - most;
  for (const cover of covers) {
    if (surplus <= 0n) return;
    const taken = smallerOf(surplus, cover.qty);
    // Refusals from before may have had this very reason: what is left is tried anew.
    state.covers.set(cover.entryId, {
      ...cover,
      qty: cover.qty - taken,
      stopRejections: 0,
      saleFailures: 0,
      retryAtMs: 0,
    });
    surplus -= taken;
  }
}

function rememberFill(state: ExecutionState, fill: VenueFill): void {
  const key = fillKey(fill);
  assert(!state.fills.has(key), `fill ${fill.fillId} is booked twice`);
  state.fills.set(key, { digest: fillDigest(fill), eventTimeMs: fill.eventTimeMs });
  for (const [old, { eventTimeMs }] of state.fills) {
    if (state.fills.size <= FILLS_MAX) return;
    state.fillsForgottenToMs = Math.max(state.fillsForgottenToMs, eventTimeMs);
    state.fills.delete(old);
  }
}

function growCover(state: ExecutionState, record: OrderRecord, qty: bigint): void {
  const entry = record.order;
  if (entry === null || record.purpose !== 'entry') return;
  if (entry.protectiveStopPrice === null && entry.targetPrice === null) return;
  const cover = state.covers.get(record.clientOrderId) ?? newCover(entry.clientOrderId, record, entry);
  // Where a stop rests, what was refused was to take the place of it for less than is wanted now.
  const stopRejections = cover.stated.state === 'on-venue' ? 0 : cover.stopRejections;
  state.covers.set(cover.entryId, { ...cover, qty: cover.qty + qty, stopRejections });
}

function newCover(
  entryId: string,
  record: OrderRecord,
  promise: { readonly protectiveStopPrice: string | null; readonly targetPrice: string | null },
): Cover {
  return {
    entryId,
    instrumentId: record.instrumentId,
    side: record.side,
    stopPrice: promise.protectiveStopPrice,
    targetPrice: promise.targetPrice,
    qty: 0n,
    stated: { state: 'none', clientOrderId: null, stopPrice: null, qtyBase: '0', text: '' },
    stopPlacedAtMs: null,
    stopRejections: 0,
    putOffs: 0,
    pairRefused: false,
    saleFailures: 0,
    retryAtMs: 0,
    targetTriedAtMs: null,
    targetRefusals: 0,
  };
}

/**
 * A stop or target sells what its own entry bought and never what another did, however late its fill comes. Any other
 * sale of ours sells the oldest trade first. What others sell first takes what nobody promised.
 */
function shrinkCovers(state: ExecutionState, record: OrderRecord, qty: bigint): void {
  if (record.purpose === 'foreign') return;
  let left = qty;
  for (const [id, cover] of state.covers) {
    if (cover.instrumentId !== record.instrumentId) continue;
    if (record.coveredBy !== null && record.coveredBy !== id) continue;
    const taken = smallerOf(left, cover.qty);
    state.covers.set(id, { ...cover, qty: cover.qty - taken });
    left -= taken;
  }
}
