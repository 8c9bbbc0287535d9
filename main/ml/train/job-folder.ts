import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { encodeJobData, type JobData } from '../datasets/data-set-file.ts';
import { syncFolder, writeWhole } from '../whole-file.ts';
import { type AskedWork, type Job, jobIdSchema, jobSchema } from './job.ts';

/** What lies in a job's folder. */
export const jobFiles = (jobsDir: string, id: string) => {
  const folder = join(jobsDir, id);
  return {
    folder,
    /** The record. Its one writer is the ml-train process. */
    record: join(folder, 'job.json'),
    samples: join(folder, 'samples.bin'),
    /** What was asked for, in the words of whoever asked; not needed to run the job. */
    plan: join(folder, 'plan.json'),
    /** Where a fit goes on after a crash; sealed. */
    checkpoint: join(folder, 'checkpoint.bin'),
    /** Where a search goes on: a line for each trial that has ended. */
    search: join(folder, 'search.jsonl'),
    /** There when the job is done, with all that it is to hold, and never before. */
    result: join(folder, 'result'),
  };
};

/** In `result`: the fitted model, calibrated where it could be judged, and what it was worth on the samples it had not seen, where the job had some. */
export const RESULT_MODEL = 'model.onnx';
export const RESULT_REPORT = 'report.json';
/** And what makes a package of it, to be published: the card but for the cost, and the golden rows. */
export const RESULT_DRAFT = 'draft.json';
export const RESULT_GOLDEN = 'golden.json';

/** What is known of this machine's GPUs. */
export const providersFile = (jobsDir: string): string => join(jobsDir, 'gpus.json');

/** What was tried on each question, by all jobs. */
export const trialBookFile = (jobsDir: string): string => join(jobsDir, 'trials.jsonl');

export interface JobRequest {
  readonly id: string;
  readonly title: string;
  readonly work: AskedWork;
  readonly data: JobData;
  /** Kept beside the job. */
  readonly plan?: unknown;
}

/**
 * Puts a job's folder in place, whole. A process that runs jobs finds it from then on.
 * @throws Error where there is one of this id
 */
export function addJob(jobsDir: string, { id, title, work, data, plan }: JobRequest, nowMs: number): Job {
  const job: Job = jobSchema.parse({
    schemaVersion: 1,
    id,
    title,
    work,
    state: 'queued',
    createdMs: nowMs,
    startedMs: null,
    endedMs: null,
    steps: null,
    curve: [],
    remainingMs: null,
    reason: null,
    trainedOn: null,
    startsInVain: 0,
  });
  const record = encodeRecord(job);
  const { folder } = jobFiles(jobsDir, id);
  if (existsSync(folder)) throw new Error(`there is a job ${id} already`);
  const staged = stagedFiles(jobsDir, id);
  rmSync(staged.folder, { recursive: true, force: true });
  mkdirSync(staged.folder, { recursive: true });
  writeWhole(staged.samples, encodeJobData(data));
  if (plan !== undefined) writeWhole(staged.plan, Buffer.from(JSON.stringify(plan)));
  writeWhole(staged.record, record);
  renameSync(staged.folder, folder);
  syncFolder(jobsDir);
  return job;
}

const stagedFiles = (jobsDir: string, id: string) => jobFiles(jobsDir, `.${id}.unfinished`);

/** Takes a job away, also one that was not put in place to its end. Nothing may run it. */
export function removeJob(jobsDir: string, id: string): void {
  for (const { folder } of [stagedFiles(jobsDir, id), jobFiles(jobsDir, id)])
    rmSync(folder, { recursive: true, force: true });
}

const STAGED = /^\.[a-z0-9-]+\.unfinished$/;
/** None is being put in place for so long. */
const STAGED_MS_MAX = 3_600_000;

/** Removes what was left of jobs that a crash kept from being put in place. */
export function removeLeftovers(jobsDir: string, nowMs: number): void {
  for (const name of existsSync(jobsDir) ? readdirSync(jobsDir) : []) {
    const folder = join(jobsDir, name);
    const atMs = STAGED.test(name) ? statSync(folder, { throwIfNoEntry: false })?.mtimeMs : undefined;
    if (atMs !== undefined && nowMs - atMs > STAGED_MS_MAX) rmSync(folder, { recursive: true, force: true });
  }
}

const encodeRecord = (job: Job): Uint8Array => Buffer.from(`${JSON.stringify(job)}\n`);

export function saveJob(jobsDir: string, job: Job): void {
  writeWhole(jobFiles(jobsDir, job.id).record, encodeRecord(job));
}

/** A folder whose record cannot be read, and why, in a sentence. */
export interface UnreadableJob {
  readonly id: string;
  readonly why: string;
}

/** Every job, the oldest first. */
export function readJobs(jobsDir: string): { jobs: Job[]; unreadable: UnreadableJob[] } {
  const jobs: Job[] = [];
  const unreadable: UnreadableJob[] = [];
  if (!existsSync(jobsDir)) return { jobs, unreadable };
  for (const entry of readdirSync(jobsDir, { withFileTypes: true })) {
    if (!entry.isDirectory() || !jobIdSchema.safeParse(entry.name).success) continue;
    const read = readJob(jobsDir, entry.name);
    if ('why' in read) unreadable.push(read);
    else jobs.push(read);
  }
  jobs.sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
  return { jobs, unreadable };
}

const hasEnded = ({ state }: Job): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

/**
 * Takes away the oldest trainings that have ended, with all that came of them, but for the newest `kept` and those that are still
 * `needed`. Returns those that are gone.
 */
export function removeOldJobs(jobsDir: string, kept: number, needed: ReadonlySet<string>): readonly string[] {
  const ended = readJobs(jobsDir).jobs.filter((job) => hasEnded(job) && !needed.has(job.id));
  const old = ended.slice(0, Math.max(0, ended.length - kept)).map(({ id }) => id);
  for (const id of old) removeJob(jobsDir, id);
  return old;
}

/** What a job that is done needs no more: its samples are most of what it takes. */
export function removeSamples(jobsDir: string, id: string): void {
  const { samples, checkpoint } = jobFiles(jobsDir, id);
  for (const file of [samples, checkpoint]) rmSync(file, { force: true });
}

export function readJob(jobsDir: string, id: string): Job | UnreadableJob {
  try {
    const job = jobSchema.parse(JSON.parse(readFileSync(jobFiles(jobsDir, id).record, 'utf8')));
    return job.id === id ? job : { id, why: `its record is that of ${job.id}` };
  } catch (error) {
    return { id, why: `its record cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Puts the result in place, whole; one that is there already is of the same work and stays. */
export function publishResult(jobsDir: string, id: string, files: Readonly<Record<string, Uint8Array>>): void {
  const { folder, result } = jobFiles(jobsDir, id);
  if (existsSync(result)) return;
  const unfinished = join(folder, 'result.unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  for (const [name, bytes] of Object.entries(files)) writeWhole(join(unfinished, name), bytes);
  renameSync(unfinished, result);
  syncFolder(folder);
}
