import type { BarRun } from '../lab/backtest/bar-run.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { readParams } from '../lab/workers/planned-strategy.ts';
import { answerOf, openStrategyCrew } from '../lab/workers/strategy-crew.ts';
import type { Steps } from '../lab/workers/strategy-jobs.ts';
import { runOf } from '../lab/workers/study-own.ts';
import type { BacktestOptions } from './backtest.ts';
import { readMandateOptions } from './mandate-options.ts';
import { badInput, done, failed, type Outcome } from './output.ts';
import { loopOutcome, writeWanted } from './run-outcome.ts';
import { storeOwn } from './store-own.ts';
import { storedOutcome, storeFailure } from './store-run.ts';
import type { StrategyPlan } from './strategy-plan.ts';

/** A strategy that does not get on for so long has failed. */
const SILENT_MS_MAX = 120_000;

/** `backtest CANDLES --strategy ./mine.ts`: a strategy of the user's own, in a process that reaches nothing else. */
export async function backtestOwn(plan: StrategyPlan, options: BacktestOptions): Promise<Outcome> {
  const { strategy, names, sources, markets, settings } = plan;
  const { name } = strategy.outline;
  const given = readPairs(options.param ?? []);
  if (!given.ok) return badInput(given.error.message);
  const read = readParams(strategy, given.value);
  if (!read.ok) return badInput(`${name}: ${read.error.message}`);
  const params = read.value;
  const mandate = readMandateOptions(options, names);
  if (!mandate.ok) return badInput(mandate.error.message);
  const signing = mandate.value;
  const signed = signing && { mandate: signing };

  const codeSha256 = strategy.codeSha256 as string;
  const asked = { strategy: strategy.outline, codeSha256, params, markets, settings, names, ...signed };
  const crew = openStrategyCrew(strategy.source, { markets, settings }, { size: 1, silentMsMax: SILENT_MS_MAX });
  try {
    const { conflict } = await answerOf(crew, { kind: 'fit', params });
    if (conflict !== null) return badInput(`${name}: ${conflict}`);
    const runWith = async (mandated: typeof signed): Promise<BarRun> =>
      runOf((await answerOf(crew, { kind: 'backtest', params, ...mandated }, tellSteps)).run, markets);
    const run = await runWith(signed);
    const robot = signing && (await runWith(null));
    const unwritten = await writeWanted(run, options.out);
    if (unwritten !== null) return badInput(unwritten);
    const { value, text } = loopOutcome(
      name,
      params,
      { run, robot, signing },
      { cashQuote: settings.cashQuote, markets },
    );
    if (!options.store) return done(value, text);
    return storedOutcome({ value, text }, await storeOwn(crew, asked, { sources }, options.dataDir, tellSteps));
  } catch (error) {
    const why = `${name} failed: ${(error as Error).message}`;
    if (options.store) await storeFailure(asked, why, options.dataDir);
    return failed({ ok: false, error: why }, why);
  } finally {
    await crew.close();
  }
}

function tellSteps({ done: steps, total }: Steps): void {
  process.stderr.write(`\r${steps.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}   `);
}
