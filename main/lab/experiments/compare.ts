import { createRandom } from '../../engine/kernel/random.ts';
import { optimalBlockLength } from '../honesty/block-length.ts';
import { drawBlocks } from '../honesty/return-intervals.ts';
import { mean } from '../metrics/moments.ts';
import { type DayReturns, onCommonDays } from './day-returns.ts';
import type { Experiment } from './experiment.ts';

/** One figure of several runs, in the order of the runs; null where a run has none. */
export interface FigureRow {
  readonly name: string;
  readonly values: readonly (number | string | null)[];
}

const FIGURES = {
  'return %': ({ returnPct }) => returnPct,
  'Sharpe (daily, a year)': ({ daily }) => daily.sharpe,
  Sortino: ({ daily }) => daily.sortino,
  Calmar: ({ daily }) => daily.calmar,
  'volatility a year': ({ daily }) => daily.annualVolatility,
  'largest drawdown %': ({ maxDrawdownPct }) => maxDrawdownPct,
  trades: ({ trades }) => trades,
  'wins %': ({ winRatePct }) => winRatePct,
  'profit factor': ({ profitFactor }) => profitFactor,
  'mean trade': ({ expectancy }) => expectancy,
  fees: ({ totalFees }) => totalFees,
} as const satisfies Record<string, (statistics: NonNullable<Experiment['statistics']>) => number | null>;

/** The figures of the runs beside each other, then whatever they differ in: parameters, settings, data, build. */
export function compareRuns(experiments: readonly Experiment[]): {
  readonly figures: readonly FigureRow[];
  readonly differences: readonly FigureRow[];
} {
  const figures = Object.entries(FIGURES).map(([name, pick]) => ({
    name,
    values: experiments.map(({ statistics }) => (statistics === null ? null : pick(statistics))),
  }));
  const flat = experiments.map(({ inputs }) => {
    const { strategy, params, settings, data, seed, build } = inputs;
    const sections = {
      strategy,
      seed,
      build,
      data: data.map(({ instrument, sha256 }) => `${instrument} ${sha256.slice(0, 8)}`).join(' '),
    };
    const named = (prefix: string, values: object) =>
      Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, String(value)] as const);
    return new Map([...named('run', sections), ...named('param', params), ...named('setting', settings)]);
  });
  const names = new Set(flat.flatMap((map) => [...map.keys()]));
  const differences = [...names]
    .map((name) => ({ name, values: flat.map((map) => map.get(name) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1);
  return { figures, differences };
}

/** Whether one run did better than another on the days that both have. */
export interface AbTest {
  readonly days: number;
  /** B's mean return of a day less A's, and the middle 95 % of it drawn anew. */
  readonly meanDifference: number;
  readonly low: number;
  readonly high: number;
  /** How often chance alone, without any difference, would show one as large, either way. */
  readonly pValue: number;
  readonly blockLength: number;
  /** One sentence. */
  readonly verdict: string;
}

const DRAWS = 4_000;
const DAYS_MIN = 30;
const LEVEL = 0.05;

/**
 * Paired block bootstrap of the daily differences B − A: both runs met the same market, so days are drawn together, in blocks as long as
 * what follows on what. The p-value is of the same draws about zero.
 */
export function abTest(a: DayReturns, b: DayReturns, seed: number): AbTest {
  const [first, second] = onCommonDays(a, b);
  const differences = second.map((value, at) => value - first[at]!);
  const days = differences.length;
  const meanDifference = days === 0 ? 0 : mean(differences);
  const none = { days, meanDifference, low: Number.NaN, high: Number.NaN, pValue: 1, blockLength: 0 };
  if (days < DAYS_MIN) return { ...none, verdict: `${days} common days are too few to tell: ${DAYS_MIN} is the least` };
  if (differences.every((value) => value === differences[0]))
    return { ...none, low: meanDifference, high: meanDifference, verdict: 'day by day the two are the same' };
  const blockLength = optimalBlockLength(differences).stationary;
  const random = createRandom(seed);
  const drawn = new Float64Array(days);
  const means = new Float64Array(DRAWS).map(() => {
    drawBlocks(differences, drawn, blockLength, 'stationary', random);
    return mean(drawn);
  });
  means.sort();
  const beyond = means.reduce(
    (count, each) => count + (Math.abs(each - meanDifference) >= Math.abs(meanDifference) ? 1 : 0),
    0,
  );
  // The sample itself is one of the draws: p is never zero.
  const pValue = (beyond + 1) / (DRAWS + 1);
  const [low, high] = [means[Math.floor(DRAWS * (LEVEL / 2))]!, means[Math.ceil(DRAWS * (1 - LEVEL / 2)) - 1]!];
  const better = meanDifference > 0 ? 'B' : 'A';
  const verdict =
    pValue < LEVEL
      ? `${better} did better, and chance alone would show as much in ${(100 * pValue).toFixed(1)} % of such samples`
      : `the difference may be chance: it would show as much in ${(100 * pValue).toFixed(0)} % of such samples`;
  return { days, meanDifference, low, high, pValue, blockLength, verdict };
}
