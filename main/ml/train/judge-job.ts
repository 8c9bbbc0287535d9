import type { ModelReport } from '../../../preload/model-report.ts';
import { purgedFolds } from '../../lab/splits/purged-folds.ts';
import type { DataSet } from '../datasets/data-set.ts';
import type { JobData } from '../datasets/data-set-file.ts';
import { familyOf } from '../families/families.ts';
import type { Fitted } from '../families/family.ts';
import { evenSample, type FeatureImportance, permutationImportance } from '../judgement/importance.ts';
import { type Judgement, judge } from '../judgement/judge.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import type { FitWork } from './job.ts';
import { reportOf } from './report-of-judgement.ts';

export interface Judged {
  readonly report: ModelReport;
  readonly judgement: Judgement;
  readonly importance: readonly FeatureImportance[];
  readonly embargoMs: number;
  readonly folds: number;
  /** What the graph does to raw answers, so that they can be believed. */
  readonly map: OutputMap;
}

const FOLDS = 4;
const RESAMPLES = 400;
const IMPORTANCE_SAMPLES = 400;
/** The surest tenth is traded, at the fees of a taker on both sides. */
const TRADED_SHARE = 0.1;
const FEE_BPS_ROUND_TRIP = 20;

/** Judges the settings of a job by purged folds of all its samples, and asks the fitted model what it listens to. */
export async function judgeJob(
  work: FitWork,
  fitted: Fitted,
  { judged, stopping }: Required<Pick<JobData, 'judged' | 'stopping'>>,
  signal: AbortSignal,
): Promise<Judged> {
  const { set, moves } = judged;
  const embargoMs = longestLifeMs(set);
  const subject = { ...work, family: familyOf(work.family) };
  const judgement = await judge(subject, set, {
    protocol: { kind: 'purged-folds', folds: FOLDS },
    embargoMs,
    moves,
    tradedShare: TRADED_SHARE,
    feeBpsRoundTrip: FEE_BPS_ROUND_TRIP,
    otherTrials: [],
    resamples: RESAMPLES,
    signal,
  });
  signal.throwIfAborted();
  const importance = await permutationImportance(fitted, evenSample(stopping, IMPORTANCE_SAMPLES), work.seed);
  const map: OutputMap =
    judgement.intervals === null ? judgement.map : { kind: 'shift', by: judgement.intervals.shift };
  const report = reportOf(judgement, { set, importance, folds: purgedFolds(set, FOLDS, embargoMs) });
  return { map, report, judgement, importance, embargoMs, folds: FOLDS };
}

/** From question to answer at most: so long is kept free around what is tested. */
const longestLifeMs = ({ askedMs, knownMs }: DataSet): number =>
  knownMs.reduce((longest, known, i) => Math.max(longest, known - askedMs[i]!), 0);
