import type { BacktestPlan } from '../backtest/run-backtest.ts';
import { REALISTIC, type RunSettings } from '../backtest/settings.ts';
import { figuresOf, type RunFigures } from './run-figures.ts';

/** The same run at other costs. */
export interface CostStress {
  /** Fees, slippage, impact and interest times this. */
  readonly runs: readonly { readonly times: number; readonly figures: RunFigures }[];
  /**
   * Costs at which nothing is left, as a multiple of the plan's, between two runs by a straight line: 0 where it loses even
   * without costs, null where it earns at all of them.
   */
  readonly breakEvenTimes: number | null;
}

export interface LatencyStress {
  readonly runs: readonly { readonly latencyMs: number; readonly figures: RunFigures }[];
}

const COST_TIMES = [0, 0.5, 1, 1.5, 2, 3, 5];
/** A fast line, a slow one, and a machine that is busy with something else. */
const LATENCIES_MS = [0, 500, 2_000, 10_000, 60_000];

/** @throws what `runBacktest` throws */
export function stressCosts(plan: BacktestPlan): CostStress {
  const settings = { ...REALISTIC, ...plan.settings };
  const runs = COST_TIMES.map((times) => ({
    times,
    figures: figuresOf({ ...plan, settings: { ...settings, ...scaled(settings, times) } }),
  }));
  return { runs, breakEvenTimes: breakEven(runs.map(({ times, figures }) => [times, figures.returnPct] as const)) };
}

/** @throws what `runBacktest` throws */
export function stressLatency(plan: BacktestPlan): LatencyStress {
  const runs = LATENCIES_MS.map((latencyMs) => ({
    latencyMs,
    figures: figuresOf({ ...plan, settings: { ...plan.settings, latencyMs } }),
  }));
  return { runs };
}

const scaled = (
  { makerFee, takerFee, slippageBps, impact, borrowPerYear }: RunSettings,
  times: number,
): Partial<RunSettings> => ({
  makerFee: makerFee * times,
  takerFee: takerFee * times,
  slippageBps: slippageBps * times,
  impact: impact * times,
  borrowPerYear: borrowPerYear * times,
});

/** Where the profits of ascending costs first reach zero. */
function breakEven(points: readonly (readonly [times: number, profit: number])[]): number | null {
  for (const [at, [times, profit]] of points.entries()) {
    if (profit > 0) continue;
    const before = points[at - 1];
    if (before === undefined) return 0;
    return before[0] + ((times - before[0]) * before[1]) / (before[1] - profit);
  }
  return null;
}
