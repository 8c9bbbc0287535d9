import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { JobState } from '../../../../main/ml/train/job.ts';
import {
  addJob,
  jobFiles,
  readJobs,
  removeOldJobs,
  removeSamples,
  saveJob,
} from '../../../../main/ml/train/job-folder.ts';
import { smallSet } from '../../../support/small-set.ts';

const samples = smallSet({ rows: 30, features: 2, seed: 1 }, (past) => [past(0, 0)]);

it('of the trainings that have ended the newest are kept; what waits, runs or is paused stays', () => {
  const jobsDir = mkdtempSync(join(tmpdir(), 'countersign-jobs-'));
  onTestFinished(() => rmSync(jobsDir, { recursive: true, force: true }));
  const work = { family: 'seasonal', task: { kind: 'binary' }, hyperParameters: {}, seed: 1 } as const;
  const states: JobState[] = ['paused', 'done', 'failed', 'queued', 'cancelled', 'done', 'running', 'done'];
  for (const [at, state] of states.entries()) {
    const job = addJob(jobsDir, { id: `j-${at}`, title: 'Job', work, data: { training: samples } }, at);
    saveJob(jobsDir, { ...job, state });
  }
  expect(removeOldJobs(jobsDir, 2, new Set(['j-1']))).toEqual(['j-2', 'j-4']);
  expect(removeOldJobs(jobsDir, 2, new Set())).toEqual(['j-1']);
  expect(readJobs(jobsDir).jobs.map(({ id }) => id)).toEqual(['j-0', 'j-3', 'j-5', 'j-6', 'j-7']);
  expect(removeOldJobs(jobsDir, 2, new Set())).toEqual([]);
  removeSamples(jobsDir, 'j-7');
  expect(existsSync(jobFiles(jobsDir, 'j-7').samples)).toBe(false);
  expect(existsSync(jobFiles(jobsDir, 'j-7').record)).toBe(true);
});
