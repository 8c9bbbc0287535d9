/** A lab worker that does what the strategy's name says, for tests of the crew alone: `loops`, `throws`, `dies`, `hoards`, `answers`. */
import { parentPort } from 'node:worker_threads';
import type { LabAnswer, LabJob } from '../../main/lab/workers/job.ts';
import { NOTHING_YET } from '../../main/lab/workers/job.ts';
import type { HandSaid } from '../../main/lab/workers/worker-crew.ts';
import type { RunProgress } from '../../preload/lab-contract.ts';

const post = (message: HandSaid<LabAnswer, RunProgress>): void => parentPort?.postMessage(message);

parentPort?.on('message', (job: LabJob) => {
  if (job.kind !== 'run') return post({ kind: 'failed', text: `not a run: ${job.kind}` });
  post({ kind: 'progress', progress: { ...NOTHING_YET, total: 7 } });
  switch (job.plan.strategy) {
    case 'loops':
      for (;;);
    case 'throws':
      throw new Error('thrown on purpose');
    case 'dies':
      return process.exit(0);
    case 'hoards': {
      const hoard: unknown[] = [];
      for (;;) hoard.push(new Array(1_000_000).fill(hoard.length));
    }
    default:
      return post({ kind: 'failed', text: `said: ${job.plan.strategy}` });
  }
});
