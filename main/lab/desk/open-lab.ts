import { randomUUID } from 'node:crypto';
import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { RunProgress } from '../../../preload/lab-contract.ts';
import type { LabAnswer, LabCrew, LabJob, LabWorkerStart } from '../workers/job.ts';
import { hireThreads } from '../workers/thread-hand.ts';
import { createWorkerCrew } from '../workers/worker-crew.ts';
import { createLabDesk } from './lab-desk.ts';

export interface LabOptions {
  readonly start: LabWorkerStart;
  readonly workerUrl: URL;
  readonly nowMs: () => number;
}

const RUNS_WAITING_MAX = 32;
const LOOKS_WAITING_MAX = 32;
/** One may wait for files of the user's own; the list of runs does not wait behind it. */
const READERS = 2;
/** A file of many millions of candles is read in one go, and trading comes first. */
const SILENT_MS_MAX = 120_000;
const IDLE_MS_MAX = 60_000;
const HEAP_MB_MAX = 1_024;

/** The lab of a terminal: one core stays free for trading, and no worker runs before it is wanted. */
export function openLab({ start, workerUrl, nowMs }: LabOptions): ReturnType<typeof createLabDesk> {
  const crew = (size: number, waitingMax: number): LabCrew =>
    createWorkerCrew<LabJob, LabAnswer, RunProgress>({
      hire: hireThreads({ url: workerUrl, start, heapMbMax: HEAP_MB_MAX }),
      size,
      waitingMax,
      silentMsMax: SILENT_MS_MAX,
      idleMsMax: IDLE_MS_MAX,
    });
  return createLabDesk({
    runners: crew(Math.max(1, availableParallelism() - 1), RUNS_WAITING_MAX),
    readers: crew(READERS, LOOKS_WAITING_MAX),
    nowMs,
    newId: () => randomUUID().slice(0, 8),
    onKept: (listener) => watchMasterList(start.results, listener),
  });
}

const LOOK_EVERY_MS = 2_000;

/** Whoever keeps a run or marks one writes the master list anew. */
function watchMasterList(results: string, listener: () => void): () => void {
  const path = join(results, 'experiments.csv');
  const look = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs) listener();
  };
  watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look);
  return () => unwatchFile(path, look);
}
