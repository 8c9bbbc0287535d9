import { Worker } from 'node:worker_threads';
import type { SeedSummary } from './simulate-seed.ts';

export interface SeedThreadData {
  readonly first: number;
  readonly step: number;
  /** Not simulated any more. */
  readonly end: number;
}

/**
 * Simulates the seeds from `from` to before `end` in several threads of this process. `take` is told of each as it is done,
 * in no set order, and says whether to go on.
 * @throws Error when a thread fails
 */
export async function simulateMany(
  range: { readonly from: number; readonly end: number },
  threads: number,
  take: (summary: SeedSummary) => boolean,
): Promise<void> {
  const stopped = new AbortController();
  const run = (first: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const workerData: SeedThreadData = { first, step: threads, end: range.end };
      const worker = new Worker(new URL('./seed-thread.ts', import.meta.url), { workerData });
      worker.on('message', (summary: SeedSummary) => {
        if (!stopped.signal.aborted && !take(summary)) stopped.abort();
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
      stopped.signal.addEventListener('abort', () => void worker.terminate());
    });
  try {
    await Promise.all(Array.from({ length: threads }, (_, index) => run(range.from + index)));
  } finally {
    stopped.abort();
  }
}
