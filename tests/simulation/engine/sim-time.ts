import type { Cancel, Clock, Timers } from '../../../main/engine/kernel/clock.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | null;
}

const isBefore = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/**
 * After all promises that are settled have run, and all that these settle. Node empties the microtask queue before it looks
 * at its ticks again, and a tick is asked for from within that queue: nothing real is waited for.
 */
async function everyPromiseRan(): Promise<void> {
  await null;
  await new Promise<void>((resolve) => process.nextTick(resolve));
}

/** True time of the simulated world: it moves only when told to, and what is due runs in order, one thing at a time. */
export class SimTime {
  #nowMs: number;
  #count = 0;
  #woken = false;
  readonly #heap: Due[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const due: Due = { atMs: this.#nowMs + Math.max(0, Math.ceil(delayMs)), order: this.#count++, run };
    this.#push(due);
    return () => {
      due.run = null;
    };
  }

  /** A promise was settled: what waits for it has to run before time moves on. */
  wake(): void {
    this.#woken = true;
  }

  /** Lets everything that was woken run to where it waits for time again. */
  async rest(): Promise<void> {
    while (this.#woken) {
      this.#woken = false;
      await everyPromiseRan();
    }
  }

  /** @param mayGoOn asked after everything that happened: false ends the span early. */
  async advance(spanMs: number, mayGoOn: () => boolean): Promise<void> {
    const untilMs = this.#nowMs + spanMs;
    for (let next = this.#heap[0]; next && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#pop();
      if (next.run === null) continue;
      this.#nowMs = next.atMs;
      next.run();
      if (this.#woken) await this.rest();
      if (!mayGoOn()) return;
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent] as Due)) break;
      heap[at] = heap[parent] as Due;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Due;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Due, heap[child] as Due)) child += 1;
      if (!isBefore(heap[child] as Due, last)) break;
      heap[at] = heap[child] as Due;
      at = child;
    }
    heap[at] = last;
  }
}

/** One process's sight of time: its own, perhaps wrong, clock, and timers that end with it. */
export class ProcessTime implements Clock, Timers {
  readonly #time: SimTime;
  readonly #offsetMs: () => number;
  #alive = true;

  constructor(time: SimTime, offsetMs: () => number) {
    this.#time = time;
    this.#offsetMs = offsetMs;
  }

  get alive(): boolean {
    return this.#alive;
  }

  nowMs(): number {
    return this.#time.nowMs + this.#offsetMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#time.after(delayMs, () => {
      if (this.#alive) run();
    });
  }

  every(intervalMs: number, run: () => void): Cancel {
    let cancel: Cancel = () => {};
    const next = (): void => {
      cancel = this.after(intervalMs, () => {
        next();
        run();
      });
    };
    next();
    return () => cancel();
  }

  die(): void {
    this.#alive = false;
  }
}
