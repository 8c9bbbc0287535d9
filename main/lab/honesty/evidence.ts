import type { BarRun } from '../backtest/bar-run.ts';
import type { BacktestPlan } from '../backtest/run-backtest.ts';
import { type RunStatistics, runStatistics } from '../backtest/run-statistics.ts';
import { REALISTIC } from '../backtest/settings.ts';
import { type DayReturns, dayReturns } from '../experiments/day-returns.ts';
import { returnMetrics } from '../metrics/return-metrics.ts';
import { buyAndHold, type RandomEntries, randomEntries } from './benchmarks.ts';
import { traceOver } from './decision-trace.ts';
import { auditLookAhead, type LookAheadAudit } from './look-ahead-audit.ts';
import { backtestOverfitting } from './overfitting.ts';
import { type ReturnIntervals, returnIntervals } from './return-intervals.ts';
import type { RunFigures } from './run-figures.ts';
import { exploreNeighbours, type Neighbourhood } from './sensitivity.ts';
import { type DeflatedSharpe, deflatedSharpe, minimumTrackRecord, sharpeSample } from './sharpe-odds.ts';
import { type CostStress, type LatencyStress, stressCosts, stressLatency } from './stress-runs.ts';
import { type TradeIntervals, tradeIntervals } from './trade-intervals.ts';
import { auditWarmUp, traceForWarmUp, type WarmUpAudit } from './warm-up-audit.ts';

/** What the run itself says. */
export interface RunEvidence {
  readonly statistics: RunStatistics;
  readonly returnPctWithoutCosts: number;
  /** Of the figures of daily returns. */
  readonly returns: ReturnIntervals;
  /** Null without a closed trade. */
  readonly trades: TradeIntervals | null;
  readonly deflated: DeflatedSharpe;
  /** Days until a Sharpe ratio like this is told from zero at 95 %. */
  readonly daysNeeded: number;
  /** Of all trials on the same days; null where there are not enough of either. */
  readonly overfitting: { readonly probability: number; readonly trials: number } | null;
}

/** Everything that a verdict on a run rests on. */
export interface Evidence extends RunEvidence {
  readonly lookAhead: LookAheadAudit;
  readonly warmUp: WarmUpAudit;
  readonly holding: RunFigures;
  /** Null without a closed trade. */
  readonly random: RandomEntries | null;
  readonly costs: CostStress;
  readonly latency: LatencyStress;
  readonly neighbours: Neighbourhood;
}

export interface EvidenceOptions {
  readonly seed: number;
  /** Every other trial that was made of this strategy on these instruments, whatever became of it. */
  readonly otherTrials?: readonly DayReturns[];
  /** Told before each part, and again while a long one goes on. */
  readonly tell?: (done: number, total: number) => void;
}

const LEVEL = 0.95;
/** Fewer where a run is long: so many days in all. */
const BOOTSTRAP_DRAWS = 1_000;
const BOOTSTRAP_DRAWS_MIN = 400;
const BOOTSTRAP_DAYS = 1_000_000;
/** Fewer where a run is long: so many bars in all. */
const RANDOM_DRAWS = 100;
const RANDOM_DRAWS_MIN = 40;
const RANDOM_BARS = 50_000_000;
const OVERFITTING_BLOCKS = 10;
const DAYS_PER_YEAR = 365;
const PARTS = 9;

/**
 * Judges a run: audits, intervals, odds, stress and benchmarks. It runs the plan some two hundred times.
 * @param run what the plan came to
 * @throws what `runBacktest` throws
 */
export function gatherEvidence(asked: BacktestPlan, run: BarRun, options: EvidenceOptions): Evidence {
  const { seed, tell } = options;
  let done = 0;
  const part = <T>(work: () => T): T => {
    tell?.(done, PARTS);
    done += 1;
    return work();
  };
  const plan = whileRunning(asked, () => tell?.(done - 1, PARTS));
  const bars = run.openTimeMs.length;
  const hasTrades = run.trades.length > 0;
  const lookAhead = part(() => auditLookAhead(traceOver(plan), bars));
  const warmUp = part(() => auditWarmUp(traceForWarmUp(plan), bars));
  const own = runEvidence(run, plan.settings?.cashQuote ?? REALISTIC.cashQuote, options, part);
  const holding = part(() => buyAndHold(plan));
  const random = part(() =>
    hasTrades ? randomEntries(plan, run, seed, randomDraws(bars), () => tell?.(done - 1, PARTS)) : null,
  );
  const costs = part(() => stressCosts(plan));
  return {
    ...own,
    returnPctWithoutCosts: costs.runs[0]!.figures.returnPct,
    lookAhead,
    warmUp,
    holding,
    random,
    costs,
    latency: part(() => stressLatency(plan)),
    neighbours: part(() => exploreNeighbours(plan)),
  };
}

/** What a run says by itself. What it would have come to without costs is taken to be what it came to and what it paid. */
export function runEvidence(
  run: BarRun,
  cashQuote: number,
  { seed, otherTrials = [] }: EvidenceOptions,
  part: <T>(work: () => T) => T = (work) => work(),
): RunEvidence {
  const own = dayReturns(run.equityQuote, run.openTimeMs, cashQuote);
  const daily = own.returns;
  const resampling = { seed, draws: bootstrapDraws(daily.length), level: LEVEL };
  const profits = Float64Array.from(run.trades, ({ pnl }) => pnl);
  const sample = sharpeSample(daily);
  const statistics = runStatistics(run, run.openTimeMs, cashQuote);
  const { fees, slippage, funding, borrow } = run.costs;
  return {
    statistics,
    returnPctWithoutCosts: statistics.returnPct + (100 * (fees + slippage + funding + borrow)) / cashQuote,
    returns: part(() =>
      returnIntervals(daily, (returns) => ({ ...returnMetrics(returns, DAYS_PER_YEAR) }), resampling),
    ),
    trades: run.trades.length > 0 ? tradeIntervals(profits, cashQuote, resampling) : null,
    deflated: deflatedSharpe(
      sample,
      Float64Array.from([...otherTrials, own], ({ returns }) => sharpeSample(returns).sharpe),
    ),
    daysNeeded: minimumTrackRecord(sample, 0, LEVEL),
    overfitting: part(() => overfittingOf(own, otherTrials)),
  };
}

/** Tells at the start of every run of the plan's strategy, so that whoever waits knows that it goes on. */
function whileRunning(plan: BacktestPlan, tell: () => void): BacktestPlan {
  const { strategy } = plan;
  const start: typeof strategy.start = (context) => {
    tell();
    return strategy.start(context);
  };
  return { ...plan, strategy: { ...strategy, start } };
}

const bootstrapDraws = (days: number): number =>
  Math.max(BOOTSTRAP_DRAWS_MIN, Math.min(BOOTSTRAP_DRAWS, Math.floor(BOOTSTRAP_DAYS / days)));

const randomDraws = (bars: number): number =>
  Math.max(RANDOM_DRAWS_MIN, Math.min(RANDOM_DRAWS, Math.floor(RANDOM_BARS / bars)));

/** Among trials of the very days of the run: one was chosen of them. */
function overfittingOf(own: DayReturns, others: readonly DayReturns[]): Evidence['overfitting'] {
  const alike = others.filter(
    ({ day }) => day.length === own.day.length && day.every((each, at) => each === own.day[at]),
  );
  if (alike.length < 1 || own.day.length < 2 * OVERFITTING_BLOCKS) return null;
  const { probability, trials } = backtestOverfitting(
    [...alike, own].map(({ returns }) => returns),
    OVERFITTING_BLOCKS,
  );
  return { probability, trials };
}
