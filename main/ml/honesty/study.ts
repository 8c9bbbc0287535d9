import { type CandleColumns, TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import { featureSetV1 } from '../../engine/features/feature-set-v1.ts';
import { featureSetV2 } from '../../engine/features/feature-set-v2.ts';
import { createRandom } from '../../engine/kernel/random.ts';
import { purgedFolds } from '../../lab/splits/purged-folds.ts';
import { tableRows, trainBoostedTrees } from '../training/gradient-boosting.ts';
import { selectRows } from '../training/labelled-rows.ts';
import { aucOf, baseRate, sortByScore } from '../training/metrics.ts';
import type { BoostingOptions } from '../trees/boost.ts';
import { predictMargins } from '../trees/tree.ts';
import { askTasks, type Samples } from './tasks.ts';

/** How a score was come by. */
export interface Score {
  readonly task: TaskName;
  readonly samples: number;
  readonly accuracy: number;
  /** What always saying the commoner answer scores. */
  readonly majority: number;
  readonly auc: number;
}

export const TASK_NAMES = ['leg', 'pivot', 'near', 'purged', 'shuffled-wide', 'purged-wide'] as const;
export type TaskName = (typeof TASK_NAMES)[number];

export interface MarketScores {
  readonly market: string;
  readonly scores: readonly Score[];
}

export interface Market {
  readonly name: string;
  readonly timeframe: Timeframe;
  readonly candles: CandleColumns;
}

const FOLDS = 5;
const EMBARGO_BARS = 288;
const TEST_SHARE = 0.2;

const GROWTH = { binsMax: 63, seed: 1, earlyStoppingTrees: 1 } as const;
/** What a careful trainer would take. */
const MODEST: BoostingOptions = {
  ...GROWTH,
  treesMax: 100,
  leavesMax: 15,
  leafHessianMin: 5,
  l2: 10,
  learningRate: 0.05,
  rowFraction: 0.6,
  columnFraction: 0.6,
};
/** Room enough to learn the neighbours of every tested sample by heart. */
const DEEP: BoostingOptions = {
  ...GROWTH,
  treesMax: 150,
  leavesMax: 1_000,
  leafHessianMin: 0.01,
  l2: 0.1,
  learningRate: 0.3,
  rowFraction: 1,
  columnFraction: 1,
};

/** Puts all questions to one market and scores the answers, each in the way that its name says. */
export function studyMarket({ name, timeframe, candles }: Market): MarketScores {
  const twelve = askTasks(candles, timeframe, featureSetV1);
  const wide = askTasks(candles, timeframe, featureSetV2);
  const embargoMs = EMBARGO_BARS * TIMEFRAME_MS[timeframe];
  return {
    market: name,
    scores: [
      scorePurged('leg', twelve.legDirection, embargoMs),
      scorePurged('pivot', twelve.topOrBottom, embargoMs),
      scorePurged('near', twelve.nearPivot, embargoMs),
      scorePurged('purged', twelve.turnsAhead, embargoMs),
      scoreShuffled('shuffled-wide', wide.turnsAhead),
      scorePurged('purged-wide', wide.turnsAhead, embargoMs),
    ],
  };
}

/** Purged and embargoed k-fold: every sample is answered once, by trees that saw nothing of its time. */
function scorePurged(task: TaskName, samples: Samples, embargoMs: number): Score {
  const margins = new Float64Array(samples.labels.length);
  for (const { training, test } of purgedFolds(samples, FOLDS, embargoMs)) {
    const { ensemble } = trainBoostedTrees(selectRows(samples, training), MODEST);
    const answers = predictMargins(ensemble, tableRows(selectRows(samples, test).rows, samples.featureCount));
    for (const [i, index] of test.entries()) margins[index] = answers[i]!;
  }
  return scoreOf(task, margins, samples.labels);
}

/** The mistake: samples drawn at random into training and test, though their answers share bars. */
function scoreShuffled(task: TaskName, samples: Samples): Score {
  const random = createRandom(7);
  const isTest = Uint8Array.from(samples.labels, () => (random.next() < TEST_SHARE ? 1 : 0));
  const all = Int32Array.from(samples.labels.keys());
  const test = selectRows(
    samples,
    all.filter((index) => isTest[index] === 1),
  );
  const training = selectRows(
    samples,
    all.filter((index) => isTest[index] === 0),
  );
  const { ensemble } = trainBoostedTrees(training, DEEP);
  return scoreOf(task, predictMargins(ensemble, tableRows(test.rows, test.featureCount)), test.labels);
}

function scoreOf(task: TaskName, margins: Float64Array, labels: Uint8Array): Score {
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (margins[i]! >= 0 === (labels[i] === 1)) right++;
  const rate = baseRate(labels);
  return {
    task,
    samples: labels.length,
    accuracy: right / labels.length,
    majority: Math.max(rate, 1 - rate),
    auc: aucOf(margins, labels, sortByScore(margins)),
  };
}
