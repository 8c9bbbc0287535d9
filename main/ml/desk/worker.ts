/** Entry of the thread that makes data sets and reads what was trained: no model is ever run on it. */

import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { systemClock } from '../../engine/kernel/clock.ts';
import { LabCandles } from '../../lab/data/lab-candles.ts';
import type { AnswerJob } from '../../lab/workers/answer-job.ts';
import { createCandleReader } from '../../lab/workers/read-candles.ts';
import { workOnThread } from '../../lab/workers/thread-hand.ts';
import { refuseLeaks } from '../audit/leakage-audit.ts';
import { sourceOf } from '../lab-model/source-of.ts';
import { addJob, readJobs, removeJob, removeLeftovers, removeOldJobs, trialBookFile } from '../train/job-folder.ts';
import { questionKey } from '../tuning/trial-book.ts';
import { openBroughtFiles } from './brought-files.ts';
import { describeData } from './describe-data.ts';
import { importModel } from './import-model.ts';
import type { ImportStep } from './import-task.ts';
import { type MadeData, makeData, type NoData } from './make-data.ts';
import type { ModelsAnswer, ModelsJob, ModelsWorkerStart } from './models-job.ts';
import { publishJob, standingJobs } from './publish-job.ts';
import { splitForStopping } from './split-for-stopping.ts';
import { planOf, verdictOf } from './trained.ts';
import { readVersions } from './versions.ts';

const MINUTE_MS = 60_000;

type Answered = Result<ModelsAnswer, NoData>;
type Prepare = Extract<ModelsJob, { kind: 'prepare' }>;
type JudgeBrought = Extract<ModelsJob, { kind: 'judge-brought' }>;

function openModelsWorker({
  candleStore,
  perpetualCandleStore,
  labCandles,
  jobsDir,
  jobsKept,
  modelsDir,
  ownModelsDir,
}: ModelsWorkerStart): AnswerJob<ModelsJob, ModelsAnswer, ImportStep> {
  const candles = new LabCandles(labCandles);
  const brought = openBroughtFiles(join(dirname(jobsDir), 'brought'));
  const reader = createCandleReader({ candleStore, perpetualCandleStore }, candles);

  function prepare({ id, title, plan, nowMs }: Prepare, made: MadeData): ModelsAnswer {
    const audited = [...refuseLeaks(made.audit())];
    const { family, hyperParameters, seed, search } = plan;
    const { label, timeframe } = made.question;
    const name = `${family}-${label.kind}-${timeframe}`;
    const work = {
      family,
      task: made.task,
      hyperParameters,
      seed,
      search: search && {
        trials: search.trials,
        budgetMs: search.minutes === null ? null : search.minutes * MINUTE_MS,
      },
      question: questionKey(made.set.matrix.instruments, timeframe, label),
      card: { name, title, timeframe, label, audited, sources: made.instruments.map(sourceOf) },
    };
    const data = { ...splitForStopping(made.set), judged: { set: made.set, moves: made.moves } };
    const job = addJob(jobsDir, { id, title, work, data, plan }, nowMs);
    return { kind: 'prepare', job, removed: removeOldJobs(jobsDir, jobsKept, standingJobs(jobsDir, ownModelsDir)) };
  }

  async function judgeBrought({ fileId, plan, nowMs }: JudgeBrought, onStep: (step: ImportStep) => void) {
    const file = brought.pathOf(fileId);
    if (file === null) return fail<NoData>({ kind: 'no-data', text: 'That file is no longer here: bring it again.' });
    const stores = { candleStore, perpetualCandleStore, labCandles };
    const places = { ...stores, trialBook: trialBookFile(jobsDir), ownModelsDir, shippedDir: modelsDir };
    const judged = await importModel(file, plan, places, { nowMs, onStep });
    if (!judged.ok) return fail<NoData>({ kind: 'no-data', text: asSentence(judged.error.text) });
    const { name: model, version, edge } = judged.value;
    const verdict = { edge: edge.verdict, sentence: edge.reason };
    return ok({ kind: 'judge-brought' as const, model, version, verdict });
  }

  return async (job, tell): Promise<Answered> => {
    switch (job.kind) {
      case 'prepare': {
        const made = await makeData(job.plan.data, reader);
        return made.ok ? ok(prepare(job, made.value)) : made;
      }
      case 'discard':
        removeJob(jobsDir, job.id);
        return ok({ kind: 'discard' });
      case 'explore': {
        const made = await makeData(job.plan, reader);
        return made.ok ? ok({ kind: 'explore', view: describeData(made.value) }) : made;
      }
      case 'jobs': {
        removeLeftovers(jobsDir, systemClock.nowMs());
        const jobs = readJobs(jobsDir).jobs.map((each) => ({
          job: each,
          plan: planOf(jobsDir, each.id),
          verdict: verdictOf(jobsDir, each.id),
        }));
        return ok({ kind: 'jobs', jobs });
      }
      case 'verdict':
        return ok({ kind: 'verdict', verdict: verdictOf(jobsDir, job.id) });
      case 'publish': {
        const published = await publishJob(jobsDir, job.id, ownModelsDir, modelsDir);
        return published.ok ? ok({ kind: 'publish', ...published.value }) : published;
      }
      case 'bring': {
        const file = brought.take(job.part, systemClock.nowMs());
        return file.ok ? ok({ kind: 'bring', file: file.value }) : file;
      }
      case 'judge-brought':
        return judgeBrought(job, tell);
      case 'versions':
        return ok({ kind: 'versions', versions: readVersions(modelsDir, ownModelsDir, jobsDir) });
      case 'stored': {
        const stored = candles
          .list()
          .map(({ instrumentId, timeframe, rows }) => ({ instrumentId, timeframe, bars: rows }));
        return ok({ kind: 'stored', stored });
      }
    }
  };
}

const asSentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;

workOnThread(openModelsWorker);
