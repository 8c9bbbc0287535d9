import { describe, expect, it } from 'vitest';
import { type Try, walkMap } from '../../../../main/lab/workers/map-walk.ts';

const DAY_MS = 86_400_000;
const DAYS = 100;

/** A try whose daily return on each day is what `of` says. */
const tryOf = (fast: number, of: (day: number) => number): Try => ({
  params: { fast },
  returns: {
    day: Int32Array.from({ length: DAYS }, (_, day) => 1_000 + day),
    returns: Float64Array.from({ length: DAYS }, (_, day) => of(day)),
  },
});
/** Up and down by turns, so that a ratio has something to divide by. */
const ripple = (day: number): number => (day % 2 === 0 ? 0.002 : -0.001);

describe('walking forward over a map', () => {
  it('chooses by what came before and counts only what came after', () => {
    // The first earns for forty days and loses ever after; the second does the opposite.
    const walk = walkMap([
      tryOf(5, (day) => (day < 40 ? 0.01 : -0.01) + ripple(day)),
      tryOf(9, (day) => (day < 40 ? -0.01 : 0.01) + ripple(day)),
    ]);
    expect(walk?.folds).toHaveLength(6);
    const [first, ...later] = walk!.folds;
    expect(first).toMatchObject({ params: { fast: 5 }, trainingFromMs: 1_000 * DAY_MS, testFromMs: 1_040 * DAY_MS });
    expect(first!.testReturnShare).toBeLessThan(0);
    expect(first!.trainingSharpe).toBeGreaterThan(0);
    expect(later.at(-1)).toMatchObject({ params: { fast: 9 }, testToMs: 1_100 * DAY_MS });
    expect(later.at(-1)!.testReturnShare).toBeGreaterThan(0);
  });

  it('tests every day after the first stretch once', () => {
    const { folds, testReturnShare } = walkMap([tryOf(5, ripple), tryOf(9, () => 0)])!;
    for (const [at, fold] of folds.entries()) expect(fold.testFromMs).toBe(folds[at - 1]?.testToMs ?? 1_040 * DAY_MS);
    const product = folds.reduce((value, fold) => value * (1 + fold.testReturnShare), 1);
    expect(product - 1).toBeCloseTo(testReturnShare, 12);
  });

  it('says nothing of a single try or of a month', () => {
    expect(walkMap([tryOf(5, ripple)])).toBeNull();
    const short = (each: Try): Try => ({
      ...each,
      returns: { day: each.returns.day.slice(0, 29), returns: each.returns.returns.slice(0, 29) },
    });
    expect(walkMap([short(tryOf(5, ripple)), short(tryOf(9, ripple))])).toBeNull();
    expect(walkMap([])).toBeNull();
  });
});
