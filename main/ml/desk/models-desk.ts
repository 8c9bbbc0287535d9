import type {
  BroughtFile,
  BroughtPart,
  DataPlan,
  DataSetView,
  ImportPlan,
  ModelsCatalogue,
  ModelVersion,
  TrainingJob,
  TrainingPlan,
} from '../../../preload/models-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Timers } from '../../engine/kernel/clock.ts';
import type { Task } from '../../lab/workers/worker-crew.ts';
import type { FamilyOutline } from '../train/family-outline.ts';
import type { Job } from '../train/job.ts';
import type { TrainClient } from '../train/train-client.ts';
import { createBroughtDesk } from './brought-desk.ts';
import { checkBrought, checkData, checkTraining } from './check-training.ts';
import { featureSetRows } from './feature-set-rows.ts';
import { newRow, rowOfJob, titleOf } from './job-rows.ts';
import type { KeptJob, ModelsCrew } from './models-job.ts';
import { QUESTIONS } from './questions.ts';

export interface ModelsDeskOptions {
  /** Makes data sets and reads what was trained. */
  readonly crew: ModelsCrew;
  /** Given whom to tell of jobs; it is started when it is first wanted. */
  readonly trainer: (onJob: (job: Job) => void) => TrainClient;
  /** Whether there may be jobs of before. */
  readonly hasJobs: boolean;
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly newId: () => string;
  /** A version is on disk: whoever serves models looks. A sentence where it cannot be served. */
  readonly onPublished: (model: string, version: string) => Promise<string | null>;
  /** When published models are trained anew, and what came of it last, a line each. */
  readonly retraining: () => string;
}

interface PublishedVersion {
  readonly versionId: string;
  readonly model: string;
  readonly version: string;
}

interface Refusal {
  readonly kind: string;
  readonly text: string;
}

const FAMILIES_MS_MAX = 30_000;
/** Rows that are listed; the oldest that has ended leaves when another comes, and stays on disk. */
const ROWS_MAX = 200;

const refuse = (kind: string, text: string): Result<never, Refusal> => fail({ kind, text });
const GONE = refuse('not-found', 'That training is no longer here.');
const UNDER_WAY: readonly TrainingJob['state'][] = ['preparing', 'queued', 'running'];

/** Training as screens see it: what can be trained, jobs as they go, and what came of them. Nothing is computed on this thread. */
export function createModelsDesk({
  crew,
  trainer,
  hasJobs,
  timers,
  nowMs,
  newId,
  onPublished,
  retraining,
}: ModelsDeskOptions) {
  /** Oldest first. */
  const rows = new Map<string, TrainingJob>();
  /** Those whose samples are being made. */
  const preparing = new Map<string, Task<unknown>>();
  const listeners = new Set<() => void>();
  const client = trainer(take);
  let isStarted = false;
  let isClosed = false;
  let lastPublication: Promise<unknown> = Promise.resolve();

  /** Publications come one after the other: two at once would take the same number. */
  function inTurn<T>(publish: () => Promise<T>): Promise<T> {
    const publication = lastPublication.then(publish);
    lastPublication = publication.catch(() => null);
    return publication;
  }

  function set(row: TrainingJob): void {
    rows.set(row.id, row);
    for (const listener of listeners) listener();
  }

  function change(id: string, part: Partial<TrainingJob>): void {
    const row = rows.get(id);
    if (row) set({ ...row, ...part });
  }

  function startTrainer(): TrainClient {
    if (!isStarted && !isClosed) client.start();
    isStarted = true;
    return client;
  }

  /** The trainer says how a job stands. */
  function take(job: Job): void {
    const before = rows.get(job.id);
    if (before?.verdict === null && job.state === 'done') void askVerdict(job);
    // It is done once its verdict is there, so that nobody sees the one without the other.
    else set(rowOfJob(job, before?.plan ?? null, before?.verdict ?? null));
  }

  async function askVerdict(job: Job): Promise<void> {
    const found = await crew.ask({ kind: 'verdict', id: job.id }).outcome;
    const plan = rows.get(job.id)?.plan ?? null;
    set(rowOfJob(job, plan, found.ok ? found.value.verdict : null));
  }

  function list(kept: readonly KeptJob[]): void {
    for (const { job, plan, verdict } of kept) {
      const row = rows.get(job.id);
      // The trainer may have spoken first: of how it stands, and not of what was asked for or came of it.
      if (!row) set(rowOfJob(job, plan, verdict));
      else if (row.plan === null) set({ ...row, plan, verdict: row.verdict ?? verdict });
    }
    if (kept.some(({ job }) => job.state === 'queued' || job.state === 'running')) startTrainer();
  }

  async function readJobs(): Promise<void> {
    const found = await crew.ask({ kind: 'jobs' }).outcome;
    if (found.ok) list(found.value.jobs);
  }

  async function families(): Promise<Result<readonly FamilyOutline[], Refusal>> {
    const known = startTrainer().families();
    const tooLate = Promise.withResolvers<null>();
    const stopWaiting = timers.after(FAMILIES_MS_MAX, () => tooLate.resolve(null));
    const found = await Promise.race([known, tooLate.promise]);
    stopWaiting();
    return found ? ok(found) : refuse('no-trainer', 'The training process does not answer; it is started again.');
  }

  function makeRoom(): void {
    if (rows.size < ROWS_MAX) return;
    const ended = [...rows.values()].find(({ endedAtMs }) => endedAtMs !== null);
    if (ended) rows.delete(ended.id);
  }

  function prepare(id: string, title: string, plan: TrainingPlan): void {
    const task = crew.ask({ kind: 'prepare', id, title, plan, nowMs: nowMs() });
    preparing.set(id, task);
    void task.outcome.then((outcome) => {
      preparing.delete(id);
      if (outcome.ok) {
        for (const old of outcome.value.removed) rows.delete(old);
        set(rowOfJob(outcome.value.job, plan, null));
        startTrainer().added(outcome.value.job);
      } else if (outcome.error.kind === 'cancelled') {
        crew.ask({ kind: 'discard', id });
        change(id, { state: 'cancelled', endedAtMs: nowMs() });
      } else change(id, { state: 'failed', endedAtMs: nowMs(), error: outcome.error.text });
    });
  }

  /** Asks the trainer where the job is in one of `states`. */
  function tell(
    id: string,
    states: readonly TrainingJob['state'][],
    otherwise: string,
    ask: (trainer: TrainClient) => void,
  ): Result<null, Refusal> {
    const row = rows.get(id);
    if (!row) return GONE;
    if (!states.includes(row.state)) return refuse('wrong-state', otherwise);
    if (row.brought) return refuse('wrong-state', 'What was made elsewhere is judged in one go: bring it again.');
    ask(startTrainer());
    return ok(null);
  }

  const brought = createBroughtDesk({ crew, set, change, nowMs, onPublished });

  if (hasJobs) void readJobs();

  return {
    async catalogue(): Promise<Result<ModelsCatalogue, Refusal>> {
      const [known, stored] = await Promise.all([families(), crew.ask({ kind: 'stored' }).outcome]);
      if (!known.ok) return known;
      return ok({
        families: [...known.value],
        questions: [...QUESTIONS],
        featureSets: featureSetRows(),
        stored: stored.ok ? stored.value.stored : [],
        retraining: retraining(),
      });
    },
    async explore(plan: DataPlan): Promise<Result<DataSetView, Refusal>> {
      const checked = checkData(plan);
      if (!checked.ok) return checked;
      const found = await crew.ask({ kind: 'explore', plan }).outcome;
      return found.ok ? ok(found.value.view) : found;
    },
    async start(plan: TrainingPlan): Promise<Result<string, Refusal>> {
      const known = await families();
      if (!known.ok) return known;
      const checked = checkTraining(plan, known.value);
      if (!checked.ok) return checked;
      const full = crew.fullText();
      if (full !== null) return refuse('too-many', full);
      const id = newId();
      const title = titleOf(plan, checked.value);
      makeRoom();
      set(newRow(id, title, plan, nowMs()));
      prepare(id, title, plan);
      return ok(id);
    },
    pause: (id: string) =>
      tell(id, ['queued', 'running'], 'Only a training that waits or runs can be paused.', (to) => to.pause(id)),
    resume(id: string): Result<null, Refusal> {
      const row = rows.get(id);
      if (row?.state === 'failed' && row.step === 0 && row.steps === null)
        return refuse('wrong-state', 'It never got a step far: set it up again.');
      return tell(id, ['paused', 'failed'], 'Only a paused or failed training can go on.', (to) => to.resume(id));
    },
    cancel(id: string): Result<null, Refusal> {
      if (brought.cancel(id)) return ok(null);
      const task = preparing.get(id);
      task?.cancel();
      if (task) return ok(null);
      return tell(id, [...UNDER_WAY, 'paused'], 'That training has ended already.', (to) => to.cancel(id));
    },
    /** Newest first. A row that has changed is another object. */
    jobs: (): readonly TrainingJob[] => [...rows.values()].sort((a, b) => b.askedAtMs - a.askedAtMs),
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async publish(id: string): Promise<Result<PublishedVersion, Refusal>> {
      const row = rows.get(id);
      if (!row) return GONE;
      if (row.state !== 'done') return refuse('wrong-state', 'Only a training that is done can be published.');
      const published = await inTurn(() => crew.ask({ kind: 'publish', id }).outcome);
      if (!published.ok) return published;
      const { model, version } = published.value;
      const problem = await onPublished(model, version);
      if (problem !== null) return refuse('not-served', `${model} ${version} is published and not served: ${problem}`);
      return ok({ versionId: `${model}/${version}`, model, version });
    },
    bring: (part: BroughtPart): Promise<Result<BroughtFile | null, Refusal>> => brought.bring(part),
    async judgeBrought(fileId: string, plan: ImportPlan): Promise<Result<string, Refusal>> {
      const checked = checkBrought(plan);
      if (!checked.ok) return checked;
      makeRoom();
      return brought.judge(newId(), fileId, plan);
    },
    async versions(): Promise<Result<readonly ModelVersion[], Refusal>> {
      const found = await crew.ask({ kind: 'versions' }).outcome;
      return found.ok ? ok(found.value.versions) : found;
    },
    async close(): Promise<void> {
      isClosed = true;
      await Promise.all([crew.close(), isStarted ? client.stop() : null]);
    },
  };
}
