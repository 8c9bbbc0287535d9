/** Measures the distance to the venue's clock from `/time`. */
export interface ClockSync {
  /** Our clock less the venue's; null before the first answer. */
  readonly skewMs: number | null;
  readonly roundTripMs: number | null;
  /** @throws when the venue does not answer. */
  measure(): Promise<void>;
}

/** @param askVenueTime calls `onSent` when the request goes out: what it waited for before is no part of the round trip. */
export function createClockSync(
  nowMs: () => number,
  askVenueTime: (onSent: () => void) => Promise<unknown>,
): ClockSync {
  let skewMs: number | null = null;
  let roundTripMs: number | null = null;
  return {
    get skewMs() {
      return skewMs;
    },
    get roundTripMs() {
      return roundTripMs;
    },
    async measure() {
      let sentMs = nowMs();
      const answer = await askVenueTime(() => {
        sentMs = nowMs();
      });
      const receivedMs = nowMs();
      const venueMs = Number((answer as { serverTime?: unknown } | null)?.serverTime);
      if (!Number.isFinite(venueMs)) throw new Error('the venue did not say what time it is');
      roundTripMs = receivedMs - sentMs;
      // Whole milliseconds: it goes into the timestamps of signed requests, which a venue refuses with a fraction.
      skewMs = Math.round((sentMs + receivedMs) / 2 - venueMs);
    },
  };
}
