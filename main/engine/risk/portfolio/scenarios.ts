import { Normals } from '../../kernel/normals.ts';
import type { ReturnModel } from './return-model.ts';

/** What the portfolio returned in each row of history, at today's weights. @param columns returns of each asset, equally long */
export function historicalReturns(columns: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(columns[0]?.length ?? 0);
  for (let a = 0; a < columns.length; a += 2) {
    const right = columns[a + 1];
    addColumns(out, columns[a]!, weights[a]!, right ?? columns[a]!, right ? weights[a + 1]! : 0);
  }
  return out;
}

/** Two columns at a pass: half as many passes over `out`. */
function addColumns(
  out: Float64Array,
  left: Float64Array,
  leftWeight: number,
  right: Float64Array,
  rightWeight: number,
): void {
  for (let i = 0; i < out.length; i += 1) out[i] = out[i]! + leftWeight * left[i]! + rightWeight * right[i]!;
}

export interface SimulationOptions {
  /** Periods of the model ahead. */
  readonly steps: number;
  readonly scenarios: number;
  readonly seed: number;
}

/** Numbers drawn at once: they stay in the nearest cache. */
const DRAWN = 2_048;
/** Scenarios worked out side by side, so that no sum waits for itself. */
const ABREAST = 4;

/**
 * What the portfolio returns in scenarios drawn from the model. One step ahead its returns are plain ones; over several they
 * add up as log returns. The factor is applied to the sum of the steps' draws, which gives the sum of the steps' returns: it
 * is the same for each.
 */
export function simulateReturns(model: ReturnModel, weights: Float64Array, options: SimulationOptions): Float64Array {
  const { steps, scenarios, seed } = options;
  const assets = weights.length;
  const normals = new Normals(seed);
  const together = ABREAST * Math.max(1, Math.floor(DRAWN / (ABREAST * assets * steps)));
  const draws = new Float64Array(together * assets * steps);
  const shocks = steps === 1 ? draws : new Float64Array(together * assets);
  const out = new Float64Array(Math.ceil(scenarios / together) * together);
  for (let from = 0; from < scenarios; from += together) {
    normals.fill(draws);
    if (steps > 1) sumSteps(draws, shocks, assets, steps);
    addReturns(model, weights, shocks, steps, out, from);
  }
  return out.subarray(0, scenarios);
}

/** Each scenario's draws lie step after step, all assets in each. */
function sumSteps(draws: Float64Array, shocks: Float64Array, assets: number, steps: number): void {
  shocks.fill(0);
  for (let to = 0, from = 0; to < shocks.length; to += assets) {
    for (let step = 0; step < steps; step += 1, from += assets) {
      for (let a = 0; a < assets; a += 1) shocks[to + a] = shocks[to + a]! + draws[from + a]!;
    }
  }
}

/** Adds to `out`, from `at` on, the portfolio's return under each scenario of `shocks`: four at a time. */
function addReturns(
  { mean, factor }: ReturnModel,
  weights: Float64Array,
  shocks: Float64Array,
  steps: number,
  out: Float64Array,
  at: number,
): void {
  const assets = weights.length;
  for (let z0 = 0, k = at; z0 < shocks.length; z0 += ABREAST * assets, k += ABREAST) {
    const [z1, z2, z3] = [z0 + assets, z0 + 2 * assets, z0 + 3 * assets];
    for (let a = 0, row = 0; a < assets; a += 1, row += assets) {
      const drift = steps * mean[a]!;
      let [v0, v1, v2, v3] = [drift, drift, drift, drift];
      for (let b = 0; b <= a; b += 1) {
        const f = factor[row + b]!;
        v0 += f * shocks[z0 + b]!;
        v1 += f * shocks[z1 + b]!;
        v2 += f * shocks[z2 + b]!;
        v3 += f * shocks[z3 + b]!;
      }
      const weight = weights[a]!;
      out[k] = out[k]! + weight * plain(v0, steps);
      out[k + 1] = out[k + 1]! + weight * plain(v1, steps);
      out[k + 2] = out[k + 2]! + weight * plain(v2, steps);
      out[k + 3] = out[k + 3]! + weight * plain(v3, steps);
    }
  }
}

const plain = (value: number, steps: number): number => (steps === 1 ? value : Math.exp(value) - 1);
