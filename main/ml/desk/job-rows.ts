import type { TrainingJob, TrainingPlan } from '../../../preload/models-contract.ts';
import type { FamilyOutline } from '../train/family-outline.ts';
import type { Job, TriedRow } from '../train/job.ts';
import { questionOf } from './questions.ts';

/** Points of a curve on a screen. */
const POINTS_MAX = 240;

/** A job that was asked for and has no folder yet. */
export const newRow = (id: string, title: string, plan: TrainingPlan, askedAtMs: number): TrainingJob => ({
  id,
  plan,
  title,
  state: 'preparing',
  askedAtMs,
  endedAtMs: null,
  steps: null,
  step: 0,
  curve: { step: [], training: [], stopping: [] },
  search: plan.search && { of: plan.search.trials, trials: [] },
  remainingMs: null,
  trainedOn: null,
  error: '',
  verdict: null,
});

export function rowOfJob(job: Job, plan: TrainingPlan | null, verdict: TrainingJob['verdict']): TrainingJob {
  const points = thinned(job.curve);
  return {
    id: job.id,
    plan,
    title: job.title,
    state: job.state,
    askedAtMs: job.createdMs,
    endedAtMs: job.endedMs,
    steps: job.steps,
    step: job.curve.at(-1)?.step ?? 0,
    curve: {
      step: points.map(({ step }) => step),
      training: points.map(({ trainingLoss }) => trainingLoss),
      stopping: points.map(({ stoppingLoss }) => stoppingLoss),
    },
    search: job.work.search && { of: job.work.search.trials, trials: job.tried.map(trialRow) },
    remainingMs: job.remainingMs,
    trainedOn: job.trainedOn,
    error: job.reason === null ? '' : sentence(job.reason),
    verdict,
  };
}

const trialRow = ({ tookMs: _, ...row }: TriedRow) => row;

/** Evenly, the last one always. */
function thinned(curve: Job['curve']): Job['curve'] {
  const every = Math.ceil(curve.length / POINTS_MAX);
  return curve.filter((_, at) => at % every === 0 || at === curve.length - 1);
}

const sentence = (reason: string): string => {
  const [first = ''] = reason.split('\n');
  return `${first.charAt(0).toUpperCase()}${first.slice(1)}${/[.!?]$/.test(first) ? '' : '.'}`;
};

/** `gradient boosting (histogram), direction, BTC/USDT 15m`. */
export function titleOf({ data }: TrainingPlan, family: FamilyOutline): string {
  const names = data.sources.map((source) =>
    source.kind === 'file' ? (source.path.split(/[/\\]/).at(-1) ?? source.path) : source.instrumentId.split(':')[1],
  );
  const [first] = names;
  const whom = names.length === 1 ? first : `${first} and ${names.length - 1} more`;
  return `${family.title}, ${questionOf(data.question.kind).title}, ${whom} ${data.timeframe}`.slice(0, 200);
}
