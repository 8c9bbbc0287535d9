import type { DataSet } from '../datasets/data-set.ts';
import { horizonCount, type Task } from '../families/task.ts';
import { type Loss, pinball, sigmoidCrossEntropy, softmaxCrossEntropy, squaredError } from './losses.ts';

/** What a net is trained for: how many numbers it answers, what they are held against, and in which unit. */
export interface Objective {
  readonly outputs: number;
  readonly loss: Loss;
  /** Targets as the loss wants them, row-major, `targetWidth` per sample. */
  readonly targetWidth: number;
  targetsOf(set: DataSet): Float32Array;
  /** A net's answer × `spread` + `centre` is in units of the target, per output: nets learn best where all is about one. */
  readonly centre: Float32Array;
  readonly spread: Float32Array;
}

/**
 * The objective of a task; means and spreads of targets are measured on `training`.
 *
 * @throws RangeError where the targets do not fit the task
 */
export function objectiveOf(task: Task, training: DataSet): Objective {
  const columns = training.targetNames.length;
  if (columns !== horizonCount(task)) {
    throw new RangeError(`the task asks for ${horizonCount(task)} targets, the data set has ${columns}`);
  }
  if (task.kind === 'binary') return plain(1, sigmoidCrossEntropy, ({ targets }) => targets);
  if (task.kind === 'multiclass') {
    const classes = task.classes.length;
    return plain(classes, softmaxCrossEntropy, ({ targets }) => oneHot(targets, classes));
  }
  const { centre, spread } = columnScale(training.targets, columns);
  const targetsOf = ({ targets }: DataSet): Float32Array =>
    targets.map((value, at) => (value - centre[at % columns]!) / spread[at % columns]!);
  if (task.kind === 'regression') {
    return { outputs: columns, loss: squaredError, targetWidth: columns, targetsOf, centre, spread };
  }
  const { levels } = task;
  const perLevel = (values: Float32Array): Float32Array =>
    Float32Array.from({ length: columns * levels.length }, (_, at) => values[Math.floor(at / levels.length)]!);
  return {
    outputs: columns * levels.length,
    loss: pinball(levels),
    targetWidth: columns,
    targetsOf,
    centre: perLevel(centre),
    spread: perLevel(spread),
  };
}

const plain = (outputs: number, loss: Loss, targetsOf: (set: DataSet) => Float32Array): Objective => ({
  outputs,
  loss,
  targetWidth: outputs,
  targetsOf,
  centre: new Float32Array(outputs),
  spread: new Float32Array(outputs).fill(1),
});

function oneHot(targets: Float32Array, classes: number): Float32Array {
  const rows = new Float32Array(targets.length * classes);
  for (const [sample, target] of targets.entries()) {
    if (!(Number.isInteger(target) && target >= 0 && target < classes)) {
      throw new RangeError(`target ${target} of sample ${sample} is none of ${classes} classes`);
    }
    rows[sample * classes + target] = 1;
  }
  return rows;
}

function columnScale(values: Float32Array, columns: number): { centre: Float32Array; spread: Float32Array } {
  const count = values.length / columns;
  const centre = new Float32Array(columns);
  const spread = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let at = column; at < values.length; at += columns) sum += values[at]!;
    centre[column] = sum / count;
    let squares = 0;
    for (let at = column; at < values.length; at += columns) squares += (values[at]! - sum / count) ** 2;
    spread[column] = Math.sqrt(squares / count) || 1;
  }
  return { centre, spread };
}
