import { formatDecimal, largerOf, multiplyDecimal, parseDecimal, smallerOf } from '../domain/decimal.ts';
import type { CancelWanted, ProtectionChanged, ReductionWanted } from '../domain/events.ts';
import type { Instrument } from '../domain/instrument.ts';
import { floorToLot, signedTick } from '../domain/money.ts';
import type { Cover, Flatten, Want } from './execution-state.ts';
import { isLive, isPair, mayFill, type OrderRecord, openQty, unbookedQty } from './order-record.ts';
import { elapsedMs, isDue, WANT_MS_MAX } from './order-store.ts';

export const STOP_RESIZE_MS = 1_000;
export const TARGET_REST_MS_MAX = 3_000;
export const TARGET_PAUSE_MS = 5_000;
export const STOP_TRIES_MAX = 3;
export const FLATTEN_MS_MAX = 30_000;
export const FLATTEN_TRIES_MAX = 3;

export interface PlanInput {
  /** Null before the instrument's rules are loaded: only what is signed already moves. */
  readonly instrument: Instrument | null;
  /** Active orders of the instrument, oldest first. */
  readonly orders: readonly OrderRecord[];
  /** Covers of the instrument, oldest first. */
  readonly covers: readonly Cover[];
  readonly wants: readonly Want[];
  readonly flatten: Flatten | null;
  /** By the ledger, atoms; below zero for a perpetual's short. */
  readonly held: bigint;
  readonly bid: bigint | null;
  readonly ask: bigint | null;
  readonly reconciled: boolean;
  readonly nowMs: number;
}

/** What to do next in one instrument. Nothing in it depends on how this state came about. */
export interface Plan {
  readonly submits: readonly string[];
  readonly cancels: ReadonlyMap<string, CancelWanted['why']>;
  readonly wants: readonly Omit<ReductionWanted, 'kind' | 'instrumentId'>[];
  readonly protections: readonly Omit<ProtectionChanged, 'kind' | 'instrumentId'>[];
}

export interface Draft {
  readonly submits: string[];
  readonly cancels: Map<string, CancelWanted['why']>;
  readonly wants: Omit<ReductionWanted, 'kind' | 'instrumentId'>[];
  readonly protections: Omit<ProtectionChanged, 'kind' | 'instrumentId'>[];
}

export const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const atLeastZero = (value: bigint): bigint => largerOf(value, 0n);

export const isSale = (record: OrderRecord): boolean => record.side === 'sell' && record.purpose !== 'stop';
const isStop = (record: OrderRecord): boolean => record.purpose === 'stop';
export const isWanted = (want: Want, nowMs: number): boolean => elapsedMs(want.atMs, nowMs) < WANT_MS_MAX;

/** What our own orders of this side have traded by the venue's word and no fill has told the ledger. */
export const closingUnbooked = (orders: readonly OrderRecord[], side: 'buy' | 'sell'): bigint =>
  sum(orders.filter((record) => record.side === side).map(unbookedQty));
const soldUnbooked = (orders: readonly OrderRecord[]): bigint => closingUnbooked(orders, 'sell');

/** True when the venue would take an order of this size at this price. */
export function isTradable(qty: bigint, price: bigint | null, instrument: Instrument): boolean {
  if (qty <= 0n || qty < instrument.minQty) return false;
  return price === null || multiplyDecimal(qty, price, 'down') >= instrument.minNotional;
}

/** The largest quantity one order may carry. */
export function orderable(qty: bigint, instrument: Instrument): bigint {
  const capped = instrument.maxQty > 0n ? smallerOf(qty, instrument.maxQty) : qty;
  return floorToLot(capped, instrument).atoms;
}

/** Spot: one balance backs one exit. */
export function planSpot(input: PlanInput): Plan {
  const draft: Draft = { submits: [], cancels: new Map(), wants: [], protections: [] };
  planSubmits(input, draft);
  if (input.instrument === null) return draft;
  planTargetLapse(input, draft);
  planPairLapse(input, draft);
  planStopReached(input, draft);
  planStrayStops(input, draft);
  planFlatten(input, input.instrument, draft);
  const wanted = input.wants.filter((want) => want.purpose !== 'stop' && isWanted(want, input.nowMs));
  const asked = [...wanted, ...draft.wants];
  // A stop at rest gives way only to what is signed; a new one also leaves room for what is asked for.
  const kept = shareHeld(input, []);
  const placed = asked.length === 0 ? kept : shareHeld(input, asked);
  for (const cover of input.covers) {
    planCover(input, input.instrument, cover, kept.get(cover.entryId) ?? 0n, placed.get(cover.entryId) ?? 0n, draft);
  }
  return draft;
}

/** What is signed goes out; a sale that the free balance does not back first has the stops make room. */
function planSubmits(input: PlanInput, draft: Draft): void {
  const live = input.orders.filter(isLive);
  const waiting = live.filter((record) => record.state === 'persisted' && record.cancelWantedAtMs === null);
  for (const record of waiting) if (!isSale(record)) draft.submits.push(record.clientOrderId);
  const sales = waiting.filter(isSale);
  if (sales.length === 0) return;

  const stops = live.filter(isStop);
  const working = live.filter((record) => isSale(record) && record.order !== null && mayFill(record));
  let free = input.held - soldUnbooked(input.orders) - sum(stops.map(openQty)) - sum(working.map(openQty));
  for (const sale of sales) {
    if (ownStopInTheWay(sale, stops, draft)) return;
    const missing = openQty(sale) - free;
    if (missing <= 0n) {
      draft.submits.push(sale.clientOrderId);
      free -= openQty(sale);
      continue;
    }
    if (!makeRoom(sale, missing, stops, working, draft)) return;
    // Nothing of ours is in the way: the venue has the last word.
    draft.submits.push(sale.clientOrderId);
    free -= openQty(sale);
  }
}

/** A target or emergency exit takes the place of its own stop: never both at once. */
function ownStopInTheWay(sale: OrderRecord, stops: readonly OrderRecord[], draft: Draft): boolean {
  if (sale.coveredBy === null) return false;
  const own = stops.filter((stop) => stop.coveredBy === sale.coveredBy);
  for (const stop of own) if (stop.cancelWantedAtMs === null) draft.cancels.set(stop.clientOrderId, roomReason(sale));
  return own.length > 0;
}

/** Asks stops (the oldest trade's first) to give way. False while something is still giving way. */
function makeRoom(
  sale: OrderRecord,
  missing: bigint,
  stops: readonly OrderRecord[],
  working: readonly OrderRecord[],
  draft: Draft,
): boolean {
  const leaving = [...stops, ...working].filter((record) => record.cancelWantedAtMs !== null);
  let left = missing - sum(leaving.map(openQty));
  let asked = false;
  for (const stop of stops) {
    if (left <= 0n) break;
    if (stop.cancelWantedAtMs !== null) continue;
    draft.cancels.set(stop.clientOrderId, roomReason(sale));
    left -= openQty(stop);
    asked = true;
  }
  return !asked && leaving.length === 0;
}

function roomReason(sale: OrderRecord): CancelWanted['why'] {
  if (sale.purpose === 'target') return 'target-swap';
  return sale.purpose === 'flatten' ? 'flatten' : 'exit';
}

/** Stops that nobody's promise explains, and a second one for one promise, would sell what they must not. */
function planStrayStops(input: PlanInput, draft: Draft): void {
  const seen = new Set<string>();
  for (const record of input.orders) {
    if (!isStop(record) || !isLive(record) || record.state === 'persisted') continue;
    const promised = record.coveredBy !== null && input.covers.some((cover) => cover.entryId === record.coveredBy);
    if (promised && !seen.has(record.coveredBy as string)) seen.add(record.coveredBy as string);
    else if (record.cancelWantedAtMs === null) draft.cancels.set(record.clientOrderId, 'position-closed');
  }
}

function planTargetLapse(input: PlanInput, draft: Draft): void {
  for (const record of input.orders) {
    if (record.purpose !== 'target' || !isLive(record) || record.sentAtMs === null) continue;
    if (record.cancelWantedAtMs === null && elapsedMs(record.sentAtMs, input.nowMs) >= TARGET_REST_MS_MAX) {
      draft.cancels.set(record.clientOrderId, 'target-lapsed');
    }
  }
}

/** A pair of which one end is at work alone has no stop behind it: what is not done soon is taken off, and a new pair placed. */
function planPairLapse(input: PlanInput, draft: Draft): void {
  for (const record of input.orders) {
    if (!isPair(record) || !isLive(record) || record.order === null || record.fillingSinceMs === null) continue;
    if (record.cancelWantedAtMs === null && elapsedMs(record.fillingSinceMs, input.nowMs) >= TARGET_REST_MS_MAX) {
      draft.cancels.set(record.clientOrderId, 'target-lapsed');
    }
  }
}

/**
 * A limit sale that rests in the place of a stop gives way when the bid reaches that stop: what the entry's signature
 * promised holds all the same.
 */
function planStopReached(input: PlanInput, draft: Draft): void {
  const { bid, orders, covers } = input;
  if (bid === null) return;
  const bare = covers.some(
    ({ entryId, stopPrice, qty }) =>
      stopPrice !== null &&
      qty > 0n &&
      bid <= parseDecimal(stopPrice) &&
      !orders.some((record) => isStop(record) && isLive(record) && record.coveredBy === entryId),
  );
  if (!bare) return;
  for (const record of orders) {
    if (record.purpose !== 'exit' || record.order === null || !mayFill(record)) continue;
    const rests = record.limitPrice !== null && parseDecimal(record.limitPrice) > bid;
    if (rests && record.cancelWantedAtMs === null) draft.cancels.set(record.clientOrderId, 'stop-reached');
  }
}

/** Sells what an entry still brought in after the flatten was sized. */
function planFlatten(input: PlanInput, instrument: Instrument, draft: Draft): void {
  const { flatten, nowMs } = input;
  if (flatten === null || nowMs - flatten.atMs > FLATTEN_MS_MAX || flatten.attempts >= FLATTEN_TRIES_MAX) return;
  if (!isDue(flatten.retryAtMs, nowMs)) return;
  const selling = input.orders.some((record) => record.purpose === 'flatten' && isLive(record));
  if (selling || input.wants.some((want) => want.purpose === 'flatten' && isWanted(want, nowMs))) return;
  const qty = orderable(input.held - soldUnbooked(input.orders), instrument);
  if (!isTradable(qty, input.bid, instrument)) return;
  draft.wants.push(flattenWant(qty));
}

export const flattenWant = (
  qty: bigint,
  side: 'buy' | 'sell' = 'sell',
): Omit<ReductionWanted, 'kind' | 'instrumentId'> => ({
  purpose: 'flatten',
  ...(side === 'buy' ? { side } : {}),
  type: 'market',
  qtyBase: formatDecimal(qty),
  limitPrice: null,
  triggerPrice: null,
  coveredBy: null,
});

/**
 * How much of each cover a stop may back: what is held less what sales are about to take, the newest trade first, since
 * sales take the oldest.
 */
function shareHeld(input: PlanInput, wants: readonly Pick<Want, 'coveredBy' | 'qtyBase'>[]): Map<string, bigint> {
  let pool = input.held;
  /** What a cover's own stop, target or exit takes of it. */
  const taken = new Map<string, bigint>();
  const take = (coveredBy: string | null, qty: bigint): void => {
    pool -= qty;
    if (coveredBy !== null) taken.set(coveredBy, (taken.get(coveredBy) ?? 0n) + qty);
  };
  for (const record of input.orders) {
    if (record.side !== 'sell') continue;
    const sells = isSale(record) && record.order !== null && isLive(record);
    take(record.coveredBy, unbookedQty(record) + (sells ? openQty(record) : 0n));
  }
  for (const want of wants) take(want.coveredBy, parseDecimal(want.qtyBase));
  const shares = new Map<string, bigint>();
  for (const { entryId, qty } of input.covers.toReversed()) {
    const share = atLeastZero(smallerOf(qty - (taken.get(entryId) ?? 0n), atLeastZero(pool)));
    shares.set(entryId, share);
    pool -= share;
  }
  return shares;
}

function planCover(
  input: PlanInput,
  instrument: Instrument,
  cover: Cover,
  keptShare: bigint,
  placedShare: bigint,
  draft: Draft,
): void {
  const kept = orderable(keptShare, instrument);
  const desired = placedShare === keptShare ? kept : orderable(placedShare, instrument);
  const targetWanted = planTarget(input, instrument, cover, desired, draft);
  if (cover.stopPrice === null) return;
  const stops = input.orders.filter((record) => isStop(record) && isLive(record) && record.coveredBy === cover.entryId);
  for (const stop of stops) {
    if (!targetWanted) planStopInPlace(input, instrument, cover, stop, { share: keptShare, orderable: kept }, draft);
  }
  const reported = stops[0];
  if (reported) {
    draft.protections.push(...changedOnly(cover, whereStopStands(cover, reported, kept, draft)));
    return;
  }
  const want = targetWanted ? null : planMissingStop(input, instrument, cover, desired, draft);
  draft.protections.push(...changedOnly(cover, whyNoStop(input, instrument, cover, desired, want)));
}

/** The target where none rests on the venue: signed first, then the stop gives way, then the sale goes out. */
function planTarget(input: PlanInput, instrument: Instrument, cover: Cover, desired: bigint, draft: Draft): boolean {
  if (cover.targetPrice === null || input.bid === null || !input.reconciled) return false;
  const limitPrice = signedTick(cover.targetPrice, instrument, 'sell');
  const target = parseDecimal(limitPrice);
  if (input.bid < target || !isTradable(desired, target, instrument)) return false;
  if (cover.targetTriedAtMs !== null && elapsedMs(cover.targetTriedAtMs, input.nowMs) < TARGET_PAUSE_MS) return false;
  if (!isDue(cover.retryAtMs, input.nowMs) && cover.saleFailures > 0) return false;
  const stops = input.orders.filter((record) => isStop(record) && isLive(record) && record.coveredBy === cover.entryId);
  if (stops.some((stop) => isPair(stop) || stop.state !== 'acknowledged' || stop.cancelWantedAtMs !== null))
    return false;
  draft.wants.push({
    purpose: 'target',
    type: 'limit',
    qtyBase: formatDecimal(desired),
    limitPrice,
    triggerPrice: null,
    coveredBy: cover.entryId,
  });
  return true;
}

function planStopInPlace(
  input: PlanInput,
  instrument: Instrument,
  cover: Cover,
  stop: OrderRecord,
  kept: { readonly share: bigint; readonly orderable: bigint },
  draft: Draft,
): void {
  if (stop.cancelWantedAtMs !== null || stop.state === 'persisted' || draft.cancels.has(stop.clientOrderId)) return;
  const rest = openQty(stop);
  const desired = kept.orderable;
  // Against the whole share: a stop from before the venue's lot grew protects more than any new one could.
  if (rest > kept.share) {
    draft.cancels.set(stop.clientOrderId, desired === 0n && cover.qty === 0n ? 'position-closed' : 'replace-stop');
    return;
  }
  if (rest >= desired || stop.state !== 'acknowledged' || !input.reconciled) return;
  if (!isTradable(desired, parseDecimal(cover.stopPrice as string), instrument)) return;
  const placedAtMs = cover.stopPlacedAtMs ?? 0;
  if (elapsedMs(placedAtMs, input.nowMs) >= STOP_RESIZE_MS) draft.cancels.set(stop.clientOrderId, 'replace-stop');
}

type Wanted = 'stop' | 'exit' | null;

/** Puts the stop on the venue, or sells at market where the venue refuses it because the price is through. */
function planMissingStop(
  input: PlanInput,
  instrument: Instrument,
  cover: Cover,
  desired: bigint,
  draft: Draft,
): Wanted {
  const triggerPrice = signedTick(cover.stopPrice as string, instrument, 'sell');
  const stopPrice = parseDecimal(triggerPrice);
  const asked = input.wants.find(
    (want) => want.coveredBy === cover.entryId && want.purpose !== 'target' && isWanted(want, input.nowMs),
  );
  if (asked) return asked.purpose === 'stop' ? 'stop' : 'exit';
  if (!input.reconciled || isTooLittle(input, instrument, cover, desired)) return null;
  const through = input.bid === null || input.bid <= stopPrice;
  const giveUp = cover.stopRejections > 0 && (through || cover.stopRejections >= STOP_TRIES_MAX);
  const waits = !isDue(cover.retryAtMs, input.nowMs) && (cover.saleFailures > 0 || !giveUp);
  if (waits) return null;
  const target = giveUp ? null : targetBeside(input, instrument, cover, stopPrice);
  draft.wants.push({
    purpose: giveUp ? 'exit' : 'stop',
    type: giveUp ? 'market' : target === null ? 'stop-loss' : 'oco',
    qtyBase: formatDecimal(desired),
    limitPrice: target,
    triggerPrice: giveUp ? null : triggerPrice,
    coveredBy: cover.entryId,
  });
  return giveUp ? 'exit' : 'stop';
}

/**
 * Where no stop can be kept any more and what it protected is worth less than the venue takes: at the stop's price, and once
 * that was refused also at what a sale at market would bring now.
 */
function isTooLittle({ bid }: PlanInput, instrument: Instrument, cover: Cover, desired: bigint): boolean {
  const stopPrice = parseDecimal(cover.stopPrice as string);
  const soldAt = cover.stopRejections > 0 && bid !== null ? smallerOf(bid, stopPrice) : stopPrice;
  return !isTradable(desired, soldAt, instrument);
}

/** The price of the target that can rest beside the stop; null where the venue has no pairs, or would not take this one. */
function targetBeside(input: PlanInput, instrument: Instrument, cover: Cover, stopPrice: bigint): string | null {
  if (!instrument.ocoAllowed || cover.targetPrice === null || cover.pairRefused || input.bid === null) return null;
  const target = signedTick(cover.targetPrice, instrument, 'sell');
  return stopPrice < input.bid && input.bid < parseDecimal(target) ? target : null;
}

export type Standing = Cover['stated'];

export function whereStopStands(cover: Cover, stop: OrderRecord, desired: bigint, draft: Draft): Standing {
  const standing = (state: Standing['state'], qty: bigint, text: string): Standing => ({
    state,
    clientOrderId: stop.clientOrderId,
    stopPrice: stop.triggerPrice ?? cover.stopPrice,
    qtyBase: formatDecimal(qty),
    text,
  });
  const rest = openQty(stop);
  if (stop.cancelWantedAtMs !== null || draft.cancels.has(stop.clientOrderId)) {
    return cover.qty === 0n
      ? standing('none', 0n, 'Nothing is left to protect; the stop is being taken away')
      : standing('placing', cover.qty, 'The stop is being taken off to change it or to make room for a sale');
  }
  if (stop.state === 'unknown') return standing('placing', rest, 'Whether the stop rests is being found out');
  if (stop.state === 'persisted' || stop.state === 'sent') return standing('placing', rest, 'The stop is on its way');
  if (isPair(stop) && stop.fillingSinceMs !== null) {
    const text =
      'The target is selling, and no stop stands behind what is left of it; both return if it is not done soon';
    return standing('missing', rest, text);
  }
  const bare = desired - rest;
  const note = bare > 0n ? `; ${formatDecimal(bare)} ${whyBare(cover)}` : '';
  const what = isPair(stop) ? 'Stop and target rest on the venue together' : 'The stop rests on the venue';
  return standing('on-venue', rest, `${what}${note}`);
}

/** Of what a stop does not cover yet. */
function whyBare({ stopRejections, putOffs }: Cover): string {
  if (stopRejections > 0) return 'more are bare: the venue refused a larger one';
  return putOffs > 0 ? 'more are bare: a larger one did not get through to the venue' : 'more follow';
}

/** What is said of a trade that has no stop on the venue. */
export const standingWithout =
  (cover: Cover) =>
  (state: Standing['state'], text: string): Standing => ({
    state,
    clientOrderId: null,
    stopPrice: cover.stopPrice,
    qtyBase: formatDecimal(cover.qty),
    text,
  });

function whyNoStop(input: PlanInput, instrument: Instrument, cover: Cover, desired: bigint, want: Wanted): Standing {
  const standing = standingWithout(cover);
  if (cover.qty === 0n) return standing('none', 'Nothing is held of this trade');
  if (want === 'stop') return standing('placing', 'The stop is on its way');
  if (want === 'exit') return standing('missing', 'The venue refused the stop: selling at market instead');
  const selling = input.orders.some((record) => isSale(record) && isLive(record));
  if (selling)
    return standing('missing', 'The stop made room for a sale: nothing protects this until the sale is done');
  if (isTooLittle(input, instrument, cover, desired)) {
    return standing(
      'missing',
      `Too little for the venue to keep a stop (minimum ${formatDecimal(instrument.minQty)} or ${formatDecimal(instrument.minNotional)} ${instrument.quote})`,
    );
  }
  if (!input.reconciled)
    return standing('missing', 'No stop rests; it is placed once the venue’s books have been read');
  if (cover.putOffs > 0 && cover.stopRejections === 0)
    return standing('missing', 'The stop did not get through to the venue; it is tried again shortly');
  return standing('missing', 'The venue refused the stop; it is tried again shortly');
}

export function changedOnly(cover: Cover, now: Standing): Omit<ProtectionChanged, 'kind' | 'instrumentId'>[] {
  const was = cover.stated;
  const same =
    was.state === now.state &&
    was.clientOrderId === now.clientOrderId &&
    was.stopPrice === now.stopPrice &&
    was.qtyBase === now.qtyBase &&
    was.text === now.text;
  return same ? [] : [{ coveredBy: cover.entryId, ...now }];
}
