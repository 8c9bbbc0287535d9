import type { LabRunDetail, MapAxis, RunPlan } from '../../../preload/lab-contract.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import { dayReturns } from '../experiments/day-returns.ts';
import { readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import type { Try } from './map-walk.ts';
import { figuresOf } from './run-views.ts';

interface MapOfRuns {
  readonly map: NonNullable<LabRunDetail['map']>;
  /** Every run that was made for it. */
  readonly tries: readonly Try[];
}

/** The same run with every pair of two parameters' values; pairs that do not fit together are left out. */
export function parameterMap(
  strategy: StrategyDefinition,
  plan: RunPlan,
  { x, y }: { readonly x: MapAxis; readonly y: MapAxis },
  candles: CandleColumns,
  tell: (done: number, total: number) => void,
): MapOfRuns {
  const total = x.values.length * y.values.length;
  const tries: Try[] = [];
  const cells = y.values.flatMap((yValue, row) =>
    x.values.map((xValue, column) => {
      tell(row * x.values.length + column, total);
      const params = { ...plan.params, [x.name]: xValue, [y.name]: yValue };
      const read = readSetting(strategy, params);
      if (!read.ok) return null;
      const run = runBacktest({ strategy, params, markets: [{ candles }], settings: plan.settings });
      const returns = dayReturns(run.equityQuote, run.openTimeMs, plan.settings.cashQuote);
      tries.push({ params: read.value, returns });
      return figuresOf(run, candles, plan.settings);
    }),
  );
  const map = {
    x,
    y,
    returnShare: cells.map((cell) => cell?.returnShare ?? null),
    maxDrawdownShare: cells.map((cell) => cell?.maxDrawdownShare ?? null),
    sharpe: cells.map((cell) => cell?.sharpe ?? null),
    trades: cells.map((cell) => cell?.trades ?? null),
  };
  return { map, tries };
}
