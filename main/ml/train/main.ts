import { constants, setPriority } from 'node:os';
import { systemClock } from '../../engine/kernel/clock.ts';
import { FAMILIES } from '../families/families.ts';
import { connectToParent } from '../host/parent-channel.ts';
import { PROVIDER_TITLES } from '../providers/provider.ts';
import { openProviderBook } from '../providers/provider-book.ts';
import { PROVIDER_BUILD } from '../providers/runtime-gpus.ts';
import { outlineOf } from './family-outline.ts';
import { type FromTrain, type ToTrain, toTrainSchema } from './job.ts';
import { providersFile } from './job-folder.ts';
import { TrainingDesk } from './training-desk.ts';

/**
 * The ml-train process: it trains and does nothing else, at a lower priority, so that trading never waits for it; and what training
 * may bring down, native aborts among it, is this process alone.
 */

/** The threads are given so long to stop between two steps; their jobs go on from the last saved state in any case. */
const STOP_MS_MAX = 10_000;

const parent = connectToParent();
const send = (message: FromTrain): void => parent.send(message);

try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // A system that forbids it runs training at the priority of all else.
}

let desk: TrainingDesk | null = null;
let stopping = false;

function stop(exitCode: number): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(exitCode), STOP_MS_MAX).unref();
  void (desk?.close() ?? Promise.resolve()).then(() => process.exit(exitCode));
}

/** The next process goes on with the jobs. */
function end(why: string): void {
  process.stderr.write(`ml-train ends: ${why}.\n`);
  process.exit(75);
}

function openJobs(opened: TrainingDesk, jobsDir: string): void {
  try {
    const lost = openProviderBook(providersFile(jobsDir), PROVIDER_BUILD, () => systemClock.nowMs()).recover();
    if (lost)
      send({ type: 'GpuQuarantined', text: `${PROVIDER_TITLES[lost.provider]} is not tried for a week: ${lost.why}` });
    for (const { id, why } of opened.open()) send({ type: 'JobUnreadable', id, why });
  } catch (error) {
    // A full disk, perhaps: this process would never look at them again.
    end(`the jobs cannot be opened (${error instanceof Error ? error.message : String(error)})`);
  }
}

function obey(message: ToTrain): void {
  if (message.type === 'Stop') return stop(0);
  if (message.type === 'OpenJobs') {
    if (desk) throw new Error('the jobs are open already');
    desk = new TrainingDesk({
      jobsDir: message.jobsDir,
      atOnce: message.atOnce,
      gpu: message.gpu,
      nowMs: () => systemClock.nowMs(),
      onJob: (job) => send({ type: 'JobChanged', job }),
      onHung: end,
    });
    openJobs(desk, message.jobsDir);
    return;
  }
  if (!desk) throw new Error('no jobs are open');
  if (message.type === 'JobAdded') desk.added(message.id);
  else if (message.type === 'PauseJob') desk.pause(message.id);
  else if (message.type === 'ResumeJob') desk.resume(message.id);
  else desk.cancel(message.id);
}

parent.onMessage((raw) => {
  if (stopping) return;
  try {
    obey(toTrainSchema.parse(raw));
  } catch (error) {
    send({ type: 'MessageRefused', reason: error instanceof Error ? error.message : String(error) });
  }
});
parent.onClosed(() => stop(0));
process.on('SIGTERM', () => stop(0));
// Ctrl+C in a terminal reaches the whole process group; the engine decides when this process ends.
process.on('SIGINT', () => {});
send({ type: 'TrainReady', pid: process.pid, families: FAMILIES.map(outlineOf) });
