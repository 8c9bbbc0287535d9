/** Return metrics beside those of an independent library over three years of ten pairs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchmarkMetrics, returnMetrics } from '../../main/lab/metrics/return-metrics.ts';
import { hasRealData, realData } from '../support/real-data.ts';

const DAYS_PER_YEAR = 365;
const NAMES = {
  observations: 'observations',
  cumulative_return: 'cumulativeReturn',
  annual_return: 'annualReturn',
  annual_volatility: 'annualVolatility',
  sharpe_ratio: 'sharpe',
  sortino_ratio: 'sortino',
  calmar_ratio: 'calmar',
  omega_ratio: 'omega',
  max_drawdown: 'maxDrawdown',
  downside_risk: 'downsideRisk',
  stability_r2: 'stabilityR2',
  tail_ratio: 'tailRatio',
  value_at_risk_5pct: 'valueAtRisk5',
  conditional_value_at_risk_5pct: 'conditionalValueAtRisk5',
  skew: 'skew',
  excess_kurtosis: 'excessKurtosis',
  alpha_annual: 'alphaAnnual',
  beta: 'beta',
  information_ratio: 'informationRatio',
} as const;

interface Expected {
  readonly benchmark: string;
  readonly metrics: Readonly<Record<string, Readonly<Record<keyof typeof NAMES, number>>>>;
}

/** Daily returns by symbol, and what an independent library made of them. */
function readVectors(): { returnsOf(symbol: string): Float64Array; expected: Expected } {
  const csv = readFileSync(realData('vectors/metrics/daily_returns_20210101-20240101.csv'), 'utf8').trim();
  const [header = [], ...rows] = csv.split('\n').map((line) => line.split(','));
  return {
    returnsOf: (symbol) => Float64Array.from(rows, (row) => Number(row[header.indexOf(symbol)])),
    expected: JSON.parse(readFileSync(realData('vectors/metrics/expected_metrics_20210101-20240101.json'), 'utf8')),
  };
}

describe.skipIf(!hasRealData)('metrics of daily returns', () => {
  const vectors = hasRealData ? readVectors() : null;

  it.each(Object.keys(vectors?.expected.metrics ?? {}))('%s', (symbol) => {
    const { returnsOf, expected } = vectors as NonNullable<typeof vectors>;
    const returns = returnsOf(symbol);
    const ours: Record<string, number> = {
      ...returnMetrics(returns, DAYS_PER_YEAR),
      ...benchmarkMetrics(returns, returnsOf(expected.benchmark), DAYS_PER_YEAR),
    };
    for (const [name, value] of Object.entries(expected.metrics[symbol] ?? {})) {
      const own = ours[NAMES[name as keyof typeof NAMES]] as number;
      expect(Math.abs(own - value), `${name}: ${own}, expected ${value}`).toBeLessThanOrEqual(1e-9 * Math.abs(value));
    }
  });
});
