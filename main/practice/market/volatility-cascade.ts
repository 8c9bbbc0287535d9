import { gaussianAt } from './hash-random.ts';

/** One time scale of the log-volatility: normal numbers on a lattice of `periodMin` minutes, joined in between. */
export interface Octave {
  readonly periodMin: number;
  readonly amplitude: number;
}

/** Variance of the sum of the octaves at any one instant. */
export function cascadeVariance(octaves: readonly Octave[]): number {
  return octaves.reduce((sum, { amplitude }) => sum + amplitude * amplitude, 0);
}

/** Adds the octaves of `stream` to `out`, one number a minute from `firstMinute`. */
export function addCascade(out: Float64Array, stream: number, octaves: readonly Octave[], firstMinute: number): void {
  for (const { periodMin, amplitude } of octaves) {
    // Every period has its own numbers, or the scales would move together at common lattice points.
    const octaveStream = stream ^ Math.imul(periodMin, 0x5bd1e995);
    let cell = Math.floor(firstMinute / periodMin);
    let offset = firstMinute - cell * periodMin;
    let left = gaussianAt(octaveStream, cell);
    let right = gaussianAt(octaveStream, cell + 1);
    for (let i = 0; i < out.length; i++) {
      const u = offset / periodMin;
      const w = 1 - u;
      // Dividing by the root keeps the variance the same between the lattice points as on them.
      out[i] = (out[i] as number) + (amplitude * (left * w + right * u)) / Math.sqrt(w * w + u * u);
      if (++offset === periodMin) {
        offset = 0;
        cell += 1;
        left = right;
        right = gaussianAt(octaveStream, cell + 1);
      }
    }
  }
}

/** The octaves' sum at one minute. */
export function cascadeAt(stream: number, octaves: readonly Octave[], minute: number): number {
  const one = new Float64Array(1);
  addCascade(one, stream, octaves, minute);
  return one[0] as number;
}
