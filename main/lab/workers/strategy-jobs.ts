import { performance } from 'node:perf_hooks';
import type { LoopRun } from '../backtest/bar-loop.ts';
import type { BarRun, RunColumns } from '../backtest/bar-run.ts';
import { barTimes } from '../backtest/bar-times.ts';
import type { MandateAsked } from '../backtest/mandate-signer.ts';
import { type BacktestPlan, runBacktest } from '../backtest/run-backtest.ts';
import type { Market, RunSettings } from '../backtest/settings.ts';
import type { DayReturns } from '../experiments/day-returns.ts';
import { type Judgement, judgeRun } from '../honesty/judge-run.ts';
import { type Span, viewMarket } from '../honesty/plan-stretch.ts';
import { evaluatePlan } from '../search/evaluate-plan.ts';
import type { Evaluation } from '../search/trial.ts';
import { outlineOf, type StrategyOutline } from '../strategy/outline.ts';
import { readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { Sweeper, type SweepResult } from '../sweep/sweep.ts';
import { type ReplayPlan, replayStrategy } from '../ticks/replay-strategy.ts';
import { createHearing, type Heard, type HearJob } from './hear-job.ts';
import { RunWatch } from './run-watch.ts';
import { stepsOf } from './study-run.ts';

/** On what a strategy is worked with, and under which rules. */
export interface StrategyGround {
  readonly markets: readonly Market[];
  readonly settings: RunSettings;
}

type Params = Readonly<Record<string, number>>;

export type StrategyJob =
  | { readonly kind: 'describe' }
  /** Whether values in their ranges fit together. */
  | { readonly kind: 'fit'; readonly params: Params }
  | { readonly kind: 'backtest'; readonly params: Params; readonly mandate?: MandateAsked }
  | HearJob
  /** Over recorded depth and trades. */
  | (Omit<ReplayPlan, 'strategy' | 'params'> & { readonly kind: 'ticks'; readonly params: Params })
  /** On a stretch of the time. */
  | { readonly kind: 'evaluate'; readonly params: Params; readonly span: Span }
  /** A lot of a sweep; `sweep` counts them: what one computed is no use to the next. */
  | { readonly kind: 'sweep'; readonly sweep: number; readonly settings: readonly Params[] }
  /** Runs it some two hundred times. */
  | {
      readonly kind: 'judge';
      readonly params: Params;
      readonly span: Span;
      readonly seed: number;
      readonly otherTrials: readonly DayReturns[];
    }
  /** On all of the time: the run, what of it was in the market, and its judgement. */
  | {
      readonly kind: 'study';
      readonly params: Params;
      readonly mandate?: MandateAsked;
      readonly seed: number;
      readonly otherTrials: readonly DayReturns[];
    };

export type StrategyAnswer =
  /** `code`: files of the strategy's own that were loaded, none where it ships. */
  | { readonly kind: 'describe'; readonly outline: StrategyOutline; readonly code: readonly string[] }
  /** The sentence of what does not fit, null where all does. */
  | { readonly kind: 'fit'; readonly conflict: string | null }
  | { readonly kind: 'backtest'; readonly run: RunColumns }
  | Heard
  /** `openTimeMs` of its bars: nobody knew them before. */
  | { readonly kind: 'ticks'; readonly run: RunColumns; readonly openTimeMs: Float64Array }
  /** Null where the values do not fit together. */
  | { readonly kind: 'evaluate'; readonly evaluation: Evaluation | null }
  /** In the order of the settings, null where values do not fit together. */
  | { readonly kind: 'sweep'; readonly results: readonly (SweepResult | null)[] }
  | { readonly kind: 'judge'; readonly judgement: Judgement }
  /** `exposureShare` in steps of time: see `stepsOf`. */
  | {
      readonly kind: 'study';
      readonly run: RunColumns;
      readonly exposureShare: Float64Array;
      readonly judgement: Judgement;
    };

/** How far a job is. */
export interface Steps {
  readonly done: number;
  readonly total: number;
}

type Tell = (steps: Steps) => void;

const TELL_EVERY_MS = 100;
/** Of the runs of a judging only its parts are told. */
const SILENT: Tell = () => undefined;

/** Answers jobs about one strategy, one after another. @param code files that it was loaded from */
export function workOnStrategy(
  strategy: StrategyDefinition,
  { markets, settings }: StrategyGround,
  code: () => readonly string[] = () => [],
) {
  let sweeper: Sweeper | null = null;
  let current = 0;
  let hearing: ((job: HearJob) => Heard) | null = null;

  function sweeperOf(sweep: number): Sweeper {
    if (sweeper === null || sweep !== current) sweeper = new Sweeper(strategy, markets, settings);
    current = sweep;
    return sweeper;
  }

  const conflictOf = (params: Params): string | null => {
    const read = readSetting(strategy, params);
    if (read.ok) return null;
    if (read.error.kind === 'conflict') return read.error.message;
    throw new RangeError(read.error.message);
  };
  const planOf = (params: Params, tell: Tell, span: Span | null = null): BacktestPlan => ({
    strategy,
    params,
    markets: span ? markets.map((market) => viewMarket(market, span)) : markets,
    settings,
    onBars: (done, total) => tell({ done, total }),
  });

  /** @throws what the strategy throws */
  return (job: StrategyJob, tellAll: Tell): StrategyAnswer => {
    const tell = nowAndThen(tellAll);
    switch (job.kind) {
      case 'describe':
        return { kind: 'describe', outline: outlineOf(strategy), code: code() };
      case 'fit':
        return { kind: 'fit', conflict: conflictOf(job.params) };
      case 'backtest':
        return {
          kind: 'backtest',
          run: columnsOf(runBacktest({ ...planOf(job.params, tell), ...(job.mandate && { mandate: job.mandate }) })),
        };
      case 'ticks': {
        const { kind: _, ...plan } = job;
        const run = replayStrategy({ ...plan, strategy });
        return {
          kind: 'ticks',
          run: columnsOf({ ...run, tradeRows: () => run.tradeRows }),
          openTimeMs: run.openTimeMs,
        };
      }
      case 'hear':
        hearing ??= createHearing(strategy);
        return hearing(job);
      case 'evaluate': {
        const fits = conflictOf(job.params) === null;
        return { kind: 'evaluate', evaluation: fits ? evaluatePlan(planOf(job.params, tell, job.span)) : null };
      }
      case 'sweep': {
        const own = sweeperOf(job.sweep);
        const results = job.settings.map((params, done) => {
          tell({ done, total: job.settings.length });
          return conflictOf(params) === null ? own.run(params) : null;
        });
        return { kind: 'sweep', results };
      }
      case 'judge': {
        const { params, span, ...options } = job;
        const plan = planOf(params, SILENT, span);
        return { kind: 'judge', judgement: judgeRun(plan, runBacktest(plan), { ...options, tell: inParts(tell) }) };
      }
      case 'study': {
        const { params, mandate, ...options } = job;
        const signed = mandate && { mandate };
        const plan = { ...planOf(params, tell), ...signed };
        const times = barTimes(markets);
        const watch = new RunWatch(
          times,
          stepsOf(times),
          () => undefined,
          () => performance.now(),
        );
        const run = runBacktest({ ...plan, strategy: watch.over(strategy, markets.length) });
        const judgement = judgeRun({ ...planOf(params, SILENT), ...signed }, run, { ...options, tell: inParts(tell) });
        return { kind: 'study', run: columnsOf(run), exposureShare: watch.exposureShare(), judgement };
      }
    }
  };
}

const inParts =
  (tell: Tell) =>
  (done: number, total: number): void =>
    tell({ done, total });

/** Whoever waits wants to know that it goes on, and no more. */
function nowAndThen(tell: Tell): Tell {
  let toldMs = performance.now();
  return (steps) => {
    const nowMs = performance.now();
    if (nowMs - toldMs < TELL_EVERY_MS) return;
    toldMs = nowMs;
    tell(steps);
  };
}

const columnsOf = ({
  tradeRows,
  equityQuote,
  barsInMarket,
  fills,
  costs,
  refused,
  mandate,
}: Pick<LoopRun, 'tradeRows'> & Omit<BarRun, 'trades' | 'openTimeMs'>): RunColumns => ({
  tradeRows: tradeRows(),
  equityQuote,
  barsInMarket,
  fills,
  costs: { ...costs },
  refused: { ...refused },
  ...(mandate && { mandate: { signed: mandate.signed, refused: mandate.refused } }),
});
