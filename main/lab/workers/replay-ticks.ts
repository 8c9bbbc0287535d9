import { TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { REALISTIC, type RunSettings } from '../backtest/settings.ts';
import { tradesOf } from '../backtest/trade-log.ts';
import { feedUsed } from '../experiments/experiment-id.ts';
import type { KnownPlan, OtherGear } from '../experiments/plan-inputs.ts';
import { feedCandles } from '../ticks/feed-candles.ts';
import { type ReplayPlan, replayStrategy } from '../ticks/replay-strategy.ts';
import type { TickFeed } from '../ticks/tick-feed.ts';
import type { PlannedStrategy } from './planned-strategy.ts';
import { answerOf, openStrategyCrew } from './strategy-crew.ts';

/** A strategy of the user's own that has not come back from a feed within this has failed. */
const SILENT_MS_MAX = 600_000;

/**
 * Replays a strategy over depth and trades: one that ships right here, one of the user's own where it can do no harm.
 * @throws Error one sentence: what the strategy throws
 */
export async function replayTicks(
  { definition, source }: PlannedStrategy,
  plan: Omit<ReplayPlan, 'strategy'>,
): Promise<BarRun> {
  if (definition) return replayStrategy({ ...plan, strategy: definition });
  const crew = openStrategyCrew(source, { markets: [], settings: REALISTIC }, { size: 1, silentMsMax: SILENT_MS_MAX });
  try {
    const { run, openTimeMs } = await answerOf(crew, { kind: 'ticks', ...plan, params: plan.params ?? {} });
    return { ...run, trades: tradesOf(run.tradeRows), openTimeMs };
  } finally {
    await crew.close();
  }
}

export interface Replayed {
  readonly strategy: PlannedStrategy;
  readonly params: Readonly<Record<string, number>>;
  readonly feed: TickFeed;
  readonly candle: Timeframe;
  readonly settings: Partial<RunSettings>;
  /** What it ran on is called so. */
  readonly name: string;
}

/** What the store knows a run over depth and trades by. @param run null where it failed */
export function replayedAs(
  { strategy, params, feed, candle, settings, name }: Replayed,
  run: BarRun | null,
): { readonly asked: Omit<KnownPlan, 'seed' | 'build'>; readonly by: OtherGear } {
  const { definition, outline, codeSha256 } = strategy;
  const openTimeMs = run?.openTimeMs ?? new Float64Array(0);
  const asked = {
    strategy: definition ?? outline,
    ...(codeSha256 !== null && { codeSha256 }),
    params,
    markets: [{ candles: feedCandles(feed, openTimeMs, TIMEFRAME_MS[candle]) }],
    settings,
    names: [name],
  };
  return { asked, by: { gear: 'ticks', settings: { candle }, data: [feedUsed(name, feed)] } };
}
