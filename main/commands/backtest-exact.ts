import type { RiskLimits } from '../engine/domain/proposal.ts';
import { createRandom } from '../engine/kernel/random.ts';
import type { SupposedEdge } from '../lab/backtest/mandate-signer.ts';
import { runStatistics } from '../lab/backtest/run-statistics.ts';
import type { RunSettings } from '../lab/backtest/settings.ts';
import { type Approver, createPerson, NOBODY, ROBOT } from '../lab/exact/approver.ts';
import { type ExactPlan, type ExactRun, recordOf } from '../lab/exact/exact-plan.ts';
import { readHabits } from '../lab/exact/habits-text.ts';
import { refusalWords } from '../lab/exact/mandate-text.ts';
import { runExact } from '../lab/exact/run-exact.ts';
import type { Plain } from '../lab/experiments/canonical-json.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { ownConflict, type PlannedStrategy, readParams } from '../lab/workers/planned-strategy.ts';
import { hireTrader } from '../lab/workers/strategy-crew.ts';
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

/** Perpetuals as near to their liquidation as the gate lets anybody go. */
const limitsOf = ({ leverageMax }: RunSettings): RiskLimits => ({
  ...LIMITS,
  leverageMax: Math.min(20, Math.max(1, leverageMax)),
  liquidationDistanceMin: 0.02,
});

/** Who may sign in a run. The last one asked for is the loop; the others stand beside it. */
type Signers = 'robot' | 'person' | 'mandate' | 'both';

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
  if (!settings.shorts && (settings.leverageMax > 1 || markets.some(({ funding }) => funding)))
    return badInput('the exact gear trades spot, or perpetuals with --shorts: leverage and funding are of perpetuals');
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

  const person = (): Approver => (habits ? createPerson(habits.value, createRandom(options.seed ?? 1)) : NOBODY);
  const signers: Signers[] = ['robot'];
  if (habits) signers.push('person');
  if (asked) signers.push('mandate');
  if (habits && asked) signers.push('both');
  let base: ExactPlan;
  try {
    const proposer = await proposerOf(strategy, params.value);
    if (typeof proposer === 'string') return badInput(`${name}: ${proposer}`);
    base = { ...proposer, params: params.value, markets, settings, limits: limitsOf(settings) };
  } catch (error) {
    const why = `${name} failed: ${(error as Error).message}`;
    return failed({ ok: false, error: why }, why);
  }
  const planOf = (who: Signers): ExactPlan => {
    const supposed: { supposed?: SupposedEdge } = asked?.supposed ? { supposed: asked.supposed } : {};
    const mandate = asked && (who === 'mandate' || who === 'both') ? { mandate: asked.mandate, ...supposed } : {};
    const approver = who === 'robot' ? ROBOT : who === 'mandate' ? NOBODY : person();
    return { ...base, ...mandate, approver };
  };
  const settingsOfRun = {
    limits: { ...base.limits },
    ...(habits && { person: { ...habits.value, seed: options.seed ?? 1 } }),
  } as unknown as Readonly<Record<string, Plain>>;
  const by = { gear: 'exact', settings: settingsOfRun } as const;
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
    for (const who of signers) runs.set(who, await runExact(planOf(who)));
  } catch (error) {
    const why = `${name} failed: ${(error as Error).message}`;
    if (options.store) await storeOtherFailure(kept, by, why, options.dataDir);
    return failed({ ok: false, error: why }, why);
  }
  const shown = runs.get(signers.at(-1)!)!;
  const unwritten = await writeWanted(shown, options.out);
  if (unwritten !== null) return badInput(unwritten);
  const cash = settings.cashQuote;
  const figures = ({ approvals, decisionHash, costs, abstained, mandateRefused, ...run }: ExactRun) => ({
    ...runStatistics({ ...run, costs }, run.openTimeMs, cash),
    missingBars: missingIn(run),
    costs,
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
  return storedOutcome({ value, text }, await storeOther(kept, by, shown, plan.value, options.dataDir));
}

/** One that ships runs in the engine; a file of the user's own beside it. A sentence where its values do not fit together. */
async function proposerOf({ definition, outline, source }: PlannedStrategy, params: Readonly<Record<string, number>>) {
  if (definition || source.kind === 'shipped') return { strategy: definition! };
  const conflict = await ownConflict(source, params);
  return conflict ?? { own: { outline, hire: hireTrader(source.path) } };
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
