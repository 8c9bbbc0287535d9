import { createRandom } from '../../engine/kernel/random.ts';

/** A hidden Markov model whose states are normal distributions with independent dimensions. */
export interface GaussianHmm {
  readonly states: number;
  readonly dimensions: number;
  readonly start: Float64Array;
  /** Row-major [from, to]. */
  readonly transition: Float64Array;
  /** Row-major [state, dimension]. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export interface HmmOptions {
  readonly states: number;
  readonly iterationsMax: number;
  /** Beginnings tried; the likeliest end is kept. */
  readonly starts: number;
  readonly seed: number;
}

/** Below this a state would be one repeated value. Observations have a deviation of about 1. */
const VARIANCE_LEAST = 1e-3;
const PROBABILITY_LEAST = 1e-6;
const GAIN_MIN = 1e-6;

/** Observations in order of time, row-major; sequences begin at these rows and no step leads from one into the next. */
export interface Observations {
  readonly dimensions: number;
  readonly values: Float64Array;
  readonly sequenceStarts: readonly number[];
}

/**
 * Fits by scaled Baum-Welch from several beginnings, a round at a time: yields the mean log likelihood of an observation. States
 * are ordered by their variance, the calmest first.
 */
export function* fitHmm(observed: Observations, options: HmmOptions): Generator<number, GaussianHmm> {
  let best: { model: GaussianHmm; likelihood: number } | null = null;
  for (let start = 0; start < options.starts; start++) {
    let model = firstGuess(observed, options.states, options.seed + start);
    let before = Number.NEGATIVE_INFINITY;
    for (let round = 0; round < options.iterationsMax; round++) {
      const step = improve(model, observed);
      model = step.model;
      yield step.likelihood;
      if (step.likelihood - before < GAIN_MIN) break;
      before = step.likelihood;
    }
    if (best === null || before > best.likelihood) best = { model, likelihood: before };
  }
  return calmestFirst(best!.model);
}

/** Means drawn from the observations, variances of all of them, states that like to stay. */
function firstGuess({ dimensions, values }: Observations, states: number, seed: number): GaussianHmm {
  const random = createRandom(seed);
  const rows = values.length / dimensions;
  const mean = new Float64Array(states * dimensions);
  for (let k = 0; k < states; k++) {
    const row = Math.floor(random.next() * rows);
    mean.set(values.subarray(row * dimensions, (row + 1) * dimensions), k * dimensions);
  }
  const transition = new Float64Array(states * states).fill(0.1 / Math.max(1, states - 1));
  for (let k = 0; k < states; k++) transition[k * states + k] = states === 1 ? 1 : 0.9;
  return {
    states,
    dimensions,
    mean,
    transition,
    start: new Float64Array(states).fill(1 / states),
    variance: new Float64Array(states * dimensions).fill(1),
  };
}

/** Log density of one observation under each state, written to `out`. */
export function logDensities(model: GaussianHmm, values: ArrayLike<number>, at: number, out: Float64Array): void {
  const { states, dimensions, mean, variance } = model;
  for (let k = 0; k < states; k++) {
    let sum = 0;
    for (let d = 0; d < dimensions; d++) {
      const spread = variance[k * dimensions + d]!;
      sum -= 0.5 * (Math.log(2 * Math.PI * spread) + (values[at + d]! - mean[k * dimensions + d]!) ** 2 / spread);
    }
    out[k] = sum;
  }
}

/** One step of the forward filter in place: the states' probabilities before, and then after this observation. */
export function filterStep(
  { states, transition }: GaussianHmm,
  belief: Float64Array,
  logDensity: Float64Array,
): number {
  const predicted = new Float64Array(states);
  for (let from = 0; from < states; from++) {
    for (let to = 0; to < states; to++) predicted[to]! += belief[from]! * transition[from * states + to]!;
  }
  return update(predicted, logDensity, belief);
}

/** Weighs `predicted` by the densities into `belief`; returns the log likelihood of the observation. */
function update(predicted: Float64Array, logDensity: Float64Array, belief: Float64Array): number {
  const most = logDensity.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < belief.length; k++) sum += belief[k] = predicted[k]! * Math.exp(logDensity[k]! - most);
  for (let k = 0; k < belief.length; k++) belief[k]! /= sum;
  return Math.log(sum) + most;
}

/** One round of expectation and maximisation over all sequences. */
function improve(model: GaussianHmm, observed: Observations): { model: GaussianHmm; likelihood: number } {
  const { states, dimensions } = model;
  const rows = observed.values.length / dimensions;
  const sums = {
    start: new Float64Array(states),
    transition: new Float64Array(states * states),
    weight: new Float64Array(states),
    mean: new Float64Array(states * dimensions),
    square: new Float64Array(states * dimensions),
  };
  let likelihood = 0;
  for (const [s, from] of observed.sequenceStarts.entries()) {
    likelihood += addSequence(model, observed, from, observed.sequenceStarts[s + 1] ?? rows, sums);
  }
  const mean = sums.mean.map((sum, i) => sum / sums.weight[Math.floor(i / dimensions)]!);
  return {
    likelihood: likelihood / rows,
    model: {
      states,
      dimensions,
      mean,
      start: shares(sums.start, states),
      transition: shares(sums.transition, states),
      variance: sums.square.map((sum, i) =>
        Math.max(VARIANCE_LEAST, sum / sums.weight[Math.floor(i / dimensions)]! - mean[i]! ** 2),
      ),
    },
  };
}

/** Each row of `states` numbers as shares of their sum, none of them zero. */
function shares(sums: Float64Array, states: number): Float64Array {
  const out = new Float64Array(sums.length);
  for (let at = 0; at < sums.length; at += states) {
    let total = 0;
    for (let k = 0; k < states; k++) total += out[at + k] = sums[at + k]! + PROBABILITY_LEAST;
    for (let k = 0; k < states; k++) out[at + k]! /= total;
  }
  return out;
}

type Sums = Readonly<Record<'start' | 'transition' | 'weight' | 'mean' | 'square', Float64Array>>;

/** Forward and backward over the rows `[from, to)`; adds what each state is expected to have seen. Returns the log likelihood. */
function addSequence(model: GaussianHmm, { values }: Observations, from: number, to: number, sums: Sums): number {
  const { states, dimensions, transition } = model;
  const length = to - from;
  const forward = new Float64Array(length * states);
  const densities = new Float64Array(length * states);
  let likelihood = 0;
  for (let t = 0; t < length; t++) {
    const density = densities.subarray(t * states, (t + 1) * states);
    logDensities(model, values, (from + t) * dimensions, density);
    const belief = forward.subarray(t * states, (t + 1) * states);
    if (t === 0) likelihood += update(model.start, density, belief);
    else {
      belief.set(forward.subarray((t - 1) * states, t * states));
      likelihood += filterStep(model, belief, density);
    }
  }
  const backward = new Float64Array(states).fill(1);
  const smoothed = new Float64Array(states);
  const ahead = new Float64Array(states);
  for (let t = length - 1; t >= 0; t--) {
    let total = 0;
    for (let k = 0; k < states; k++) total += smoothed[k] = forward[t * states + k]! * backward[k]!;
    for (let k = 0; k < states; k++) {
      const share = smoothed[k]! / total;
      if (t === 0) sums.start[k]! += share;
      sums.weight[k]! += share;
      for (let d = 0; d < dimensions; d++) {
        const value = values[(from + t) * dimensions + d]!;
        sums.mean[k * dimensions + d]! += share * value;
        sums.square[k * dimensions + d]! += share * value * value;
      }
    }
    if (t === 0) break;
    addSteps(model, forward, densities, backward, t, ahead, sums.transition);
    stepBack(transition, ahead, backward);
  }
  return likelihood;
}

/** Adds the expected steps into bar `t`; leaves density times backward message, scaled, in `ahead`. */
function addSteps(
  { states, transition }: GaussianHmm,
  forward: Float64Array,
  densities: Float64Array,
  backward: Float64Array,
  t: number,
  ahead: Float64Array,
  sums: Float64Array,
): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < states; k++) most = Math.max(most, densities[t * states + k]!);
  for (let k = 0; k < states; k++) ahead[k] = Math.exp(densities[t * states + k]! - most) * backward[k]!;
  let total = 0;
  for (let i = 0; i < states; i++) {
    for (let j = 0; j < states; j++) total += forward[(t - 1) * states + i]! * transition[i * states + j]! * ahead[j]!;
  }
  for (let i = 0; i < states; i++) {
    for (let j = 0; j < states; j++) {
      sums[i * states + j]! += (forward[(t - 1) * states + i]! * transition[i * states + j]! * ahead[j]!) / total;
    }
  }
}

function stepBack(transition: Float64Array, ahead: Float64Array, backward: Float64Array): void {
  const states = backward.length;
  let total = 0;
  for (let i = 0; i < states; i++) {
    let sum = 0;
    for (let j = 0; j < states; j++) sum += transition[i * states + j]! * ahead[j]!;
    backward[i] = sum;
    total += sum;
  }
  for (let i = 0; i < states; i++) backward[i]! /= total;
}

function calmestFirst(model: GaussianHmm): GaussianHmm {
  const { states, dimensions, variance } = model;
  const spread = Float64Array.from({ length: states }, (_, k) =>
    variance.subarray(k * dimensions, (k + 1) * dimensions).reduce((sum, value) => sum + Math.log(value), 0),
  );
  const order = [...spread.keys()].sort((a, b) => spread[a]! - spread[b]!);
  const rowsOf = (of: Float64Array, width: number): Float64Array =>
    Float64Array.from(order.flatMap((k) => [...of.subarray(k * width, (k + 1) * width)]));
  return {
    states,
    dimensions,
    start: rowsOf(model.start, 1),
    transition: Float64Array.from(order.flatMap((i) => order.map((j) => model.transition[i * states + j]!))),
    mean: rowsOf(model.mean, dimensions),
    variance: rowsOf(variance, dimensions),
  };
}
