import { hireThreads } from '../workers/thread-hand.ts';
import { createWorkerCrew } from '../workers/worker-crew.ts';
import type { GapAnswer, GapJob, GapProgress, GapWorkerStart } from './gap-job.ts';
import { createGapMeter, type GapMeterOptions } from './gap-meter.ts';
import { GapReports } from './gap-reports.ts';

/** Reading years of a journal says nothing on the way. */
const SILENT_MS_MAX = 300_000;
const IDLE_MS_MAX = 10_000;
const HEAP_MB_MAX = 1_024;

/** The gap meter of a terminal; its worker runs only while there is something to measure. */
export function openGapMeter({
  start,
  workerUrl,
  ...rest
}: Omit<GapMeterOptions, 'crew' | 'newest'> & { readonly start: GapWorkerStart; readonly workerUrl: URL }): ReturnType<
  typeof createGapMeter
> {
  const crew = createWorkerCrew<GapJob, GapAnswer, GapProgress>({
    hire: hireThreads({ url: workerUrl, start, heapMbMax: HEAP_MB_MAX }),
    size: 1,
    waitingMax: 2,
    silentMsMax: SILENT_MS_MAX,
    idleMsMax: IDLE_MS_MAX,
  });
  const newest = new GapReports(start.results, start.account).newest();
  return createGapMeter({ crew, newest, ...rest });
}
