import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { leastSquares } from '../../../main/lab/metrics/least-squares.ts';
import { unitRootProbability } from '../../../main/lab/metrics/mackinnon.ts';
import {
  correlation,
  dickeyFuller,
  halfLife,
  pairStatistics,
  ranks,
} from '../../../main/lab/metrics/pair-statistics.ts';

function walk(seed: number, length: number, carry = 1): Float64Array {
  const random = createRandom(seed);
  let value = 0;
  return Float64Array.from({ length }, () => (value = carry * value + random.next() - 0.5));
}

/** With as few digits as leave room for a large number beside them. */
const onGrid = (value: number): number => Math.round(value * 2 ** 40) / 2 ** 40;

describe('least squares', () => {
  it('finds the line that there is', () => {
    const x = Float64Array.of(1, 2, 3, 4);
    const { coefficients, rSquared, residuals } = leastSquares(
      [new Float64Array(4).fill(1), x],
      x.map((each) => 3 - 2 * each),
    );
    expect(coefficients[0]).toBeCloseTo(3, 12);
    expect(coefficients[1]).toBeCloseTo(-2, 12);
    expect(rSquared).toBeCloseTo(1, 12);
    for (const rest of residuals) expect(rest).toBeCloseTo(0, 12);
  });

  it('has the standard errors of the textbook', () => {
    // y = 1, 3, 2, 5 on x = 1 … 4: slope 1.1, residual variance 1.35, so errors √(1.35 / 5) and √(1.35 · 30 / 20).
    const { coefficients, standardErrors } = leastSquares(
      [new Float64Array(4).fill(1), Float64Array.of(1, 2, 3, 4)],
      Float64Array.of(1, 3, 2, 5),
    );
    expect([...coefficients]).toEqual([expect.closeTo(0, 12), expect.closeTo(1.1, 12)]);
    expect([...standardErrors]).toEqual([expect.closeTo(Math.sqrt(2.025), 12), expect.closeTo(Math.sqrt(0.27), 12)]);
  });

  it('loses no digits where a column hardly moves beside its size, as the log of a price over a few minutes', () => {
    const x = walk(8, 500, 0.9).map((each) => each / 10_000);
    const y = walk(9, 500, 0.9).map((each, i) => each / 10_000 + 0.7 * x[i]!);
    // Powers of two are added without rounding what is there: the answer is the same but for the intercept.
    const near = pairStatistics(x.map(onGrid), y.map(onGrid));
    const far = pairStatistics(
      x.map((each) => onGrid(each) + 16),
      y.map((each) => onGrid(each) + 8),
    );
    const figures = [
      'hedgeRatio',
      'rSquared',
      'spreadDeviation',
      'dickeyFuller',
      'engleGranger',
      'lastZScore',
    ] as const;
    for (const name of figures)
      expect(Math.abs(far[name] / near[name] - 1), `${name}: ${far[name]}, ${near[name]}`).toBeLessThan(1e-9);
  });

  it('refuses what has no answer', () => {
    const x = Float64Array.of(1, 2, 3, 4);
    expect(() => leastSquares([x, x.map((each) => 2 * each)], x)).toThrow('follows from the others');
    expect(() => leastSquares([x.subarray(0, 1), x.subarray(1, 2)], x.subarray(0, 1))).toThrow('1 rows cannot say 2');
  });
});

describe('unit roots', () => {
  // statsmodels 0.15: mackinnonp(t, regression='c', N=1) and N=2.
  it.each([
    [-20, 1, 0],
    [-4, 1, 0.0014105112530392603],
    [-1.5, 1, 0.533511338910265],
    [-1.7, 1, 0.4311124768686236],
    [1, 1, 0.9942659485477608],
    [3, 1, 1],
    [-4, 2, 0.00718130705505248],
    [-1.5, 2, 0.7611920745117746],
    [0, 2, 0.9859002580259643],
  ] as const)('a statistic of %d for %i series is likely with %d', (statistic, series, probability) => {
    expect(unitRootProbability(statistic, series)).toBeCloseTo(probability, 12);
  });

  it('a walk has one, what comes back has none', () => {
    expect(dickeyFuller(walk(2, 2_000), 1, true)).toBeGreaterThan(-2.86);
    expect(dickeyFuller(walk(1, 2_000, 0.9), 1, true)).toBeLessThan(-8);
  });

  it('half of a deviation that shrinks by a tenth a bar is gone after seven', () => {
    expect(halfLife(walk(3, 50_000, 0.9))).toBeCloseTo(Math.LN2 / 0.1, 0);
  });
});

describe('pairs', () => {
  it('that hang together are told from those that do not', () => {
    const x = walk(5, 3_000).map((value) => value / 10);
    const own = walk(6, 3_000, 0.95).map((value) => value / 50);
    const together = pairStatistics(
      x,
      x.map((value, i) => 0.5 + 1.5 * value + own[i]!),
    );
    expect(together.hedgeRatio).toBeCloseTo(1.5, 1);
    expect(together.engleGrangerProbability).toBeLessThan(0.001);
    const apart = pairStatistics(x, walk(7, 3_000));
    expect(apart.engleGrangerProbability).toBeGreaterThan(0.05);
  });

  it('equal values share their ranks', () => {
    expect([...ranks(Float64Array.of(3, 1, 3, 2))]).toEqual([3.5, 1, 3.5, 2]);
    expect(correlation(Float64Array.of(1, 2, 3), Float64Array.of(3, 2, 1))).toBe(-1);
  });

  it('refuse lengths that do not match', () => {
    expect(() => pairStatistics(walk(1, 20), walk(1, 19))).toThrow('20 and 19 prices make no pair');
  });
});
