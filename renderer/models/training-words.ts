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

/** `0.507`, `4.1 %`. */
export const showFigure = (value: number | null, { isShare }: Pick<ReportFigure, 'isShare'>): string =>
  value === null ? '–' : isShare ? showPercent(value, 1) : showFloat(value, Math.abs(value) < 0.1 ? 4 : 3);

/** `Training: step 40 of 200`, and what is done where no step is taken. */
export function progressText({ state, step, steps }: TrainingJob): string {
  if (state === 'preparing') return 'Making the samples and looking for leaks';
  if (state === 'queued') return 'Waiting: another training goes first';
  if (state === 'paused') return steps === null ? 'Paused' : `Paused at step ${step} of ${steps}`;
  if (steps === null) return 'Starting';
  return step >= steps ? 'Judging on times it has not seen' : `Training: step ${step} of ${steps}`;
}

/** `about 40 s left`; empty where nobody knows. */
export function remainingText({ state, remainingMs, step, steps }: TrainingJob): string {
  if (state !== 'running' || remainingMs === null || step >= (steps ?? 0)) return '';
  const seconds = Math.ceil(remainingMs / 1000);
  return seconds < 90 ? `at most ${seconds} s left` : `at most ${Math.ceil(seconds / 60)} min left`;
}

/** How a question's drift is called, by custom. */
export const driftWord = (drift: number): string => (drift < 0.1 ? 'stable' : drift < 0.25 ? 'moved' : 'far off');
