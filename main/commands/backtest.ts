import type { BarRun } from '../lab/backtest/bar-run.ts';
import { runBacktest } from '../lab/backtest/run-backtest.ts';
import { readSetting } from '../lab/strategy/parameters.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { backtestOwn } from './backtest-own.ts';
import { type MandateOptions, readMandateOptions } from './mandate-options.ts';
import { badInput, done, failed, type Outcome } from './output.ts';
import { loopOutcome, writeWanted } from './run-outcome.ts';
import { storedOutcome, storeFailure, storeRun } from './store-run.ts';
import { planFault, readPlan, type StrategyOptions } from './strategy-plan.ts';

export interface BacktestOptions extends StrategyOptions, MandateOptions {
  readonly param?: readonly string[];
  readonly out?: string;
  /** Keep it, judged, with its report, in the results of the data folder. */
  readonly store?: boolean;
}

/** `backtest CANDLES --strategy NAME --param fast=10 …`: one run of a strategy, with what it cost. */
export async function backtest(candlesFile: string, options: BacktestOptions): Promise<Outcome> {
  const plan = await readPlan(candlesFile, options);
  if (!plan.ok) return planFault(plan.error);
  const { markets, settings } = plan.value;
  const strategy = plan.value.strategy.definition;
  if (!strategy) return backtestOwn(plan.value, options);
  const given = readPairs(options.param ?? []);
  if (!given.ok) return badInput(given.error.message);
  const params = readSetting(strategy, given.value);
  if (!params.ok) return badInput(`${strategy.name}: ${params.error.message}`);

  const mandate = readMandateOptions(options, plan.value.names);
  if (!mandate.ok) return badInput(mandate.error.message);
  const signing = mandate.value;

  const robots = { strategy, params: params.value, markets, settings };
  const asked = { ...robots, ...(signing && { mandate: signing }) };
  let run: BarRun;
  let robot: BarRun | null;
  try {
    run = runBacktest(asked);
    robot = signing && runBacktest(robots);
  } catch (error) {
    const why = `${strategy.name} failed: ${(error as Error).message}`;
    if (options.store) await storeFailure({ ...asked, names: plan.value.names }, why, options.dataDir);
    return failed({ ok: false, error: why }, why);
  }
  const unwritten = await writeWanted(run, options.out);
  if (unwritten !== null) return badInput(unwritten);
  const { value, text } = loopOutcome(
    strategy.name,
    params.value,
    { run, robot, signing },
    { cashQuote: settings.cashQuote, markets },
  );
  if (!options.store) return done(value, text);
  return storedOutcome(
    { value, text },
    await storeRun({ ...asked, names: plan.value.names }, plan.value, options.dataDir),
  );
}
