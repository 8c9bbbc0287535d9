/** A stream's longest silence may grow to this many times its first limit when redialling does not help. */
const PATIENCE_MAX = 8;

interface Watched {
  readonly limits: SilenceLimit;
  readonly onSilent: (silentMs: number) => void;
  lastSeenMs: number;
  /** Since when another stream shows that this one should have spoken; null while nothing is owed. */
  owedSinceMs: number | null;
  patience: number;
}
export interface SilenceLimit {
  /** After another stream showed that data is due. */
  readonly owedMs: number;
  /** Whatever the other streams say: a quiet market is silent too. */
  readonly quietMs: number;
}

/** Notices streams whose socket lives but whose data has stopped: nothing else does. */
export interface SilenceWatchdog {
  watch(key: string, limits: SilenceLimit, onSilent: (silentMs: number) => void): void;
  forget(key: string): void;
  seen(key: string): void;
  /** Something happened that `key` must report too. */
  owes(key: string): void;
  /** Call about every second. */
  check(): void;
}

export function createSilenceWatchdog(nowMs: () => number): SilenceWatchdog {
  const streams = new Map<string, Watched>();

  function silentFor({ limits, lastSeenMs, owedSinceMs, patience }: Watched): number | null {
    const quietMs = nowMs() - lastSeenMs;
    if (quietMs > limits.quietMs * patience) return quietMs;
    return owedSinceMs !== null && nowMs() - owedSinceMs > limits.owedMs * patience ? quietMs : null;
  }

  return {
    watch(key, limits, onSilent) {
      streams.set(key, { limits, onSilent, lastSeenMs: nowMs(), owedSinceMs: null, patience: 1 });
    },
    forget(key) {
      streams.delete(key);
    },
    seen(key) {
      const stream = streams.get(key);
      if (!stream) return;
      stream.lastSeenMs = nowMs();
      stream.owedSinceMs = null;
      stream.patience = 1;
    },
    owes(key) {
      const stream = streams.get(key);
      if (stream) stream.owedSinceMs ??= nowMs();
    },
    check() {
      for (const stream of streams.values()) {
        // A clock that was set back: the silence is counted from here.
        stream.lastSeenMs = Math.min(stream.lastSeenMs, nowMs());
        if (stream.owedSinceMs !== null) stream.owedSinceMs = Math.min(stream.owedSinceMs, nowMs());
        const silentMs = silentFor(stream);
        if (silentMs === null) continue;
        stream.patience = Math.min(PATIENCE_MAX, stream.patience * 2);
        stream.lastSeenMs = nowMs();
        if (stream.owedSinceMs !== null) stream.owedSinceMs = nowMs();
        stream.onSilent(silentMs);
      }
    },
  };
}
