import type { MlHostChannel } from '../../engine/inference/ml-host-channel.ts';
import type { Timers } from '../../engine/kernel/clock.ts';
import type { FamilyOutline } from './family-outline.ts';
import { type FromTrain, fromTrainSchema, type Job, type JobState, type ToTrain } from './job.ts';

export interface TrainClientOptions {
  /** Starts an ml-train process. */
  readonly spawn: () => MlHostChannel;
  readonly jobsDir: string;
  /** Jobs at once. */
  readonly atOnce: number;
  /** Whether nets may be trained on a GPU. */
  readonly gpu: boolean;
  readonly timers: Timers;
  readonly onJob: (job: Job) => void;
  /** For people: the process ended and is started again, or refused a message. */
  readonly onNotice: (text: string) => void;
}

export interface TrainClient {
  start(): void;
  /** A job whose folder was put in place: it runs when its turn comes. */
  added(job: Job): void;
  pause(id: string): void;
  resume(id: string): void;
  cancel(id: string): void;
  /** As last heard, the oldest first. */
  jobs(): readonly Job[];
  /** What the process can train, once it has said so. */
  families(): Promise<readonly FamilyOutline[]>;
  stop(): Promise<void>;
}

type Wish = 'PauseJob' | 'ResumeJob' | 'CancelJob';

/** States in which nothing of a wish is left to do. */
const GRANTED: Readonly<Record<Wish, readonly JobState[]>> = {
  PauseJob: ['paused', 'done', 'failed', 'cancelled'],
  ResumeJob: ['queued', 'running', 'done', 'cancelled'],
  CancelJob: ['done', 'failed', 'cancelled'],
};

const RESTART_MS_MIN = 200;
const RESTART_MS_MAX = 30_000;
const STOP_GRACE_MS = 15_000;

/** Owns the ml-train process: starts it, tells it what to do, and starts it again when it dies. */
export function createTrainClient(options: TrainClientOptions): TrainClient {
  const { timers, jobsDir } = options;
  const jobs = new Map<string, Job>();
  /** What was asked of a job and has not been seen done: asked again of the next process, should this one die. */
  const asked = new Map<string, Wish>();
  const families = Promise.withResolvers<readonly FamilyOutline[]>();
  let channel: MlHostChannel | null = null;
  let ready = false;
  let endsInARow = 0;
  let cancelTimer: () => void = () => {};
  let stopped: (() => void) | null = null;

  const send = (message: ToTrain): void => channel?.send(message);

  function spawn(): void {
    const own = options.spawn();
    channel = own;
    own.onMessage((raw) => {
      if (channel !== own) return;
      const message = fromTrainSchema.safeParse(raw);
      if (message.success) take(message.data);
      else options.onNotice('the ml-train process said what cannot be understood');
    });
    own.onExit((why) => {
      if (channel === own) ended(why);
    });
  }

  function take(message: FromTrain): void {
    if (message.type === 'TrainReady') {
      ready = true;
      families.resolve(message.families);
      send({ type: 'OpenJobs', jobsDir, atOnce: options.atOnce, gpu: options.gpu });
      for (const [id, type] of asked) send({ type, id });
    } else if (message.type === 'JobChanged') {
      // It got a step further: that jobs are there says nothing of a process that cannot write them.
      if (message.job.state === 'running' && message.job.startsInVain === 0) endsInARow = 0;
      heard(message.job);
    } else if (message.type === 'GpuQuarantined') options.onNotice(message.text);
    else if (message.type === 'JobUnreadable') {
      options.onNotice(`the training ${message.id} cannot go on: ${message.why}`);
    } else options.onNotice(`the ml-train process refused a message: ${message.reason}`);
  }

  function heard(job: Job): void {
    const wish = asked.get(job.id);
    if (wish && GRANTED[wish].includes(job.state)) asked.delete(job.id);
    jobs.set(job.id, job);
    options.onJob(job);
  }

  function ended(why: string): void {
    channel = null;
    ready = false;
    cancelTimer();
    if (stopped) return stopped();
    const delayMs = Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** endsInARow);
    endsInARow += 1;
    options.onNotice(`the ml-train process ended (${why}); its jobs go on in ${delayMs} ms`);
    cancelTimer = timers.after(delayMs, spawn);
  }

  const ask = (type: Wish, id: string): void => {
    asked.set(id, type);
    if (ready) send({ type, id });
  };

  return {
    start: spawn,
    added(job) {
      jobs.set(job.id, job);
      // A process that has not opened the folder yet finds it there.
      if (ready) send({ type: 'JobAdded', id: job.id });
    },
    pause: (id) => ask('PauseJob', id),
    resume: (id) => ask('ResumeJob', id),
    cancel: (id) => ask('CancelJob', id),
    jobs: () => [...jobs.values()].sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1)),
    families: () => families.promise,
    stop() {
      cancelTimer();
      if (channel === null) return Promise.resolve();
      return new Promise((resolve) => {
        stopped = resolve;
        const hung = channel;
        cancelTimer = timers.after(STOP_GRACE_MS, () => hung?.kill());
        send({ type: 'Stop' });
      });
    },
  };
}
