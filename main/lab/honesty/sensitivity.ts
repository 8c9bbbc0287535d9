import type { BacktestPlan } from '../backtest/run-backtest.ts';
import type { Parameter } from '../strategy/parameters.ts';
import { figuresOf, type RunFigures } from './run-figures.ts';

/** Figures over values of one parameter, or of two; null where values do not fit together. */
export interface SensitivityMap {
  readonly x: Axis;
  readonly y: Axis | null;
  /** Row by row: all of `x` for the first of `y`, and so on. */
  readonly figures: readonly (RunFigures | null)[];
}

export interface Axis {
  readonly name: string;
  readonly values: readonly number[];
}

/** How a setting stands among those beside it. */
export interface Neighbourhood {
  readonly own: RunFigures;
  readonly neighbours: readonly { readonly params: Readonly<Record<string, number>>; readonly figures: RunFigures }[];
  /** Of the neighbours that trade and earn. */
  readonly profitableShare: number;
  /** Median of the neighbours' Sharpe ratios; those that never move count as 0. NaN without neighbours. */
  readonly medianSharpe: number;
}

const STEPS = [-0.25, -0.1, 0.1, 0.25];

/** @throws what `runBacktest` throws of the plan as it is */
export function mapSensitivity(plan: BacktestPlan, x: Axis, y: Axis | null = null): SensitivityMap {
  const rows = y === null ? [{}] : y.values.map((value) => ({ [y.name]: value }));
  const figures = rows.flatMap((row) =>
    x.values.map((value) => figuresWith(plan, { ...plan.params, ...row, [x.name]: value })),
  );
  return { x, y, figures };
}

/**
 * Each parameter alone, a tenth and a quarter to both sides of what it is set to (at least one where it counts), within its range.
 * A setting that earns only where it stands was found, not understood.
 */
export function exploreNeighbours(plan: BacktestPlan): Neighbourhood {
  const { strategy, params = {} } = plan;
  const own = figuresOf(plan);
  const neighbours = Object.entries(strategy.params).flatMap(([name, declared]) =>
    valuesBeside(declared, params[name] ?? declared.standard).flatMap((value) => {
      const changed = { ...params, [name]: value };
      const figures = figuresWith(plan, changed);
      return figures === null ? [] : [{ params: changed, figures }];
    }),
  );
  const earning = neighbours.filter(({ figures }) => figures.returnPct > 0).length;
  const sharpes = neighbours.map(({ figures }) => figures.sharpe || 0).sort((a, b) => a - b);
  return {
    own,
    neighbours,
    profitableShare: neighbours.length === 0 ? Number.NaN : earning / neighbours.length,
    medianSharpe: middle(sharpes),
  };
}

export function valuesBeside({ least, most, whole }: Parameter, value: number): readonly number[] {
  const beside = STEPS.map((step) => {
    const moved = value + step * (value === 0 ? most - least : Math.abs(value));
    if (!whole) return Math.min(Math.max(moved, least), most);
    const rounded = step < 0 ? Math.min(Math.round(moved), value - 1) : Math.max(Math.round(moved), value + 1);
    return Math.min(Math.max(rounded, least), most);
  });
  return [...new Set(beside)].filter((each) => each !== value);
}

function figuresWith(plan: BacktestPlan, params: Readonly<Record<string, number>>): RunFigures | null {
  const conflict = plan.strategy.conflict?.({ ...standards(plan), ...params }) ?? null;
  return conflict === null ? figuresOf({ ...plan, params }) : null;
}

const standards = ({ strategy }: BacktestPlan): Record<string, number> =>
  Object.fromEntries(Object.entries(strategy.params).map(([name, { standard }]) => [name, standard]));

function middle(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
