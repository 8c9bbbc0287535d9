import type { LabRun, LabRunDetail, LabVerdict, RunPlan } from '../../../preload/lab-contract.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { ok, type Result } from '../../engine/domain/result.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import type { Plain } from '../experiments/canonical-json.ts';
import type { ExperimentInputs } from '../experiments/experiment.ts';
import { experimentId } from '../experiments/experiment-id.ts';
import type { ExperimentStore, StoreError } from '../experiments/experiment-store.ts';
import type { KnownPlan } from '../experiments/plan-inputs.ts';
import type { Verdict } from '../honesty/verdict.ts';
import { validationOf } from '../predictions/validation.ts';
import { reportPage } from '../report/report-page.ts';
import { breakdownFigures, breakdownOf } from './breakdown.ts';
import { figureIntervals } from './figure-intervals.ts';
import type { FoundBest } from './find-best.ts';
import { heldCurve } from './held-curve.ts';
import type { JoinedCandles, KeptRun, OpenedRun } from './job.ts';
import { joinCandles } from './join-candles.ts';
import { type KeptRow, keptRunOf, ROW_FILE, SCREEN_FILE } from './kept-runs.ts';
import { walkMap } from './map-walk.ts';
import { spanOf } from './read-candles.ts';
import { calendarOf, distributionOf, figuresOf, seriesOf, tradeColumns } from './run-views.ts';
import { cashOf, type Study, stepsOf } from './study-run.ts';

/** What is written down of a run beside its inputs: how it was asked for, and by whom. */
export interface AskedAs {
  readonly plan: RunPlan;
  readonly origin: LabRun['origin'];
  /** How it was searched for; null where it was not. */
  readonly found: Pick<FoundBest, 'search' | 'tries'> | null;
}

export const CHART_CANDLES_MAX = 1_500;
export const TRADES_KEPT_MAX = 50_000;

export interface KeptStudy {
  readonly kept: KeptRun;
  readonly view: OpenedRun;
  /** The same run was there already. */
  readonly isKnown: boolean;
}

/**
 * Keeps a run among the experiments, judged, with its report and with everything that a screen shows of it. Each run of its map counts as a
 * try. The same run again is not kept twice, but what is shown of it is written anew.
 * @throws where the store cannot be written
 */
export function keepStudy(
  store: ExperimentStore,
  { plan, inputs }: { readonly plan: KnownPlan; readonly inputs: ExperimentInputs },
  study: Study,
  as: AskedAs,
): Result<KeptStudy, StoreError> {
  const { run, judgement: judged, mapped } = study;
  const cash = cashOf(plan);
  const candles = plan.markets.map((market) => market.candles);
  const held = heldCurve(candles, run.openTimeMs);
  const statistics = runStatistics(run, run.openTimeMs, cash);
  const { verdict } = judged;
  if (mapped) {
    const tries = mapped.tries.map(({ params, returns }) => ({ inputs: { ...inputs, params }, returns }));
    store.recordTrials('map', tries);
  }
  const report = reportPage({
    id: experimentId(inputs),
    title: plan.strategy.title,
    inputs,
    run,
    statistics,
    verdict,
    intervals: judged.returns.figures,
    close: candles[0]?.close ?? null,
  });
  const row: KeptRow = {
    plan: as.plan,
    origin: as.origin,
    figures: figuresOf(run, held, cash),
    intervals: figureIntervals(judged),
    verdict: labVerdict(verdict),
  };
  const { returns, trades, deflated, overfitting } = judged;
  const by = plan.markets[0]?.predictedBy;
  const predictedBy = by ? `${by.model} ${by.version} ${by.sha256}` : '';
  const words = plan.markets[0] ? validationOf(plan.markets[0]) : null;
  const judgement = { verdict, intervals: returns, tradeIntervals: trades, deflated, overfitting, predictedBy };
  const view = viewOf(plan, study, held, cash, as.found);
  const recorded = store.record(inputs, {
    run,
    statistics,
    verdict: verdict.sentence,
    judgement: judgement as unknown as Record<string, Plain>,
    breakdown: breakdownFigures(run, candles, cash) as unknown as Record<string, Plain>,
    report,
    screens: { [ROW_FILE]: JSON.stringify(row), [SCREEN_FILE]: screenJson(view) },
    ...(words && { predictions: words }),
  });
  if (!recorded.ok) return recorded;
  const { experiment, isKnown } = recorded.value;
  const kept = { ...keptRunOf(experiment, store.folderOf(experiment)), ...row };
  return ok({ kept, view, isKnown });
}

function viewOf(
  { names, markets }: KnownPlan,
  { run, loop, exposureShare, mapped }: Study,
  held: Float64Array,
  cashQuote: number,
  found: AskedAs['found'],
): OpenedRun {
  const candles = markets.map((market) => market.candles);
  const by = markets[0]?.predictedBy;
  const tries = found?.tries ?? mapped?.tries ?? [];
  const trades = tradeColumns(run, TRADES_KEPT_MAX);
  const barMs = barMsOf(candles[0]!);
  const detail: LabRunDetail = {
    ...seriesOf(run, held, cashQuote, stepsOf(run.openTimeMs), exposureShare),
    calendar: calendarOf(run, cashQuote),
    distribution: distributionOf(run),
    map: mapped?.map ?? null,
    walk: walkMap(tries),
    search: found?.search ?? null,
    loop,
    asked: by ? { model: by.model, version: by.version, learntToMs: by.learntToMs } : null,
    tradesListed: trades.reasons.length,
    instruments: [...names],
    ...breakdownOf(run, candles, cashQuote, barMs),
  };
  return { detail, trades, candles: candles.map((each) => joinCandles(each, barMsOf(each), CHART_CANDLES_MAX)) };
}

function barMsOf(candles: CandleColumns): number {
  const span = spanOf(candles, '');
  return span.ok ? span.value.barMs : 60_000;
}

const labVerdict = ({ tone, sentence, reasons }: Verdict): LabVerdict => ({
  tone,
  sentence,
  reasons: reasons.map((reason) => ({ tone: reason.tone, text: reason.text })),
});

const screenJson = ({ detail, candles }: OpenedRun): string =>
  JSON.stringify({ detail, candles: candles.map(plainCandles) });

const plainCandles = ({ columns, barMs, joined }: JoinedCandles) => ({
  columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]])),
  barMs,
  joined,
});
