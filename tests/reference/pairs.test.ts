/** Pair statistics beside those of an independent library: all 45 pairs of ten instruments, a year of hours. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCandleFile } from '../../main/candle-files/index.ts';
import { correlation, type PairStatistics, pairStatistics } from '../../main/lab/metrics/pair-statistics.ts';
import { hasRealData, realData } from '../support/real-data.ts';

/** Relative tolerances: statistics of unit roots are asked for to 1e-6, everything else to 1e-9. */
const NAMES: Readonly<Record<string, readonly [keyof PairStatistics, number]>> = {
  return_correlation: ['returnCorrelation', 1e-9],
  // Equal steps are ties or not by the last bit of a logarithm, which libraries round differently.
  spearman: ['rankCorrelation', 1e-6],
  ols_intercept: ['intercept', 1e-9],
  ols_hedge_ratio: ['hedgeRatio', 1e-9],
  r2: ['rSquared', 1e-9],
  spread_std_ddof1: ['spreadDeviation', 1e-9],
  adf_stat_lag1_const: ['dickeyFuller', 1e-6],
  engle_granger_stat: ['engleGranger', 1e-6],
  engle_granger_p: ['engleGrangerProbability', 1e-6],
  half_life_bars: ['halfLifeBars', 1e-6],
  last_zscore: ['lastZScore', 1e-6],
};

interface Expected {
  readonly rows: number;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly correlation_matrix: {
    readonly symbols: readonly string[];
    readonly pearson_log_returns: readonly number[][];
  };
  readonly pairs: readonly (Readonly<Record<string, number | null>> & { readonly x: string; readonly y: string })[];
}

const FILE = 'vectors/pairs/expected_pairs_1h_20230101-20240101.json';
const expected: Expected | null = hasRealData ? JSON.parse(readFileSync(realData(FILE), 'utf8')) : null;

/** Logs of closes at the hours that every instrument has. */
async function logCloses({ correlation_matrix, first_ms, last_ms }: Expected): Promise<Map<string, Float64Array>> {
  const files = readdirSync(realData('candles/1h'));
  const closes = await Promise.all(
    correlation_matrix.symbols.map(async (symbol) => {
      const name = files.find((file) => file.includes(`_${symbol}_`))!;
      const read = await readCandleFile(realData(`candles/1h/${name}`));
      if (!read.ok) throw new Error(read.error.message);
      const { openTimeMs, close } = read.value.columns;
      return new Map(Array.from(openTimeMs, (timeMs, bar) => [timeMs, close[bar]!]));
    }),
  );
  const times = [...closes[0]!.keys()].filter(
    (timeMs) => timeMs >= first_ms && timeMs <= last_ms && closes.every((each) => each.has(timeMs)),
  );
  return new Map(
    correlation_matrix.symbols.map((symbol, at) => [
      symbol,
      Float64Array.from(times, (timeMs) => Math.log(closes[at]!.get(timeMs)!)),
    ]),
  );
}

describe.skipIf(!hasRealData)('pairs', () => {
  let logs: Map<string, Float64Array>;
  beforeAll(async () => {
    logs = await logCloses(expected!);
  });

  it('all instruments have the same hours', () => {
    for (const closes of logs.values()) expect(closes.length).toBe(expected!.rows);
  });

  it.each(expected?.pairs ?? [])('$x and $y', ({ x, y, ...figures }) => {
    const own = pairStatistics(logs.get(x)!, logs.get(y)!);
    for (const [name, given] of Object.entries(figures)) {
      const wanted = given ?? Number.POSITIVE_INFINITY;
      const [field, tolerance] = NAMES[name]!;
      const miss = own[field] === wanted ? 0 : Math.abs(own[field] - wanted);
      expect(miss, `${name}: ${own[field]}, expected ${wanted}`).toBeLessThanOrEqual(tolerance * Math.abs(wanted));
    }
  });

  it('the matrix of correlations', () => {
    const { symbols, pearson_log_returns } = expected!.correlation_matrix;
    const steps = symbols.map((symbol) =>
      logs
        .get(symbol)!
        .map((value, i, all) => value - (all[i - 1] ?? value))
        .subarray(1),
    );
    for (const [a, row] of pearson_log_returns.entries())
      for (const [b, wanted] of row.entries()) expect(correlation(steps[a]!, steps[b]!)).toBeCloseTo(wanted, 12);
  });
});
