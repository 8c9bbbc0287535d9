import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { bestRun } from '../../../../main/lab/experiments/best-run.ts';
import { abTest, compareRuns } from '../../../../main/lab/experiments/compare.ts';
import { type DayReturns, dayReturns, onCommonDays } from '../../../../main/lab/experiments/day-returns.ts';
import type { Experiment } from '../../../../main/lab/experiments/experiment.ts';
import { inputsOf, resultOf } from './sample-runs.ts';

const HOUR = 3_600_000;
const days = (shares: readonly number[], fromDay = 0): DayReturns => ({
  day: Int32Array.from(shares, (_, at) => fromDay + at),
  returns: Float64Array.from(shares),
});
function noise(count: number, seed: number, size = 0.02): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => (random.next() + random.next() + random.next() - 1.5) * size);
}

it('returns of days: each day’s last equity over the one before, days without a bar left out', () => {
  const openTimeMs = Float64Array.of(0, 23 * HOUR, 24 * HOUR, 75 * HOUR);
  const { day, returns } = dayReturns(Float64Array.of(100, 110, 121, 60.5), openTimeMs, 100);
  expect(Array.from(day)).toEqual([0, 1, 3]);
  expect(Array.from(returns)).toEqual([0.1, 0.1, -0.5].map((value) => expect.closeTo(value, 12)));
  expect(onCommonDays(days([1, 2, 3], 5), days([7, 8], 6))).toEqual([Float64Array.of(2, 3), Float64Array.of(7, 8)]);
});

describe('A against B', () => {
  const market = noise(400, 1);
  it('finds a small steady lead in a noisy market, for both met the same days', () => {
    const better = market.map((share, at) => share + 0.001 + (at % 2 === 0 ? 0.0005 : -0.0005));
    const test = abTest(days(market), days(better), 7);
    expect(test.meanDifference).toBeCloseTo(0.001, 6);
    expect(test.low).toBeGreaterThan(0);
    expect(test.pValue).toBeLessThan(0.01);
    expect(test.verdict).toMatch(/^B did better/);
    expect(abTest(days(better), days(market), 7).verdict).toMatch(/^A did better/);
  });
  it('calls chance by its name about as often as it says', () => {
    const pValues = Array.from(
      { length: 60 },
      (_, at) => abTest(days(noise(120, 1_000 + at)), days(noise(120, 5_000 + at)), at).pValue,
    );
    const found = pValues.filter((p) => p < 0.1).length;
    // 6 are expected; 17 or more would come once in 50,000 times.
    expect(found).toBeLessThan(17);
    expect(pValues.filter((p) => p > 0.5).length).toBeGreaterThan(12);
  });
  it('is the same for the same seed', () => {
    expect(abTest(days(market), days(noise(400, 2)), 3)).toEqual(abTest(days(market), days(noise(400, 2)), 3));
  });
  it('says where there is nothing to tell', () => {
    expect(abTest(days(market.slice(0, 20)), days(market), 1)).toMatchObject({
      pValue: 1,
      verdict: '20 common days are too few to tell: 30 is the least',
    });
    expect(abTest(days(market), days(market), 1)).toMatchObject({
      pValue: 1,
      verdict: 'day by day the two are the same',
    });
  });
});

const experiment = (id: string, fast: number, shares: readonly number[], createdMs = 0): Experiment => ({
  id,
  createdMs,
  status: 'done',
  why: '',
  inputs: inputsOf(fast),
  statistics: resultOf(shares).statistics,
  verdict: '',
  resultHash: id,
  folder: id,
  tags: [],
  note: '',
});

it('comparison shows figures, and only what differs', () => {
  const { figures, differences } = compareRuns([experiment('a', 10, [0.01, 0.01]), experiment('b', 20, [0.02, -0.01])]);
  expect(differences).toEqual([{ name: 'param fast', values: ['10', '20'] }]);
  expect(figures.find(({ name }) => name === 'return %')?.values).toEqual(
    [2.01, 0.98].map((value) => expect.closeTo(value, 9)),
  );
  const failed = { ...experiment('c', 10, []), statistics: null };
  expect(compareRuns([failed]).figures.every(({ values }) => values[0] === null)).toBe(true);
});

describe('the best run', () => {
  const good = noise(300, 11, 0.01).map((share) => share + 0.0007);
  const store = (tries: readonly (readonly number[])[], runs: readonly (readonly [string, readonly number[]])[]) => ({
    list: () => runs.map(([id, shares], at) => experiment(id, 10, shares, at)),
    returnsOf: (id: string) => days(runs.find(([name]) => name === id)?.[1] ?? []),
    trials: () => tries.map((shares) => ({ returns: days(shares) })),
  });
  const any = { tradesMin: 1, drawdownPctMax: 90, strategy: null };

  it('is beyond luck after one try, and not after five hundred', () => {
    const once = bestRun(store([good], [['a', good]]), any);
    expect(once.verdict).toMatch(/^a: after one try its Sharpe ratio is beyond luck with (more than )?9\d\.\d %/);
    const tries = [good, ...Array.from({ length: 499 }, (_, at) => noise(300, 50 + at, 0.02))];
    const often = bestRun(store(tries, [['a', good]]), any);
    expect(often.candidates[0]!.odds).toBeLessThan(once.candidates[0]!.odds);
    expect(often.candidates[0]!.trials).toBe(500);
  });
  it('meets the conditions, and states the rule', () => {
    const runs = [
      ['flat', noise(300, 3)],
      ['good', good],
    ] as const;
    const best = bestRun(store([good], runs), any);
    expect(best.candidates.map(({ experiment: { id } }) => id)).toEqual(['good', 'flat']);
    expect(best.rule).toBe(
      'highest probability that the Sharpe ratio beats the luckiest of all tries (deflated Sharpe), of all runs with at least 1 trades and a drawdown of at most 90 %',
    );
    expect(bestRun(store([good], runs), { ...any, tradesMin: 3 })).toMatchObject({
      candidates: [],
      verdict: 'no run meets the conditions',
    });
    expect(bestRun(store([good], runs), { ...any, strategy: 'momentum' }).candidates).toEqual([]);
  });
});
