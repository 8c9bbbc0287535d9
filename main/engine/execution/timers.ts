import type { EngineEvent } from '../domain/events.ts';
import { SPOT_VENUE } from '../domain/instrument.ts';
import { isFinal, type VenueFill } from '../domain/order.ts';
import { activeOrders, type ExecutionState, fillKey } from './execution-state.ts';
import { askVenue, changeState, type Hand, sendCancel } from './hand.ts';
import { isLive, type OrderRecord, unbookedQty } from './order-record.ts';
import { backoffMs, dropOldest, elapsedMs, isDue } from './order-store.ts';

const SUBMIT_ANSWER_MS_MAX = 20_000;
const MISSING_FILL_MS = 2_000;
const UNDECIDED_FILLS_MAX = 1_000;

interface Repeat {
  readonly tries: number;
  readonly nextAtMs: number;
}

/** What only matters while the engine runs: when to ask again. After a restart it begins anew. */
export interface Timers {
  readonly lookups: Map<string, Repeat>;
  readonly cancels: Map<string, Repeat>;
  readonly missingFills: Map<string, Repeat>;
  /** Fills that may be ours: which order they belong to is being found out. */
  readonly undecidedFills: Map<string, VenueFill>;
  dueLookups: readonly string[];
  dueCancels: readonly string[];
  missingFillsDue: boolean;
  /** By venue. */
  readonly privateStreams: Map<string, 'connecting' | 'live' | 'down'>;
  readonly lastAuditAtMs: Map<string, number>;
}

export const createTimers = (): Timers => ({
  lookups: new Map(),
  cancels: new Map(),
  missingFills: new Map(),
  undecidedFills: new Map(),
  dueLookups: [],
  dueCancels: [],
  missingFillsDue: false,
  privateStreams: new Map(),
  lastAuditAtMs: new Map(),
});

/** Runs after the event was applied to the state. */
export function applyToTimers(timers: Timers, state: ExecutionState, event: EngineEvent, timeMs: number): void {
  switch (event.kind) {
    case 'OrderStateChanged':
      if (event.to === 'unknown') timers.lookups.set(event.clientOrderId, { tries: 1, nextAtMs: timeMs + 1_000 });
      else timers.lookups.delete(event.clientOrderId);
      if (isFinal(event.to)) timers.cancels.delete(event.clientOrderId);
      return;
    case 'CancelAnswered':
      if (event.outcome !== 'unknown') timers.lookups.set(event.clientOrderId, { tries: 1, nextAtMs: timeMs + 1_000 });
      return;
    case 'CancelWanted':
      timers.cancels.set(event.clientOrderId, { tries: 1, nextAtMs: timeMs + 2_000 });
      return;
    case 'FillBooked':
      timers.undecidedFills.delete(fillKey(event.fill));
      return;
    case 'EngineStarted':
      timers.privateStreams.clear();
      return;
    case 'PrivateStreamChanged':
      timers.privateStreams.set(event.venue ?? SPOT_VENUE, event.status);
      return;
    case 'AuditReceived':
      timers.lastAuditAtMs.set(event.venue ?? SPOT_VENUE, timeMs);
      return;
    case 'ClockTicked':
      applyTick(timers, state, timeMs);
      return;
    default:
      return;
  }
}

function applyTick(timers: Timers, state: ExecutionState, timeMs: number): void {
  for (const record of activeOrders(state)) startRepeats(timers, record, timeMs);
  timers.dueLookups = takeDue(timers.lookups, timeMs, (id) => knownActive(state, id));
  timers.dueCancels = takeDue(timers.cancels, timeMs, (id) => {
    const record = state.orders.get(id);
    return record !== undefined && isLive(record) && record.cancelWantedAtMs !== null;
  });
  const missing = takeDue(timers.missingFills, timeMs, (id) => {
    const record = state.orders.get(id);
    return record !== undefined && unbookedQty(record) > 0n;
  });
  timers.missingFillsDue = missing.length > 0;
}

const knownActive = (state: ExecutionState, id: string): boolean => {
  const record = state.orders.get(id);
  return record !== undefined && isLive(record);
};

/** What a restart left open is taken up again on the first tick. */
function startRepeats(timers: Timers, record: OrderRecord, timeMs: number): void {
  const id = record.clientOrderId;
  if (record.state === 'unknown' && !timers.lookups.has(id)) timers.lookups.set(id, { tries: 0, nextAtMs: timeMs });
  const leaving = record.cancelWantedAtMs !== null && isLive(record);
  if (leaving && !timers.cancels.has(id)) timers.cancels.set(id, { tries: 0, nextAtMs: timeMs });
  if (unbookedQty(record) > 0n && !timers.missingFills.has(id)) {
    timers.missingFills.set(id, { tries: 0, nextAtMs: timeMs + MISSING_FILL_MS });
  }
}

/** Those whose time has come, each put off by its backoff; those that no longer matter are dropped. */
function takeDue(repeats: Map<string, Repeat>, timeMs: number, matters: (id: string) => boolean): string[] {
  const due: string[] = [];
  for (const [id, repeat] of repeats) {
    if (!matters(id)) {
      repeats.delete(id);
      continue;
    }
    if (!isDue(repeat.nextAtMs, timeMs)) continue;
    due.push(id);
    repeats.set(id, { tries: repeat.tries + 1, nextAtMs: timeMs + backoffMs(repeat.tries + 1) });
  }
  return due;
}

export function holdUndecided(timers: Timers, fill: VenueFill): void {
  timers.undecidedFills.set(fillKey(fill), fill);
  dropOldest(timers.undecidedFills, UNDECIDED_FILLS_MAX);
}

export function handleTick(hand: Hand): void {
  const { state, timers, nowMs } = hand;
  for (const id of timers.dueLookups) askVenue(hand, state.orders.get(id) as OrderRecord);
  for (const id of timers.dueCancels) sendCancel(hand, state.orders.get(id) as OrderRecord);
  if (timers.missingFillsDue) hand.perform({ kind: 'RequestAudit', why: 'fills are missing' });
  for (const record of activeOrders(state)) {
    if (record.state !== 'sent' || elapsedMs(record.sentAtMs ?? nowMs, nowMs) < SUBMIT_ANSWER_MS_MAX) continue;
    changeState(hand, record, { to: 'unknown', stated: record.stated }, 'no-answer', 'No answer came to the submit');
  }
}
