import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Normals } from '../../../main/engine/kernel/normals.ts';
import { choleskyFactor, estimateReturnModel } from '../../../main/engine/risk/portfolio/return-model.ts';
import { historicalReturns, simulateReturns } from '../../../main/engine/risk/portfolio/scenarios.ts';
import { stressPortfolio, worstWindow } from '../../../main/engine/risk/portfolio/stress.ts';
import { tailRisk } from '../../../main/engine/risk/portfolio/tail-risk.ts';

/** A return to nine digits: squares of much smaller ones have no digits left. */
const share = fc.integer({ min: -5e8, max: 5e8 }).map((value) => value / 1e9);
const column = fc.array(share, { minLength: 3, maxLength: 150 });
/** One to seven assets over three rows or more. */
const returns = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 3, max: 150 })).chain(([assets, rows]) =>
  fc.array(
    fc.array(share, { minLength: rows, maxLength: rows }).map((values) => Float64Array.from(values)),
    { minLength: assets, maxLength: assets },
  ),
);

/** Twenty assets with a market in common. */
function market(rows: number, assets: number, seed: number): Float64Array[] {
  const normals = new Normals(seed);
  const common = new Float64Array(rows);
  normals.fill(common);
  return Array.from({ length: assets }, () => {
    const own = new Float64Array(rows);
    normals.fill(own);
    return own.map((value, row) => 0.004 * value + 0.006 * common[row]!);
  });
}

describe('tail risk', () => {
  it('[R25] is the linear quantile, and the mean of what is no better', () => {
    fc.assert(
      fc.property(column, (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const [v95, e95, v99, e99] = [0.05, 0.01].flatMap((share) => {
          const at = (sorted.length - 1) * share;
          const low = sorted[Math.floor(at)]!;
          const quantile = low + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - low);
          const worse = sorted.filter((value) => value <= quantile);
          return [-quantile, -worse.reduce((a, b) => a + b, 0) / worse.length];
        }) as [number, number, number, number];
        const risk = tailRisk(Float64Array.from(values));
        for (const [own, wanted] of [
          [risk.var95, v95],
          [risk.es95, e95],
          [risk.var99, v99],
          [risk.es99, e99],
        ] as const)
          expect(own).toBeCloseTo(wanted, 12);
      }),
    );
  });

  it('[R25] of one to a hundred losses in order', () => {
    const losses = Float64Array.from({ length: 101 }, (_, i) => -i / 100);
    expect(tailRisk(losses)).toEqual({
      var95: expect.closeTo(0.95, 12),
      es95: expect.closeTo(0.975, 12),
      var99: expect.closeTo(0.99, 12),
      es99: expect.closeTo(0.995, 12),
    });
  });

  it('refuses nothing, and what is no number', () => {
    expect(() => tailRisk(new Float64Array(0))).toThrow('no returns');
    expect(() => tailRisk(Float64Array.of(0.1, Number.NaN, -0.2))).toThrow('no number');
  });
});

describe('the model of returns', () => {
  it('[R26] has the covariances of the rows, and factors that give them back', () => {
    fc.assert(
      fc.property(returns, (columns) => {
        const { mean, covariance, factor } = estimateReturnModel(columns);
        const [assets, rows] = [columns.length, columns[0]!.length];
        for (let a = 0; a < assets; a += 1) {
          for (let b = 0; b < assets; b += 1) {
            let [wanted, product] = [0, 0];
            for (let i = 0; i < rows; i += 1)
              wanted += ((columns[a]![i]! - mean[a]!) * (columns[b]![i]! - mean[b]!)) / (rows - 1);
            for (let k = 0; k < assets; k += 1) product += factor[a * assets + k]! * factor[b * assets + k]!;
            expect(covariance[a * assets + b]).toBeCloseTo(wanted, 12);
            // Fewer rows than assets: the matrix is flat in some directions, which are left out. A pivot lost to rounding
            // (1e-16) takes up to its root (1e-8) of a covariance with it.
            expect(product).toBeCloseTo(wanted, 7);
            if (b > a) expect(factor[a * assets + b]).toBe(0);
          }
        }
      }),
    );
  });

  it('[R26] takes an asset that never moves, and one twice', () => {
    const [moving] = market(200, 1, 3) as [Float64Array];
    const model = estimateReturnModel([new Float64Array(200), moving, moving]);
    expect([...model.factor].every(Number.isFinite)).toBe(true);
    const simulated = simulateReturns(model, Float64Array.of(1, 1, -1), { steps: 1, scenarios: 50, seed: 1 });
    for (const value of simulated) expect(value).toBeCloseTo(0, 12);
  });

  it('refuses a single row', () => {
    expect(() => estimateReturnModel([Float64Array.of(0.1)])).toThrow('1 rows of returns: it takes two to vary');
  });
});

describe('scenarios', () => {
  it('from history are the rows at today’s weights', () => {
    fc.assert(
      fc.property(returns, (columns) => {
        const weights = Float64Array.from(columns, (_, a) => (a % 2 === 0 ? 0.3 : -0.2) * (a + 1));
        const own = historicalReturns(columns, weights);
        for (let row = 0; row < own.length; row += 1) {
          const wanted = columns.reduce((sum, values, a) => sum + weights[a]! * values[row]!, 0);
          expect(own[row]).toBeCloseTo(wanted, 12);
        }
      }),
    );
  });

  it('[R26] over several steps are what step after step gives', () => {
    const columns = market(300, 5, 8);
    const model = estimateReturnModel(columns);
    const weights = Float64Array.of(0.1, 0.2, 0.3, 0.3, 0.1);
    for (const [steps, scenarios] of [
      [1, 33],
      [7, 33],
      [24, 130],
      [500, 5],
    ] as const) {
      const own = simulateReturns(model, weights, { steps, scenarios, seed: 4 });
      expect(own.length).toBe(scenarios);
      const draws = new Float64Array(scenarios * steps * 5);
      new Normals(4).fill(draws);
      for (let k = 0; k < scenarios; k += 1) {
        const logs = new Float64Array(5);
        for (let step = 0; step < steps; step += 1) {
          for (let a = 0; a < 5; a += 1) {
            logs[a]! += model.mean[a]!;
            for (let b = 0; b <= a; b += 1) logs[a]! += model.factor[a * 5 + b]! * draws[(k * steps + step) * 5 + b]!;
          }
        }
        const wanted = weights.reduce((sum, w, a) => sum + w * (steps === 1 ? logs[a]! : Math.expm1(logs[a]!)), 0);
        expect(own[k]).toBeCloseTo(wanted, 12);
      }
    }
  });

  it('[R26] one step ahead have the risk of the normal distribution that the portfolio has', () => {
    const columns = market(2_000, 20, 9);
    const model = estimateReturnModel(columns);
    const weights = new Float64Array(20).fill(0.05);
    const variance = model.covariance.reduce((sum, value) => sum + 0.05 * 0.05 * value, 0);
    const mean = model.mean.reduce((sum, value) => sum + 0.05 * value, 0);
    const { var95, es95, var99, es99 } = tailRisk(
      simulateReturns(model, weights, { steps: 1, scenarios: 200_000, seed: 2 }),
    );
    const deviation = Math.sqrt(variance);
    // scipy: norm.ppf(0.95), norm.pdf of it / 0.05, and the same for 0.99.
    for (const [own, deviations] of [
      [var95, 1.6448536269514722],
      [es95, 2.0627128075074257],
      [var99, 2.3263478740408408],
      [es99, 2.665214220345806],
    ] as const)
      expect((own + mean) / (deviation * deviations)).toBeCloseTo(1, 1.7);
  });
});

describe('stress', () => {
  it('[R27] finds the worst window', () => {
    fc.assert(
      fc.property(column, fc.integer({ min: 1, max: 3 }), (values, rows) => {
        const history = Float64Array.from(values);
        const loss = (from: number): number =>
          1 - values.slice(from, from + rows).reduce((value, each) => value * (1 + each), 1);
        const worst = Math.max(...Array.from({ length: values.length - rows + 1 }, (_, from) => loss(from)));
        const found = worstWindow(history, rows);
        expect(found.loss).toBeCloseTo(worst, 9);
        expect(loss(found.fromRow)).toBeCloseTo(worst, 9);
        expect(found.toRow).toBe(found.fromRow + rows - 1);
      }),
    );
  });

  it('[R27] is worse in worse times', () => {
    const columns = market(500, 4, 12);
    const model = estimateReturnModel(columns);
    const weights = Float64Array.of(0.25, 0.25, 0.25, 0.25);
    const simulation = { steps: 1, scenarios: 20_000, seed: 3 };
    const calm = tailRisk(simulateReturns(model, weights, simulation));
    const { shocks, volatility, correlation, worstWindows } = stressPortfolio(
      historicalReturns(columns, weights),
      model,
      weights,
      simulation,
    );
    expect(worstWindows.map(({ rows }) => rows)).toEqual([1, 24, 168]);
    expect(volatility[0]!.risk.es99 / calm.es99).toBeCloseTo(2, 1);
    expect(correlation[0]!.risk.es99).toBeGreaterThan(calm.es99);
    expect(correlation[1]!.risk.es99).toBeGreaterThan(correlation[0]!.risk.es99);
    const together = weights.reduce((sum, w, a) => sum + w * Math.sqrt(model.covariance[a * 5]!), 0);
    expect(shocks.map(({ deviations, loss }) => loss / deviations)).toEqual(
      [together, together, together].map((each) => expect.closeTo(each, 12)),
    );
    // All correlations one: the portfolio's deviation is the weighted sum of the assets' own.
    expect(correlation[1]!.risk.var99 / (2.3263 * together)).toBeCloseTo(1, 1);
  });

  it('[R27] with shorts counts a shock against each weight', () => {
    const columns = market(500, 2, 13);
    const model = estimateReturnModel(columns);
    const run = (weights: Float64Array) =>
      stressPortfolio(historicalReturns(columns, weights), model, weights, { steps: 1, scenarios: 100, seed: 1 })
        .shocks;
    expect(run(Float64Array.of(0.5, -0.5))).toEqual(run(Float64Array.of(0.5, 0.5)));
  });
});

describe('the Cholesky factor', () => {
  it('of a matrix done by hand', () => {
    // [4 2; 2 5] = [2 0; 1 2] [2 1; 0 2].
    expect([...choleskyFactor(Float64Array.of(4, 2, 2, 5), 2)]).toEqual([2, 0, 1, 2]);
  });
});
