/** Wall time in integer milliseconds, UTC. */
export interface Clock {
  nowMs(): number;
}

/** Cancels what was scheduled. */
export type Cancel = () => void;

export interface Timers {
  every(intervalMs: number, run: () => void): Cancel;
  after(delayMs: number, run: () => void): Cancel;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

export const systemTimers: Timers = {
  every(intervalMs, run) {
    const timer = setInterval(run, intervalMs);
    return () => clearInterval(timer);
  },
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** What the time is, and what is to happen later: for what needs both. */
export interface Time extends Clock, Timers {}

export const systemTime: Time = { ...systemClock, ...systemTimers };
