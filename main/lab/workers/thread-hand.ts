import { setPriority } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { type AnswerJob, saidOf } from './answer-job.ts';
import type { Hand, HandEvents, HandSaid } from './worker-crew.ts';

export interface ThreadOptions<S> {
  /** The thread's code, which calls `workOnThread`. */
  readonly url: URL;
  readonly start: S;
  /** Of its own heap; columns of candles lie outside it. */
  readonly heapMbMax: number;
}

/** Hires threads: memory is shared with them, and what throws there ends alone. */
export const hireThreads =
  <S, J, A, P>({ url, start, heapMbMax }: ThreadOptions<S>) =>
  ({ said, lost }: HandEvents<A, P>): Hand<J> => {
    const resourceLimits = { maxOldGenerationSizeMb: heapMbMax };
    const worker = new Worker(url, { workerData: start, resourceLimits });
    worker.on('message', said);
    worker.on('error', (error) => lost(sentenceOf(error, heapMbMax)));
    worker.on('exit', () => lost('The lab’s worker ended before the run did.'));
    return { give: (job) => worker.postMessage(job), end: () => worker.terminate() };
  };

function sentenceOf(error: unknown, heapMbMax: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return `Ended: it wanted more than ${heapMbMax} MB of memory.`;
  return `The lab’s worker failed: ${message}`;
}

/** The other end, on the thread itself: `begin` is given what the thread was started with, and what it returns answers every job. */
export function workOnThread<S, J, A, P>(begin: (start: S) => AnswerJob<J, A, P>): void {
  if (!parentPort) throw new Error('this is the code of a worker thread');
  const port = parentPort;
  const post = (message: HandSaid<A, P>): void => port.postMessage(message);
  // Trading comes first. Elsewhere a priority is the whole process's.
  if (process.platform === 'linux') setPriority(10);
  const answer = begin(workerData as S);
  port.on('message', async (job: J) =>
    post(await saidOf(answer, job, (progress) => post({ kind: 'progress', progress }))),
  );
}
