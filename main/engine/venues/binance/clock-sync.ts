/** Measures the distance to the venue's clock from `/time`. */
export interface ClockSync {
  /** Our clock less the venue's; null before the first answer. */
  readonly skewMs: number | null;
  readonly roundTripMs: number | null;
  /** @throws when the venue does not answer. */
  measure(): Promise<void>;
}

/** A distance that has changed by less is left as it is: it is the network's doing. */
const FOLLOWED_MS = 500;

/** Has ccxt's signed requests carry the venue's time, wherever our clock has gone. */
export function followSkew(options: Record<string, unknown>, skewMs: number | null): void {
  if (skewMs === null || Math.abs(skewMs - Number(options['timeDifference'] ?? 0)) < FOLLOWED_MS) return;
  Object.assign(options, { adjustForTimeDifference: true, timeDifference: skewMs });
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
