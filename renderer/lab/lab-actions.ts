/** What a person asks of the lab; each ends in a sentence where it fails. */
import type { Done } from '../../preload/contract.ts';
import type { LabCatalogue, RunPlan } from '../../preload/lab-contract.ts';
import { download } from '../app/csv-export.ts';
import { deskStore } from '../stores/desk-store.ts';
import { showToast } from '../stores/toast-store.ts';
import type { EngineClient } from '../transport/client.ts';
import { type LabState, labStore, selectRun } from './lab-store.ts';

const LOST = 'No connection to the engine.';

type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: { readonly code: string; readonly text: string } };

/** Asks and never throws. */
export async function askLab<T>(request: (client: EngineClient) => Promise<Answer<T>>): Promise<Answer<T>> {
  const { client } = deskStore.getState();
  if (!client) return { ok: false, error: { code: 'lost', text: LOST } };
  try {
    return await request(client);
  } catch {
    return { ok: false, error: { code: 'failed', text: 'The engine could not answer; the log has the details.' } };
  }
}

/** Reads anew what can be run: first what there is at once, then files of the user's own, which are asked one by one. */
export async function readStrategies(): Promise<void> {
  const answer = await askLab(async (client) => ({ ok: true as const, value: await client.labCatalogue() }));
  if (!answer.ok) return showToast('bad', answer.error.text);
  labStore.setState(({ own }) => ({ catalogue: withOwn(answer.value, own) }));
  const files = await askLab((client) => client.labOwnStrategies());
  const own: LabState['own'] = files.ok
    ? { state: 'ready', value: files.value }
    : { state: 'failed', text: files.error.text };
  labStore.setState({ own, catalogue: withOwn(answer.value, own) });
}

const withOwn = (catalogue: LabCatalogue, own: LabState['own']): LabCatalogue =>
  own.state === 'ready' ? { ...catalogue, strategies: [...catalogue.strategies, ...own.value.strategies] } : catalogue;

/** Starts a run and shows it. Null when it was taken, else why not. */
export async function startRun(plan: RunPlan): Promise<string | null> {
  const answer = await askLab((client) => client.startLabRun(plan));
  if (!answer.ok) return answer.error.text;
  selectRun(answer.value.runId);
  return null;
}

async function orToast(request: (client: EngineClient) => Promise<Done>): Promise<void> {
  const answer = await askLab(async (client) => {
    const said = await request(client);
    return said.ok ? { ok: true as const, value: null } : said;
  });
  if (!answer.ok) showToast('bad', answer.error.text);
}

/** Saves a run's report as a file. */
export async function saveReport(runId: string): Promise<void> {
  const answer = await askLab((client) => client.labReport({ runId }));
  if (answer.ok) download(answer.value.name, answer.value.html, 'text/html');
  else showToast('bad', answer.error.text);
}

export const cancelRun = (runId: string): Promise<void> => orToast((client) => client.cancelLabRun({ runId }));

export function markRun(runId: string, mark: { tags?: readonly string[]; note?: string }): Promise<void> {
  const run = labStore.getState().runs?.find(({ id }) => id === runId);
  if (!run) return Promise.resolve();
  const tags = [...(mark.tags ?? run.tags)];
  return orToast((client) => client.labMark({ runId, tags, note: mark.note ?? run.note }));
}
