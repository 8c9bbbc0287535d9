import { purgedFolds } from '../../lab/splits/purged-folds.ts';
import type { EvaluationText } from '../../search/search-log.ts';
import { keyOf } from '../../search/space.ts';
import type { Setting } from '../../search/trial.ts';
import { type DataSet, selectSamples } from '../datasets/data-set.ts';
import { outputCount } from '../families/task.ts';
import { type DailyReturns, dailyReturns } from '../judgement/daily-returns.ts';
import { leaningOf } from '../judgement/leaning.ts';
import { lossOf, naiveAnswer } from '../judgement/losses.ts';
import { tradeAnswers } from '../judgement/net-of-costs.ts';
import { answerFolds, type FoldAnswers, mergeFolds, type Subject } from '../judgement/out-of-fold.ts';

/** What a setting came to on the folds that it was tried on. */
export interface TriedSetting {
  /** Loss that an answer saves on the naive one, on average: more is better. */
  readonly gain: number;
  /** After costs; of no length where nothing is traded on the answers. */
  readonly daily: DailyReturns;
  readonly tookMs: number;
}

export interface TryPlan {
  readonly set: DataSet;
  /** Of price to each answer of `set`; null where nothing can be traded on the answers. */
  readonly moves: Float64Array | null;
  readonly embargoMs: number;
  readonly tradedShare: number;
  readonly feeBpsRoundTrip: number;
  readonly nowMs: () => number;
  readonly signal?: AbortSignal;
}

/** The parts of a search after which a trial may be given up are whole folds. */
const FOLDS = 4;

/** Tries settings by purged folds, a share of the folds at a time: what was fitted for a part is not fitted again for the whole. */
export function createTrier(
  subject: Subject,
  plan: TryPlan,
): (setting: Setting, share: number) => Promise<TriedSetting> {
  const folds = purgedFolds(plan.set, FOLDS, plan.embargoMs);
  let last: { key: string; answers: FoldAnswers[]; fromMs: number } | null = null;
  return async (setting, share) => {
    const key = keyOf(setting);
    last = last?.key === key ? last : { key, answers: [], fromMs: plan.nowMs() };
    const { answers, fromMs } = last;
    const own = { ...subject, hyperParameters: { ...subject.hyperParameters, ...setting } };
    const watch = plan.signal ? { signal: plan.signal } : {};
    const next = folds.slice(answers.length, Math.round(share * FOLDS));
    answers.push(...(await answerFolds(own, plan.set, next, plan.embargoMs, watch)));
    return {
      ...weigh(
        own,
        plan,
        answers,
        folds.map(({ training }) => training),
      ),
      tookMs: plan.nowMs() - fromMs,
    };
  };
}

function weigh(
  subject: Subject,
  { set, moves, tradedShare, feeBpsRoundTrip }: TryPlan,
  folds: readonly FoldAnswers[],
  trainingOf: readonly Int32Array[],
): Omit<TriedSetting, 'tookMs'> {
  const { task } = subject;
  const { indices, answers, foldOf } = mergeFolds(subject, set, folds);
  if (indices.length === 0) throw new RangeError('no sample was left to be tested');
  const naive = folds.map((_, fold) => naiveAnswer(task, selectSamples(set, trainingOf[fold]!).targets));
  const width = outputCount(task);
  const gain = indices.reduce((sum, index, i) => {
    const target = set.targets[index]!;
    return sum + lossOf(task, naive[foldOf[i]!]!, 0, target) - lossOf(task, answers, i * width, target);
  }, 0);
  const leaning = leaningOf(task, answers);
  const { times, gross } =
    moves === null || leaning === null
      ? { times: [], gross: [] }
      : tradeAnswers(set, indices, leaning, moves, tradedShare);
  const net = gross.map((bps) => bps - feeBpsRoundTrip);
  const isTraded = moves !== null && leaning !== null;
  return { gain: gain / indices.length, daily: dailyReturns(set, isTraded ? indices : new Int32Array(0), times, net) };
}

/** As JSON and back. */
export const TRIED_SETTING_TEXT: EvaluationText<TriedSetting> = {
  write: ({ gain, daily, tookMs }) => ({ gain, fromDay: daily.fromDay, returns: [...daily.returns], tookMs }),
  read(written) {
    const { gain, fromDay, returns, tookMs } = written as WrittenTry;
    return { gain, daily: { fromDay, returns: Float64Array.from(returns) }, tookMs };
  },
};

interface WrittenTry {
  readonly gain: number;
  readonly fromDay: number;
  readonly returns: readonly number[];
  readonly tookMs: number;
}
