/** What a person asks of training; each ends in a sentence where it fails. */
import type { Done } from '../../preload/contract.ts';
import type { TrainingPlan } from '../../preload/models-contract.ts';
import { askLab } from '../lab/lab-actions.ts';
import { showToast } from '../stores/toast-store.ts';
import type { EngineClient } from '../transport/client.ts';
import { modelsStore, rereadVersions, select } from './models-store.ts';

/** Starts a training and shows it. Null when it was taken, else why not. */
export async function startTraining(plan: TrainingPlan): Promise<string | null> {
  const answer = await askLab((client) => client.startTraining(plan));
  if (!answer.ok) return answer.error.text;
  modelsStore.setState({ selectedId: answer.value.jobId, tab: 'training' });
  return null;
}

/** Makes a version of what a training left, and shows it. Null when it is there, else why not. */
export async function publishTraining(jobId: string): Promise<string | null> {
  const answer = await askLab((client) => client.publishTraining({ jobId }));
  await rereadVersions();
  if (!answer.ok) return answer.error.text;
  select(answer.value.versionId);
  return null;
}

async function orToast(request: (client: EngineClient) => Promise<Done>): Promise<void> {
  const answer = await askLab(async (client) => {
    const said = await request(client);
    return said.ok ? { ok: true as const, value: null } : said;
  });
  if (!answer.ok) showToast('bad', answer.error.text);
}

export const pauseTraining = (jobId: string): Promise<void> => orToast((client) => client.pauseTraining({ jobId }));
export const resumeTraining = (jobId: string): Promise<void> => orToast((client) => client.resumeTraining({ jobId }));
export const cancelTraining = (jobId: string): Promise<void> => orToast((client) => client.cancelTraining({ jobId }));
