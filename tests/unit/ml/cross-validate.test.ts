import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { averageUniqueness } from '../../../main/ml/labels/average-uniqueness.ts';
import { labelReversals } from '../../../main/ml/labels/label-reversals.ts';
import { crossValidate } from '../../../main/ml/training/cross-validate.ts';
import { tableRows, trainBoostedTrees } from '../../../main/ml/training/gradient-boosting.ts';
import { selectRows } from '../../../main/ml/training/labelled-rows.ts';
import { aucOf, sortByScore } from '../../../main/ml/training/metrics.ts';
import { predictMargins } from '../../../main/ml/trees/tree.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { smallBoosting } from '../../support/small-model.ts';

describe('a random walk, where there is nothing to find', () => {
  const candles = randomWalkCandles(6_000, createRandomFunction(21));
  const from = 100;
  const to = 5_900;
  const count = to - from;
  const { labels, endIndex } = labelReversals(
    candles,
    new Uint8Array(6_000).fill(1),
    candles.close.map((close) => close * 0.004),
    from,
    to,
    { barrierAtr: 3, horizonBars: 100 },
  );
  const barOf = Int32Array.from({ length: count }, (_, i) => from + i);
  // Levels name the moment: neighbours with the same label sit side by side, which is what leaks.
  const rows = Float32Array.from({ length: count * 2 }, (_, i) => candles.close[barOf[i >> 1]! - (i % 2) * 20]!);
  const samples = {
    featureCount: 2,
    rows,
    labels,
    weights: averageUniqueness(barOf, endIndex).map((weight) => weight * 30),
    askedMs: Float64Array.from(barOf),
    knownMs: Float64Array.from(endIndex),
  };
  const deep = {
    ...smallBoosting,
    treesMax: 120,
    leavesMax: 63,
    binsMax: 255,
    leafHessianMin: 0.5,
    earlyStoppingTrees: 200,
  };

  it('looks predictable when rows are split at random: the leak that purging is for', () => {
    const random = createRandom(5);
    const isTest = Uint8Array.from(labels, () => (random.next() < 0.2 ? 1 : 0));
    const pick = (wanted: number): Int32Array => Int32Array.from(labels.keys()).filter((i) => isTest[i] === wanted);
    const { ensemble } = trainBoostedTrees(selectRows(samples, pick(0)), deep);
    const test = selectRows(samples, pick(1));
    const margins = predictMargins(ensemble, tableRows(test.rows, test.featureCount));
    expect(aucOf(margins, test.labels, sortByScore(margins))).toBeGreaterThan(0.75);
  });

  it('is a coin toss under purged and embargoed folds', () => {
    const { auc } = crossValidate(samples, deep, 5, 100);
    expect(Math.abs(auc - 0.5)).toBeLessThan(0.1);
  });

  it('is a coin toss with shuffled labels', () => {
    const random = createRandom(6);
    const shuffled = labels.slice();
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random.next() * (i + 1));
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    const { auc } = crossValidate({ ...samples, labels: shuffled }, { ...smallBoosting, treesMax: 20 }, 5, 100);
    expect(Math.abs(auc - 0.5)).toBeLessThan(0.05);
  });

  it('a feature that knows the future is caught by its figure', () => {
    const leaking = Float32Array.from(
      { length: count },
      (_, i) => candles.close[barOf[i]! + 40]! / candles.close[barOf[i]!]!,
    );
    const { auc } = crossValidate(
      { ...samples, featureCount: 1, rows: leaking },
      { ...smallBoosting, treesMax: 20 },
      5,
      100,
    );
    expect(auc).toBeGreaterThan(0.65);
  });
});

function createRandomFunction(seed: number): () => number {
  const random = createRandom(seed);
  return () => random.next();
}
