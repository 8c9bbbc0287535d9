import type { InstrumentId } from '../domain/instrument.ts';
import type { OrderPurpose } from '../domain/order.ts';
import type { CountdownAnswered, VenueCommand } from './venue-port.ts';

export interface DeadManSwitchOptions {
  /** Longer than anything that may hold up a refresh, shorter than an order may rest unwatched. Two minutes is usual. */
  readonly countdownMs: number;
  readonly nowMs: () => number;
  /** Calls back every `ms` until the answer is called. */
  readonly every: (ms: number, action: () => void) => () => void;
  readonly send: (command: VenueCommand) => void;
  /**
   * The venue confirmed the switch again after it may have fired: what rested on the instrument may be gone, stops too.
   * To be answered by an audit, and by putting back what protects.
   */
  readonly onMayHaveFired: (instrumentId: InstrumentId) => void;
}

export interface GuardStatus {
  readonly instrumentId: InstrumentId;
  /** `overdue`: nothing confirmed in time, so the venue may have cancelled everything on it. */
  readonly state: 'arming' | 'armed' | 'overdue';
  /** The earliest moment at which the venue may fire; null before it ever confirmed. */
  readonly firesAtMs: number | null;
  /** When the last refresh that the venue confirmed was asked for. */
  readonly lastRefreshAtMs: number | null;
  /** Why the last refresh failed; empty when it did not. */
  readonly problem: string;
}

/**
 * Keeps a venue's dead-man switch from firing for as long as it runs. It belongs on the thread that decides and trades:
 * when that stands still, is killed or loses the venue, nothing is refreshed, and the venue cancels what rests.
 */
export interface DeadManSwitch {
  /** Guards exactly these instruments from now on; others are let go, until the venue confirms it. */
  guard(instrumentIds: readonly InstrumentId[]): void;
  /** Lets go what a process before this one may have left armed, unless it is guarded again. */
  takeAway(instrumentIds: readonly InstrumentId[]): void;
  onAnswered(answer: CountdownAnswered): void;
  /** Of what is guarded. */
  status(): GuardStatus[];
  /** Refreshes no more. What is armed fires. */
  close(): void;
}

/** Refreshed four times a countdown; a request that fails is made again at the next look. */
const REFRESHES = 4;
const LOOKS = 12;
/** By then a request is over, answered or not: two under way might arrive in either order. */
const ANSWER_MS_MAX = 25_000;

interface Guard {
  /** False: it is being let go. */
  isWanted: boolean;
  /**
   * Looks since the request under way was made; null when none is. One at a time: the venue keeps to the last that arrives. Looks, for a
   * clock that is set says nothing of what is still on its way.
   */
  looksSinceAsked: number | null;
  /** When the last refresh that the venue confirmed was asked for. */
  confirmedAtMs: number | null;
  /** From when the venue counts at the earliest, by what it may have heard; null while it does not. */
  countsFromMs: number | null;
  isOverdue: boolean;
  problem: string;
}

export function createDeadManSwitch(options: DeadManSwitchOptions): DeadManSwitch {
  const { countdownMs, nowMs, send } = options;
  const guards = new Map<InstrumentId, Guard>();
  const lookMs = countdownMs / LOOKS;
  const stop = options.every(lookMs, look);

  /** A clock that was set back does not say how long ago it was. */
  const elapsedMs = (sinceMs: number): number => (nowMs() >= sinceMs ? nowMs() - sinceMs : Number.POSITIVE_INFINITY);

  function ask(instrumentId: InstrumentId, guard: Guard): void {
    guard.looksSinceAsked = 0;
    if (guard.isWanted) guard.countsFromMs ??= nowMs();
    send({ kind: 'countdown', instrumentId, countdownMs: guard.isWanted ? countdownMs : 0 });
  }
  function settle(instrumentId: InstrumentId, guard: Guard): void {
    const { isWanted, looksSinceAsked, confirmedAtMs } = guard;
    const isAsked = looksSinceAsked !== null && looksSinceAsked * lookMs < Math.max(ANSWER_MS_MAX, countdownMs / 2);
    const isFresh = isWanted && confirmedAtMs !== null && elapsedMs(confirmedAtMs) < countdownMs / REFRESHES;
    if (!isAsked && !isFresh) ask(instrumentId, guard);
  }
  function look(): void {
    for (const [instrumentId, guard] of guards) {
      if (guard.countsFromMs !== null && elapsedMs(guard.countsFromMs) >= countdownMs) guard.isOverdue = true;
      if (guard.looksSinceAsked !== null) guard.looksSinceAsked += 1;
      settle(instrumentId, guard);
    }
  }
  function add(instrumentId: InstrumentId, isWanted: boolean): void {
    const idle = { looksSinceAsked: null, confirmedAtMs: null, countsFromMs: null, isOverdue: false, problem: '' };
    const guard: Guard = { isWanted, ...idle };
    guards.set(instrumentId, guard);
    settle(instrumentId, guard);
  }
  function want(instrumentId: InstrumentId, guard: Guard, isWanted: boolean): void {
    if (guard.isWanted === isWanted) return;
    guard.isWanted = isWanted;
    settle(instrumentId, guard);
  }

  return {
    guard(instrumentIds) {
      for (const [instrumentId, guard] of guards) want(instrumentId, guard, instrumentIds.includes(instrumentId));
      for (const instrumentId of instrumentIds) if (!guards.has(instrumentId)) add(instrumentId, true);
    },
    takeAway(instrumentIds) {
      for (const instrumentId of instrumentIds) if (!guards.has(instrumentId)) add(instrumentId, false);
    },
    onAnswered({ instrumentId, countdownMs: answeredMs, askedAtMs, problem }) {
      const guard = guards.get(instrumentId);
      if (!guard) return;
      guard.looksSinceAsked = null;
      guard.problem = problem;
      if (problem !== '') return;
      // The venue heard of it at some time after it was asked: it may have fired just before.
      const { countsFromMs } = guard;
      const mayHaveFired = guard.isOverdue || (countsFromMs !== null && elapsedMs(countsFromMs) >= countdownMs);
      const isArmed = answeredMs > 0;
      guard.confirmedAtMs = isArmed ? askedAtMs : null;
      guard.countsFromMs = isArmed ? askedAtMs : null;
      guard.isOverdue = false;
      if (isArmed || guard.isWanted) settle(instrumentId, guard);
      else guards.delete(instrumentId);
      if (mayHaveFired) options.onMayHaveFired(instrumentId);
    },
    status: () =>
      [...guards]
        .filter(([, { isWanted }]) => isWanted)
        .map(([instrumentId, { isOverdue, confirmedAtMs, problem }]) => ({
          instrumentId,
          state: isOverdue ? 'overdue' : confirmedAtMs === null ? 'arming' : 'armed',
          firesAtMs: confirmedAtMs === null ? null : confirmedAtMs + countdownMs,
          lastRefreshAtMs: confirmedAtMs,
          problem,
        })),
    close: stop,
  };
}

/**
 * Where the switch does good: instruments with a resting entry and nothing that protects. The venue's countdown takes stops
 * with it, and a position must not lose its stop because the terminal is gone.
 */
export function instrumentsToGuard(
  open: readonly { readonly instrumentId: InstrumentId; readonly purpose: OrderPurpose }[],
): InstrumentId[] {
  const protectedOnes = new Set(open.filter(({ purpose }) => purpose !== 'entry').map((order) => order.instrumentId));
  const entries = open.filter(({ purpose }) => purpose === 'entry').map((order) => order.instrumentId);
  return [...new Set(entries)].filter((instrumentId) => !protectedOnes.has(instrumentId));
}
