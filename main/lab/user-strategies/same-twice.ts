import { runBacktest } from '../backtest/run-backtest.ts';
import { viewMarket } from '../honesty/plan-stretch.ts';
import { readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import type { StrategyGround, StrategyJob } from '../workers/strategy-jobs.ts';

type Params = Readonly<Record<string, number>>;

/** Over so many bars it has to do the same twice. */
const BARS_MAX = 20_000;

/**
 * A process runs a strategy many times. One that remembers an earlier run in a variable of its file knows the future in the next, and no audit
 * could tell: it would know it there too. So before the first run it is run twice over the first candles, while it remembers nothing.
 * @returns called before each job. @throws Error one sentence where the two are not the same, and from then on
 */
export function sameTwice(strategy: StrategyDefinition, ground: StrategyGround): (job: StrategyJob) => void {
  let isKnown = false;
  let fault: Error | null = null;
  return (job) => {
    const params = paramsOf(strategy, job);
    if (!isKnown && params !== null) {
      if (!doesTheSame(strategy, params, ground))
        fault = new Error(
          'it does not do the same twice over the same candles: it remembers an earlier run, draws lots or looks at the clock',
        );
      isKnown = true;
    }
    if (fault && params !== null) throw fault;
  };
}

/** Values with which a job runs it over candles; null where it does not, or where they do not fit together. */
function paramsOf(strategy: StrategyDefinition, job: StrategyJob): Params | null {
  switch (job.kind) {
    case 'backtest':
    case 'evaluate':
    case 'judge':
    case 'study':
      return readSetting(strategy, job.params).ok ? job.params : null;
    case 'sweep':
      return job.settings.find((each) => readSetting(strategy, each).ok) ?? null;
    case 'describe':
    case 'fit':
    case 'hear':
    case 'ticks':
      return null;
  }
}

function doesTheSame(strategy: StrategyDefinition, params: Params, { markets, settings }: StrategyGround): boolean {
  const toMs = markets[0]?.candles.openTimeMs[BARS_MAX] ?? Number.POSITIVE_INFINITY;
  const first = { fromMs: Number.NEGATIVE_INFINITY, toMs };
  const plan = { strategy, params, settings, markets: markets.map((market) => viewMarket(market, first)) };
  const [once, again] = [runBacktest(plan), runBacktest(plan)];
  const [rows, rowsAgain] = [once.tradeRows(), again.tradeRows()];
  return isEqual(rows, rowsAgain) && isEqual(once.equityQuote, again.equityQuote);
}

const isEqual = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, at) => Object.is(value, b[at]));
