/** A thread beside a user's strategy, which may never come back: ends the process when it takes too much memory, or when the terminal is gone. */
import { workerData } from 'node:worker_threads';

export interface SandboxWatchStart {
  readonly rssMax: number;
  readonly terminalPid: number;
}

const LOOK_EVERY_MS = 50;
const { rssMax, terminalPid } = workerData as SandboxWatchStart;

function isTerminalGone(): boolean {
  if (process.ppid !== terminalPid) return true;
  try {
    return !process.kill(terminalPid, 0);
  } catch {
    return true;
  }
}

setInterval(() => {
  if (process.memoryUsage.rss() > rssMax || isTerminalGone()) process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
