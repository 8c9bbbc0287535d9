import { sharpeSample } from '../../lab/honesty/sharpe-odds.ts';
import { openSearchLog } from '../../search/search-log.ts';
import type { Trial } from '../../search/trial.ts';
import type { JudgedSet } from '../datasets/data-set-file.ts';
import type { Subject } from '../judgement/out-of-fold.ts';
import { type Choice, chooseSettings } from '../tuning/choose-settings.ts';
import type { TrialBook } from '../tuning/trial-book.ts';
import { TRIED_SETTING_TEXT, type TriedSetting } from '../tuning/try-setting.ts';
import type { FitWork, TriedRow } from './job.ts';
import { longestLifeMs, TRADING } from './judge-job.ts';
import type { WorkerSaid } from './worker-messages.ts';

interface SearchWatch {
  /** Where it goes on, whatever became of the process. */
  readonly file: string;
  readonly book: TrialBook | null;
  readonly signal: AbortSignal;
  readonly say: (said: WorkerSaid) => void;
}

const DAYS_PER_YEAR = 365;

/** The settings that a job's search chooses, from its last trial on; null where it is not to search. */
export async function searchOfJob(
  subject: Subject,
  { search }: FitWork,
  judged: JudgedSet,
  { file, book, signal, say }: SearchWatch,
): Promise<Choice | null> {
  if (search === null) return null;
  const { family, hyperParameters, seed } = subject;
  const log = openSearchLog(file, { family: family.name, hyperParameters, seed }, TRIED_SETTING_TEXT);
  if (!log.ok) throw new Error(log.error.message);
  const rows = log.value.earlier.map(triedRow);
  const tell = (): void => say({ kind: 'tried', rows });
  tell();
  const plan = { ...TRADING, embargoMs: longestLifeMs(judged.set), nowMs: () => performance.now(), signal };
  const onTrial = (trial: Trial<TriedSetting>): void => {
    rows.push(triedRow(trial));
    tell();
  };
  return chooseSettings(subject, judged, plan, { ...search, log: log.value, book, onTrial });
}

function triedRow({ number, state, setting, evaluation, why }: Trial<TriedSetting>): TriedRow {
  const sharpe = evaluation ? sharpeOf(evaluation) : null;
  return {
    number,
    state,
    setting: { ...setting },
    gain: evaluation && Number.isFinite(evaluation.gain) ? evaluation.gain : null,
    sharpe,
    tookMs: evaluation?.tookMs ?? 0,
    why,
  };
}

function sharpeOf({ daily: { returns } }: TriedSetting): number | null {
  if (returns.length < 2) return null;
  const { sharpe } = sharpeSample(returns);
  return Number.isFinite(sharpe) ? sharpe * Math.sqrt(DAYS_PER_YEAR) : null;
}
