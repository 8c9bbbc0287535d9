import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { backtestOverfitting } from '../../../main/lab/honesty/overfitting.ts';
import {
  deflatedSharpe,
  expectedBestSharpe,
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeSample,
} from '../../../main/lab/honesty/sharpe-odds.ts';
import { normalQuantile, normalShareBelow } from '../../../main/lab/metrics/normal.ts';

const relative = (own: number, wanted: number): number => Math.abs(own / wanted - 1);

describe('the normal distribution', () => {
  // scipy 1.17: norm.cdf and norm.ppf.
  it.each([
    [-12, 1.776482112077653e-33],
    [-7, 1.279812543885835e-12],
    [-5.9, 1.8175078630994235e-9],
    [-3, 0.0013498980316300933],
    [-2.5, 0.006209665325776132],
    [-1, 0.15865525393145707],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [2, 0.9772498680518208],
    [5, 0.9999997133484281],
  ])('below %d lies %d', (x, share) => {
    expect(relative(normalShareBelow(x), share)).toBeLessThan(1e-13);
  });

  it.each([
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798409],
    [1e-9, -5.9978070150076865],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.7, 0.5244005127080407],
    [0.99, 2.3263478740408408],
  ])('a share of %d lies below %d', (share, x) => {
    expect(relative(normalQuantile(share), x)).toBeLessThan(1e-13);
  });

  it('has ends', () => {
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      expect.closeTo(0, 15),
      Number.POSITIVE_INFINITY,
    ]);
    expect(normalQuantile(1.1)).toBeNaN();
    expect(normalShareBelow(Number.NaN)).toBeNaN();
  });
});

describe('odds of a Sharpe ratio', () => {
  // The hedge fund of Bailey and López de Prado (2012): 24 months, mean 3.6 %, deviation 7.9 %, skew −2.448, kurtosis 10.164.
  const fund = { sharpe: 0.036 / 0.079, observations: 24, skew: -2.448, kurtosis: 10.164 };

  it('fall with bad tails, as in the published example: from 0.98 to 0.91', () => {
    expect(probabilisticSharpe({ ...fund, skew: 0, kurtosis: 3 }, 0)).toBeCloseTo(0.982, 2);
    expect(probabilisticSharpe(fund, 0)).toBeCloseTo(0.913, 2);
  });

  it('need a track record, after which they are what was asked for', () => {
    const observations = minimumTrackRecord(fund, 0.1, 0.95);
    expect(probabilisticSharpe({ ...fund, observations }, 0.1)).toBeCloseTo(0.95, 12);
    expect(minimumTrackRecord(fund, 0.5, 0.95)).toBe(Number.POSITIVE_INFINITY);
  });

  // The Deflated Sharpe Ratio (2014), its numerical example: 2.5 a year over 1,250 days, variance of the trials 1/2 a year.
  it.each([
    [100, -3, 10, 0.9004],
    [46, -3, 10, 0.9505],
    [88, 0, 3, 0.9505],
  ])('deflated by %i trials, with skew %d and kurtosis %d: %d, as published', (trials, skew, kurtosis, wanted) => {
    const best = expectedBestSharpe(trials, 1 / 2 / 250);
    if (trials === 100) expect(best).toBeCloseTo(0.1132, 4);
    const sample = { sharpe: 2.5 / Math.sqrt(250), observations: 1_250, skew, kurtosis };
    expect(probabilisticSharpe(sample, best)).toBeCloseTo(wanted, 4);
  });

  it('deflated take the spread from the trials; one that never traded counts as zero', () => {
    const sample = { sharpe: 0.15, observations: 800, skew: 0, kurtosis: 3 };
    const trials = Float64Array.of(0.15, 0.05, Number.NaN, -0.05, 0.1);
    const { probability, expectedBest } = deflatedSharpe(sample, trials);
    // numpy: var([0.15, 0.05, 0, -0.05, 0.1], ddof=1) = 0.00625.
    expect(expectedBest).toBeCloseTo(expectedBestSharpe(5, 0.00625), 12);
    expect(probability).toBeLessThan(probabilisticSharpe(sample, 0));
  });

  it('of one trial are not deflated', () => {
    const sample = sharpeSample(Float64Array.of(0.01, -0.005, 0.02, 0.003, -0.01, 0.015));
    expect(deflatedSharpe(sample, Float64Array.of(sample.sharpe)).probability).toBe(probabilisticSharpe(sample, 0));
    expect(sample).toMatchObject({ observations: 6, sharpe: expect.closeTo(0.0055 / Math.sqrt(0.0006775 / 5), 12) });
  });

  it('of the best of many without skill are no better than a coin, most of the time', () => {
    let convinced = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const samples = Array.from({ length: 30 }, (_, trial) => sharpeSample(noise(seed * 100 + trial, 250)));
      const best = samples.reduce((a, b) => (b.sharpe > a.sharpe ? b : a));
      expect(probabilisticSharpe(best, 0)).toBeGreaterThan(0.8);
      const { probability } = deflatedSharpe(
        best,
        Float64Array.from(samples, ({ sharpe }) => sharpe),
      );
      if (probability > 0.95) convinced += 1;
    }
    // Undeflated most of the sixty would have passed at 0.95.
    expect(convinced).toBeLessThan(6);
  });
});

function noise(seed: number, length: number, drift = 0): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => (random.next() + random.next() + random.next() - 1.5) * 0.02 + drift);
}

describe('probability of backtest overfitting', () => {
  const trialsOf = (seed: number, trials: number, length: number, edge: number) =>
    Array.from({ length: trials }, (_, trial) => noise(seed * 1_000 + trial, length, (edge * trial) / trials));

  // The same by numpy 2.4 with scipy's rankdata over itertools.combinations.
  it.each([
    ['without an edge', 1, 40, 330, 0, 8, 0.5857142857142857, 0.5285714285714286, -0.5670292822770101],
    ['with some', 2, 25, 400, 0.004, 10, 0.03571428571428571, 0, 1.3720561414962997],
    ['with a large one', 3, 10, 160, 0.01, 8, 0.04285714285714286, 0, 1.446105278381197],
  ])('%s', (_, seed, trials, length, edge, blocks, probability, lossProbability, meanLogit) => {
    const result = backtestOverfitting(trialsOf(seed, trials, length, edge), blocks);
    expect(result).toMatchObject({ probability, lossProbability, trials });
    expect(result.logits.reduce((a, b) => a + b, 0) / result.splits).toBeCloseTo(meanLogit, 12);
  });

  it('says what it cannot judge', () => {
    const [one] = trialsOf(1, 1, 100, 0);
    expect(() => backtestOverfitting([one!])).toThrow('it takes two trials');
    expect(() => backtestOverfitting([one!, one!.subarray(1)])).toThrow('different length');
    expect(() => backtestOverfitting([one!, one!], 7)).toThrow('7 blocks cannot be halved');
    expect(() => backtestOverfitting([one!, one!], 64)).toThrow('100 observations are too few for 64 blocks');
  });

  it('does not take a trial that never traded for the best', () => {
    const flat = new Float64Array(160);
    const { lossProbability } = backtestOverfitting([flat, noise(5, 160, 0.01)], 8);
    expect(lossProbability).toBe(0);
  });
});
