const WINDOW_MS = 60_000;
/** Prints that come later than this after the quickest ones are not waited for. */
const JITTER_MS_MAX = 2_000;
/** How much of the last jitter is still expected one print later. */
const JITTER_KEPT = 0.98;

/** Estimates the venue's present time from the delays of what it sent (rule M6 of SPEC.md). */
export interface VenueClock {
  observe(venueTimeMs: number, nowMs: number): void;
  /** The time up to which prints should have come: the engine's less the delays seen lately. Null before the first print. */
  at(nowMs: number): number | null;
}

export function createVenueClock(): VenueClock {
  let windowEndsMs = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let smallestBefore = Number.POSITIVE_INFINITY;
  let jitterMs = 0;
  return {
    observe(venueTimeMs, nowMs) {
      if (nowMs >= windowEndsMs) {
        smallestBefore = smallest;
        smallest = Number.POSITIVE_INFINITY;
        windowEndsMs = nowMs + WINDOW_MS;
      }
      const delayMs = nowMs - venueTimeMs;
      smallest = Math.min(smallest, delayMs);
      const beyond = Math.min(JITTER_MS_MAX, delayMs - Math.min(smallest, smallestBefore));
      jitterMs = Math.max(beyond, jitterMs * JITTER_KEPT);
    },
    at(nowMs) {
      const delayMs = Math.min(smallest, smallestBefore);
      return Number.isFinite(delayMs) ? nowMs - delayMs - jitterMs : null;
    },
  };
}
