import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { optimalBlockLength } from '../../../main/lab/honesty/block-length.ts';
import { drawBlocks, returnIntervals } from '../../../main/lab/honesty/return-intervals.ts';
import { orderFigures, sumFigures, tradeIntervals } from '../../../main/lab/honesty/trade-intervals.ts';
import { mean, sampleDeviation } from '../../../main/lab/metrics/moments.ts';
import { returnMetrics } from '../../../main/lab/metrics/return-metrics.ts';

const OPTIONS = { seed: 7, draws: 400, level: 0.95 };

/** Each value `carry` times the one before and a new piece of variance 1/4. */
function autoregressive(seed: number, carry: number, length: number): Float64Array {
  const random = createRandom(seed);
  let value = 0;
  return Float64Array.from({ length }, () => {
    value = carry * value + random.next() + random.next() + random.next() - 1.5;
    return value;
  });
}

describe('block length', () => {
  // From the rule as the papers state it, written down independently in numpy 2.4; the third also by arch 8.0.
  it.each([
    [2, 0.5, 500, 7.523926393542549, 8.61274570261108],
    [3, 0.9, 1_000, 46.490163533835634, 53.21795233581519],
    [4, -0.6, 400, 21.084383407972286, 24.13559398256103],
    [5, 0.3, 250, 5.9611855120397435, 6.82385395813447],
  ])('of seed %i, carrying %d over %i values', (seed, carry, length, stationary, circular) => {
    const block = optimalBlockLength(autoregressive(seed, carry, length));
    expect(block.stationary / stationary).toBeCloseTo(1, 12);
    expect(block.circular / circular).toBeCloseTo(1, 12);
  });

  it('is one where values are independent, all the same, or hardly any', () => {
    for (const values of [autoregressive(1, 0, 500), new Float64Array(50).fill(3), Float64Array.of(1, 2, 3)])
      expect(optimalBlockLength(values)).toEqual({ stationary: 1, circular: 1 });
  });
});

describe('blocks', () => {
  it('of one length are stretches of the series, which goes round', () => {
    const values = Float64Array.from({ length: 20 }, (_, i) => i);
    const out = new Float64Array(20);
    drawBlocks(values, out, 5, 'circular', createRandom(3));
    for (let i = 1; i < 20; i += 1) if (i % 5 !== 0) expect(out[i]).toBe((out[i - 1]! + 1) % 20);
  });

  it('of random length are as long as asked on average', () => {
    const values = Float64Array.from({ length: 20_000 }, (_, i) => i);
    const out = new Float64Array(20_000);
    drawBlocks(values, out, 8, 'stationary', createRandom(4));
    let begins = 0;
    for (let i = 1; i < out.length; i += 1) if (out[i] !== (out[i - 1]! + 1) % 20_000) begins += 1;
    expect(out.length / begins).toBeGreaterThan(7.5);
    expect(out.length / begins).toBeLessThan(8.5);
  });
});

describe('intervals of returns', () => {
  const meanOf = (returns: Float64Array) => ({ mean: mean(returns) });

  it('hold the truth about as often as they say', () => {
    let held = 0;
    for (let seed = 0; seed < 200; seed += 1) {
      const { figures } = returnIntervals(autoregressive(1_000 + seed, 0, 120), meanOf, { ...OPTIONS, draws: 200 });
      if (figures['mean']!.low <= 0 && figures['mean']!.high >= 0) held += 1;
    }
    // 95 % of 200 is 190, with a deviation of 3; percentiles of a bootstrap are a little narrow.
    expect(held).toBeGreaterThan(178);
    expect(held).toBeLessThan(200);
  });

  it('are wider for a series that carries its past on', () => {
    const carrying = autoregressive(9, 0.7, 800);
    const independent = autoregressive(10, 0, 800).map((value) => value / Math.sqrt(1 - 0.7 ** 2));
    const width = (returns: Float64Array): number => {
      const { low, high } = returnIntervals(returns, meanOf, OPTIONS).figures['mean']!;
      return high - low;
    };
    // In the limit by √((1 + 0.7) / (1 − 0.7)) = 2.4.
    expect(width(carrying) / width(independent)).toBeGreaterThan(1.6);
  });

  it.each(['stationary', 'circular'] as const)('are the same for the same seed, %s', (method) => {
    const returns = autoregressive(12, 0.4, 300).map((value) => value / 50);
    const once = () => returnIntervals(returns, (each) => ({ ...returnMetrics(each, 365) }), OPTIONS, method);
    expect(once()).toEqual(once());
    const { figures, blockLength } = once();
    expect(blockLength).toBeGreaterThan(1);
    for (const { low, high } of Object.values(figures)) expect(low).toBeLessThanOrEqual(high);
    expect(figures['maxDrawdown']!.shareBelowZero).toBe(1);
  });

  it('of a figure without a value have none', () => {
    const { figures } = returnIntervals(autoregressive(1, 0, 50), () => ({ nothing: Number.NaN }), OPTIONS);
    expect(figures['nothing']).toEqual({
      value: Number.NaN,
      low: Number.NaN,
      high: Number.NaN,
      shareBelowZero: Number.NaN,
    });
  });
});

describe('intervals of trades', () => {
  it('read what a list of profits came to', () => {
    const profits = Float64Array.of(100, -50, -60, 30, -20);
    expect(orderFigures(profits, 1_000)).toEqual({ maxDrawdown: 110 / 1_100, longestLosingRow: 2 });
    expect(sumFigures(profits)).toEqual({ netProfit: 0, expectancy: 0, profitFactor: 1, winRate: 0.4 });
    expect(sumFigures(Float64Array.of(1, 2)).profitFactor).toBeNaN();
  });

  it('shuffled bound every order: the best and the worst are known', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -90, max: 90 }), { minLength: 2, maxLength: 9 }),
        fc.integer(),
        (list, seed) => {
          const { shuffled } = tradeIntervals(Float64Array.from(list), 1_000, {
            ...OPTIONS,
            seed,
            draws: 60,
            level: 1,
          });
          const losses = list.filter((profit) => profit <= 0);
          const worst = losses.reduce((sum, loss) => sum - loss, 0);
          // All losses in one row, before any gain: no order falls by a greater share of its peak.
          expect(shuffled.maxDrawdown.high).toBeLessThanOrEqual(worst / 1_000 + 1e-12);
          expect(shuffled.longestLosingRow.high).toBeLessThanOrEqual(losses.length);
          expect(shuffled.maxDrawdown.value).toBe(orderFigures(Float64Array.from(list), 1_000).maxDrawdown);
        },
      ),
    );
  });

  it('shuffled never lose more than there is, also where late trades are many times as large as early ones', () => {
    // Ten per cent up or down each: amounts grow a hundredfold.
    let cash = 1_000;
    const profits = Float64Array.from({ length: 80 }, (_, at) => {
      const profit = cash * (at % 3 === 2 ? -0.1 : 0.1);
      cash += profit;
      return profit;
    });
    const { maxDrawdown } = tradeIntervals(profits, 1_000, { ...OPTIONS, draws: 200, level: 1 }).shuffled;
    expect(maxDrawdown.high).toBeLessThanOrEqual(1 - 0.9 ** 26 + 1e-12);
    expect(maxDrawdown.low).toBeGreaterThanOrEqual(0.1 - 1e-12);
    expect(maxDrawdown.value).toBeCloseTo(0.1, 12);
  });

  it('redrawn widen with the spread of profits, as the bootstrap of a mean must', () => {
    const profits = autoregressive(21, 0, 400).map((value) => 10 * value + 1);
    const { expectancy } = tradeIntervals(profits, 1_000, { ...OPTIONS, draws: 2_000 }).redrawn;
    const wanted = (2 * 1.96 * sampleDeviation(profits)) / Math.sqrt(400);
    expect((expectancy.high - expectancy.low) / wanted).toBeGreaterThan(0.93);
    expect((expectancy.high - expectancy.low) / wanted).toBeLessThan(1.07);
    expect(expectancy.value).toBeCloseTo(mean(profits), 12);
  });
});
