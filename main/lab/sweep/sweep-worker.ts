/** A worker thread of a sweep: runs the settings that it is sent, one lot after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { strategyNamed } from '../strategies/shipped.ts';
import { Sweeper } from './sweep.ts';
import type { SweepAnswer, SweepJob, SweepWorkerData } from './sweep-messages.ts';

const { strategy: name, markets, rules } = workerData as SweepWorkerData;
const strategy = strategyNamed(name);
if (!strategy || !parentPort) throw new Error(`a sweep worker without ${name}`);
const port = parentPort;

let sweeper = new Sweeper(strategy, markets, rules);
let current = 0;

port.on('message', ({ sweep, first, settings }: SweepJob) => {
  if (sweep !== current) sweeper = new Sweeper(strategy, markets, rules);
  current = sweep;
  let answer: SweepAnswer;
  try {
    answer = { first, results: settings.map((setting) => sweeper.run(setting)) };
  } catch (error) {
    answer = { first, problem: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(answer);
});
port.postMessage({ first: -1, results: [] } satisfies SweepAnswer);
