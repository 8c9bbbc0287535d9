import { parentPort, workerData } from 'node:worker_threads';
import type { SeedThreadData } from './many-seeds.ts';
import { isReplayed, simulateSeed, summaryOf } from './simulate-seed.ts';

// Every lost answer is an error; only the thread that shortens a failed history tells where one came from.
Error.stackTraceLimit = 0;

const { from, seeds, taken } = workerData as SeedThreadData;
const count = new Int32Array(taken);
for (let at = Atomics.add(count, 0, 1); at < seeds; at = Atomics.add(count, 0, 1)) {
  const seed = from + at;
  parentPort?.postMessage(summaryOf(await simulateSeed(seed, { replay: isReplayed(seed) })));
  // A seed never waits for anything real: without this no message would leave before the last one.
  await new Promise(setImmediate);
}
