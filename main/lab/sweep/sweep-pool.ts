import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { sharedMarket } from '../backtest/shared-market.ts';
import type { Setting, SweepResult } from './sweep.ts';
import type { SweepAnswer, SweepJob, SweepWorkerData } from './sweep-messages.ts';

/** Lots a worker gets on average: enough that none waits long for the last one. */
const LOTS_PER_WORKER = 4;

export interface SweepPool {
  readonly threads: number;
  /**
   * Runs every setting, on all threads; results in the order of the settings. Rejects with the sentence of what failed.
   * @param onProgress settings done so far
   */
  run(settings: readonly Setting[], onProgress?: (done: number) => void): Promise<SweepResult[]>;
  /** Ends the threads; a run under way rejects. */
  close(): Promise<void>;
}

/** Starts one thread per core, each with the markets in shared memory. Resolves when all are ready. */
export async function openSweepPool(
  { strategy, markets, rules }: SweepWorkerData,
  threads: number = availableParallelism(),
): Promise<SweepPool> {
  const workerData: SweepWorkerData = { strategy, markets: markets.map(sharedMarket), rules };
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./sweep-worker.ts', import.meta.url), { workerData }),
  );
  let onAnswer: (worker: Worker, answer: SweepAnswer) => void = () => {};
  let onEnd: (why: Error) => void = () => {};
  for (const worker of workers) {
    worker.on('message', (answer: SweepAnswer) => onAnswer(worker, answer));
    worker.on('error', (error: Error) => onEnd(error));
    worker.on('exit', () => onEnd(new Error('a sweep thread ended before its work was done')));
  }
  await new Promise<void>((resolve, reject) => {
    let ready = 0;
    onEnd = reject;
    onAnswer = () => {
      ready += 1;
      if (ready === threads) resolve();
    };
  });
  onEnd = () => {};
  let sweep = 0;

  return {
    threads,
    run(settings, onProgress = () => {}) {
      const results: SweepResult[] = new Array(settings.length);
      sweep += 1;
      const jobs = lotsOf(sweep, settings, threads);
      let done = 0;
      if (settings.length === 0) return Promise.resolve([]);
      return new Promise((resolve, reject) => {
        const next = (worker: Worker): void => {
          const job = jobs.shift();
          if (job) worker.postMessage(job);
        };
        onEnd = reject;
        onAnswer = (worker, answer) => {
          if ('problem' in answer) {
            reject(new Error(answer.problem));
            return;
          }
          for (const [at, result] of answer.results.entries()) results[answer.first + at] = result;
          done += answer.results.length;
          onProgress(done);
          if (done === settings.length) resolve(results);
          else next(worker);
        };
        for (const worker of workers) next(worker);
      });
    },
    async close() {
      onEnd(new Error('the sweep was stopped'));
      onEnd = () => {};
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function lotsOf(sweep: number, settings: readonly Setting[], threads: number): SweepJob[] {
  const size = Math.ceil(settings.length / (threads * LOTS_PER_WORKER)) || 1;
  const lots: SweepJob[] = [];
  for (let first = 0; first < settings.length; first += size) {
    lots.push({ sweep, first, settings: settings.slice(first, first + size) });
  }
  return lots;
}
