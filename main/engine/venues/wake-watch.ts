/** Nothing ran for this long: the computer slept, or the process was stopped. A busy machine pauses for less. */
const ASLEEP_MS = 3_000;

/**
 * Notices that the process has not run for a while. What waited in its sockets meanwhile is old and looks new, so it must be
 * asked before any of it is read.
 */
export interface WakeWatch {
  /** Something runs: call it with everything that arrives, and about every second. */
  alive(): void;
}

export function createWakeWatch(nowMs: () => number, onWoke: (asleepMs: number) => void): WakeWatch {
  let aliveAtMs = nowMs();
  return {
    alive() {
      const asleepMs = nowMs() - aliveAtMs;
      aliveAtMs += asleepMs;
      if (asleepMs > ASLEEP_MS) onWoke(asleepMs);
    },
  };
}
