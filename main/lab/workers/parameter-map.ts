import type { LabRunDetail, MapAxis, RunPlan } from '../../../preload/lab-contract.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import { readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { figuresOf } from './run-views.ts';

/** The same run with every pair of two parameters' values; pairs that do not fit together are left out. */
export function parameterMap(
  strategy: StrategyDefinition,
  plan: RunPlan,
  { x, y }: { readonly x: MapAxis; readonly y: MapAxis },
  candles: CandleColumns,
  tell: (done: number, total: number) => void,
): NonNullable<LabRunDetail['map']> {
  const total = x.values.length * y.values.length;
  const cells = y.values.flatMap((yValue, row) =>
    x.values.map((xValue, column) => {
      tell(row * x.values.length + column, total);
      const params = { ...plan.params, [x.name]: xValue, [y.name]: yValue };
      if (!readSetting(strategy, params).ok) return null;
      return figuresOf(
        runBacktest({ strategy, params, markets: [{ candles }], settings: plan.settings }),
        candles,
        plan.settings,
      );
    }),
  );
  return {
    x,
    y,
    returnShare: cells.map((cell) => cell?.returnShare ?? null),
    maxDrawdownShare: cells.map((cell) => cell?.maxDrawdownShare ?? null),
    sharpe: cells.map((cell) => cell?.sharpe ?? null),
    trades: cells.map((cell) => cell?.trades ?? null),
  };
}
