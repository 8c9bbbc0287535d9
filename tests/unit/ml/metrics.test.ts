import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { bootstrapByBlock, dayBlocks, weightedMean } from '../../../main/ml/training/block-bootstrap.ts';
import { applyPlatt, fitPlatt } from '../../../main/ml/training/calibration.ts';
import {
  aucOf,
  decisionQuality,
  expectedCalibrationError,
  lossesOf,
  reliabilityBuckets,
  sortByScore,
} from '../../../main/ml/training/metrics.ts';
import { sigmoid } from '../../../main/ml/trees/tree.ts';

const auc = (scores: number[], labels: number[], times?: number[]): number => {
  const s = Float64Array.from(scores);
  return aucOf(s, Uint8Array.from(labels), sortByScore(s), times && Float64Array.from(times));
};

describe('area under the curve', () => {
  it.each([
    ['perfect', [0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1],
    ['reversed', [0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1], 0],
    ['all tied', [0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], 0.5],
    ['three of four pairs', [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75],
  ])('%s', (_, scores, labels, expected) => {
    expect(auc(scores, labels)).toBe(expected);
  });

  it('counts a sample as often as it is drawn', () => {
    expect(auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], [2, 1, 1, 3])).toBe(
      auc([0.1, 0.1, 0.4, 0.35, 0.8, 0.8, 0.8], [0, 0, 0, 1, 1, 1, 1]),
    );
  });
});

describe('losses and decisions', () => {
  it('log loss and Brier score by hand', () => {
    const { logLoss, brier } = lossesOf(Float64Array.of(0.8, 0.4), Uint8Array.of(1, 0));
    expect(logLoss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12);
    expect(brier).toBeCloseTo((0.04 + 0.16) / 2, 12);
  });

  it('accuracy, balanced accuracy and Matthews correlation by hand', () => {
    const p = Float64Array.of(0.9, 0.8, 0.7, 0.2, 0.1);
    const { accuracy, balancedAccuracy, mcc } = decisionQuality(p, Uint8Array.of(1, 1, 0, 0, 1), 0.5);
    expect(accuracy).toBeCloseTo(3 / 5, 12);
    expect(balancedAccuracy).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
    expect(mcc).toBeCloseTo((2 * 1 - 1 * 1) / Math.sqrt(3 * 3 * 2 * 2), 12);
  });

  it('a constant forecast has no correlation', () => {
    expect(decisionQuality(Float64Array.of(0.6, 0.6), Uint8Array.of(1, 0), 0.5).mcc).toBe(0);
  });
});

describe('said and right', () => {
  it('counts forecasts by what was said', () => {
    const buckets = reliabilityBuckets(Float64Array.of(0.62, 0.64, 0.5, 1), Uint8Array.of(1, 0, 1, 1));
    expect(buckets.find(({ low }) => low === 0.6)).toEqual({
      low: 0.6,
      high: 0.65,
      n: 2,
      right: 1,
      meanProbability: 0.63,
    });
    expect(buckets.at(-1)).toMatchObject({ n: 1, right: 1 });
    expect(expectedCalibrationError(buckets)).toBeCloseTo((0.13 * 2 + 0.5 + 0) / 4, 12);
  });

  it('Platt finds the map that made the labels', () => {
    const random = createRandom(2);
    const margins = Float64Array.from({ length: 40_000 }, () => random.next() * 6 - 3);
    const labels = Uint8Array.from(margins, (margin) => (random.next() < sigmoid(0.5 * margin + 0.3) ? 1 : 0));
    const map = fitPlatt(margins, labels, new Float64Array(margins.length).fill(1));
    expect(map.slope).toBeCloseTo(0.5, 1);
    expect(map.intercept).toBeCloseTo(0.3, 1);
    expect(expectedCalibrationError(reliabilityBuckets(applyPlatt(margins, map), labels))).toBeLessThan(0.02);
  });

  it('a model that is worse than chance is calibrated to the base rate, not turned round', () => {
    const margins = Float64Array.of(-2, -1, 1, 2, 3);
    const map = fitPlatt(margins, Uint8Array.of(1, 1, 0, 0, 0), new Float64Array(5).fill(1));
    expect(map.slope).toBe(0);
    expect(sigmoid(map.intercept)).toBeCloseTo(0.4, 6);
  });
});

describe('block bootstrap', () => {
  it('covers the mean of independent days about 95 times in 100', () => {
    const random = createRandom(8);
    let covered = 0;
    for (let trial = 0; trial < 100; trial++) {
      // 40 days, every value of a day the same: 400 numbers, 40 facts.
      const days = Array.from({ length: 40 }, () => random.next() - 0.5);
      const values = Float64Array.from({ length: 400 }, (_, i) => days[Math.floor(i / 10)]!);
      const { blockOf, blockCount } = dayBlocks(Array.from(values.keys(), (i) => Math.floor(i / 10) * 86_400_000));
      const { low, high } = bootstrapByBlock(blockOf, blockCount, (times) => weightedMean(values, times), {
        resamples: 300,
        seed: trial,
      });
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(86);
    expect(covered).toBeLessThan(100);
  });
});
