import { describe, expect, it } from 'vitest';
import { Normals } from '../../../main/engine/kernel/normals.ts';
import { normalShareBelow } from '../../../main/lab/metrics/normal.ts';

describe('normal numbers from a seed', () => {
  const drawn = new Float64Array(1_000_000);
  new Normals(5).fill(drawn);

  it('have the moments of the normal distribution', () => {
    const moment = (power: number): number => drawn.reduce((sum, x) => sum + x ** power, 0) / drawn.length;
    // Deviations of the four estimates over a million draws: 0.001, 0.0014, 0.0039, 0.0098.
    expect(Math.abs(moment(1))).toBeLessThan(0.004);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.006);
    expect(Math.abs(moment(3))).toBeLessThan(0.016);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.04);
  });

  it('are distributed so everywhere, the tails included', () => {
    const sorted = drawn.toSorted();
    const farthest = sorted.reduce(
      (most, x, i) => Math.max(most, Math.abs((i + 0.5) / sorted.length - normalShareBelow(x))),
      0,
    );
    // Kolmogorov and Smirnov: one seed in 10,000 is farther than 2.2 / √n; this seed is one that is not.
    expect(farthest).toBeLessThan(2.2 / 1_000);
    for (const limit of [2.5, 3, 3.442619855899, 4]) {
      const wanted = drawn.length * normalShareBelow(-limit);
      const [low, high] = [drawn.filter((x) => x < -limit).length, drawn.filter((x) => x > limit).length];
      for (const count of [low, high]) expect(Math.abs(count - wanted)).toBeLessThan(4.5 * Math.sqrt(wanted));
    }
  });

  it('do not depend on their neighbours', () => {
    let product = 0;
    for (let i = 1; i < drawn.length; i += 1) product += drawn[i]! * drawn[i - 1]!;
    expect(Math.abs(product / drawn.length)).toBeLessThan(0.0045);
  });

  it('are the same in pieces as at once, and others for another seed', () => {
    const pieces = new Normals(5);
    const [first, second] = [new Float64Array(1_234), new Float64Array(4_321)];
    pieces.fill(first);
    pieces.fill(second);
    expect([...first, ...second]).toEqual([...drawn.subarray(0, 5_555)]);
    new Normals(6).fill(second);
    expect(second[0]).not.toBe(drawn[0]);
  });
});
