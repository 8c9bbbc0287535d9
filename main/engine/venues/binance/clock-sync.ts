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

/** A distance that has changed by less is left as it is: it is the network's doing. */
const FOLLOWED_MS = 500;

/** The venue's clock as the connection keeps to it: ccxt's signed requests carry the venue's time, wherever our clock has gone. */
export interface VenueClock extends Pick<ClockSync, 'roundTripMs'> {
  /** Our clock less the venue's, as last measured, less what ours was set back since; null before the first answer. */
  readonly skewMs: number | null;
  /** Measures, and adjusts where the distance has changed; a venue that does not answer changes nothing. */
  follow(): Promise<void>;
  /** The same, where our clock has been set (or the machine has slept) since the venue was last asked, or it never was. */
  verify(): Promise<void>;
  /** The venue said that our clock is off: measures and adjusts whatever the distance is. Asked meanwhile, it is done once. */
  correct(): Promise<void>;
}

/**
 * @param options ccxt's own, by which it writes its timestamps
 * @param steadyMs a clock that nobody sets: what ours was set back since it was measured is known by it, before the venue refuses a
 * request for it. It may stand still while the machine sleeps, so that it says nothing of a clock that is ahead.
 */
export function createVenueClock(
  clock: ClockSync,
  options: Record<string, unknown>,
  nowMs: () => number,
  steadyMs: () => number = () => performance.now(),
): VenueClock {
  const ahead = (): number => nowMs() - steadyMs();
  let correcting: Promise<void> | null = null;
  let [knownMs, aheadMs] = [Number(options['timeDifference'] ?? 0), ahead()];
  let measuredAheadMs: number | null = null;
  const setBackMs = (sinceAheadMs: number): number => Math.max(0, Math.round(sinceAheadMs - ahead()));
  const measure = async (): Promise<void> => {
    await clock.measure();
    measuredAheadMs = ahead();
  };
  const adjust = (skewMs: number): void => {
    [knownMs, aheadMs] = [skewMs, ahead()];
    options['adjustForTimeDifference'] = true;
  };
  Object.defineProperty(options, 'timeDifference', {
    enumerable: true,
    get: () => knownMs - setBackMs(aheadMs),
    set: adjust,
  });

  async function follow(): Promise<void> {
    try {
      await measure();
    } catch {
      return;
    }
    const { skewMs } = clock;
    if (skewMs !== null && Math.abs(skewMs - Number(options['timeDifference'])) >= FOLLOWED_MS) adjust(skewMs);
  }

  return {
    get skewMs() {
      return clock.skewMs === null || measuredAheadMs === null ? null : clock.skewMs - setBackMs(measuredAheadMs);
    },
    get roundTripMs() {
      return clock.roundTripMs;
    },
    follow,
    async verify() {
      if (measuredAheadMs === null || Math.abs(ahead() - measuredAheadMs) >= FOLLOWED_MS) await follow();
    },
    correct() {
      correcting ??= measure()
        .then(() => adjust(clock.skewMs ?? 0))
        .catch(() => undefined)
        .finally(() => {
          correcting = null;
        });
      return correcting;
    },
  };
}
