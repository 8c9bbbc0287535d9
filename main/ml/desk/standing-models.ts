import type { ModelVersion, TrainingJob, TrainingPlan } from '../../../preload/models-contract.ts';
import type { StandingModel } from './retrainer.ts';

/**
 * The models that were published here, each with the newest training that was published under its name. What a search found there is
 * kept: another search each night would only try the same again.
 * @param versions newest first
 */
export function standingModels(
  versions: readonly Pick<ModelVersion, 'id' | 'publishing'>[],
  jobs: readonly TrainingJob[],
): readonly StandingModel[] {
  const models = new Map<string, TrainingPlan>();
  for (const { id, publishing } of versions) {
    if (!publishing || publishing.as === null || models.has(publishing.name)) continue;
    const job = jobs.find((each) => each.id === id);
    if (job?.plan) models.set(publishing.name, planOfJob(job, job.plan));
  }
  return Array.from(models, ([model, plan]) => ({ model, plan }));
}

const gainOf = ({ gain }: { readonly gain: number | null }): number => gain ?? Number.NEGATIVE_INFINITY;

function planOfJob({ search }: TrainingJob, plan: TrainingPlan): TrainingPlan {
  const best = search?.trials
    .filter(({ state }) => state === 'done')
    .toSorted((a, b) => gainOf(b) - gainOf(a) || a.number - b.number)[0];
  return { ...plan, hyperParameters: { ...plan.hyperParameters, ...best?.setting }, search: null };
}
