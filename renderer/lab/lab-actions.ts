/** What a person asks of the lab; each ends in a sentence where it fails. */
import type { Done } from '../../preload/contract.ts';
import type { LabCatalogue, RunPlan } from '../../preload/lab-contract.ts';
import { download } from '../app/csv-export.ts';
import { deskStore } from '../stores/desk-store.ts';
import { showToast } from '../stores/toast-store.ts';
import type { EngineClient } from '../transport/client.ts';
import { labStore, selectRun } from './lab-store.ts';

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

/** Reads anew what can be run: what ships is there at once, candles and models follow, then files of the user's own, asked one by one. */
export async function readStrategies(): Promise<void> {
  const shipped = await askLab(async (client) => ({ ok: true as const, value: await client.labCatalogue() }));
  if (!shipped.ok) return showToast('bad', shipped.error.text);
  const { catalogue } = labStore.getState();
  if (!catalogue) labStore.setState({ catalogue: { ...shipped.value, stored: [], models: [] } });
  await Promise.all([readShelves(), readOwn(shipped.value.strategies)]);
}

async function readShelves(): Promise<void> {
  const shelves = await askLab((client) => client.labShelves());
  if (!shelves.ok) return showToast('bad', shelves.error.text);
  labStore.setState(({ catalogue }) => ({ catalogue: catalogue && { ...catalogue, ...shelves.value } }));
}

async function readOwn(shipped: LabCatalogue['strategies']): Promise<void> {
  const files = await askLab((client) => client.labOwnStrategies());
  if (!files.ok) return labStore.setState({ own: { state: 'failed', text: files.error.text } });
  const strategies = [...shipped, ...files.value.strategies];
  labStore.setState(({ catalogue }) => ({
    own: { state: 'ready', value: files.value },
    catalogue: catalogue && { ...catalogue, strategies },
  }));
}

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

/** Has older runs listed too. */
export const showOlder = (): Promise<void> => orToast((client) => client.labOlderRuns());

export const cancelRun = (runId: string): Promise<void> => orToast((client) => client.cancelLabRun({ runId }));

export function markRun(runId: string, mark: { tags?: readonly string[]; note?: string }): Promise<void> {
  const run = labStore.getState().runs?.find(({ id }) => id === runId);
  if (!run) return Promise.resolve();
  const tags = [...(mark.tags ?? run.tags)];
  return orToast((client) => client.labMark({ runId, tags, note: mark.note ?? run.note }));
}
