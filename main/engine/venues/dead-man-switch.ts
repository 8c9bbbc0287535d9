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
  /** Guards exactly these instruments from now on; others are let go. */
  guard(instrumentIds: readonly InstrumentId[]): void;
  onAnswered(answer: CountdownAnswered): void;
  status(): GuardStatus[];
  /** Refreshes no more. What is armed fires. */
  close(): void;
}

/** Refreshed four times a countdown; a refresh that fails is tried again at the next look. */
const REFRESHES = 4;
const LOOKS = 12;

interface Guard {
  confirmedAtMs: number | null;
  /** When the refresh under way was asked for; null when none is. */
  askedAtMs: number | null;
  isOverdue: boolean;
  problem: string;
}

export function createDeadManSwitch(options: DeadManSwitchOptions): DeadManSwitch {
  const { countdownMs, nowMs, send } = options;
  const guards = new Map<InstrumentId, Guard>();
  const stop = options.every(countdownMs / LOOKS, look);

  const firesAtMs = ({ confirmedAtMs }: Guard): number | null =>
    confirmedAtMs === null ? null : confirmedAtMs + countdownMs;

  function refresh(instrumentId: InstrumentId, guard: Guard): void {
    guard.askedAtMs = nowMs();
    send({ kind: 'countdown', instrumentId, countdownMs });
  }
  function look(): void {
    const now = nowMs();
    for (const [instrumentId, guard] of guards) {
      const firesAt = firesAtMs(guard);
      if (firesAt !== null && now >= firesAt) guard.isOverdue = true;
      const isAsked = guard.askedAtMs !== null && now - guard.askedAtMs < countdownMs / 2;
      const isFresh = guard.confirmedAtMs !== null && now - guard.confirmedAtMs < countdownMs / REFRESHES;
      if (!isAsked && !isFresh) refresh(instrumentId, guard);
    }
  }

  return {
    guard(instrumentIds) {
      for (const instrumentId of [...guards.keys()]) {
        if (instrumentIds.includes(instrumentId)) continue;
        guards.delete(instrumentId);
        send({ kind: 'countdown', instrumentId, countdownMs: 0 });
      }
      for (const instrumentId of instrumentIds) {
        if (guards.has(instrumentId)) continue;
        const guard: Guard = { confirmedAtMs: null, askedAtMs: null, isOverdue: false, problem: '' };
        guards.set(instrumentId, guard);
        refresh(instrumentId, guard);
      }
    },
    onAnswered({ instrumentId, countdownMs: answeredMs, askedAtMs, problem }) {
      const guard = guards.get(instrumentId);
      if (!guard || answeredMs === 0) return;
      guard.askedAtMs = null;
      guard.problem = problem;
      if (problem !== '') return;
      const firesAt = firesAtMs(guard);
      // The venue heard of it at some time after it was asked: it may have fired just before.
      const mayHaveFired = guard.isOverdue || (firesAt !== null && nowMs() >= firesAt);
      guard.confirmedAtMs = Math.max(guard.confirmedAtMs ?? 0, askedAtMs);
      guard.isOverdue = false;
      if (mayHaveFired) options.onMayHaveFired(instrumentId);
    },
    status: () =>
      [...guards].map(([instrumentId, guard]) => ({
        instrumentId,
        state: guard.isOverdue ? 'overdue' : guard.confirmedAtMs === null ? 'arming' : 'armed',
        firesAtMs: firesAtMs(guard),
        lastRefreshAtMs: guard.confirmedAtMs,
        problem: guard.problem,
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
