import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { forkMlHost } from '../../engine/inference/fork-ml-host.ts';
import type { Timers } from '../../engine/kernel/clock.ts';
import { hireThreads } from '../../lab/workers/thread-hand.ts';
import { createWorkerCrew } from '../../lab/workers/worker-crew.ts';
import { createTrainClient } from '../train/train-client.ts';
import type { ImportStep } from './import-task.ts';
import { createModelsDesk } from './models-desk.ts';
import type { ModelsAnswer, ModelsJob, ModelsWorkerStart } from './models-job.ts';

export interface ModelsOptions {
  readonly start: ModelsWorkerStart;
  readonly workerUrl: URL;
  /** Entry of the ml-train process. */
  readonly trainUrl: URL;
  /** Whether nets may be trained on a GPU. */
  readonly gpu: boolean;
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly onLog: (text: string) => void;
  readonly onPublished: (model: string, version: string) => Promise<string | null>;
  readonly retraining: () => string;
}

const WAITING_MAX = 24;
/** A data set of years with its audit is made in one go, and trading comes first. */
const SILENT_MS_MAX = 600_000;
const IDLE_MS_MAX = 60_000;
const HEAP_MB_MAX = 2_048;
/** Trading comes first: one job at a time. */
const JOBS_AT_ONCE = 1;

/** Model training of a terminal: no worker and no process runs before it is wanted, or before jobs of yesterday want to go on. */
export function openModels({
  start,
  workerUrl,
  trainUrl,
  gpu,
  timers,
  nowMs,
  onLog,
  onPublished,
  retraining,
}: ModelsOptions): ReturnType<typeof createModelsDesk> {
  return createModelsDesk({
    crew: createWorkerCrew<ModelsJob, ModelsAnswer, ImportStep>({
      hire: hireThreads({ url: workerUrl, start, heapMbMax: HEAP_MB_MAX }),
      size: 2,
      waitingMax: WAITING_MAX,
      silentMsMax: SILENT_MS_MAX,
      idleMsMax: IDLE_MS_MAX,
    }),
    trainer: (onJob) =>
      createTrainClient({
        spawn: () => forkMlHost(fileURLToPath(trainUrl)),
        jobsDir: start.jobsDir,
        atOnce: JOBS_AT_ONCE,
        gpu,
        timers,
        onJob,
        onNotice: onLog,
      }),
    hasJobs: existsSync(start.jobsDir),
    timers,
    nowMs,
    newId: () => randomUUID().slice(0, 8),
    onPublished,
    retraining,
  });
}
