import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';

/**
 * A thread that ends its process when that takes more memory than it may: loading a model blocks the main thread, and what
 * native code takes no other limit of Node's bounds.
 */
const { rssBytesMax, verdict } = z.object({ rssBytesMax: z.number(), verdict: z.string() }).parse(workerData);
const LOOK_EVERY_MS = 5;

setInterval(() => {
  if (process.memoryUsage.rss() <= rssBytesMax) return;
  writeSync(1, verdict);
  process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
parentPort?.postMessage('watching');
