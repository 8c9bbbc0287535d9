import type { LabRunDetail, LabVerdict, RunPlan, RunProgress } from '../../../preload/lab-contract.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import { gatherEvidence } from '../honesty/evidence.ts';
import { judge, type Verdict } from '../honesty/verdict.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import type { RunResult } from './job.ts';
import { joinCandles } from './join-candles.ts';
import { parameterMap } from './parameter-map.ts';
import { calendarOf, distributionOf, figuresOf, seriesOf, tradeColumns } from './run-views.ts';
import { RunWatch } from './run-watch.ts';
import { TimeSteps } from './time-steps.ts';

const POINTS_MAX = 1_000;
export const CHART_CANDLES_MAX = 1_500;
const TRADES_KEPT_MAX = 50_000;
/** The same run has the same verdict. */
const JUDGE_SEED = 1;

export interface RunInput {
  readonly plan: RunPlan;
  readonly strategy: StrategyDefinition;
  readonly candles: CandleColumns;
  readonly barMs: number;
}

/**
 * One run, watched, with everything that a screen shows of it.
 * @throws RangeError what is wrong with the parameters, or what the strategy itself throws
 */
export function runJob(
  { plan, strategy, candles, barMs }: RunInput,
  tell: (progress: RunProgress) => void,
  nowMs: () => number,
): RunResult {
  const { settings } = plan;
  const steps = new TimeSteps(candles.openTimeMs, POINTS_MAX);
  let last: RunProgress = { ...NOTHING_YET, phase: 'running', total: candles.openTimeMs.length };
  const watch = new RunWatch(
    candles.openTimeMs,
    steps,
    (progress) => {
      last = progress;
      tell(progress);
    },
    nowMs,
  );
  tell(last);
  const startedMs = nowMs();
  const asked = { strategy, params: plan.params, markets: [{ candles }], settings };
  const run = runBacktest({ ...asked, strategy: watch.over(strategy) });
  const barsPerSecond = (run.openTimeMs.length * 1000) / Math.max(1, nowMs() - startedMs);
  last = { ...last, phase: 'judging', barsPerSecond };
  const judging = (done: number, total: number): void => tell({ ...last, done, total });
  const verdict = labVerdict(judge(gatherEvidence(asked, run, { seed: JUDGE_SEED, tell: judging })));
  const series = seriesOf(run, candles, settings.cashQuote, steps, watch.exposureShare());
  const trades = tradeColumns(run, TRADES_KEPT_MAX);
  const map =
    plan.map &&
    parameterMap(strategy, plan, plan.map, candles, (done, total) => tell({ ...last, phase: 'mapping', done, total }));
  const detail: LabRunDetail = {
    ...series,
    calendar: calendarOf(run, settings.cashQuote),
    distribution: distributionOf(run),
    map,
    tradesListed: trades.reasons.length,
  };
  return {
    kind: 'run',
    figures: figuresOf(run, candles, settings),
    verdict,
    detail,
    trades,
    candles: joinCandles(candles, barMs, CHART_CANDLES_MAX),
  };
}

const labVerdict = ({ tone, sentence, reasons }: Verdict): LabVerdict => ({
  tone,
  sentence,
  reasons: reasons.map(({ tone, text }) => ({ tone, text })),
});

export const NOTHING_YET: RunProgress = {
  phase: 'reading',
  done: 0,
  total: 0,
  barsPerSecond: 0,
  timeMs: [],
  equityQuote: [],
};
