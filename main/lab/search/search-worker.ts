/** A worker thread of a search: evaluates the settings that it is sent, one at a time. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { strategyNamed } from '../strategies/shipped.ts';
import { evaluateSetting } from './evaluate-setting.ts';
import type { SearchAnswer, SearchJob, SearchWorkerData } from './search-messages.ts';

const { strategy: name, params, markets, settings } = workerData as SearchWorkerData;
const strategy = strategyNamed(name);
if (!strategy || !parentPort) throw new Error(`a search worker without ${name}`);
const port = parentPort;

// Trading comes first. Elsewhere a priority is the whole process's.
if (process.platform === 'linux') setPriority(10);

port.on('message', ({ setting, share }: SearchJob) => {
  let answer: SearchAnswer;
  try {
    answer = { evaluation: evaluateSetting({ strategy, params, markets, settings }, setting, share) };
  } catch (error) {
    answer = { why: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(answer);
});
