import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { GPUS_OFF } from '../providers/gpu-of-job.ts';
import type { FitWork, Job, JobState, TriedRow } from './job.ts';
import { readJob, readJobs, removeSamples, saveJob, type UnreadableJob } from './job-folder.ts';
import { newStopFlag, raise, type StopFlag } from './stop-flag.ts';
import { type WorkerSaid, type WorkerStart, workerSaidSchema } from './worker-messages.ts';

/** Starts of a job that brought the process down before it got a step further, after which it has failed. */
const STARTS_IN_VAIN_MAX = 5;
/** A thread that does not end so long after it was asked to is hung; only the end of the process ends it. */
const HUNG_AFTER_MS = 30_000;
/** A curve on disk and on a screen. */
const CURVE_POINTS_MAX = 2_000;
/** A short curve is told at every step, a longer one so often: each time all of it is written down and read by whoever hears. */
const TOLD_AT_ONCE = 20;
const TELL_EVERY_MS = 250;

export interface TrainingDeskOptions {
  readonly jobsDir: string;
  /** Jobs that run at once, a thread each. */
  readonly atOnce: number;
  /** Whether nets may be trained on a GPU; one job at a time may, for a process bears WebGPU on one thread alone. */
  readonly gpu: boolean;
  readonly nowMs: () => number;
  readonly onJob: (job: Job) => void;
  /** Nothing but the end of this process helps; the jobs go on in the next. */
  readonly onHung: (why: string) => void;
}

interface Running {
  readonly flag: StopFlag;
  readonly worker: Worker;
  /** The GPU is this job's. */
  readonly hasGpu: boolean;
  /** Time and step at which this thread's first step was done: the pace is measured from there. */
  paceFrom: { readonly atMs: number; readonly step: number } | null;
  /** When a step was last told, by a clock that nobody sets. */
  toldMs: number;
  /** What the job becomes once the thread has ended; null where it has not been asked to. */
  endsAs: JobState | null;
  hungTimer: NodeJS.Timeout | null;
}

/** Runs the jobs of a folder, so many at once, oldest first. Every change of state is on disk before anyone hears of it. */
export class TrainingDesk {
  readonly #options: TrainingDeskOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, Running>();
  #closing: (() => void) | null = null;

  constructor(options: TrainingDeskOptions) {
    this.#options = options;
  }

  /**
   * Takes up what the folder holds: what ran when a process died goes on from where it last saved itself.
   * @returns what cannot be read, and is left alone
   * @throws where the folder cannot be written
   */
  open(): readonly UnreadableJob[] {
    const { jobs, unreadable } = readJobs(this.#options.jobsDir);
    for (const job of jobs) {
      this.#jobs.set(job.id, job);
      if (job.state === 'running') this.#change(job, { state: 'queued' });
      else this.#options.onJob(job);
    }
    this.#fill();
    return unreadable;
  }

  /** A job whose folder was put in place since. */
  added(id: string): void {
    if (this.#jobs.has(id)) return;
    const job = readJob(this.#options.jobsDir, id);
    if ('why' in job) throw new Error(`job ${id}: ${job.why}`);
    this.#jobs.set(id, job);
    this.#options.onJob(job);
    this.#fill();
  }

  pause(id: string): void {
    this.#stop(id, 'paused', ['queued', 'running']);
  }

  cancel(id: string): void {
    this.#stop(id, 'cancelled', ['queued', 'running', 'paused']);
  }

  /** A paused job waits for its turn again; one that failed is tried again. */
  resume(id: string): void {
    const job = this.#job(id);
    if (job.state !== 'paused' && job.state !== 'failed') return;
    this.#change(job, { state: 'queued', reason: null, endedMs: null, startsInVain: 0 });
    this.#fill();
  }

  /** Stops all threads between two steps. What runs stays `running` on disk, so that the next process goes on with it. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closing = resolve;
      for (const [id] of this.#running) this.#askToStop(id);
      this.#closedIfIdle();
    });
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`there is no job ${id}`);
    return job;
  }

  #stop(id: string, as: JobState, from: readonly JobState[]): void {
    const job = this.#job(id);
    if (!from.includes(job.state)) return;
    const running = this.#running.get(id);
    if (running) running.endsAs = as;
    this.#change(job, {
      state: as,
      remainingMs: null,
      ...(as === 'cancelled' ? { endedMs: this.#options.nowMs() } : {}),
    });
    if (running) this.#askToStop(id);
  }

  #askToStop(id: string): void {
    const running = this.#running.get(id)!;
    raise(running.flag);
    running.hungTimer ??= setTimeout(() => this.#options.onHung(`job ${id} did not stop when asked to`), HUNG_AFTER_MS);
  }

  #fill(): void {
    if (this.#closing) return;
    for (const job of this.#jobs.values()) {
      if (this.#running.size >= this.#options.atOnce) return;
      // One that was paused and queued again may still have its old thread.
      if (job.state === 'queued' && !this.#running.has(job.id)) this.#start(job);
    }
  }

  #start(job: Job): void {
    if (job.startsInVain >= STARTS_IN_VAIN_MAX) {
      const reason = `it was begun ${job.startsInVain} times without getting a step further: each time its process ended`;
      this.#change(job, { state: 'failed', reason, endedMs: this.#options.nowMs() });
      return;
    }
    const { id, work } = job;
    this.#change(job, {
      state: 'running',
      startedMs: job.startedMs ?? this.#options.nowMs(),
      startsInVain: job.startsInVain + 1,
      remainingMs: null,
    });
    const flag = newStopFlag();
    const processorOnly = this.#whyNoGpu();
    const workerData: WorkerStart = { jobsDir: this.#options.jobsDir, id, work, flag, processorOnly };
    const worker = new Worker(new URL('./train-worker.ts', import.meta.url), { workerData });
    const hasGpu = processorOnly === null;
    const running: Running = { flag, worker, hasGpu, paceFrom: null, toldMs: 0, endsAs: null, hungTimer: null };
    this.#running.set(id, running);
    let last: WorkerSaid | null = null;
    worker.on('message', (message: unknown) => {
      last = workerSaidSchema.parse(message);
      if (last.kind === 'progress') this.#progress(id, running, last);
      else if (last.kind === 'tried') this.#tried(id, running, last.rows);
      else if (last.kind === 'trained-on') this.#change(this.#job(id), { trainedOn: last.trainedOn });
    });
    worker.on('error', (error) => {
      last = { kind: 'failed', reason: error.message };
    });
    worker.on('exit', () => this.#ended(id, running, last));
  }

  #whyNoGpu(): string | null {
    if (!this.#options.gpu) return GPUS_OFF;
    return [...this.#running.values()].some(({ hasGpu }) => hasGpu) ? 'another training has the GPU' : null;
  }

  /** A start that went on with a search was not in vain. */
  #tried(id: string, running: Running, tried: readonly TriedRow[]): void {
    const job = this.#job(id);
    const isFurther = tried.length > job.tried.length;
    this.#change(job, {
      tried: [...tried],
      remainingMs: running.endsAs === null ? searchLeftMs(job.work, tried) : null,
      ...(isFurther && { startsInVain: 0 }),
    });
  }

  #progress(
    id: string,
    running: Running,
    { step, steps, trainingLoss, stoppingLoss }: WorkerSaid & { kind: 'progress' },
  ): void {
    const nowMs = this.#options.nowMs();
    running.paceFrom ??= { atMs: nowMs, step };
    const { paceFrom } = running;
    const paceMs = step > paceFrom.step ? (nowMs - paceFrom.atMs) / (step - paceFrom.step) : null;
    const job = this.#job(id);
    // A fit that went on from its last saved state takes some steps again.
    const before = job.curve.filter((point) => point.step < step);
    const change = {
      steps,
      curve: [...before, { step, trainingLoss, stoppingLoss }].slice(-CURVE_POINTS_MAX),
      remainingMs: running.endsAs !== null || paceMs === null ? null : Math.max(0, paceMs * (steps - step)),
      startsInVain: 0,
    };
    const isTold = change.curve.length <= TOLD_AT_ONCE || performance.now() - running.toldMs >= TELL_EVERY_MS;
    if (!isTold) this.#jobs.set(id, { ...job, ...change });
    else {
      running.toldMs = performance.now();
      this.#change(job, change);
    }
  }

  /** The thread is gone: only now may another take its place. */
  #ended(id: string, running: Running, last: WorkerSaid | null): void {
    if (running.hungTimer) clearTimeout(running.hungTimer);
    this.#running.delete(id);
    const job = this.#job(id);
    const endedMs = this.#options.nowMs();
    if (last?.kind === 'done' && running.endsAs !== 'cancelled') {
      const work = { ...job.work, hyperParameters: last.hyperParameters };
      this.#change(job, { state: 'done', work, endedMs, remainingMs: 0, reason: null });
      removeSamples(this.#options.jobsDir, id);
    } else if (job.state === 'running' && last?.kind !== 'stopped') {
      const reason = last?.kind === 'failed' ? last.reason : 'its thread ended before it did';
      this.#change(job, { state: 'failed', reason, endedMs, remainingMs: null });
    }
    this.#closedIfIdle();
    this.#fill();
  }

  #closedIfIdle(): void {
    if (this.#running.size === 0) this.#closing?.();
  }

  #change(job: Job, change: Partial<Job>): void {
    const changed = { ...job, ...change };
    saveJob(this.#options.jobsDir, changed);
    this.#jobs.set(job.id, changed);
    this.#options.onJob(changed);
  }
}

/** What is left of a search at the pace so far, at most; null where there is no pace yet. */
function searchLeftMs({ search }: FitWork, tried: readonly TriedRow[]): number | null {
  if (search === null || tried.length === 0) return null;
  const spentMs = tried.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const restMs = (spentMs / tried.length) * (search.trials - tried.length);
  return Math.max(0, search.budgetMs === null ? restMs : Math.min(restMs, search.budgetMs - spentMs));
}
