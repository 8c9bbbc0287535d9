import type { ModelReport } from '../../../preload/model-report.ts';
import type { DataSet } from '../datasets/data-set.ts';
import type { JobData } from '../datasets/data-set-file.ts';
import type { Fitted } from '../families/family.ts';
import { evenSample, type FeatureImportance, permutationImportance } from '../judgement/importance.ts';
import { foldsOf, type Judgement, judge } from '../judgement/judge.ts';
import type { Subject } from '../judgement/out-of-fold.ts';
import { riseSet } from '../judgement/rise.ts';
import { type Answering, answeringOf } from '../lab-model/answering.ts';
import { type Choice, countTraining, triedBefore } from '../tuning/choose-settings.ts';
import type { TrialBook } from '../tuning/trial-book.ts';
import { reportOf } from './report-of-judgement.ts';

export interface Judged {
  /** The model as it is to answer. */
  readonly answering: Answering;
  readonly report: ModelReport;
  readonly judgement: Judgement;
  readonly importance: readonly FeatureImportance[];
  readonly embargoMs: number;
}

interface JudgeWatch {
  /** Whether the chance of a rise that follows from a move is judged, in place of the move. */
  readonly asRise: boolean;
  readonly choice: Choice | null;
  /** What others have tried on the same question; null where nobody else asks it. */
  readonly book: TrialBook | null;
  readonly signal: AbortSignal;
}

const FOLDS = 4;
const RESAMPLES = 400;
const IMPORTANCE_SAMPLES = 400;
/** The surest tenth is traded, at the fees of a taker on both sides. */
export const TRADING = { tradedShare: 0.1, feeBpsRoundTrip: 20 };

/**
 * Judges the settings of a job, and asks the fitted model what it listens to.
 * @param choice how settings that were searched are to be judged; without one, by purged folds of all samples
 */
export async function judgeJob(
  subject: Subject,
  fitted: Fitted,
  { judged, stopping }: Required<Pick<JobData, 'judged' | 'stopping'>>,
  { asRise, choice, book, signal }: JudgeWatch,
): Promise<Judged> {
  const { set, moves } = judged;
  const embargoMs = longestLifeMs(set);
  const judgement = await judge(subject, set, {
    protocol: choice?.protocol ?? { kind: 'purged-folds', folds: FOLDS },
    embargoMs,
    asRise,
    moves,
    ...TRADING,
    tried: choice?.tried ?? triedBefore(subject, set, book),
    resamples: RESAMPLES,
    signal,
  });
  signal.throwIfAborted();
  if (choice === null && judgement.net) countTraining(subject, set.matrix.set.name, judgement.net.daily, book);
  const answering = answeringOf(set, fitted, judgement, asRise);
  const sample = evenSample(asRise ? riseSet(stopping) : stopping, IMPORTANCE_SAMPLES);
  const importance = await permutationImportance(answering.fitted, sample, subject.seed);
  const report = reportOf(judgement, { set, importance, folds: foldsOf(set, judgement.protocol, embargoMs) });
  return { answering, report, judgement, importance, embargoMs };
}

/** From question to answer at most: so long is kept free around what is tested. */
export const longestLifeMs = ({ askedMs, knownMs }: DataSet): number =>
  knownMs.reduce((longest, known, i) => Math.max(longest, known - askedMs[i]!), 0);
