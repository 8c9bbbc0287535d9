/** Entry of the gap meter's worker thread: an account's last days run again, away from the engine. */
import { fail, ok } from '../../engine/domain/result.ts';
import { readLibrary, readModelCards } from '../../engine/model-cards.ts';
import type { AnswerJob } from '../workers/answer-job.ts';
import { workOnThread } from '../workers/thread-hand.ts';
import type { GapAnswer, GapJob, GapProgress, GapWorkerStart } from './gap-job.ts';
import { GapReports } from './gap-reports.ts';
import { measureGap } from './measure-gap.ts';

function openGapWorker(start: GapWorkerStart): AnswerJob<GapJob, GapAnswer, GapProgress> {
  const { account, folder, results, modelsDir, ownModelsDir } = start;
  const reports = new GapReports(results, account);
  return async ({ fromMs, toMs, nowMs }, tell) => {
    const cards = readModelCards(modelsDir);
    const library = readLibrary([modelsDir, ownModelsDir]).all();
    const measured = await measureGap(folder, { fromMs, toMs, cards, library, tell });
    if (!measured.ok) return fail({ kind: measured.error.kind, text: sentence(measured.error.message) });
    return ok({ kind: 'measure', report: reports.keep(measured.value, nowMs) });
  };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

workOnThread(openGapWorker);
