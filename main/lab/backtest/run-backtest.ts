import { readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { barLoop } from './bar-loop.ts';
import type { BarRun } from './bar-run.ts';
import { type Market, REALISTIC, type RunSettings } from './settings.ts';

/** What is run: see `runBacktest`. */
export interface BacktestPlan {
  readonly strategy: StrategyDefinition;
  /** What is not given takes its standard value. */
  readonly params?: Readonly<Record<string, number>>;
  /** One, or as many as the strategy looks at; more where one of it is to run on each, with one account. */
  readonly markets: readonly Market[];
  /** Those of `REALISTIC` where they are not given. */
  readonly settings?: Partial<RunSettings>;
}

/**
 * The fast gear: one run of a strategy over candles.
 *
 *     const run = runBacktest({ strategy: smaCross, params: { fast: 10, slow: 30 }, markets: [{ candles }] });
 *     runStatistics(run, run.openTimeMs, 10_000);
 *
 * A range of bars is a market of `subarray`s: nothing is copied.
 * @throws RangeError one sentence: a parameter that will not do, too few instruments, or what the strategy itself throws
 */
export function runBacktest({ strategy, params = {}, markets, settings = {} }: BacktestPlan): BarRun {
  const read = readSetting(strategy, params);
  if (!read.ok) throw new RangeError(`${strategy.name}: ${read.error.message}`);
  const together = strategy.instruments ?? 1;
  if (markets.length === 0 || markets.length % together !== 0) {
    throw new RangeError(`${strategy.name} looks at ${together} instruments together: ${markets.length} will not do`);
  }
  return barLoop(strategy, read.value, markets, { ...REALISTIC, ...settings });
}
