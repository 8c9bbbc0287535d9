import { Worker } from 'node:worker_threads';
import type { SeedSummary } from './simulate-seed.ts';

export interface SeedThreadData {
  readonly from: number;
  readonly seeds: number;
  /** One 32-bit number that the threads share: how many seeds were taken up. */
  readonly taken: SharedArrayBuffer;
}

/**
 * Simulates so many seeds from `from` on in several threads of this process, each taking the next one. `take` is told of each as it
 * is done, in no set order, and says whether to go on; what is under way then is still finished, and told.
 * @returns how many were done: all of the first ones
 * @throws Error when a thread fails
 */
export async function simulateMany(
  { from, seeds }: { readonly from: number; readonly seeds: number },
  threads: number,
  take: (summary: SeedSummary) => boolean,
): Promise<number> {
  const taken = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const count = new Int32Array(taken);
  let done = 0;
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const workerData: SeedThreadData = { from, seeds, taken };
      const worker = new Worker(new URL('./seed-thread.ts', import.meta.url), { workerData });
      worker.on('message', (summary: SeedSummary) => {
        done += 1;
        if (!take(summary)) Atomics.store(count, 0, seeds);
      });
      worker.on('error', (error) => {
        Atomics.store(count, 0, seeds);
        reject(error);
      });
      worker.on('exit', () => resolve());
    });
  await Promise.all(Array.from({ length: threads }, run));
  return done;
}
