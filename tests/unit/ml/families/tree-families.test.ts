import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../../../main/ml/datasets/data-set.ts';
import type { Family } from '../../../../main/ml/families/family.ts';
import { gradientBoosting } from '../../../../main/ml/families/gradient-boosting.ts';
import { randomForest } from '../../../../main/ml/families/random-forest.ts';
import type { Task } from '../../../../main/ml/families/task.ts';
import { OUTPUT_NAMES } from '../../../../main/ml/onnx/output-head.ts';
import { aucOf, sortByScore } from '../../../../main/ml/training/metrics.ts';
import { sigmoid } from '../../../../main/ml/trees/tree.ts';
import { answersOf } from '../../../support/model-answers.ts';
import { tableSamples } from '../../../support/table-samples.ts';

const about = { graphName: 'g', producerVersion: '1', metadata: new Map<string, string>() };
const BINARY: Task = { kind: 'binary' };
const product = ([a, b]: Float32Array): number => 5 * a! * b!;
const binary = (rows: number, seed: number): DataSet =>
  tableSamples(rows, seed, (row, random) => (random() < sigmoid(product(row)) ? 1 : 0));
const small: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'gradient-boosting': { trees: 30, leaves: 8, leafWeightMin: 5, learningRate: 0.2 },
  'random-forest': { trees: 20, leaves: 32, leafWeightMin: 10, splitFraction: 0.7 },
};
const fitSmall = (family: Family, set: DataSet, task: Task) =>
  family.fit(set, task, { hyperParameters: small[family.name]!, seed: 1 });

/** Every second value of the first feature is missing, and then the answer is mostly yes. */
const holed = (rows: number, seed: number): DataSet => {
  const set = tableSamples(rows, seed, (row, random) => (random() < (row[2]! > 0 ? 0.85 : 0.3) ? 1 : 0));
  const cells = set.matrix.cells.map((cell, i) => (i % 3 === 0 && set.matrix.cells[i + 2]! > 0 ? Number.NaN : cell));
  return { ...set, matrix: { ...set.matrix, cells: cells.map((cell, i) => (i % 3 === 2 ? 0 : cell)) } };
};

describe.each([gradientBoosting, randomForest])('$title', (family) => {
  const cases: readonly [string, Task, (rows: number, seed: number) => DataSet][] = [
    ['binary', BINARY, binary],
    ['binary with missing values', BINARY, holed],
    [
      'multiclass',
      { kind: 'multiclass', classes: ['x', 'y', 'z'] },
      (rows, seed) => tableSamples(rows, seed, ([a]) => Math.floor((a! + 1) * 1.5)),
    ],
    [
      'regression',
      { kind: 'regression' },
      (rows, seed) => tableSamples(rows, seed, ([a, b], random) => 3 * a! + b! ** 2 + random()),
    ],
  ];

  it.each(cases)('answers %s questions in ONNX as it answers itself', async (_, task, make) => {
    const fitted = await fitSmall(family, make(800, 1), task);
    const fresh = make(400, 2);
    const own = await fitted.predict(fresh);
    const names = OUTPUT_NAMES[task.kind];
    const answers = await answersOf(fitted.toOnnx(about, { kind: 'none' }), fresh);
    expect(answers[names.raw]).toHaveLength(own.length);
    for (const name of [names.raw, names.mapped]) {
      for (let i = 0; i < own.length; i++) expect(Math.abs(answers[name]![i]! - own[i]!)).toBeLessThan(2e-6);
    }
  });

  it('learns an interaction, a value that is missing, and classes', async () => {
    const fresh = binary(2_000, 2);
    const p = Float64Array.from(await (await fitSmall(family, binary(3_000, 1), BINARY)).predict(fresh));
    expect(aucOf(p, Uint8Array.from(fresh.targets), sortByScore(p))).toBeGreaterThan(0.72);
    const without = holed(400, 4);
    const q = await (await fitSmall(family, holed(2_000, 3), BINARY)).predict(without);
    const agrees = q.filter((value, i) => value > 0.5 === Number.isNaN(without.matrix.cells[i * 3]!)).length;
    expect(agrees).toBeGreaterThan(370);
    const classes = cases[2]![2];
    const r = await (await fitSmall(family, classes(2_000, 5), cases[2]![1])).predict(classes(200, 6));
    const truth = classes(200, 6).targets;
    const right = truth.filter((kind, i) => r[i * 3 + kind]! > 0.5).length;
    expect(right).toBeGreaterThan(190);
  });

  it('gives the same answers for the same seed, others for another, and heeds weights', async () => {
    const answers = async (set: DataSet, seed: number) =>
      (await family.fit(set, BINARY, { hyperParameters: small[family.name]!, seed })).predict(binary(50, 9));
    const set = binary(600, 1);
    expect(await answers(set, 1)).toEqual(await answers(set, 1));
    expect(await answers(set, 2)).not.toEqual(await answers(set, 1));
    const flipped = { ...set, targets: set.targets.map((target, i) => (i < 300 ? 1 - target : target)) };
    const weights = set.weights.map((_, i) => (i < 300 ? 0 : 1));
    const whole = (of: DataSet) =>
      family.fit({ ...of, weights }, BINARY, {
        hyperParameters: { ...small[family.name], ...(family === gradientBoosting && { rowFraction: 1 }) },
        seed: 1,
      });
    expect(await (await whole(flipped)).predict(set)).toEqual(await (await whole(set)).predict(set));
  });

  it('tells how far it is and stops when told to', async () => {
    const steps: number[] = [];
    const stop = new AbortController();
    const fit = family.fit(binary(4_000, 1), BINARY, {
      hyperParameters: { trees: 1_000, leaves: 255, leafWeightMin: 1 },
      seed: 1,
      signal: stop.signal,
      onProgress: ({ step, steps: of }) => {
        expect(of).toBe(1_000);
        steps.push(step);
        if (step === 5) stop.abort(new Error('enough'));
      },
    });
    await expect(fit).rejects.toThrow('enough');
    expect(steps.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(steps.length).toBeLessThan(1_000);
  });

  it('refuses hyper-parameters outside their limits and by unknown names, and several targets at once', async () => {
    const attempt = (hyperParameters: Record<string, number>, set = binary(100, 1)) =>
      family.fit(set, BINARY, { hyperParameters, seed: 1 });
    await expect(attempt({ trees: 1 })).rejects.toThrow('trees');
    await expect(attempt({ tree: 10 })).rejects.toThrow('tree');
    await expect(attempt({}, { ...binary(100, 1), targetNames: ['near', 'far'] })).rejects.toThrow('not near, far');
  });
});

describe('boosted quantiles', () => {
  const task: Task = { kind: 'quantile', levels: [0.1, 0.5, 0.9] };
  const spread = (rows: number, seed: number) =>
    tableSamples(rows, seed, ([a], random) => a! + (1 + a!) * (random() + random() + random() - 1.5));

  it('lie where their levels say, in order, and the same in ONNX, shifted there by the conformal map', async () => {
    const fitted = await gradientBoosting.fit(spread(4_000, 1), task, {
      hyperParameters: { trees: 60, leaves: 8, learningRate: 0.1 },
      seed: 1,
    });
    const fresh = spread(2_000, 2);
    const q = await fitted.predict(fresh);
    for (const [k, level] of task.levels.entries()) {
      const below = fresh.targets.filter((target, i) => target <= q[i * 3 + k]!).length / 2_000;
      expect(Math.abs(below - level)).toBeLessThan(0.05);
    }
    for (let i = 0; i < q.length; i += 3) expect(q[i]! <= q[i + 1]! && q[i + 1]! <= q[i + 2]!).toBe(true);
    const { raw_quantiles: raw, quantiles } = await answersOf(
      fitted.toOnnx(about, { kind: 'shift', by: [-0.5, 0, 0.5] }),
      fresh,
    );
    for (let i = 0; i < q.length; i++) {
      expect(Math.abs(raw![i]! - q[i]!)).toBeLessThan(5e-6);
      expect(Math.abs(quantiles![i]! - q[i]! - [-0.5, 0, 0.5][i % 3]!)).toBeLessThan(5e-6);
    }
  });
});

describe('what a model file does to probabilities', () => {
  it('follows the knots of an isotonic map', async () => {
    const fitted = await fitSmall(gradientBoosting, binary(1_000, 1), BINARY);
    const fresh = binary(300, 2);
    const own = await fitted.predict(fresh);
    const map = { kind: 'isotonic', raw: [0.2, 0.4, 0.8], calibrated: [0.1, 0.5, 0.7] } as const;
    const { probability } = await answersOf(fitted.toOnnx(about, map), fresh);
    for (let i = 0; i < own.length; i++) {
      const p = Math.min(Math.max(own[i]!, 0.2), 0.8);
      const mapped = p < 0.4 ? 0.1 + (p - 0.2) * 2 : 0.5 + (p - 0.4) * 0.5;
      expect(Math.abs(probability![i]! - mapped)).toBeLessThan(2e-6);
    }
  });

  it('refuses the map of another task', async () => {
    const fitted = await fitSmall(gradientBoosting, binary(200, 1), BINARY);
    expect(() => fitted.toOnnx(about, { kind: 'shift', by: [0, 0] })).toThrow(
      'a binary model has no use for a shift map',
    );
  });
});
