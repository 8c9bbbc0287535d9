import type { LabRunDetail, LabVerdict, RunProgress } from '../../../preload/lab-contract.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import { gatherEvidence } from '../honesty/evidence.ts';
import { judge, type Verdict } from '../honesty/verdict.ts';
import type { RunResult } from './job.ts';
import { joinCandles } from './join-candles.ts';
import { walkMap } from './map-walk.ts';
import { parameterMap } from './parameter-map.ts';
import type { RunAsked, RunKeeper } from './run-keeper.ts';
import { calendarOf, distributionOf, figuresOf, seriesOf, tradeColumns } from './run-views.ts';
import { RunWatch } from './run-watch.ts';
import { TimeSteps } from './time-steps.ts';

const POINTS_MAX = 1_000;
export const CHART_CANDLES_MAX = 1_500;
export const TRADES_KEPT_MAX = 50_000;
/** The same run has the same verdict. */
const JUDGE_SEED = 1;

/**
 * One run, watched, judged and kept, with everything that a screen shows of it.
 * @throws Error one sentence: what is wrong with the parameters, what the strategy itself throws, why it cannot be kept
 */
export function runJob(
  asked: RunAsked,
  keeper: RunKeeper,
  tell: (progress: RunProgress) => void,
  nowMs: () => number,
): RunResult {
  const { plan, strategy, candles, barMs } = asked;
  const { settings } = plan;
  const steps = new TimeSteps(candles.openTimeMs, POINTS_MAX);
  let last: RunProgress = { ...NOTHING_YET, phase: 'running', total: candles.openTimeMs.length };
  const tellNext = (progress: RunProgress): void => {
    last = progress;
    tell(progress);
  };
  const watch = new RunWatch(candles.openTimeMs, steps, tellNext, nowMs);
  tellNext(last);
  const startedMs = nowMs();
  const backtest = { strategy, params: plan.params, markets: [{ candles }], settings };
  const run = runBacktest({ ...backtest, strategy: watch.over(strategy) });
  const barsPerSecond = (run.openTimeMs.length * 1000) / Math.max(1, nowMs() - startedMs);
  const inPhase = (phase: RunProgress['phase']) => (done: number, total: number) =>
    tellNext({ ...last, phase, barsPerSecond, done, total });

  const inputs = keeper.inputsOf(asked);
  const mapped = plan.map && parameterMap(strategy, plan, plan.map, candles, inPhase('mapping'));
  if (mapped) keeper.countTries(inputs, mapped.tries);
  const otherTrials = keeper.triesBeside(inputs);
  const evidence = gatherEvidence(backtest, run, { seed: JUDGE_SEED, otherTrials, tell: inPhase('judging') });

  const trades = tradeColumns(run, TRADES_KEPT_MAX);
  const detail: LabRunDetail = {
    ...seriesOf(run, candles, settings.cashQuote, steps, watch.exposureShare()),
    calendar: calendarOf(run, settings.cashQuote),
    distribution: distributionOf(run),
    map: mapped?.map ?? null,
    walk: mapped ? walkMap(mapped.tries) : null,
    tradesListed: trades.reasons.length,
  };
  const joined = joinCandles(candles, barMs, CHART_CANDLES_MAX);
  const kept = keeper.keep(asked, inputs, {
    run,
    figures: figuresOf(run, candles, settings),
    verdict: labVerdict(judge(evidence)),
    intervals: evidence.returns.figures,
    detail,
    joined,
  });
  if (!kept.ok) throw new Error(kept.error.text);
  return { kind: 'run', kept: kept.value, detail, trades, candles: joined };
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
