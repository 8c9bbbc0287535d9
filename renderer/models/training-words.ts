/** Trainings and verdicts in words. Pure. */
import type { ModelReport, ReportFigure } from '../../preload/model-report.ts';
import type { TrainingJob } from '../../preload/models-contract.ts';
import { showFloat, showPercent } from '../format/number.ts';

export const JOB_STATES: Record<TrainingJob['state'], { readonly word: string; readonly tone: string }> = {
  preparing: { word: '◌ preparing', tone: 'info' },
  queued: { word: '◌ waiting', tone: 'info' },
  running: { word: '▶ training', tone: 'info' },
  paused: { word: '❚❚ paused', tone: 'warn' },
  done: { word: '● done', tone: 'good' },
  failed: { word: '✕ failed', tone: 'bad' },
  cancelled: { word: '■ cancelled', tone: 'warn' },
};

/** The sign says the same without colour. */
export const EDGES: Record<
  ModelReport['edge'],
  { readonly word: string; readonly sign: string; readonly text: string }
> = {
  measured: { word: 'edge measured', sign: '●', text: 'text-up' },
  weak: { word: 'weak edge', sign: '▲', text: 'text-seal-text' },
  none: { word: 'no edge', sign: '✕', text: 'text-text2' },
  unknown: { word: 'not enough to judge', sign: '?', text: 'text-text2' },
};

/** `0.507`, `4.1 %`, `−17.4`: all that a line says of a figure with the places that its size can bear. */
export function showFigure(value: number | null, figure: Pick<ReportFigure, 'isShare' | 'value' | 'interval'>): string {
  if (figure.isShare) return showPercent(value, 1);
  const { low, high } = figure.interval ?? { low: 0, high: 0 };
  const size = Math.max(Math.abs(figure.value ?? 0), Math.abs(low), Math.abs(high));
  return showFloat(value, size < 0.1 ? 4 : size < 10 ? 3 : 1);
}

/** Its word in a list. */
export const stateOf = ({ state, brought }: TrainingJob): { readonly word: string; readonly tone: string } =>
  brought && state === 'running' ? { word: '▶ judging', tone: 'info' } : JOB_STATES[state];

/** `Training: step 40 of 200`, and what is done where no step is taken. */
export function progressText({ state, step, steps, search, brought }: TrainingJob): string {
  if (brought) return `Step ${Math.min(step + 1, steps ?? 1)} of ${steps ?? 1}: ${brought.doing}`;
  if (state === 'preparing') return 'Making the samples and looking for leaks';
  if (state === 'queued') return 'Waiting: another training goes first';
  if (state === 'paused' && steps === null && search)
    return `Paused after ${search.trials.length} of ${search.of} trials`;
  if (state === 'paused') return steps === null ? 'Paused' : `Paused at step ${step} of ${steps}`;
  if (steps === null)
    return search ? `Searching: trial ${Math.min(search.trials.length + 1, search.of)} of ${search.of}` : 'Starting';
  return step >= steps ? 'Judging on times it has not seen' : `Training: step ${step} of ${steps}`;
}

/** `about 40 s left`; empty where nobody knows. */
export function remainingText({ state, remainingMs, step, steps, search }: TrainingJob): string {
  const isSearching = search !== null && steps === null;
  if (state !== 'running' || remainingMs === null || (!isSearching && step >= (steps ?? 0))) return '';
  const seconds = Math.ceil(remainingMs / 1000);
  const left = seconds < 90 ? `at most ${seconds} s` : `at most ${Math.ceil(seconds / 60)} min`;
  return isSearching ? `${left} of searching left` : `${left} left`;
}

/** `at most 40 s left · on WebGPU`. */
export const underWayText = (job: TrainingJob): string =>
  [remainingText(job), job.trainedOn ? `on ${job.trainedOn.on}` : ''].filter((text) => text !== '').join(' · ');

/** Of what is under way: the search, or the training that follows it. */
export function shareDone({ step, steps, search }: TrainingJob): number {
  if (steps !== null) return step / steps;
  return search ? search.trials.length / search.of : 0;
}

type Trials = NonNullable<TrainingJob['search']>['trials'];

/** What came to its end before what was given up, the most gain first; or as they were tried. */
export function trialsInOrder(trials: Trials, isByGain: boolean): Trials {
  if (!isByGain) return trials.toSorted((a, b) => a.number - b.number);
  const rank = { done: 0, pruned: 1, failed: 2 };
  const gain = (trial: Trials[number]): number => trial.gain ?? Number.NEGATIVE_INFINITY;
  return trials.toSorted((a, b) => rank[a.state] - rank[b.state] || gain(b) - gain(a) || a.number - b.number);
}

/** `12 of 30, 5 given up early, 1 failed`. */
export function trialStanding({ of, trials }: NonNullable<TrainingJob['search']>): string {
  const count = (state: Trials[number]['state']): number => trials.filter((trial) => trial.state === state).length;
  const failed = count('failed');
  return `${trials.length} of ${of}, ${count('pruned')} given up early${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** How a question's drift is called, by custom. */
export const driftWord = (drift: number): string => (drift < 0.1 ? 'stable' : drift < 0.25 ? 'moved' : 'far off');
