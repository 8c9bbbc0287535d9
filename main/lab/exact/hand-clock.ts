import type { Cancel, Clock, Timers } from '../../engine/kernel/clock.ts';

/** Time that somebody sets by hand. What is to run every so often runs once at each `tick`, however long that is apart. */
export class HandClock implements Clock, Timers {
  #nowMs: number;
  readonly #repeated = new Set<() => void>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Never back. */
  moveTo(timeMs: number): void {
    if (timeMs > this.#nowMs) this.#nowMs = timeMs;
  }

  tick(): void {
    for (const run of this.#repeated) run();
  }

  every(_intervalMs: number, run: () => void): Cancel {
    this.#repeated.add(run);
    return () => this.#repeated.delete(run);
  }

  after(): Cancel {
    throw new Error('invariant broken: nothing of the core waits by a timer of its own');
  }
}
