/** A span of bars in equal steps of time: what a screen shows of a run is one point a step. */
export class TimeSteps {
  readonly count: number;
  /** How many bars open in each step. */
  readonly bars: Uint32Array;
  readonly #fromMs: number;
  readonly #perMs: number;
  readonly #lastMs: number;

  constructor(openTimeMs: Float64Array, countMax: number) {
    this.count = Math.max(1, Math.min(countMax, openTimeMs.length));
    this.#fromMs = openTimeMs[0] ?? 0;
    this.#lastMs = openTimeMs.at(-1) ?? 0;
    this.#perMs = this.count / (this.#lastMs - this.#fromMs + 1);
    this.bars = new Uint32Array(this.count);
    for (let bar = 0; bar < openTimeMs.length; bar += 1) this.bars[this.of(openTimeMs[bar]!)]! += 1;
  }

  /** The step in which a bar opens. */
  of(openTimeMs: number): number {
    return Math.min(this.count - 1, Math.floor((openTimeMs - this.#fromMs) * this.#perMs));
  }

  /** The last whole millisecond of a step. */
  endMs(step: number): number {
    return Math.min(this.#lastMs, Math.floor(this.#fromMs + (step + 1) / this.#perMs));
  }
}
