import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import {
  type DataSet,
  matrixOfTable,
  samplesWithWindow,
  selectSamples,
} from '../../../../main/ml/datasets/data-set.ts';
import { hmmRegimes } from '../../../../main/ml/families/hmm-regimes.ts';
import { seasonal } from '../../../../main/ml/families/seasonal.ts';
import type { Task } from '../../../../main/ml/families/task.ts';
import { OUTPUT_NAMES } from '../../../../main/ml/onnx/output-head.ts';
import { sigmoid } from '../../../../main/ml/trees/tree.ts';
import { answersOf } from '../../../support/model-answers.ts';

const about = { graphName: 'g', producerVersion: '1', metadata: new Map<string, string>() };

function normals(seed: number) {
  const random = createRandom(seed);
  return {
    uniform: () => random.next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
  };
}

function tableOf(features: readonly string[], cells: Float32Array, targets: Float32Array): DataSet {
  const rows = Int32Array.from(targets.keys());
  return {
    matrix: matrixOfTable({ name: 'made', hash: 'h', features: [...features] }, cells),
    rowOf: rows,
    instrumentOf: new Uint16Array(rows.length),
    targetNames: ['target'],
    targets,
    askedMs: Float64Array.from(rows),
    knownMs: Float64Array.from(rows, (i) => i + 1),
    weights: new Float64Array(rows.length).fill(1),
  };
}

/** Bars of two hidden states, calm and wild, that each last about fifty; the state is the target's chance. */
function twoRegimes(rows: number, seed: number, targetOf: (state: number, uniform: () => number) => number) {
  const { uniform, normal } = normals(seed);
  const states = new Uint8Array(rows);
  const cells = new Float32Array(rows * 3);
  const targets = new Float32Array(rows);
  for (let i = 0, state = 0; i < rows; i++) {
    if (uniform() < 0.02) state = 1 - state;
    states[i] = state;
    const size = state === 0 ? 0.001 : 0.004;
    cells.set([size * normal(), 2 * size * (1 + 0.3 * normal()), 1 + 0.2 * normal() + state], i * 3);
    targets[i] = targetOf(state, uniform);
  }
  return { set: tableOf(['oc_range', 'hl_range', 'volume_ratio'], cells, targets), states };
}

const withWindow = (set: DataSet) => selectSamples(set, samplesWithWindow(set, 30));
const settings = { hyperParameters: { states: 2, windowBars: 30, starts: 2, iterations: 25 }, seed: 1 };

describe('regimes', () => {
  const tasks: readonly [Task, (state: number, uniform: () => number) => number][] = [
    [{ kind: 'binary' }, (state, uniform) => (uniform() < 0.2 + 0.6 * state ? 1 : 0)],
    [{ kind: 'multiclass', classes: ['a', 'b', 'c'] }, (state, uniform) => (uniform() < 0.7 ? state : 2)],
    [{ kind: 'regression' }, (state, uniform) => 3 * state - 1 + uniform()],
  ];

  it.each(tasks)('find hidden states by what has been, and answer %o in ONNX as themselves', async (task, targetOf) => {
    const fitted = await hmmRegimes.fit(twoRegimes(3_000, 1, targetOf).set, task, settings);
    const fresh = twoRegimes(900, 2, targetOf);
    const asked = withWindow(fresh.set);
    const own = await fitted.predict(asked);
    const answers = await answersOf(fitted.toOnnx(about, { kind: 'none' }), asked, 30);
    const raw = answers[OUTPUT_NAMES[task.kind].raw]!;
    for (let i = 0; i < own.length; i++) expect(Math.abs(raw[i]! - own[i]!)).toBeLessThan(1e-4);
    // Calmest first; told right but for a few bars after each change.
    const told = asked.rowOf.filter((row, i) => answers['states']![i * 2 + 1]! > 0.5 === (fresh.states[row] === 1));
    expect(told.length / asked.rowOf.length).toBeGreaterThan(0.95);
  });

  it('say of the future what each state was followed by', async () => {
    const [task, targetOf] = tasks[0]!;
    const fitted = await hmmRegimes.fit(twoRegimes(4_000, 1, targetOf).set, task, settings);
    const { set, states } = twoRegimes(900, 2, targetOf);
    const asked = withWindow(set);
    const p = await fitted.predict(asked);
    const meanIn = (state: number): number => {
      const own = p.filter((_, i) => states[asked.rowOf[i]!] === state);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    expect(meanIn(0)).toBeLessThan(0.3);
    expect(meanIn(1)).toBeGreaterThan(0.7);
  });

  it('give the same states for the same seed', async () => {
    const [task, targetOf] = tasks[0]!;
    const { set } = twoRegimes(600, 3, targetOf);
    const bytes = async () => (await hmmRegimes.fit(set, task, settings)).toOnnx(about, { kind: 'none' });
    expect(await bytes()).toEqual(await bytes());
  });
});

/** A wave of the day with an overtone, an event and a line, and noise. */
function daily(rows: number, seed: number, targetOf: (value: number, uniform: () => number) => number): DataSet {
  const { uniform, normal } = normals(seed);
  const cells = new Float32Array(rows * 4);
  const targets = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const angle = 2 * Math.PI * uniform();
    const event = uniform() < 0.2 ? 1 : 0;
    const line = normal();
    cells.set([Math.sin(angle), Math.cos(angle), event, line], i * 4);
    targets[i] = targetOf(Math.sin(angle) + 0.7 * Math.cos(3 * angle) + 1.5 * event - 0.5 * line, uniform);
  }
  return tableOf(['day_sin', 'day_cos', 'weekend', 'drift_48'], cells, targets);
}

describe('a seasonal sum', () => {
  const options = { hyperParameters: { dayHarmonics: 5 }, seed: 1 };

  it('finds waves, events and lines, and is the same in ONNX', async () => {
    const task: Task = { kind: 'regression' };
    const noisy = (value: number, uniform: () => number): number => value + uniform() - 0.5;
    const fitted = await seasonal.fit(daily(2_000, 1, noisy), task, options);
    const fresh = daily(500, 2, (value) => value);
    const own = await fitted.predict(fresh);
    const { raw_value: raw } = await answersOf(fitted.toOnnx(about, { kind: 'none' }), fresh);
    for (let i = 0; i < own.length; i++) {
      expect(Math.abs(own[i]! - fresh.targets[i]!)).toBeLessThan(0.15);
      expect(Math.abs(raw![i]! - own[i]!)).toBeLessThan(1e-5);
    }
  });

  it('gives the probability of an event', async () => {
    const task: Task = { kind: 'binary' };
    const fitted = await seasonal.fit(
      daily(6_000, 3, (value, uniform) => (uniform() < sigmoid(value) ? 1 : 0)),
      task,
      options,
    );
    const fresh = daily(500, 4, (value) => sigmoid(value));
    const own = await fitted.predict(fresh);
    const { probability } = await answersOf(fitted.toOnnx(about, { kind: 'platt', slope: 1, intercept: 0 }), fresh);
    let worst = 0;
    for (let i = 0; i < own.length; i++) {
      worst = Math.max(worst, Math.abs(own[i]! - fresh.targets[i]!));
      expect(Math.abs(probability![i]! - own[i]!)).toBeLessThan(1e-5);
    }
    expect(worst).toBeLessThan(0.12);
  });

  it('wants features that say the time of day', async () => {
    const set = daily(50, 1, (value) => value);
    const blind = { ...set, matrix: { ...set.matrix, set: { ...set.matrix.set, features: ['a', 'b', 'c', 'd'] } } };
    await expect(seasonal.fit(blind, { kind: 'regression' }, options)).rejects.toThrow('does not say the time of day');
  });
});
