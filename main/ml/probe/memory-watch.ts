import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';

/**
 * A thread that ends its process when that takes more memory or time than it may: loading a model blocks the main thread, what
 * native code takes no other limit of Node's bounds, and whoever waits for it may be gone.
 */
const { rssBytesMax, timeoutMs, verdict, late } = z
  .object({ rssBytesMax: z.number(), timeoutMs: z.number(), verdict: z.string(), late: z.string().default('') })
  .parse(workerData);
const LOOK_EVERY_MS = 5;

setInterval(() => {
  if (process.memoryUsage.rss() <= rssBytesMax) return;
  writeSync(1, verdict);
  process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
setTimeout(() => {
  writeSync(1, late);
  process.kill(process.pid, 'SIGKILL');
}, timeoutMs);
// Whatever it is told: it is to watch no longer.
parentPort?.once('message', () => process.exit());
parentPort?.postMessage('watching');
