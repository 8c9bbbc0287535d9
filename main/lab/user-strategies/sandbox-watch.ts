/**
 * A thread beside a user's strategy, which may never come back: ends the process when it takes too much memory, or when whoever had it work
 * is gone. That holds the other end of its standard input, so that its end is heard here however it came.
 */
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

export interface SandboxWatchStart {
  readonly rssMax: number;
}

const LOOK_EVERY_MS = 50;
const { rssMax } = workerData as SandboxWatchStart;

const end = (): void => void process.kill(process.pid, 'SIGKILL');
new Socket({ fd: 0, readable: true, writable: false }).on('error', end).on('close', end).resume();
setInterval(() => {
  if (process.memoryUsage.rss() > rssMax) end();
}, LOOK_EVERY_MS);
parentPort?.postMessage('watching');
