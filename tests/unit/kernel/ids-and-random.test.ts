import { describe, expect, it } from 'vitest';
import { createIdSequence, newSessionId } from '../../../main/engine/kernel/ids.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';

describe('ids', () => {
  it('session ids are eight characters, another one each time', () => {
    const ids = Array.from({ length: 200 }, newSessionId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{8}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('stay what a venue takes: at most 36 of A-Z a-z 0-9 _ -, after millions too', () => {
    const ids = createIdSequence();
    ids.start('zzzzzzzz');
    let last = '';
    for (let i = 0; i < 50_000; i += 1) last = ids.next('cs');
    expect(last).toMatch(/^cs-zzzzzzzz-[0-9a-z]+$/);
    expect(last.length).toBeLessThanOrEqual(36 - 6);
  });

  it('begin anew with a session and are none before the first', () => {
    const ids = createIdSequence();
    expect(() => ids.next('p')).toThrow(/invariant/);
    ids.start('aaaaaaaa');
    expect([ids.next('p'), ids.next('q')]).toEqual(['p-aaaaaaaa-1', 'q-aaaaaaaa-2']);
    ids.start('bbbbbbbb');
    expect(ids.next('p')).toBe('p-bbbbbbbb-1');
  });
});

describe('random', () => {
  const draw = (seed: number, count: number): number[] => {
    const random = createRandom(seed);
    return Array.from({ length: count }, () => random.next());
  };

  it('is the same sequence for the same seed and another for another, neighbours included', () => {
    expect(draw(7, 50)).toEqual(draw(7, 50));
    const firsts = Array.from({ length: 1_000 }, (_, seed) => draw(seed, 1)[0]);
    expect(new Set(firsts).size).toBe(1_000);
  });

  it('does not change from one build to the next: recordings depend on it', () => {
    expect(draw(1, 3)).toMatchInlineSnapshot(`
      [
        0.339749067556113,
        0.6532651029992849,
        0.05321037280373275,
      ]
    `);
  });

  it.each([0, 1, -5, 4_294_967_295])('seed %i is uniform in [0, 1): mean, spread and every tenth', (seed) => {
    const n = 100_000;
    const values = draw(seed, n);
    const tenths = new Array<number>(10).fill(0);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    for (const value of values) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] as number) + 1;
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    // Five standard errors: a fixed seed either is inside for ever or the generator is broken.
    expect(Math.abs(mean - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.0013);
    for (const count of tenths) expect(Math.abs(count - n / 10)).toBeLessThan(5 * Math.sqrt(n * 0.09));
  });
});
