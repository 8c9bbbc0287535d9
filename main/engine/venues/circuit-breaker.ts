/** `half-open`: the pause is over, and the next request is the trial that decides. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** What came of a request: `unjudged` says nothing about the venue (never sent, or refused for asking too often). */
export type RequestEnd = 'answered' | 'failed' | 'unjudged';

export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly failuresMax: number;
  /** The first pause; it doubles with each trial that fails, up to `pauseMsMax`. */
  readonly pauseMsFirst: number;
  readonly pauseMsMax: number;
}

export interface BreakerStatus {
  readonly state: BreakerState;
  /** When it opened; null while closed. */
  readonly sinceMs: number | null;
  /** The last failure in words; empty while closed. */
  readonly why: string;
  /** When the next trial may go; null while closed. */
  readonly trialAtMs: number | null;
  /** How often it has opened. */
  readonly timesOpened: number;
}

/** Held back by an open breaker: nothing was sent. */
export class BreakerOpen extends Error {
  override readonly name = 'BreakerOpen';
}

/** Keeps requests from a venue that leaves them without an answer. */
export interface CircuitBreaker {
  /**
   * Leave for one request. What it returns is called once, with what came of it and, after a failure, why.
   * @throws BreakerOpen
   */
  admit(): (end: RequestEnd, why?: string) => void;
  status(): BreakerStatus;
}

/**
 * @param what the requests, for words: `reads`
 * @param moved called when it has opened or closed; that a pause is over shows in `status` alone
 */
export function createCircuitBreaker(
  what: string,
  limits: BreakerLimits,
  nowMs: () => number,
  moved: () => void = () => {},
): CircuitBreaker {
  let failures = 0;
  let why = '';
  let timesOpened = 0;
  let open: { readonly sinceMs: number; readonly pauseMs: number; readonly trialAtMs: number } | null = null;
  let isOnTrial = false;

  function isDue(): boolean {
    if (open === null) return false;
    const leftMs = open.trialAtMs - nowMs();
    // A clock that was set back says nothing about how long the pause has lasted.
    return leftMs <= 0 || leftMs > open.pauseMs;
  }
  function openFor(pauseMs: number): void {
    const atMs = nowMs();
    if (open === null) timesOpened += 1;
    open = { sinceMs: open?.sinceMs ?? atMs, pauseMs, trialAtMs: atMs + pauseMs };
    moved();
  }
  function failed(reason: string, wasTrial: boolean): void {
    if (open !== null && !wasTrial) return;
    why = reason;
    failures += 1;
    if (open !== null) openFor(Math.min(limits.pauseMsMax, open.pauseMs * 2));
    else if (failures >= limits.failuresMax) openFor(limits.pauseMsFirst);
  }

  return {
    admit() {
      const mayTry = open === null || (isDue() && !isOnTrial);
      if (!mayTry) throw new BreakerOpen(`${what} are held back after ${failures} without an answer: ${why}`);
      const isTrial = open !== null;
      if (isTrial) isOnTrial = true;
      return (end, reason = '') => {
        if (isTrial) isOnTrial = false;
        if (end === 'failed') failed(reason, isTrial);
        else if (end === 'answered') {
          failures = 0;
          const wasOpen = open !== null;
          open = null;
          if (wasOpen) moved();
        }
      };
    },
    status() {
      if (open === null) return { state: 'closed', sinceMs: null, why: '', trialAtMs: null, timesOpened };
      const { sinceMs, trialAtMs } = open;
      return { state: isDue() ? 'half-open' : 'open', sinceMs, why, trialAtMs, timesOpened };
    },
  };
}
