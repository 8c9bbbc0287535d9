import type { DataSet } from '../datasets/data-set.ts';
import type { Fitted } from '../families/family.ts';
import { horizonCount, type Task } from '../families/task.ts';
import type { LabelSpec } from '../labels/label.ts';
import { QUANTILES_APART_MIN, withRise } from '../onnx/add-rise.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import { sigmoid } from '../trees/tree.ts';

/**
 * The chance of a rise that follows from what a model says of the move: of quantiles, the share of the distribution that is drawn
 * through them and lies above zero; of a value, its own size as log-odds, which calibration then says what it is worth.
 */

/** A distribution is drawn through so many quantiles at least. */
const LEVELS_MIN = 2;

/** Whether a chance of a rise follows from the answers: of one move, at one horizon. */
export function saysRise(label: LabelSpec, task: Task): boolean {
  if (label.kind !== 'move' || horizonCount(task) !== 1) return false;
  return task.kind === 'regression' || (task.kind === 'quantile' && task.levels.length >= LEVELS_MIN);
}

/** The probability that each answer gives a move above zero, before calibration. */
export function riseProbabilities(task: Task, answers: Float32Array): Float32Array {
  if (task.kind === 'regression') return Float32Array.from(answers, sigmoid);
  if (task.kind !== 'quantile') throw new RangeError(`a ${task.kind} answer says no move`);
  const { levels } = task;
  const width = levels.length;
  return Float32Array.from({ length: answers.length / width }, (_, i) => {
    const own = answers.subarray(i * width, (i + 1) * width);
    return 1 - levelOfZero(own, levels);
  });
}

/** The distribution's value at zero: straight lines between quantiles; beyond the outer ones, no further than their levels. */
function levelOfZero(quantiles: Float32Array, levels: readonly number[]): number {
  let level = levels[0]!;
  for (let k = 1; k < levels.length; k++) {
    const apart = Math.max(quantiles[k]! - quantiles[k - 1]!, QUANTILES_APART_MIN);
    const share = Math.min(1, Math.max(0, -quantiles[k - 1]! / apart));
    level += share * (levels[k]! - levels[k - 1]!);
  }
  return level;
}

/** The same samples, asked whether the move is a rise. */
export const riseSet = (set: DataSet): DataSet => ({
  ...set,
  targetNames: ['rise'],
  targets: set.targets.map((move) => (move > 0 ? 1 : 0)),
});

/**
 * The fitted model as one that answers with the chance of a rise; its file holds both, the move as it was and the chance.
 * @param valueMap what the graph does to the move itself
 */
export const riseOf = (fitted: Fitted, valueMap: OutputMap): Fitted => ({
  task: { kind: 'binary' },
  windowBars: fitted.windowBars,
  ...(fitted.trees && { trees: fitted.trees }),
  predict: async (inputs) => riseProbabilities(fitted.task, await fitted.predict(inputs)),
  toOnnx: (about, map) => withRise(fitted.toOnnx(about, valueMap), fitted.task, map, about),
});
