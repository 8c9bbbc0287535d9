import type { RiskLimits } from '../engine/domain/proposal.ts';
import { createRandom } from '../engine/kernel/random.ts';
import { runStatistics } from '../lab/backtest/run-statistics.ts';
import { createPerson } from '../lab/exact/approver.ts';
import { readHabits } from '../lab/exact/habits-text.ts';
import { type ExactPlan, type ExactRun, runExact } from '../lab/exact/run-exact.ts';
import { readSetting } from '../lab/strategy/parameters.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import type { BacktestOptions } from './backtest.ts';
import { badInput, done, failed, type Outcome } from './output.ts';
import { writeWanted } from './run-outcome.ts';
import { readPlan } from './strategy-plan.ts';

export interface ExactOptions extends BacktestOptions {
  /** Habits of the person who approves; without it a robot that signs everything at once. */
  readonly person?: string;
  readonly seed?: number;
}

/** The widest that the gate takes, but for the band and the life of a question, which are the desk's: what is tested is the strategy. */
const LIMITS: RiskLimits = {
  riskPerTradeShare: 0.1,
  positionNotionalQuoteMax: '1000000000',
  exposureShareMax: 1,
  dailyLossQuoteMax: '1000000000',
  ordersPerMinuteMax: 100,
  priceBandBps: 15,
  quoteAgeMsMax: 5_000,
  approvalTtlMs: 60_000,
};

/** `backtest CANDLES --strategy NAME --gear exact [--person day]`: the live engine over history; with a person, what the loop comes to beside the robot. */
export async function backtestExact(candlesFile: string, options: ExactOptions): Promise<Outcome> {
  const plan = await readPlan(candlesFile, options);
  if (!plan.ok) return badInput(plan.error.message);
  const { strategy, markets, settings } = plan.value;
  const [market] = markets;
  if (!market || markets.length > 1) return badInput('the exact gear runs one instrument');
  if (settings.shorts || settings.leverageMax > 1 || market.funding)
    return badInput('the exact gear trades spot: long and flat');
  const given = readPairs(options.param ?? []);
  if (!given.ok) return badInput(given.error.message);
  const params = readSetting(strategy, given.value);
  if (!params.ok) return badInput(`${strategy.name}: ${params.error.message}`);
  const habits = options.person === undefined ? null : readHabits(options.person);
  if (habits && !habits.ok) return badInput(habits.error.message);

  const asked: ExactPlan = { strategy, params: params.value, market, settings, limits: LIMITS };
  let robot: ExactRun;
  let loop: ExactRun | null = null;
  try {
    robot = await runExact(asked);
    if (habits) {
      loop = await runExact({ ...asked, approver: createPerson(habits.value, createRandom(options.seed ?? 1)) });
    }
  } catch (error) {
    const why = `${strategy.name} failed: ${(error as Error).message}`;
    return failed({ ok: false, error: why }, why);
  }
  const shown = loop ?? robot;
  const unwritten = await writeWanted(shown, options.out);
  if (unwritten !== null) return badInput(unwritten);
  const cash = settings.cashQuote;
  const figures = ({ approvals, decisionHash, costs, abstained, ...run }: ExactRun) => ({
    ...runStatistics({ ...run, costs }, run.openTimeMs, cash),
    costs,
    approvals,
    decisionHash,
    abstained: Object.fromEntries(abstained),
  });
  const value = {
    strategy: strategy.name,
    params: params.value,
    gear: 'exact',
    ...figures(shown),
    ...(loop && { habits: habits?.ok ? habits.value : null, robot: figures(robot) }),
  };
  return done(
    value,
    loop ? `the loop:  ${sentence(loop, cash)}\nthe robot: ${sentence(robot, cash)}` : sentence(robot, cash),
  );
}

function sentence(run: ExactRun, cash: number): string {
  const { trades, returnPct, maxDrawdownPct, bars } = runStatistics(run, run.openTimeMs, cash);
  const { asked, signed, declined, lapsed } = run.approvals;
  const said = `${asked} asked, ${signed} signed, ${declined} declined, ${lapsed} lapsed`;
  return `${trades} trades over ${bars} bars: ${returnPct.toFixed(2)} %, largest drawdown ${maxDrawdownPct.toFixed(2)} %; ${said}`;
}
