import { setImmediate } from 'node:timers/promises';
import { exportTreeEnsemble } from '../onnx/export-tree-ensemble.ts';
import { predictMargins, sigmoid, type TreeEnsemble, treeRows } from '../trees/tree.ts';
import type { FitOptions, FitProgress, Fitted } from './family.ts';
import type { Task } from './task.ts';

/** How often a fit looks whether it is to stop. */
const SLICE_MS = 20;

/** Runs a fit step by step, lets others have the thread in between and stops when told to. */
export async function runInSlices<T>(
  fit: Generator<FitProgress, T>,
  { signal, onProgress }: Pick<FitOptions, 'signal' | 'onProgress'>,
): Promise<T> {
  signal?.throwIfAborted();
  let yieldedAtMs = performance.now();
  for (;;) {
    const step = fit.next();
    if (step.done === true) return step.value;
    onProgress?.(step.value);
    if (performance.now() - yieldedAtMs < SLICE_MS) continue;
    await setImmediate();
    signal?.throwIfAborted();
    yieldedAtMs = performance.now();
  }
}

/** A fitted family of trees whose margins are summed: log-odds, or plain values. */
export function fittedTrees(ensemble: TreeEnsemble, task: Task): Fitted {
  return {
    task,
    windowBars: 1,
    trees: ensemble,
    predict: async (inputs) => answersOf(predictMargins(ensemble, treeRows(inputs)), task),
    toOnnx: (about, map) => exportTreeEnsemble(ensemble, { ...about, task, map, mlOpset: 5 }),
  };
}

/** What `outputHead` makes of margins, before its map. */
export function answersOf(margins: Float64Array, task: Task): Float32Array {
  switch (task.kind) {
    case 'binary':
      return Float32Array.from(margins, sigmoid);
    case 'regression':
      return Float32Array.from(margins);
    case 'multiclass':
      return eachRow(margins, task.classes.length, softmax);
    case 'quantile':
      return eachRow(margins, task.levels.length, (row) => row.sort());
  }
}

function eachRow(margins: Float64Array, width: number, change: (row: Float64Array) => Float64Array): Float32Array {
  const out = new Float32Array(margins.length);
  for (let at = 0; at < margins.length; at += width) out.set(change(margins.slice(at, at + width)), at);
  return out;
}

function softmax(row: Float64Array): Float64Array {
  const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const shares = row.map((margin) => Math.exp(margin - most));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}
