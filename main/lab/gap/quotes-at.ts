import type { Quote } from '../../engine/domain/market.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';

/** Best quotes by instrument and time, as far as they are wanted. */
export class QuotesAt {
  readonly #wanted: Map<string, number[]>;
  readonly #found = new Map<string, Quote>();
  readonly #last = new Map<string, Quote>();

  constructor(wanted: Iterable<readonly [instrumentId: string, timeMs: number]>) {
    this.#wanted = new Map();
    for (const [instrumentId, timeMs] of wanted)
      this.#wanted.set(instrumentId, [...(this.#wanted.get(instrumentId) ?? []), timeMs]);
    for (const times of this.#wanted.values()) times.sort((a, b) => a - b);
  }

  /** Call in the order of the log. */
  read({ timeMs, event }: LogRecord): void {
    if (event.kind !== 'MarketBatchReceived' || event.quote === null) return;
    const times = this.#wanted.get(event.instrumentId);
    const before = this.#last.get(event.instrumentId);
    while (times?.[0] !== undefined && times[0] < timeMs) {
      const wanted = times.shift()!;
      if (before) this.#found.set(`${event.instrumentId} ${wanted}`, before);
    }
    this.#last.set(event.instrumentId, event.quote);
  }

  /** The last one at or before that time. */
  at(instrumentId: string, timeMs: number): Quote | null {
    return this.#found.get(`${instrumentId} ${timeMs}`) ?? this.#last.get(instrumentId) ?? null;
  }
}
