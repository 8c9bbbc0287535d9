import type { Result } from '../../engine/domain/result.ts';
import { hireThreads } from '../../lab/workers/thread-hand.ts';
import { createWorkerCrew, type JobError } from '../../lab/workers/worker-crew.ts';
import type { TrustAnswer, TrustJob } from './trust-job.ts';

/** Two months of a full line-up are read and learnt in well under a minute. */
const SILENT_MS_MAX = 300_000;
const IDLE_MS_MAX = 5_000;
const HEAP_MB_MAX = 2_048;

export interface TrustLearner {
  learn(nowMs: number): Promise<Result<TrustAnswer, JobError>>;
  close(): Promise<void>;
}

/** Learns in a thread of its own, which is there only while there is something to learn. */
export function openTrustLearner(forecastsDir: string, workerUrl: URL): TrustLearner {
  const crew = createWorkerCrew<TrustJob, TrustAnswer, never>({
    hire: hireThreads({ url: workerUrl, start: forecastsDir, heapMbMax: HEAP_MB_MAX }),
    size: 1,
    waitingMax: 1,
    silentMsMax: SILENT_MS_MAX,
    idleMsMax: IDLE_MS_MAX,
  });
  return { learn: (nowMs) => crew.ask({ kind: 'learn', nowMs }).outcome, close: () => crew.close() };
}
