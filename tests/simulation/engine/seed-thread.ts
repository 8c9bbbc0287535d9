import { parentPort, workerData } from 'node:worker_threads';
import type { SeedThreadData } from './many-seeds.ts';
import { isReplayed, simulateSeed, summaryOf } from './simulate-seed.ts';

// Every lost answer is an error; only the thread that shortens a failed history tells where one came from.
Error.stackTraceLimit = 0;

const { first, step, end } = workerData as SeedThreadData;
for (let seed = first; seed < end; seed += step) {
  parentPort?.postMessage(summaryOf(await simulateSeed(seed, { replay: isReplayed(seed) })));
  // A seed never waits for anything real: without this no message would leave before the last one.
  await new Promise(setImmediate);
}
