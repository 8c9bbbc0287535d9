import { expect, test } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { besideOther, hoursOf, liveRecord, saidAndCame } from '../../../main/ml/judgement/live-record.ts';
import {
  BLOCKS_MIN,
  blockHoursOf,
  type HourSum,
  meanOfHours,
  toldApart,
} from '../../../main/ml/judgement/told-apart.ts';
import { plantedHours } from '../../support/memory-boards.ts';

const HOUR_MS = 3_600_000;

test('a block is twice the life of a forecast, four hours at least', () => {
  expect([0, HOUR_MS, 3 * HOUR_MS, 24 * HOUR_MS].map(blockHoursOf)).toEqual([4, 4, 6, 48]);
});

test('the mean weighs each forecast alike, and an hour without one is no hour', () => {
  const hours: HourSum[] = [
    { hour: 0, n: 1, sum: 4 },
    { hour: 1, n: 0, sum: 0 },
    { hour: 9, n: 3, sum: 0 },
  ];
  expect(meanOfHours(hours, 4)).toEqual({ value: 1, interval: null, n: 4, blocks: 2 });
  expect(meanOfHours([{ hour: 1, n: 0, sum: 0 }], 4)).toBeNull();
});

/** `blocks` blocks of four hours, each with ten forecasts whose mean lies about `mean`, all of a block alike. */
function drawn(blocks: number, mean: number, deviation: number, seed: number): HourSum[] {
  const random = createRandom(seed);
  return Array.from({ length: blocks }, () => mean + deviation * (random.next() * 2 - 1) * Math.sqrt(3)).flatMap(
    (value, block) => [0, 1, 2, 3].map((at) => ({ hour: 4 * block + at, n: 10, sum: 10 * value })),
  );
}

test('fewer than ten blocks are too few to tell anything apart', () => {
  const few = meanOfHours(drawn(BLOCKS_MIN - 1, -1, 0.001, 1), 4);
  expect(few).toMatchObject({ interval: null, blocks: BLOCKS_MIN - 1 });
  expect(toldApart(few!)).toBe('too-few');
  expect(toldApart(meanOfHours(drawn(BLOCKS_MIN, -1, 0.001, 1), 4)!)).toBe('better');
});

test.each([
  [-0.1, 'better'],
  [0.1, 'worse'],
  [0, 'not-told-apart'],
] as const)('a difference of %f among noise of 0.1 over 60 blocks is %s', (mean, verdict) => {
  expect(toldApart(meanOfHours(drawn(60, mean, 0.1, 5), 4)!)).toBe(verdict);
});

test('where there is no difference, about one in twenty intervals misses zero', () => {
  const missed = Array.from({ length: 200 }, (_, seed) => toldApart(meanOfHours(drawn(40, 0, 0.1, seed + 1), 4)!));
  const share = missed.filter((verdict) => verdict !== 'not-told-apart').length / 200;
  expect(share).toBeGreaterThan(0.01);
  expect(share).toBeLessThan(0.12);
});

test('whole blocks are drawn: forecasts that repeat within a block do not narrow it', () => {
  const hours = drawn(40, 0, 0.1, 9);
  const width = (blockHours: number): number => {
    const { low, high } = meanOfHours(hours, blockHours)!.interval!;
    return high - low;
  };
  expect(width(4)).toBeGreaterThan(1.6 * width(1));
});

test('a version is measured beside another on what both said, else beside a coin', () => {
  const hours = plantedHours();
  const challenger = hoursOf('trees@1.1.0', hours);
  expect(besideOther(challenger, 'trees@1.0.0', 4)).toMatchObject({ member: 'trees@1.0.0', verdict: 'better' });
  expect(besideOther(challenger, 'trees@0.9.0', 4)).toBeNull();
  expect(besideOther(hoursOf('seasonal@1.0.0', hours), null, 4)).toMatchObject({ member: null, verdict: 'worse' });
  expect(besideOther(hoursOf('nobody@1.0.0', hours), null, 4)).toBeNull();
});

test('how it did live, and what it said beside what came', () => {
  const own = hoursOf('trees@1.0.0', plantedHours());
  const record = liveRecord(own, 4)!;
  expect(record.logLoss.value).toBeCloseTo(Math.LN2 - 0.004, 2);
  expect(record.logLoss.interval!.low).toBeLessThan(record.logLoss.value);
  expect(record.logLoss.interval!.high).toBeGreaterThan(record.logLoss.value);
  expect(record.brier.value).toBeCloseTo(0.249, 12);
  expect(saidAndCame(own, 4)).toMatchObject([
    { from: 0.5, said: expect.closeTo(0.53, 9), came: { n: record.logLoss.n } },
  ]);
  expect(liveRecord(hoursOf('nobody@1.0.0', []), 4)).toBeNull();
});
