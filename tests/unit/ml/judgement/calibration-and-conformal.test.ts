import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { applyCalibration, calibrateAcrossFolds, fitCalibration } from '../../../../main/ml/judgement/calibrate.ts';
import { AdaptiveConformal, conformalShift, coverageOf } from '../../../../main/ml/judgement/conformal.ts';
import { applyIsotonic, fitIsotonic } from '../../../../main/ml/judgement/isotonic.ts';
import { expectedCalibrationError, reliabilityBuckets } from '../../../../main/ml/training/metrics.ts';

/** Probabilities that say too much: what is said as p comes true as often as `truth(p)`. */
function overconfident(n: number, seed: number, truth: (p: number) => number) {
  const random = createRandom(seed);
  const p = new Float64Array(n).map(() => random.next());
  const labels = Uint8Array.from(p, (each) => (random.next() < truth(each) ? 1 : 0));
  return { p, labels, weights: new Float64Array(n).fill(1) };
}
const half = (p: number): number => 0.25 + p / 2;
const step = (p: number): number => (p < 0.6 ? 0.2 : 0.7);
const errorOf = (p: Float64Array, labels: Uint8Array): number =>
  expectedCalibrationError(reliabilityBuckets(p, labels));

describe('calibration', () => {
  it.each([
    ['platt', 2_000, half],
    ['isotonic', 20_000, half],
    ['isotonic', 20_000, step],
  ] as const)('by %s of %i events brings what is said to what comes true', (kind, n, truth) => {
    const { p, labels, weights } = overconfident(n, 1, truth);
    const map = fitCalibration(p, labels, weights, n);
    expect(map.kind).toBe(kind);
    const fresh = overconfident(20_000, 2, truth);
    expect(errorOf(fresh.p, fresh.labels)).toBeGreaterThan(0.1);
    expect(
      errorOf(
        fresh.p.map((each) => applyCalibration(map, each)),
        fresh.labels,
      ),
    ).toBeLessThan(0.03);
  });

  it('never turns two answers round, and is level outside what it has seen', () => {
    const { p, labels, weights } = overconfident(6_000, 3, half);
    const map = fitIsotonic(p, labels, weights);
    for (let k = 1; k < map.raw.length; k++) {
      expect(map.raw[k]!).toBeGreaterThan(map.raw[k - 1]!);
      expect(map.calibrated[k]!).toBeGreaterThanOrEqual(map.calibrated[k - 1]!);
    }
    expect(applyIsotonic(map, -1)).toBe(map.calibrated[0]);
    expect(applyIsotonic(map, 2)).toBe(map.calibrated.at(-1));
  });

  it('does not read the surest answers off a handful that came last', () => {
    // Steps of 61 answers, and eleven are left.
    const { p, labels, weights } = overconfident(6_050, 3, half);
    for (const [last, bounds] of [
      [0, 'falls'],
      [1, 'is certain'],
    ] as const) {
      const surest = new Set([...p.keys()].sort((a, b) => p[b]! - p[a]!).slice(0, 11));
      const map = fitIsotonic(
        p,
        labels.map((label, i) => (surest.has(i) ? last : label)),
        weights,
      );
      expect(map.calibrated, bounds).toEqual(map.calibrated.toSorted((a, b) => a - b));
      expect(map.calibrated.at(-1), bounds).toBeGreaterThan(0.65);
      expect(map.calibrated.at(-1), bounds).toBeLessThan(0.85);
    }
  });

  it('reads one answer in one way, however often it was given and whenever it was right', () => {
    const n = 1_000;
    const later = Uint8Array.from({ length: n }, (_, i) => (i < n / 2 ? 0 : 1));
    const map = fitIsotonic(new Float64Array(n).fill(0.1), later, new Float64Array(n).fill(0.3));
    expect(map.calibrated).toEqual([0.5]);
    const two = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 0.1 : 0.7));
    expect(fitIsotonic(two, later, new Float64Array(n).fill(0.3)).raw).toHaveLength(1);
  });

  it('pools what falls, by weight', () => {
    const map = fitIsotonic(Float64Array.of(0.1, 0.2, 0.3), Uint8Array.of(1, 0, 1), Float64Array.of(1, 3, 4));
    expect(map.calibrated).toEqual([0.25, 1]);
    expect(map.raw[0]).toBeCloseTo(0.175, 6);
  });

  it('calibrates no fold by itself', () => {
    const { p, labels, weights } = overconfident(2_000, 4, half);
    const foldOf = Int32Array.from(p, (_, i) => i % 2);
    const { calibrated } = calibrateAcrossFolds(p, labels, weights, foldOf, 2_000);
    const flipped = labels.map((label, i) => (i % 2 === 0 ? 1 - label : label));
    const other = calibrateAcrossFolds(p, flipped, weights, foldOf, 2_000).calibrated;
    expect(other.filter((_, i) => i % 2 === 0)).toEqual(calibrated.filter((_, i) => i % 2 === 0));
    expect(other.filter((_, i) => i % 2 === 1)).not.toEqual(calibrated.filter((_, i) => i % 2 === 1));
    // Where time must not be looked back on, the first fold says what was said, the next learns from it alone.
    const forward = calibrateAcrossFolds(p, labels, weights, foldOf, 2_000, true).calibrated;
    expect(forward.filter((_, i) => i % 2 === 0)).toEqual(p.filter((_, i) => i % 2 === 0));
    expect(forward.filter((_, i) => i % 2 === 1)).toEqual(calibrated.filter((_, i) => i % 2 === 1));
  });
});

/** Targets normal with deviation `spread(i)`; intervals from -1 to 1. */
function intervals(n: number, seed: number, spread: (i: number) => number) {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const targets = new Float64Array(n).map((_, i) => spread(i) * normal());
  return { low: new Float64Array(n).fill(-1), high: new Float64Array(n).fill(1), targets };
}

describe('conformal intervals', () => {
  it.each([0.5, 2])('hold the share they say, whether they were too wide or too narrow (spread %f)', (spread) => {
    const past = intervals(3_000, 1, () => spread);
    const shift = conformalShift(past.low, past.high, past.targets, 0.9);
    const fresh = intervals(20_000, 2, () => spread);
    expect(Math.abs(coverageOf(fresh.low, fresh.high, fresh.targets) - 0.9)).toBeGreaterThan(0.05);
    expect(Math.abs(coverageOf(fresh.low, fresh.high, fresh.targets, shift) - 0.9)).toBeLessThan(0.02);
  });

  it('keep it while the market turns wilder, where a fixed shift does not', () => {
    const drifting = intervals(20_000, 3, (i) => 1 + i / 5_000);
    const early = intervals(2_000, 4, () => 1);
    const fixed = conformalShift(early.low, early.high, early.targets, 0.9);
    const adaptive = new AdaptiveConformal(0.9);
    let inside = 0;
    for (const [i, target] of drifting.targets.entries()) {
      if (Math.abs(target) <= 1 + adaptive.shift) inside++;
      adaptive.observe(drifting.low[i]!, drifting.high[i]!, target);
    }
    expect(coverageOf(drifting.low, drifting.high, drifting.targets, fixed)).toBeLessThan(0.7);
    expect(Math.abs(inside / 20_000 - 0.9)).toBeLessThan(0.02);
  });
});
