/** What the lab's screen reads: strategies, runs as they come, and what the person has picked. */
import { createStore, useStore } from 'zustand';
import {
  COMPARED_MAX,
  type LabCatalogue,
  type LabMessage,
  type LabRun,
  type LabShelves,
  labMessageSchema,
  type OwnStrategyFiles,
} from '../../preload/lab-contract.ts';
import { announce } from '../stores/toast-store.ts';
import type { EngineClient } from '../transport/client.ts';
import type { Loaded } from './loaded.ts';
import type { RunOrder } from './run-filter.ts';
import { sourceText } from './run-words.ts';

export type LabTab = 'overview' | 'trades' | 'breakdown' | 'map' | 'search' | 'compare';

export type Catalogue = LabCatalogue & LabShelves;

export interface LabState {
  /** What can be run: shelves and files of the user's own once they are known. */
  readonly catalogue: Catalogue | null;
  readonly own: Loaded<OwnStrategyFiles>;
  /** Newest first; null before the first word of them. */
  readonly runs: readonly LabRun[] | null;
  /** Kept, and not listed yet. */
  readonly older: number;
  readonly selectedId: string | null;
  /** In the order picked: their letters. */
  readonly comparedIds: readonly string[];
  readonly tab: LabTab;
  /** Number of the trade in front, of the selected run. */
  readonly tradeNumber: number | null;
  /** What the list is narrowed to, and its order. */
  readonly filter: string;
  readonly order: RunOrder;
}

export const labStore = createStore<LabState>()(() => ({
  catalogue: null,
  own: { state: 'loading' },
  runs: null,
  older: 0,
  selectedId: null,
  comparedIds: [],
  tab: 'overview',
  tradeNumber: null,
  filter: '',
  order: 'newest',
}));

export function useLab<T>(select: (state: LabState) => T): T {
  return useStore(labStore, select);
}

export const useSelectedRun = (): LabRun | null =>
  useLab((state) => state.runs?.find(({ id }) => id === state.selectedId) ?? null);

export function selectRun(runId: string): void {
  labStore.setState(({ tab }) => ({
    selectedId: runId,
    tradeNumber: null,
    tab: tab === 'compare' || tab === 'map' || tab === 'search' ? 'overview' : tab,
  }));
}

export const narrowRuns = (filter: string): void => labStore.setState({ filter });

export const orderRuns = (order: RunOrder): void => labStore.setState({ order });

export const showTab = (tab: LabTab): void => labStore.setState({ tab });

export const pickTrade = (tradeNumber: number | null): void => labStore.setState({ tradeNumber });

/** Takes a run into the comparison or out of it; nothing happens where it is full. */
export function toggleCompared(runId: string): void {
  labStore.setState(({ comparedIds, tab }) => {
    const without = comparedIds.filter((id) => id !== runId);
    const isOut = without.length < comparedIds.length;
    if (!isOut && comparedIds.length >= COMPARED_MAX) return {};
    const next = isOut ? without : [...comparedIds, runId];
    return { comparedIds: next, tab: next.length < 2 && tab === 'compare' ? 'overview' : tab };
  });
}

/** Folds one message in: rows replace rows of the same id, new ones stand first. The newest is in front where none was. */
export function receiveLabMessage(state: LabState, { first, runs, removed, older }: LabMessage): Partial<LabState> {
  const before = first ? [] : (state.runs ?? []);
  const changed = new Map(runs.map((run) => [run.id, run]));
  const gone = new Set(removed);
  const stayed = before.filter(({ id }) => !gone.has(id)).map((run) => changed.get(run.id) ?? run);
  const known = new Set(before.map(({ id }) => id));
  const next = [...runs.filter(({ id }) => !known.has(id)), ...stayed];
  const isThere = (id: string): boolean => next.some((run) => run.id === id);
  const selectedId =
    state.selectedId !== null && isThere(state.selectedId) ? state.selectedId : (newestOf(next)?.id ?? null);
  return { runs: next, older, selectedId, comparedIds: state.comparedIds.filter(isThere) };
}

const newestOf = (runs: readonly LabRun[]): LabRun | undefined =>
  runs.reduce<LabRun | undefined>(
    (newest, run) => (newest && newest.askedAtMs >= run.askedAtMs ? newest : run),
    undefined,
  );

const UNDER_WAY: ReadonlySet<LabRun['state']> = new Set(['waiting', 'running']);

/** What a screen reader is told of runs that were under way and have ended. */
export function endedText(before: readonly LabRun[], now: readonly LabRun[]): readonly string[] {
  return now.flatMap(({ id, title, plan, state, verdict, error }) => {
    const was = before.find((run) => run.id === id)?.state;
    if (was === undefined || !UNDER_WAY.has(was) || UNDER_WAY.has(state)) return [];
    const said = state === 'done' ? verdict?.sentence : error;
    return [`${title} ${sourceText(plan)} ${state === 'done' ? 'is done' : state}${said ? `: ${said}` : '.'}`];
  });
}

/** Follows the lab's runs until the connection or `signal` ends. */
export async function followLab(client: EngineClient, signal: AbortSignal): Promise<void> {
  const stream = await client.watchLab(undefined, { signal });
  for await (const received of stream) {
    const message = labMessageSchema.parse(received);
    const before = labStore.getState().runs ?? [];
    labStore.setState((state) => receiveLabMessage(state, message));
    if (!message.first) for (const text of endedText(before, message.runs)) announce(text);
  }
}
