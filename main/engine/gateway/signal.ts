/** A latch between a producer that never waits and one consumer that does: many raises become one wake-up. */
export interface Signal {
  raise(): void;
  /** Resolves at the next raise, at once where one is pending; rejects nothing, resolves false when `abort` fires. */
  wait(abort: AbortSignal | undefined): Promise<boolean>;
}

export function createSignal(): Signal {
  let pending = false;
  let wake: (() => void) | null = null;
  return {
    raise() {
      pending = true;
      wake?.();
    },
    wait(abort) {
      return new Promise((resolve) => {
        const settle = (): void => {
          abort?.removeEventListener('abort', settle);
          wake = null;
          const raised = pending;
          pending = false;
          resolve(raised && !abort?.aborted);
        };
        if (pending || abort?.aborted) return settle();
        wake = settle;
        abort?.addEventListener('abort', settle);
      });
    },
  };
}
