/**
 * The rolling windows that indicators are made of. All are O(1) per update (amortised for the extremes), allocate
 * nothing after construction and keep their rounding error bounded however many bars have passed.
 */

import { assert } from '../../domain/result.ts';

/**
 * A running sum loses accuracy when large values have passed through it and small ones remain. Once what remains is
 * below this share of everything added since the last fresh sum, the window is summed anew; the relative error
 * therefore stays near 1e-12, and a window of zeros sums to exactly zero.
 */
export const CANCELLATION_SHARE = 1e-4;

/** Bars per call of an inner loop: long enough to cost nothing, short enough that the loop is compiled early on. */
export const RUN_BLOCK = 4_096;

/** Window lengths are whole numbers from `least` up. @throws when they are not: callers validate what users type. */
export function assertPeriod(period: number, least = 1): void {
  assert(Number.isInteger(period) && period >= least, `a period is a whole number of at least ${least}, not ${period}`);
}

/** The sum of the last `period` values; values not yet seen count as 0. */
export class RollingSum {
  readonly ring: Float64Array;
  /** Index of the oldest value, where the next one is written. */
  oldest = 0;
  sum = 0;
  added = 0;

  constructor(period: number) {
    assertPeriod(period);
    this.ring = new Float64Array(period);
  }

  update(value: number): number {
    const ring = this.ring;
    const oldest = this.oldest;
    let sum = this.sum + (value - ring[oldest]!);
    let added = this.added + Math.abs(value);
    ring[oldest] = value;
    const next = oldest + 1 === ring.length ? 0 : oldest + 1;
    if (Math.abs(sum) < CANCELLATION_SHARE * added) {
      sum = sumInOrder(ring, next);
      added = sumOfSizes(ring, next);
    }
    this.oldest = next;
    this.added = added;
    this.sum = sum;
    return sum;
  }
}

// Functions rather than methods: an object that never leaves its loop is then kept in registers.
function sumInOrder(ring: Float64Array, oldest: number): number {
  let sum = 0;
  for (let i = oldest; i < ring.length; i++) sum += ring[i]!;
  for (let i = 0; i < oldest; i++) sum += ring[i]!;
  return sum;
}

function sumOfSizes(ring: Float64Array, oldest: number): number {
  let sum = 0;
  for (let i = oldest; i < ring.length; i++) sum += Math.abs(ring[i]!);
  for (let i = 0; i < oldest; i++) sum += Math.abs(ring[i]!);
  return sum;
}

/** Remembers the last `period` values: `update` returns the value of `period` updates ago, NaN before there is one. */
export class Delay {
  readonly ring: Float64Array;
  oldest = 0;

  constructor(period: number) {
    assertPeriod(period);
    this.ring = new Float64Array(period).fill(Number.NaN);
  }

  update(value: number): number {
    const ring = this.ring;
    const before = ring[this.oldest]!;
    ring[this.oldest] = value;
    if (++this.oldest === ring.length) this.oldest = 0;
    return before;
  }
}

/**
 * Sum and linearly weighted sum (oldest value × 1 … newest × period) of the last `period` values less `origin`. Once per
 * window length the origin moves to the newest value and both are formed anew. `count` says how many values there are.
 */
export class WeightedWindow {
  readonly ring: Float64Array;
  oldest = 0;
  count = 0;
  origin = 0;
  sum = 0;
  weighted = 0;

  constructor(period: number) {
    assertPeriod(period);
    this.ring = new Float64Array(period);
  }

  update(value: number): void {
    const ring = this.ring;
    const period = ring.length;
    if (this.count === 0) {
      this.origin = value;
      ring.fill(value);
    }
    const entering = value - this.origin;
    this.weighted += period * entering - this.sum;
    this.sum += entering - (ring[this.oldest]! - this.origin);
    ring[this.oldest] = value;
    if (this.count < period) this.count++;
    if (++this.oldest === period) this.sumAnew(value);
  }

  private sumAnew(origin: number): void {
    const ring = this.ring;
    this.origin = origin;
    this.oldest = 0;
    let sum = 0;
    let weighted = 0;
    for (let i = 0; i < ring.length; i++) {
      const value = ring[i]! - origin;
      sum += value;
      weighted += (i + 1) * value;
    }
    this.sum = sum;
    this.weighted = weighted;
  }
}

/**
 * Highest (`direction` 1) or lowest (-1) of the last `period` values, before the window is full of those there are.
 * A queue of candidates, each better than all that came after it.
 */
export class RollingExtreme {
  private readonly candidates: Float64Array;
  private readonly births: Float64Array;
  private readonly direction: 1 | -1;
  private readonly period: number;
  private head = 0;
  private size = 0;
  private clock = 0;

  constructor(period: number, direction: 1 | -1) {
    assertPeriod(period);
    this.candidates = new Float64Array(period);
    this.births = new Float64Array(period);
    this.direction = direction;
    this.period = period;
  }

  /** Values seen so far. */
  get count(): number {
    return this.clock;
  }

  /** Updates since the extreme was seen: 0 for the newest value; of equal extremes the newest counts. */
  get age(): number {
    return this.clock - 1 - this.births[this.head]!;
  }

  update(value: number): number {
    const { candidates, births, period } = this;
    const signed = this.direction * value;
    if (this.size > 0 && births[this.head]! <= this.clock - period) {
      this.size--;
      if (++this.head === period) this.head = 0;
    }
    let tail = this.head + this.size;
    if (tail >= period) tail -= period;
    while (this.size > 0) {
      const last = tail === 0 ? period - 1 : tail - 1;
      if (candidates[last]! > signed) break;
      tail = last;
      this.size--;
    }
    candidates[tail] = signed;
    births[tail] = this.clock;
    this.size++;
    this.clock++;
    return this.direction * candidates[this.head]!;
  }
}
