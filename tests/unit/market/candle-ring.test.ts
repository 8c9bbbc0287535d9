import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCandleRing } from '../../../main/engine/market/candle-ring.ts';

test('keeps the last ones in time order, whatever order they come in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 200 }), (times) => {
      const ring = createCandleRing(16);
      const plain = new Map<number, number>();
      times.forEach((time, index) => {
        const kept = [...plain.keys()].sort((a, b) => a - b);
        const tooOld = kept.length === 16 && !plain.has(time) && time < (kept[0] as number);
        ring.put([time, index, index, index, index, 0]);
        if (!tooOld) plain.set(time, index);
        if (plain.size > 16) plain.delete(Math.min(...plain.keys()));
      });
      const expected = [...plain.entries()].sort((a, b) => a[0] - b[0]);
      expect(ring.last(100).map((row) => [row[0], row[1]])).toEqual(expected);
      expect(ring.lastOpenTimeMs).toBe(expected.at(-1)?.[0] ?? null);
    }),
    { seed: 7, numRuns: 200 },
  );
});
