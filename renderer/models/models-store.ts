/** What the Models screen reads: what can be trained, jobs as they come, versions, and what the person has picked. */
import { useMemo } from 'react';
import { createStore, useStore } from 'zustand';
import {
  type ModelsCatalogue,
  type ModelVersion,
  type TrainingJob,
  type TrainingMessage,
  trainingMessageSchema,
} from '../../preload/models-contract.ts';
import { deskStore } from '../stores/desk-store.ts';
import { announce, showToast } from '../stores/toast-store.ts';
import type { EngineClient } from '../transport/client.ts';

export type ModelsTab = 'training' | 'report' | 'data' | 'compare' | 'ensemble' | 'drift';

/** Those that show the one training or version that is selected. */
const TABS_OF_ONE: readonly ModelsTab[] = ['training', 'report'];

export const COMPARED_MAX = 6;

export interface ModelsState {
  readonly catalogue: ModelsCatalogue | null;
  /** Why there is no catalogue; empty while it is on its way. */
  readonly problem: string;
  /** Newest first; null before the first word of them. */
  readonly jobs: readonly TrainingJob[] | null;
  readonly versions: readonly ModelVersion[];
  /** A job's or a version's id. */
  readonly selectedId: string | null;
  /** In the order picked: their letters. */
  readonly comparedIds: readonly string[];
  readonly tab: ModelsTab;
  /** What is set up on the left: a training, or a model that was made elsewhere. */
  readonly setUp: 'train' | 'bring';
}

export const modelsStore = createStore<ModelsState>()(() => ({
  catalogue: null,
  problem: '',
  jobs: null,
  versions: [],
  selectedId: null,
  comparedIds: [],
  tab: 'training',
  setUp: 'train',
}));

export function useModels<T>(select: (state: ModelsState) => T): T {
  return useStore(modelsStore, select);
}

export const useIsShown = (id: string): boolean =>
  useModels(({ selectedId, tab }) => selectedId === id && TABS_OF_ONE.includes(tab));

export const useSelectedJob = (): TrainingJob | null =>
  useModels((state) => state.jobs?.find(({ id }) => id === state.selectedId) ?? null);

export const useSelectedVersion = (): ModelVersion | null =>
  useModels((state) => state.versions.find(({ id }) => id === state.selectedId) ?? null);

/** How a feature is computed, by its name; empty where no set of this terminal has it. */
export function useFormula(): (feature: string) => string {
  const sets = useModels((state) => state.catalogue?.featureSets);
  return useMemo(() => {
    const formulas = new Map(sets?.flatMap(({ features }) => features.map(({ name, formula }) => [name, formula])));
    return (feature) => formulas.get(feature) ?? '';
  }, [sets]);
}

/** Shows a job as it goes, or a version with what it was worth. */
export function select(id: string): void {
  modelsStore.setState(({ jobs }) => {
    const job = jobs?.find((each) => each.id === id);
    // What was judged and published is looked at as the version that it is.
    const versionId = job?.brought?.versionId;
    if (versionId) return { selectedId: versionId, tab: 'report' };
    return { selectedId: id, tab: job && job.state !== 'done' ? 'training' : 'report' };
  });
}

export const showSetUp = (setUp: ModelsState['setUp']): void => modelsStore.setState({ setUp });

export const showTab = (tab: ModelsTab): void => modelsStore.setState({ tab });

/** Takes a version into the comparison or out of it; nothing happens where it is full. */
export function toggleCompared(id: string): void {
  modelsStore.setState(({ comparedIds, tab }) => {
    const without = comparedIds.filter((each) => each !== id);
    const isOut = without.length < comparedIds.length;
    if (!isOut && comparedIds.length >= COMPARED_MAX) return {};
    const next = isOut ? without : [...comparedIds, id];
    return { comparedIds: next, tab: next.length < 2 && tab === 'compare' ? 'report' : tab };
  });
}

/** Folds one message in: rows replace rows of the same id, new ones stand first. */
export function receiveTraining(state: ModelsState, { first, jobs, removed }: TrainingMessage): Partial<ModelsState> {
  const before = first ? [] : (state.jobs ?? []);
  const changed = new Map(jobs.map((job) => [job.id, job]));
  const gone = new Set(removed);
  const stayed = before.filter(({ id }) => !gone.has(id)).map((job) => changed.get(job.id) ?? job);
  const known = new Set(before.map(({ id }) => id));
  return { jobs: [...jobs.filter(({ id }) => !known.has(id)), ...stayed] };
}

const ENDED = { done: 'is done', failed: 'failed', cancelled: 'was cancelled' } as const;

/** What a person is told of jobs that ended since the last message. */
export function endedText(before: readonly TrainingJob[], now: readonly TrainingJob[]): readonly string[] {
  return now.flatMap((job) => {
    const was = before.find(({ id }) => id === job.id)?.state;
    if (was === undefined || was === job.state || !(job.state in ENDED)) return [];
    const said = job.state === 'done' ? job.verdict?.sentence : job.error;
    const what = job.brought ? 'Judging' : 'Training';
    return [`${what} ${job.title} ${ENDED[job.state as keyof typeof ENDED]}${said ? `: ${said}` : '.'}`];
  });
}

function tellEnded(before: readonly TrainingJob[], now: readonly TrainingJob[]): void {
  for (const text of endedText(before, now)) {
    const isBad = text.includes(' failed');
    showToast(isBad ? 'bad' : 'info', text);
    announce(text);
  }
}

/** What the workspace shows besides jobs: read when it is opened, for it starts the training process. */
export function readModels(client: EngineClient): void {
  void readCatalogue(client);
  void readVersions(client);
}

/** Follows training until the connection or `signal` ends, and tells of what has ended, in whatever workspace the person is. */
export async function followTraining(client: EngineClient, signal: AbortSignal): Promise<void> {
  const stream = await client.watchTraining(undefined, { signal });
  for await (const received of stream) {
    const message = trainingMessageSchema.parse(received);
    const before = modelsStore.getState().jobs ?? [];
    modelsStore.setState((state) => receiveTraining(state, message));
    const now = modelsStore.getState().jobs ?? [];
    if (!message.first) tellEnded(before, now);
    // Those of a workspace that was never opened are read when it is.
    const isOpen = modelsStore.getState().versions.length > 0;
    if (isOpen && message.jobs.some(({ state }) => state === 'done')) await readVersions(client);
    showNewest(before, now);
  }
}

/** Who looks at a training that is done sees what came of it. */
function showNewest(before: readonly TrainingJob[], now: readonly TrainingJob[]): void {
  const { selectedId, tab } = modelsStore.getState();
  const job = now.find(({ id }) => id === selectedId);
  const was = before.find(({ id }) => id === selectedId);
  if (tab === 'training' && was && was.state !== 'done' && job?.state === 'done') select(job.id);
}

/** The first is shown to who has picked nothing; whoever looks at something else by now goes on looking at it. Pure. */
export function receiveVersions(
  { selectedId, tab }: Pick<ModelsState, 'selectedId' | 'tab'>,
  versions: readonly ModelVersion[],
): Partial<ModelsState> {
  const first = versions[0];
  if (selectedId !== null || !first) return { versions };
  return { versions, selectedId: first.id, tab: tab === 'training' ? 'report' : tab };
}

async function readCatalogue(client: EngineClient): Promise<void> {
  try {
    const answer = await client.modelsCatalogue();
    modelsStore.setState(answer.ok ? { catalogue: answer.value, problem: '' } : { problem: answer.error.text });
  } catch {
    modelsStore.setState({ problem: 'The engine could not say what can be trained; the log has the details.' });
  }
}

/** Asks again which versions there are: one was published. */
export async function rereadVersions(): Promise<void> {
  const { client } = deskStore.getState();
  if (client) await readVersions(client);
}

async function readVersions(client: EngineClient): Promise<void> {
  const answer = await client.modelVersions().catch(() => null);
  if (answer?.ok !== true) return;
  modelsStore.setState((state) => receiveVersions(state, answer.value));
}
