import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ok } from '../../../../main/engine/domain/result.ts';
import { systemTimers } from '../../../../main/engine/kernel/clock.ts';
import { createModelsDesk } from '../../../../main/ml/desk/models-desk.ts';
import type { KeptJob, ModelsCrew } from '../../../../main/ml/desk/models-job.ts';
import type { Job } from '../../../../main/ml/train/job.ts';
import { removeJob, removeLeftovers } from '../../../../main/ml/train/job-folder.ts';
import type { TrainClient } from '../../../../main/ml/train/train-client.ts';
import { TRAINING_PLAN } from '../../../support/memory-training.ts';

const JOB: Job = {
  schemaVersion: 1,
  id: 'before',
  title: 'of before',
  work: {
    family: 'gradient-boosting',
    task: { kind: 'binary' },
    hyperParameters: {},
    seed: 1,
    search: null,
    question: null,
  },
  tried: [],
  state: 'done',
  createdMs: 1,
  startedMs: 2,
  endedMs: 3,
  steps: 1,
  curve: [{ step: 1, trainingLoss: 0.7, stoppingLoss: 0.7 }],
  remainingMs: 0,
  reason: null,
  trainedOn: null,
  startsInVain: 0,
};
const verdict = { edge: 'none', sentence: 'No edge.' } as const;
const KEPT: KeptJob = { job: JOB, plan: TRAINING_PLAN, verdict };

it('a job of before is whole in the list, also where the trainer speaks of it before the folder was read', async () => {
  const folder = Promise.withResolvers<void>();
  const crew = {
    size: 1,
    fullText: () => null,
    ask: () => ({
      outcome: folder.promise.then(() => ok({ kind: 'jobs', jobs: [KEPT] })),
      isUnderWay: () => true,
      cancel: () => {},
    }),
    close: async () => {},
  } as unknown as ModelsCrew;
  let tell: (job: Job) => void = () => {};
  const desk = createModelsDesk({
    crew,
    trainer: (onJob) => {
      tell = onJob;
      return { start: () => {}, stop: async () => {} } as unknown as TrainClient;
    },
    hasJobs: true,
    timers: systemTimers,
    nowMs: () => 10,
    newId: () => 'new',
    onPublished: async () => null,
    retraining: () => '',
  });
  tell(JOB);
  folder.resolve();
  await expect.poll(() => desk.jobs()[0]?.plan).toEqual(TRAINING_PLAN);
  expect(desk.jobs()).toMatchObject([{ id: 'before', state: 'done', verdict }]);
  await desk.close();
});

it('what a crash left of a job that was being put in place goes after an hour, and with the job where that is given up', () => {
  const jobsDir = mkdtempSync(join(tmpdir(), 'countersign-jobs-'));
  onTestFinished(() => rmSync(jobsDir, { recursive: true }));
  const nowMs = Date.UTC(2026, 0, 5);
  const staged = (id: string, ageMs: number): string => {
    const folder = join(jobsDir, `.${id}.unfinished`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'samples.bin'), 'half');
    utimesSync(folder, (nowMs - ageMs) / 1_000, (nowMs - ageMs) / 1_000);
    return folder;
  };
  staged('old', 7_200_000);
  staged('young', 60_000);
  mkdirSync(join(jobsDir, 'done'));
  removeLeftovers(jobsDir, nowMs);
  expect(readdirSync(jobsDir).toSorted()).toEqual(['.young.unfinished', 'done']);
  removeJob(jobsDir, 'young');
  expect(readdirSync(jobsDir)).toEqual(['done']);
  removeLeftovers(join(jobsDir, 'none'), nowMs);
  expect(existsSync(join(jobsDir, 'none'))).toBe(false);
});
