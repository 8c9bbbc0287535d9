/** The venue's dead-man switches, one to a symbol: what is not set again in time runs out. */
export class SimCountdowns {
  readonly #running = new Map<string, { readonly firesAtMs: number; readonly cancel: () => void }>();
  readonly #nowMs: () => number;
  readonly #after: (ms: number, run: () => void) => () => void;
  readonly #onFire: (symbol: string) => void;

  constructor(
    nowMs: () => number,
    after: (ms: number, run: () => void) => () => void,
    onFire: (symbol: string) => void,
  ) {
    this.#nowMs = nowMs;
    this.#after = after;
    this.#onFire = onFire;
  }

  /** When everything on it goes; null while nobody has set that. */
  firesAtMs(symbol: string): number | null {
    return this.#running.get(symbol)?.firesAtMs ?? null;
  }

  /** @param ms 0 takes it away */
  set(symbol: string, ms: number): void {
    this.#running.get(symbol)?.cancel();
    this.#running.delete(symbol);
    if (ms === 0) return;
    const cancel = this.#after(ms, () => {
      this.#running.delete(symbol);
      this.#onFire(symbol);
    });
    this.#running.set(symbol, { firesAtMs: this.#nowMs() + ms, cancel });
  }
}
