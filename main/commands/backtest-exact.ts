import { runStatistics } from '../lab/backtest/run-statistics.ts';
import { type ExactRun, recordOf } from '../lab/exact/exact-plan.ts';
import { readHabits } from '../lab/exact/habits-text.ts';
import { exactGear, exactMisfit, limitsOf, loopRuns, type Signers } from '../lab/exact/loop-runs.ts';
import { refusalWords } from '../lab/exact/mandate-text.ts';
import { runExact } from '../lab/exact/run-exact.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { breakdownFigures } from '../lab/workers/breakdown.ts';
import { exactProposer } from '../lab/workers/exact-proposer.ts';
import { readParams } from '../lab/workers/planned-strategy.ts';
import { exactLoop } from '../lab/workers/signed-loop.ts';
import type { BacktestOptions } from './backtest.ts';
import { readMandateOptions, supposedNote } from './mandate-options.ts';
import { badInput, done, failed, type Outcome } from './output.ts';
import { missingIn, writeWanted } from './run-outcome.ts';
import { storedOutcome, storeOther, storeOtherFailure } from './store-run.ts';
import { planFault, readPlan } from './strategy-plan.ts';

export interface ExactOptions extends BacktestOptions {
  /** Habits of the person who approves; without it a robot that signs everything at once. */
  readonly person?: string;
  readonly seed?: number;
}

const WORDS: Readonly<Record<Signers, string>> = {
  robot: 'the robot',
  person: 'the person',
  mandate: 'the mandate',
  both: 'person and mandate',
};

/**
 * `backtest CANDLES --strategy NAME --gear exact [--person day] [--mandate notional=…]`: the live engine over history; with a person or a
 * mandate, what the loop comes to beside the robot.
 */
export async function backtestExact(candlesFile: string, options: ExactOptions): Promise<Outcome> {
  const plan = await readPlan(candlesFile, options);
  if (!plan.ok) return planFault(plan.error);
  const { markets, settings } = plan.value;
  const { strategy } = plan.value;
  const { name } = strategy.outline;
  const misfit = exactMisfit(markets, settings);
  if (misfit !== null) return badInput(misfit);
  const given = readPairs(options.param ?? []);
  if (!given.ok) return badInput(given.error.message);
  const params = readParams(strategy, given.value);
  if (!params.ok) return badInput(`${name}: ${params.error.message}`);
  const habits = options.person === undefined ? null : readHabits(options.person);
  if (habits && !habits.ok) return badInput(habits.error.message);
  const read = readMandateOptions(
    options,
    markets.map((market, at) => recordOf(market, at, settings.shorts).id),
  );
  if (!read.ok) return badInput(read.error.message);
  const asked = read.value;

  const loop = { habits: habits?.value ?? null, seed: options.seed ?? 1, mandate: asked };
  const by = exactGear(settings, loop);
  const unmade = (error: unknown): string => `${name} failed: ${(error as Error).message}`;
  let proposer: Awaited<ReturnType<typeof exactProposer>>;
  try {
    proposer = await exactProposer(strategy, params.value);
  } catch (error) {
    return failed({ ok: false, error: unmade(error) }, unmade(error));
  }
  if (typeof proposer === 'string') return badInput(`${name}: ${proposer}`);
  const plans = loopRuns({ ...proposer, markets, settings, limits: limitsOf(settings) }, loop);
  const kept = {
    strategy: strategy.definition ?? strategy.outline,
    ...(strategy.codeSha256 !== null && { codeSha256: strategy.codeSha256 }),
    params: params.value,
    markets,
    settings,
    names: plan.value.names,
    ...(asked && { mandate: asked }),
  };
  const runs = new Map<Signers, ExactRun>();
  try {
    for (const [who, each] of plans) runs.set(who, await runExact(each));
  } catch (error) {
    const why = unmade(error);
    if (options.store) await storeOtherFailure(kept, by, why, options.dataDir);
    return failed({ ok: false, error: why }, why);
  }
  const shown = [...runs.values()].at(-1)!;
  const unwritten = await writeWanted(shown, options.out);
  if (unwritten !== null) return badInput(unwritten);
  const cash = settings.cashQuote;
  const figures = ({ approvals, decisionHash, costs, abstained, mandateRefused, ...run }: ExactRun) => ({
    ...runStatistics({ ...run, costs }, run.openTimeMs, cash),
    missingBars: missingIn(run),
    costs,
    breakdown: breakdownFigures(
      { ...run, costs },
      markets.map(({ candles }) => candles),
      cash,
    ),
    approvals,
    decisionHash,
    abstained: Object.fromEntries(abstained),
    ...(mandateRefused.size > 0 && { mandateRefused: Object.fromEntries(mandateRefused) }),
  });
  const value = {
    strategy: name,
    params: params.value,
    gear: 'exact',
    ...figures(shown),
    ...(habits && { habits: habits.value }),
    ...(asked && { mandate: asked.mandate, supposed: asked.supposed }),
    ...Object.fromEntries([...runs].slice(0, -1).map(([who, run]) => [who, figures(run)])),
  };
  const lines = [...runs].map(([who, run]) => [`${WORDS[who]}:`.padEnd(20), sentence(run, cash)].join(''));
  const text =
    runs.size === 1
      ? sentence(shown, cash)
      : [...lines, ...(asked ? [supposedNote(asked)] : [])].filter(Boolean).join('\n');
  if (!options.store) return done(value, text);
  const isSomebodyThere = loop.habits !== null;
  const answered = runs.size === 1 ? null : exactLoop(shown, runs.get('robot')!, { cashQuote: cash, isSomebodyThere });
  const listed = { ...plan.value, person: loop.habits };
  return storedOutcome(
    { value, text },
    await storeOther(kept, by, { run: shown, loop: answered }, listed, options.dataDir),
  );
}

/** As on the desk, which hears of a candle only after a silence. */
const BEFORE_A_HOLE = 'what was wanted more than 90 s before the next candle was let go';

function sentence(run: ExactRun, cash: number): string {
  const { trades, returnPct, maxDrawdownPct, bars } = runStatistics(run, run.openTimeMs, cash);
  const { asked, signed, byMandate, declined, lapsed } = run.approvals;
  const by = byMandate > 0 ? ` (${byMandate} by the mandate)` : '';
  const said = `${asked} asked, ${signed} signed${by}, ${declined} declined, ${lapsed} lapsed`;
  const refused = run.mandateRefused.size > 0 ? `; the mandate did not: ${refusalWords(run.mandateRefused)}` : '';
  const missing = missingIn(run);
  const hole = missing === 0 ? '' : `; ${missing} bars are missing, and ${BEFORE_A_HOLE}`;
  return `${trades} trades over ${bars} bars: ${returnPct.toFixed(2)} %, largest drawdown ${maxDrawdownPct.toFixed(2)} %; ${said}${refused}${hole}`;
}
