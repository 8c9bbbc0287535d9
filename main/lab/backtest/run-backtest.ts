import { readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { barLoop, type LoopRun, type OnBars } from './bar-loop.ts';
import { MANDATE_TICK_MS, type MandateAsked, MandateSigner } from './mandate-signer.ts';
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
  /** What signs what the strategy wants, and keeps back what lies outside it; everything is signed at once where there is none. */
  readonly mandate?: MandateAsked;
  readonly onBars?: OnBars;
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
export function runBacktest(plan: BacktestPlan): LoopRun {
  const { strategy, params = {}, markets, settings = {}, mandate, onBars } = plan;
  const read = readSetting(strategy, params);
  if (!read.ok) throw new RangeError(`${strategy.name}: ${read.error.message}`);
  const together = strategy.instruments ?? 1;
  if (markets.length === 0 || markets.length % together !== 0) {
    throw new RangeError(`${strategy.name} looks at ${together} instruments together: ${markets.length} will not do`);
  }
  const whole = { ...REALISTIC, ...settings };
  if (!mandate) return barLoop(strategy, read.value, markets, whole, null, onBars);
  const signer = new MandateSigner(mandate);
  const late = { ...whole, latencyMs: whole.latencyMs + MANDATE_TICK_MS };
  return { ...barLoop(strategy, read.value, markets, late, signer, onBars), mandate: signer };
}
