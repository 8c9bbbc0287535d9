import type { Cancel, Clock, Timers } from '../../main/engine/kernel/clock.ts';

/** A clock that stands still until a test moves it; what is due runs in the order it is due. */
export class FakeTime implements Clock, Timers {
  private now = 0;
  private due: { atMs: number; run: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, run: () => void): Cancel {
    const entry = { atMs: this.now + delayMs, run };
    this.due.push(entry);
    return () => {
      this.due = this.due.filter((each) => each !== entry);
    };
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

  advance(spanMs: number): void {
    const untilMs = this.now + spanMs;
    for (;;) {
      const next = this.due.reduce<(typeof this.due)[number] | null>(
        (first, each) => (each.atMs <= untilMs && (first === null || each.atMs < first.atMs) ? each : first),
        null,
      );
      if (next === null) break;
      this.due = this.due.filter((each) => each !== next);
      this.now = next.atMs;
      next.run();
    }
    this.now = untilMs;
  }
}
