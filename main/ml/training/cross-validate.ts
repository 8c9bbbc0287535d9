import { purgedFolds } from '../../lab/splits/purged-folds.ts';
import { type SampleTimes, splitBySpans } from '../../lab/splits/split.ts';
import type { BoostingOptions } from '../trees/boost.ts';
import { predictMargins } from '../trees/tree.ts';
import { tableRows, trainBoostedTrees } from './gradient-boosting.ts';
import { type LabelledRows, selectRows } from './labelled-rows.ts';
import { aucOf, sortByScore } from './metrics.ts';

export interface CrossValidation {
  /** Log-odds of each sample from the fold model that had not seen it. */
  readonly margins: Float64Array;
  readonly auc: number;
  /** Trees each fold's early stopping kept. */
  readonly treeCounts: readonly number[];
}

/** Latest share of a fold's training time on which early stopping is decided. */
const STOPPING_SHARE = 0.15;

/** Purged and embargoed k-fold: every sample is predicted once, by a model trained outside its fold. */
export function crossValidate(
  samples: LabelledRows & SampleTimes,
  boosting: BoostingOptions,
  foldCount: number,
  embargoMs: number,
): CrossValidation {
  const margins = new Float64Array(samples.labels.length);
  const treeCounts: number[] = [];
  for (const fold of purgedFolds(samples, foldCount, embargoMs)) {
    const { fitting, stopping } = splitForStopping(samples, fold.training, embargoMs);
    const { ensemble } = trainBoostedTrees(selectRows(samples, fitting), boosting, selectRows(samples, stopping));
    treeCounts.push(ensemble.trees.length);
    const foldMargins = predictMargins(ensemble, tableRows(selectRows(samples, fold.test).rows, samples.featureCount));
    for (const [i, index] of fold.test.entries()) margins[index] = foldMargins[i]!;
  }
  return { margins, treeCounts, auc: aucOf(margins, samples.labels, sortByScore(margins)) };
}

function splitForStopping(
  times: SampleTimes,
  training: Int32Array,
  embargoMs: number,
): { fitting: Int32Array; stopping: Int32Array } {
  const askedMs = Float64Array.from(training, (index) => times.askedMs[index]!);
  const knownMs = Float64Array.from(training, (index) => times.knownMs[index]!);
  const sorted = Float64Array.from(askedMs).sort();
  const fromMs = sorted[Math.floor(sorted.length * (1 - STOPPING_SHARE))]!;
  const split = splitBySpans({ askedMs, knownMs }, [{ fromMs, toMs: Number.POSITIVE_INFINITY }], embargoMs);
  return {
    fitting: split.training.map((i) => training[i]!),
    stopping: split.test.map((i) => training[i]!),
  };
}
