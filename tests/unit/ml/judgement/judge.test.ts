import { describe, expect, it } from 'vitest';
import { featureSetReversalV1 } from '../../../../main/engine/features/feature-set-reversal-v1.ts';
import { buildDataSet } from '../../../../main/ml/datasets/build-data-set.ts';
import type { DataSet } from '../../../../main/ml/datasets/data-set.ts';
import { gradientBoosting } from '../../../../main/ml/families/gradient-boosting.ts';
import { seasonal } from '../../../../main/ml/families/seasonal.ts';
import type { Task } from '../../../../main/ml/families/task.ts';
import type { DailyReturns } from '../../../../main/ml/judgement/daily-returns.ts';
import { type JudgePlan, judge } from '../../../../main/ml/judgement/judge.ts';
import { movesOf, netOfCosts } from '../../../../main/ml/judgement/net-of-costs.ts';
import { judgeSelection } from '../../../../main/ml/judgement/selection.ts';
import { judgeVerdict } from '../../../../main/ml/judgement/verdict.ts';
import { plantedSignal } from '../../../support/planted-signal.ts';
import { walkCandles } from '../../../support/walk-candles.ts';

const HOUR_MS = 3_600_000;
const BINARY: Task = { kind: 'binary' };
const settings = { trees: 60, leaves: 6, learningRate: 0.1, leafWeightMin: 40, l2: 10 };
const plan: JudgePlan = {
  protocol: { kind: 'purged-folds', folds: 4 },
  embargoMs: 12 * HOUR_MS,
  moves: null,
  tradedShare: 0.2,
  feeBpsRoundTrip: 20,
  tried: { others: [], chosenBy: null },
  resamples: 200,
};
const boosting = (task: Task, hyperParameters = settings) => ({
  family: gradientBoosting,
  hyperParameters,
  task,
  seed: 1,
});

/** What no family may find anything in: a random walk, its direction and what trading on that would bring. */
function walk(seed: number) {
  const candles = walkCandles(3_000, seed);
  const asked = buildDataSet([{ instrument: 'walk', candles }], {
    timeframe: '5m',
    featureSet: featureSetReversalV1,
    label: { kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 },
  });
  return { ...asked, moves: movesOf(asked.set, [candles]) };
}

describe('the verdict', () => {
  it.each([1, 2])('on a random walk is "no edge" (seed %i)', async (seed) => {
    const { set, task, moves } = walk(seed);
    for (const family of [gradientBoosting, seasonal]) {
      const hyperParameters = family === gradientBoosting ? settings : {};
      const judged = await judge({ family, hyperParameters, task, seed }, set, { ...plan, moves });
      expect(judged.verdict.edge, judged.verdict.reason).toBe('none');
      expect(judged.effectiveSamples).toBeLessThan(set.rowOf.length / 3);
      expect(judged.net!.netBpsPerTrade!.value).toBeLessThan(0);
    }
  });

  it('on a planted signal is an edge, calibrated, that earns its costs', async () => {
    const { set, moves } = plantedSignal(8_000, 3, 0.45);
    const judged = await judge(boosting(BINARY), set, { ...plan, moves });
    expect(judged.verdict.edge, judged.verdict.reason).toBe('measured');
    expect(judged.event!.expectedCalibrationError).toBeLessThan(0.03);
    expect(judged.event!.auc.low).toBeGreaterThan(0.55);
    expect(judged.loss).toBeLessThan(judged.naiveLoss);
    expect(judged.effectiveSamples).toBe(8_000);
    const again = await judge(boosting(BINARY), set, { ...plan, moves });
    expect(again).toEqual(judged);
  });

  it('follows its rule: skill first, then costs, then luck among trials', () => {
    const good = { value: 2, low: 1, high: 3 };
    const open = { value: 1, low: -1, high: 3 };
    const net = (netBpsPerTrade: typeof good | null) => ({ netBpsPerTrade }) as Parameters<typeof judgeVerdict>[2];
    const alone = { trials: 1, deflatedSharpe: 0.5, overfitting: null };
    const edgeOf = (...args: Parameters<typeof judgeVerdict>) => judgeVerdict(...args).edge;
    expect(edgeOf(open, good, net(good), alone)).toBe('none');
    expect(edgeOf(good, { value: 0.51, low: 0.49, high: 0.53 }, net(good), alone)).toBe('none');
    expect(edgeOf(good, null, null, alone)).toBe('weak');
    expect(edgeOf(good, null, net(open), alone)).toBe('weak');
    expect(edgeOf(good, null, net(good), alone)).toBe('measured');
    expect(edgeOf(good, null, net(good), { trials: 40, deflatedSharpe: 0.9, overfitting: 0.2 })).toBe('weak');
    expect(edgeOf(good, null, net(good), { trials: 40, deflatedSharpe: 0.96, overfitting: 0.2 })).toBe('measured');
  });
});

describe('ways to judge', () => {
  it('walking forward tests only what comes after the first training', async () => {
    const { set } = plantedSignal(3_000, 4, 0.6);
    const judged = await judge(boosting(BINARY), set, {
      ...plan,
      protocol: { kind: 'walk-forward', trainingMs: 1_500 * HOUR_MS, testMs: 500 * HOUR_MS },
    });
    expect(judged.samples).toBe(1_500);
    expect(judged.event!.auc.value).toBeGreaterThan(0.55);
    const twice = { ...set, targetNames: ['near', 'far'] };
    await expect(judge(boosting(BINARY), twice, plan)).rejects.toThrow(
      'one question at a time is judged, not near, far',
    );
  });

  it('a combinatorial split gives a distribution of whole histories', async () => {
    const { set } = plantedSignal(2_400, 5, 0.8);
    const judged = await judge(boosting(BINARY, { ...settings, trees: 20 }), set, {
      ...plan,
      protocol: { kind: 'combinatorial', groups: 5, testGroups: 2 },
    });
    expect(judged.pathAucs).toHaveLength(4);
    for (const auc of judged.pathAucs!) expect(auc).toBeGreaterThan(0.55);
    expect(judged.samples).toBe(2_400);
  });

  it('classes and values are judged by their loss against the naive answer, quantiles by what they hold', async () => {
    const { set } = plantedSignal(3_000, 6, 0.8);
    const first = (i: number): number => set.matrix.cells[set.rowOf[i]! * 10]!;
    const as = (targetOf: (i: number) => number): DataSet => ({
      ...set,
      targets: set.targets.map((_, i) => targetOf(i)),
    });
    const classes = as((i) => (first(i) < -0.5 ? 0 : first(i) > 0.5 ? 2 : 1));
    const judged = await judge(boosting({ kind: 'multiclass', classes: ['down', 'flat', 'up'] }), classes, plan);
    expect(judged.verdict.edge).toBe('weak');
    expect(judged.loss).toBeLessThan(judged.naiveLoss / 2);
    const values = await judge(
      boosting({ kind: 'regression' }),
      as((i) => first(i) + ((i * 7) % 10) / 10),
      plan,
    );
    expect(values.lossGain.low).toBeGreaterThan(0.5);
    const noisy = as((i) => first(i) + Math.tan((((i * 7_919) % 997) / 997 - 0.5) * 2));
    const quantiles = await judge(boosting({ kind: 'quantile', levels: [0.1, 0.5, 0.9] }), noisy, plan);
    const { nominal, conformal, adaptive, shift } = quantiles.intervals!;
    expect(nominal).toBeCloseTo(0.8, 12);
    expect(Math.abs(conformal - 0.8)).toBeLessThan(0.03);
    expect(Math.abs(adaptive - 0.8)).toBeLessThan(0.03);
    expect(shift[0]).toBe(-shift[2]!);
    expect(shift[1]).toBe(0);
  });
});

describe('what trading on answers earns', () => {
  it('counts separate trades only, the surest, both ways, costs taken off', () => {
    const { set } = plantedSignal(4, 1);
    const overlapping = { ...set, knownMs: Float64Array.of(1, 3, 2.5, 4).map((hours) => hours * HOUR_MS) };
    const moves = Float64Array.of(0.01, 0.02, 0.5, Number.NaN);
    const net = netOfCosts(overlapping, Int32Array.of(0, 1, 2, 3), Float64Array.of(-0.5, 0.8, 0.9, 1), moves, 1, 20);
    // The third is asked while the second is open, the last has no bar after it.
    expect(net).toMatchObject({ trades: 2, right: 1, grossBpsPerTrade: null });
    expect(net.daily).toMatchObject({ fromDay: 0, returns: { length: 1 } });
    expect(net.daily.returns[0]).toBeCloseTo(-0.01 + 0.02 - 2 * 0.002, 12);
  });

  it('moves run from the open after the question to the close that answers it', () => {
    const { set, moves } = walk(1);
    const candles = walkCandles(3_000, 1);
    const lastBar = Math.round((set.knownMs[100]! - candles.openTimeMs[0]!) / 300_000) - 1;
    expect(moves[100]).toBeCloseTo(candles.close[lastBar]! / candles.open[601]! - 1, 12);
  });

  it('is held against the luckiest of all trials', () => {
    const wave = (shift: number, gain: number, fromDay = 9, days = 120): DailyReturns => ({
      fromDay,
      returns: Float64Array.from({ length: days }, (_, day) => gain + 0.01 * Math.sin((fromDay + day) * 1.7 + shift)),
    });
    const alone = { others: [], chosenBy: null };
    const others = Array.from({ length: 30 }, (_, k) => wave(k, 0.0001 * (k % 9) - 0.0004));
    const lucky = judgeSelection(wave(0, 0.0005), { others, chosenBy: null });
    const skilled = judgeSelection(wave(0, 0.01), alone);
    expect(lucky.trials).toBe(31);
    expect(lucky.deflatedSharpe!).toBeLessThan(0.9);
    expect(lucky.overfitting!).toBeGreaterThanOrEqual(0);
    expect(skilled.deflatedSharpe!).toBeGreaterThan(0.99);
    expect(judgeSelection(wave(0, 1, 0, 3), alone)).toEqual({ trials: 1, deflatedSharpe: null, overfitting: null });
    // Chosen on the days before those it is judged on: the choice is looked into there, by those that were tried on all of them.
    const later = wave(0, 0.0005, 129, 40);
    const chosen = judgeSelection(later, { others, chosenBy: wave(0, 0.0005) });
    expect([chosen.trials, chosen.overfitting]).toEqual([31, lucky.overfitting]);
    expect(chosen.deflatedSharpe!).toBeLessThan(judgeSelection(later, alone).deflatedSharpe!);
    const elsewhere = judgeSelection(wave(0, 0.0005), { others: [wave(1, 0, 40)], chosenBy: null });
    expect([elsewhere.trials, elsewhere.overfitting]).toEqual([2, null]);
  });
});
