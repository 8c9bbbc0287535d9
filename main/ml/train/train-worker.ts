import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../engine/kernel/clock.ts';
import { decodeJobData } from '../datasets/data-set-file.ts';
import { familyOf } from '../families/families.ts';
import type { FitProgress } from '../families/family.ts';
import { saysRise } from '../judgement/rise.ts';
import { gpuOfJob } from '../providers/gpu-of-job.ts';
import { PROVIDER_TITLES } from '../providers/provider.ts';
import { openProviderBook } from '../providers/provider-book.ts';
import { PROVIDER_BUILD } from '../providers/runtime-gpus.ts';
import { openTrialBook } from '../tuning/trial-book.ts';
import { readSealed, writeSealed } from '../whole-file.ts';
import { draftOf } from './draft.ts';
import { jobIdSchema } from './job.ts';
import {
  jobFiles,
  providersFile,
  publishResult,
  RESULT_DRAFT,
  RESULT_GOLDEN,
  RESULT_MODEL,
  RESULT_REPORT,
  trialBookFile,
} from './job-folder.ts';
import { judgeJob } from './judge-job.ts';
import { searchOfJob } from './search-of-job.ts';
import { isRaised } from './stop-flag.ts';
import type { WorkerSaid, WorkerStart } from './worker-messages.ts';

/** A thread that does one job and ends by itself: done, failed, or asked to stop. */

const FLAG_LOOKED_AT_MS = 20;

const finite = (loss: number | null): number | null => (loss !== null && Number.isFinite(loss) ? loss : null);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const json = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value)}\n`);

async function run(
  { jobsDir, id, work, flag, processorOnly }: WorkerStart,
  say: (said: WorkerSaid) => void,
): Promise<void> {
  const files = jobFiles(jobsDir, jobIdSchema.parse(id));
  const stop = new AbortController();
  const look = (): void => {
    if (isRaised(flag)) stop.abort();
  };
  // A graph's step gives the loop a turn, so that a timer sees the flag between two of them; other fits are seen at their own steps.
  const looking = setInterval(look, FLAG_LOOKED_AT_MS);
  const onProgress = ({ step, steps, trainingLoss, stoppingLoss }: FitProgress): void => {
    say({ kind: 'progress', step, steps, trainingLoss: finite(trainingLoss), stoppingLoss: finite(stoppingLoss) });
    look();
  };
  const gpu = gpuOfJob({
    book: openProviderBook(providersFile(jobsDir), PROVIDER_BUILD, () => systemClock.nowMs()),
    job: id,
    signal: stop.signal,
    processorOnly,
    onChosen: ({ provider, why }) => say({ kind: 'trained-on', trainedOn: { on: PROVIDER_TITLES[provider], why } }),
  });
  /** Leaves the result in place, whole; with the settings that it was made with. */
  const learn = async (): Promise<Readonly<Record<string, number>>> => {
    const { training, stopping, judged: all } = decodeJobData(readFileSync(files.samples));
    const family = gpu.on(familyOf(work.family));
    const book = work.question === null ? null : openTrialBook(trialBookFile(jobsDir), work.question);
    const asked = { family, hyperParameters: work.hyperParameters, task: work.task, seed: work.seed };
    const choice = all
      ? await searchOfJob(asked, work, all, { file: files.search, book, signal: stop.signal, say })
      : null;
    const subject = { ...asked, hyperParameters: choice?.hyperParameters ?? work.hyperParameters };
    const fitted = await family.fit(training, work.task, {
      hyperParameters: subject.hyperParameters,
      seed: work.seed,
      signal: stop.signal,
      onProgress,
      checkpoint: {
        saved: readSealed(files.checkpoint),
        save: (state) => writeSealed(files.checkpoint, state),
      },
      ...(stopping ? { stopping } : {}),
    });
    stop.signal.throwIfAborted();
    const about = {
      graphName: work.family,
      producerVersion: '1',
      metadata: new Map([
        ['family', work.family],
        ['features', training.matrix.set.name],
        ['features_hash', training.matrix.set.hash],
        ['seed', String(work.seed)],
      ]),
    };
    const asRise = work.card !== undefined && saysRise(work.card.label, work.task);
    const watch = { asRise, choice, book, signal: stop.signal };
    const judged = stopping && all ? await judgeJob(subject, fitted, { judged: all, stopping }, watch) : null;
    const model = judged
      ? judged.answering.fitted.toOnnx(about, judged.answering.map)
      : fitted.toOnnx(about, { kind: 'none' });
    const chosen = { ...work, hyperParameters: subject.hyperParameters };
    const draft = judged ? await draftOf(chosen, model, judged) : null;
    publishResult(jobsDir, id, {
      [RESULT_MODEL]: model,
      ...(judged && { [RESULT_REPORT]: json(judged.report) }),
      ...(draft && { [RESULT_DRAFT]: json(draft.card), [RESULT_GOLDEN]: json(draft.golden) }),
    });
    return subject.hyperParameters;
  };
  try {
    const hyperParameters = await gpu.run(learn);
    say({ kind: 'done', hyperParameters: { ...hyperParameters } });
  } catch (error) {
    if (stop.signal.aborted) say({ kind: 'stopped' });
    else say({ kind: 'failed', reason: textOf(error) });
  } finally {
    clearInterval(looking);
  }
}

if (parentPort === null) throw new Error('this is the code of a worker thread');
const port = parentPort;
await run(workerData as WorkerStart, (said) => port.postMessage(said));
