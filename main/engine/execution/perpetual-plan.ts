import { formatDecimal, largerOf, parseDecimal } from '../domain/decimal.ts';
import type { ReductionWanted } from '../domain/events.ts';
import type { Instrument } from '../domain/instrument.ts';
import { signedTick } from '../domain/money.ts';
import type { Cover, Want } from './execution-state.ts';
import { isLive, type OrderRecord, openQty, reduces, unbookedQty } from './order-record.ts';
import { elapsedMs, isDue } from './order-store.ts';
import {
  changedOnly,
  closingUnbooked,
  type Draft,
  FLATTEN_MS_MAX,
  FLATTEN_TRIES_MAX,
  flattenWant,
  isWanted,
  orderable,
  type Plan,
  type PlanInput,
  STOP_RESIZE_MS,
  STOP_TRIES_MAX,
  type Standing,
  standingWithout,
  sum,
  TARGET_PAUSE_MS,
  whereStopStands,
} from './protection-plan.ts';

type Side = 'buy' | 'sell';
type Leg = 'stop' | 'target';

/** By which an entry's promise is closed. */
const closingSide = (cover: Cover): Side => (cover.side === 'buy' ? 'sell' : 'buy');

/**
 * Perpetuals: stop and target rest on the venue side by side, bound to reduce, and nothing has to make room for a sale. The
 * venue itself keeps any of them from closing more than there is.
 */
export function planPerpetual(input: PlanInput): Plan {
  const draft: Draft = { submits: [], cancels: new Map(), wants: [], protections: [] };
  for (const record of input.orders) {
    if (record.state === 'persisted' && record.cancelWantedAtMs === null) draft.submits.push(record.clientOrderId);
  }
  if (input.instrument === null) return draft;
  planStrays(input, draft);
  planFlatten(input, input.instrument, draft);
  for (const cover of input.covers) planCover(input, input.instrument, cover, draft);
  return draft;
}

/** Stops and targets whose promise is done with would close what they must not. */
function planStrays(input: PlanInput, draft: Draft): void {
  for (const record of input.orders) {
    const isLeg = record.purpose === 'stop' || record.purpose === 'target';
    if (!isLeg || !rests(record) || record.cancelWantedAtMs !== null) continue;
    const cover = input.covers.find(({ entryId }) => entryId === record.coveredBy);
    if (!cover || cover.qty === 0n) draft.cancels.set(record.clientOrderId, 'position-closed');
    // A person took the target back while this one was not known to be there.
    else if (record.purpose === 'target' && cover.targetPrice === null)
      draft.cancels.set(record.clientOrderId, 'person');
  }
}

const rests = (record: OrderRecord): boolean => isLive(record) && record.state !== 'persisted';

/** Closes what entries still brought in after the flatten was sized. */
function planFlatten(input: PlanInput, instrument: Instrument, draft: Draft): void {
  const { flatten, nowMs, held } = input;
  if (flatten === null || nowMs - flatten.atMs > FLATTEN_MS_MAX || flatten.attempts >= FLATTEN_TRIES_MAX) return;
  if (held === 0n || !isDue(flatten.retryAtMs, nowMs)) return;
  const closing = input.orders.some((record) => record.purpose === 'flatten' && isLive(record));
  if (closing || input.wants.some((want) => want.purpose === 'flatten' && isWanted(want, nowMs))) return;
  const side: Side = held > 0n ? 'sell' : 'buy';
  const size = held > 0n ? held : -held;
  const qty = orderable(size - closingUnbooked(input.orders, side), instrument);
  if (qty >= instrument.minQty && qty > 0n) draft.wants.push(flattenWant(qty, side));
}

function planCover(input: PlanInput, instrument: Instrument, cover: Cover, draft: Draft): void {
  const own = input.orders.filter((record) => record.coveredBy === cover.entryId);
  // What its own orders have closed by the venue's word is gone, also before the fill is told.
  const left = largerOf(cover.qty - sum(own.filter(reduces).map(unbookedQty)), 0n);
  const desired = orderable(left, instrument);
  planLeg(input, instrument, cover, 'target', { left, orderable: desired }, draft);
  if (cover.stopPrice === null) return;
  const want = planLeg(input, instrument, cover, 'stop', { left, orderable: desired }, draft);
  const stops = own.filter((record) => record.purpose === 'stop' && isLive(record));
  const stop = stops.find((record) => record.state === 'acknowledged') ?? stops.at(-1);
  const standing = stop
    ? whereStopStands(cover, stop, desired, draft)
    : whyNoStop(input, instrument, cover, desired, want);
  draft.protections.push(...changedOnly(cover, standing));
}

/** Keeps one order of the promised size at rest; returns what was asked for, now or a moment ago. */
function planLeg(
  input: PlanInput,
  instrument: Instrument,
  cover: Cover,
  leg: Leg,
  promised: { readonly left: bigint; readonly orderable: bigint },
  draft: Draft,
): ReductionWanted['purpose'] | null {
  const desired = promised.orderable;
  const price = leg === 'stop' ? cover.stopPrice : cover.targetPrice;
  if (price === null || cover.qty === 0n) return null;
  const asked = input.wants.find((want) => isFor(want, cover, leg) && isWanted(want, input.nowMs));
  if (asked) return asked.purpose;
  const live = input.orders.filter(
    (record) => record.purpose === leg && isLive(record) && record.coveredBy === cover.entryId,
  );
  const newest = live.at(-1);
  const isExiting = input.orders.some(
    (record) => record.purpose === 'exit' && isLive(record) && record.coveredBy === cover.entryId,
  );
  if (!newest) return isExiting ? 'exit' : planMissing(input, instrument, cover, leg, desired, draft);
  if (newest.state !== 'acknowledged' && newest.state !== 'partially-filled') return null;
  // The larger one rests before the smaller one goes: there is no gap, and both can only reduce.
  for (const older of live.slice(0, -1)) {
    if (older.cancelWantedAtMs === null) draft.cancels.set(older.clientOrderId, 'replace-stop');
  }
  const rest = openQty(newest);
  // Against all that is left: an order from before the venue's lot grew closes more of it than any new one could.
  const fits = rest >= desired && rest <= promised.left;
  if (live.length > 1 || fits || newest.cancelWantedAtMs !== null) return null;
  if (rest > promised.left && desired < instrument.minQty) {
    // No smaller one can take its place, and as it is it would close what others hold.
    draft.cancels.set(newest.clientOrderId, 'position-closed');
  } else if (leg === 'stop' && rest < desired && cover.stopRejections > 0) {
    if (isExiting || !input.reconciled) return null;
    return planStop(input, instrument, cover, { desired, bare: orderable(desired - rest, instrument) }, draft);
  } else if (isNewDue(input, instrument, cover, leg, desired)) {
    push(draft, instrument, cover, leg, desired, leg === 'target' && isTargetAtLimit(input, cover));
  }
  return null;
}

const isFor = (want: Want, cover: Cover, leg: Leg): boolean =>
  want.coveredBy === cover.entryId && (want.purpose === leg || (leg === 'stop' && want.purpose === 'exit'));

function isNewDue(input: PlanInput, instrument: Instrument, cover: Cover, leg: Leg, desired: bigint): boolean {
  if (!input.reconciled || desired <= 0n || desired < instrument.minQty) return false;
  if (leg === 'target') return elapsedMs(cover.targetTriedAtMs ?? 0, input.nowMs) >= TARGET_PAUSE_MS;
  if (cover.putOffs > 0 && !isDue(cover.retryAtMs, input.nowMs)) return false;
  return elapsedMs(cover.stopPlacedAtMs ?? 0, input.nowMs) >= STOP_RESIZE_MS;
}

function planMissing(
  input: PlanInput,
  instrument: Instrument,
  cover: Cover,
  leg: Leg,
  desired: bigint,
  draft: Draft,
): ReductionWanted['purpose'] | null {
  if (!input.reconciled || desired <= 0n || desired < instrument.minQty) return null;
  if (leg === 'target') {
    const triedAtMs = cover.targetTriedAtMs;
    if (triedAtMs !== null && elapsedMs(triedAtMs, input.nowMs) < TARGET_PAUSE_MS) return null;
    push(draft, instrument, cover, leg, desired, isTargetAtLimit(input, cover));
    return 'target';
  }
  return planStop(input, instrument, cover, { desired, bare: desired }, draft);
}

/** A stop for all of it; where the venue refuses that often enough, or with the price through it, what no stop covers is closed at market. */
function planStop(
  input: PlanInput,
  instrument: Instrument,
  cover: Cover,
  { desired, bare }: { readonly desired: bigint; readonly bare: bigint },
  draft: Draft,
): ReductionWanted['purpose'] | null {
  const waits = !isDue(cover.retryAtMs, input.nowMs);
  const through = isThrough(input, cover, cover.stopPrice as string, 'stop');
  const giveUp = cover.stopRejections > 0 && (through || cover.stopRejections >= STOP_TRIES_MAX);
  if (waits && (cover.saleFailures > 0 || !giveUp)) return null;
  if (!giveUp) {
    push(draft, instrument, cover, 'stop', desired);
    return 'stop';
  }
  if (bare < instrument.minQty || !makeRoom(input, cover, bare, draft)) return null;
  draft.wants.push({
    ...common(cover, bare),
    purpose: 'exit',
    type: 'market',
    limitPrice: null,
    triggerPrice: null,
  });
  return 'exit';
}

/** Whether a close at market fits beside what exits already close; a person's that rests in its way is taken back first. */
function makeRoom(input: PlanInput, cover: Cover, bare: bigint, draft: Draft): boolean {
  const side = closingSide(cover);
  const exits = input.orders.filter((record) => record.purpose === 'exit' && record.side === side && isLive(record));
  const size = input.held < 0n ? -input.held : input.held;
  if (size - sum(exits.map(openQty)) >= bare) return true;
  for (const exit of exits) {
    if (exit.type !== 'market' && rests(exit) && exit.cancelWantedAtMs === null) {
      draft.cancels.set(exit.clientOrderId, 'stop-reached');
    }
  }
  return false;
}

/**
 * A target whose price is there already would trigger at once and is refused: a limit at that price takes it. The venue goes by its last
 * print, and may see it there where our quote does not: what it refused is tried the other way each time.
 */
const isTargetAtLimit = (input: PlanInput, cover: Cover): boolean =>
  isThrough(input, cover, cover.targetPrice as string, 'target') || cover.targetRefusals % 2 === 1;

/** Whether the price that a leg waits for is there already; taken as so for a stop while there is no quote. */
function isThrough({ bid, ask }: PlanInput, cover: Cover, price: string, leg: Leg): boolean {
  const touch = cover.side === 'buy' ? bid : ask;
  if (touch === null) return leg === 'stop';
  const below = leg === 'stop' ? cover.side === 'buy' : cover.side === 'sell';
  return below ? touch <= parseDecimal(price) : touch >= parseDecimal(price);
}

const common = (cover: Cover, qty: bigint) => ({
  ...(cover.side === 'sell' ? { side: 'buy' as const } : {}),
  qtyBase: formatDecimal(qty),
  coveredBy: cover.entryId,
});

function push(draft: Draft, instrument: Instrument, cover: Cover, leg: Leg, qty: bigint, atLimit = false): void {
  const promised = leg === 'stop' ? cover.stopPrice : cover.targetPrice;
  const price = signedTick(promised as string, instrument, closingSide(cover));
  draft.wants.push({
    ...common(cover, qty),
    purpose: leg,
    type: leg === 'stop' ? 'stop-loss' : atLimit ? 'limit' : 'take-profit',
    limitPrice: atLimit ? price : null,
    triggerPrice: atLimit ? null : price,
  });
}

function whyNoStop(
  input: PlanInput,
  instrument: Instrument,
  cover: Cover,
  desired: bigint,
  want: ReductionWanted['purpose'] | null,
): Standing {
  const standing = standingWithout(cover);
  if (cover.qty === 0n) return standing('none', 'Nothing is held of this trade');
  if (want === 'stop') return standing('placing', 'The stop is on its way');
  if (want === 'exit') return standing('missing', 'The venue refused the stop: closing at market instead');
  if (desired < instrument.minQty) {
    return standing('missing', `Too little for the venue to keep a stop (minimum ${formatDecimal(instrument.minQty)})`);
  }
  if (!input.reconciled)
    return standing('missing', 'No stop rests; it is placed once the venue’s books have been read');
  if (cover.putOffs > 0 && cover.stopRejections === 0)
    return standing('missing', 'The stop did not get through to the venue; it is tried again shortly');
  return standing('missing', 'The venue refused the stop; it is tried again shortly');
}
