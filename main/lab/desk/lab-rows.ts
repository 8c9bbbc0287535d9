/** Rows of the lab's list, and what the catalogue says of strategies. */
import type { AbTest, LabCatalogue, LabRun, LabStrategy, RunPlan } from '../../../preload/lab-contract.ts';
import { REALISTIC } from '../backtest/settings.ts';
import { SHIPPED, strategyNamed } from '../strategies/shipped.ts';
import { outlineOf, type StrategyOutline } from '../strategy/outline.ts';
import type { KeptRun, OpenedRun } from '../workers/job.ts';

export function comparedOf({ id, figures, plan }: LabRun, { detail }: OpenedRun, test: AbTest | null | undefined) {
  if (!figures) return [];
  const returnShare = detail.equityQuote.map((equity) => equity / plan.settings.cashQuote - 1);
  return [{ runId: id, timeMs: detail.timeMs, returnShare, figures, ab: test ?? null }];
}

export const hasMarks = (row: LabRun, tags: readonly string[], note: string): boolean =>
  row.note === note && row.tags.join(' ') === tags.join(' ');

export function keptPart(kept: KeptRun): Partial<LabRun> {
  const { plan, state, origin, figures, intervals, verdict, error, folder, tags, note } = kept;
  return { plan, state, origin, figures, intervals: [...intervals], verdict, error, folder, tags: [...tags], note };
}

export const strategyRow = ({
  name,
  title,
  about,
  instruments,
  params,
}: StrategyOutline): Omit<LabStrategy, 'isOwn'> => ({
  name,
  title,
  about,
  instruments,
  wantsModel: strategyNamed(name)?.wantsModel ?? false,
  params: Object.entries(params).map(([key, parameter]) => ({ name: key, ...parameter })),
});

export const isOwnStrategy = (name: string): boolean => /\.[jt]s$/.test(name);

export const titleOf = (plan: RunPlan): string => strategyNamed(plan.strategy)?.title ?? plan.strategy;

/** A search that is broken off goes on over the same candles, also where more have come meanwhile. */
export const pinned = (plan: RunPlan, nowMs: number): RunPlan =>
  plan.search && plan.toMs === null && plan.sources.some(({ kind }) => kind === 'instrument')
    ? { ...plan, toMs: nowMs }
    : plan;

export const SHIPPED_CATALOGUE: LabCatalogue = {
  strategies: SHIPPED.map((strategy) => ({ ...strategyRow(outlineOf(strategy)), isOwn: false })),
  settings: {
    cashQuote: REALISTIC.cashQuote,
    makerFee: REALISTIC.makerFee,
    takerFee: REALISTIC.takerFee,
    slippageBps: REALISTIC.slippageBps,
    impact: REALISTIC.impact,
    latencyMs: REALISTIC.latencyMs,
    shorts: REALISTIC.shorts,
    leverageMax: REALISTIC.leverageMax,
  },
};

export const newRow = (id: string, plan: RunPlan, title: string, askedAtMs: number): LabRun => ({
  id,
  plan,
  title,
  state: 'waiting',
  askedAtMs,
  endedAtMs: null,
  progress: null,
  origin: 'lab',
  figures: null,
  intervals: [],
  verdict: null,
  error: '',
  tags: [],
  note: '',
  folder: null,
});
