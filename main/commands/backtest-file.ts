import { readPairs } from '../lab/strategy/setting-text.ts';
import { runSandboxed } from '../lab/user-strategies/run-sandboxed.ts';
import type { BacktestOptions } from './backtest.ts';
import { badInput, done, failed, type Outcome } from './output.ts';
import { runOutcome, writeWanted } from './run-outcome.ts';
import { readMarkets } from './strategy-plan.ts';

/** `backtest CANDLES --strategy ./mine.ts`: a strategy of the user's own, in a process that reaches nothing else. */
export async function backtestFile(candlesFile: string, options: BacktestOptions): Promise<Outcome> {
  const read = await readMarkets(candlesFile, options);
  if (!read.ok) return badInput(read.error.message);
  const { markets, settings } = read.value;
  const given = readPairs(options.param ?? []);
  if (!given.ok) return badInput(given.error.message);
  const ran = await runSandboxed({ file: options.strategy, params: given.value, markets, settings });
  if (!ran.ok) {
    const { kind, message } = ran.error;
    return kind === 'no-file' || kind === 'bad-parameter'
      ? badInput(message)
      : failed({ ok: false, error: message }, message);
  }
  const { name, params, run } = ran.value;
  const unwritten = await writeWanted(run, options.out);
  if (unwritten !== null) return badInput(unwritten);
  const { value, text } = runOutcome(name, params, run, settings.cashQuote);
  return done(value, text);
}
