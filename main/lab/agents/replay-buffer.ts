import type { Random } from '../../engine/kernel/random.ts';

/** Moments to learn from, as columns of equal length. */
export interface Moments {
  /** [moments, width]. */
  readonly states: Float32Array;
  readonly actions: Uint8Array;
  readonly rewards: Float32Array;
  readonly nextStates: Float32Array;
  readonly ended: Uint8Array;
}

/** The newest moments that were lived through; what is older gives way. */
export class ReplayBuffer {
  readonly #width: number;
  readonly #capacity: number;
  readonly #moments: Moments;
  #written = 0;

  constructor(capacity: number, width: number) {
    this.#width = width;
    this.#capacity = capacity;
    this.#moments = momentsOf(capacity, width);
  }

  get size(): number {
    return Math.min(this.#written, this.#capacity);
  }

  /** Takes over all of `moments`, in their order. */
  add({ states, actions, rewards, nextStates, ended }: Moments): void {
    const width = this.#width;
    for (let moment = 0; moment < actions.length; moment++) {
      const at = this.#written++ % this.#capacity;
      this.#moments.states.set(states.subarray(moment * width, (moment + 1) * width), at * width);
      this.#moments.nextStates.set(nextStates.subarray(moment * width, (moment + 1) * width), at * width);
      this.#moments.actions[at] = actions[moment]!;
      this.#moments.rewards[at] = rewards[moment]!;
      this.#moments.ended[at] = ended[moment]!;
    }
  }

  /**
   * Moments drawn evenly, with replacement.
   * @throws RangeError while there are none
   */
  draw(count: number, random: Random): Moments {
    if (this.size === 0) throw new RangeError('nothing has been lived through yet');
    const width = this.#width;
    const drawn = momentsOf(count, width);
    for (let moment = 0; moment < count; moment++) {
      const at = Math.floor(random.next() * this.size);
      drawn.states.set(this.#moments.states.subarray(at * width, (at + 1) * width), moment * width);
      drawn.nextStates.set(this.#moments.nextStates.subarray(at * width, (at + 1) * width), moment * width);
      drawn.actions[moment] = this.#moments.actions[at]!;
      drawn.rewards[moment] = this.#moments.rewards[at]!;
      drawn.ended[moment] = this.#moments.ended[at]!;
    }
    return drawn;
  }
}

const momentsOf = (count: number, width: number): Moments => ({
  states: new Float32Array(count * width),
  actions: new Uint8Array(count),
  rewards: new Float32Array(count),
  nextStates: new Float32Array(count * width),
  ended: new Uint8Array(count),
});
