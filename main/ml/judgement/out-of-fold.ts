import { type SampleTimes, type Split, splitBySpans } from '../../lab/splits/split.ts';
import { type DataSet, selectSamples } from '../datasets/data-set.ts';
import type { Family, Fitted } from '../families/family.ts';
import { outputCount, type Task } from '../families/task.ts';

/** What is judged: a way to learn, its settings and its question. */
export interface Subject {
  readonly family: Family;
  readonly hyperParameters: Readonly<Record<string, number>>;
  readonly task: Task;
  readonly seed: number;
}

export interface OutOfFold {
  /** Samples that were answered, ascending, each by a model that had not seen its time. */
  readonly indices: Int32Array;
  /** Raw answers, row-major, in the order of `indices`. */
  readonly answers: Float32Array;
  /** Fold that answered each. */
  readonly foldOf: Int32Array;
}

export interface FoldWatch {
  readonly signal?: AbortSignal;
  readonly onFold?: (fold: number, folds: number) => void;
}

/** Latest share of a fold's training time that says when to stop. */
const STOPPING_SHARE = 0.15;

/** What one fold's model said of the samples that it was tested on. */
export interface FoldAnswers {
  readonly indices: Int32Array;
  /** Raw answers, row-major. */
  readonly answers: Float32Array;
}

/** For each fold, answers to its tested samples by a model fitted on its training samples alone. */
export async function answerFolds(
  subject: Subject,
  set: DataSet,
  folds: readonly Split[],
  embargoMs: number,
  { signal, onFold }: FoldWatch = {},
): Promise<FoldAnswers[]> {
  const answered: FoldAnswers[] = [];
  for (const fold of folds) {
    signal?.throwIfAborted();
    const fitted = await fitWithStopping(subject, set, fold.training, embargoMs, signal);
    const indices = withWindow(set, fold.test, fitted.windowBars);
    answered.push({ indices, answers: await fitted.predict(selectSamples(set, indices)) });
    onFold?.(answered.length, folds.length);
  }
  return answered;
}

/** One answer for each sample: where several folds test it, that of the first. */
export function mergeFolds({ task }: Pick<Subject, 'task'>, set: DataSet, folds: readonly FoldAnswers[]): OutOfFold {
  const width = outputCount(task);
  const rows = new Float32Array(set.rowOf.length * width);
  const answeredBy = new Int32Array(set.rowOf.length).fill(-1);
  for (const [number, fold] of folds.entries()) {
    for (const [i, index] of fold.indices.entries()) {
      if (answeredBy[index] !== -1) continue;
      rows.set(fold.answers.subarray(i * width, (i + 1) * width), index * width);
      answeredBy[index] = number;
    }
  }
  const indices = Int32Array.from(answeredBy.keys()).filter((index) => answeredBy[index]! >= 0);
  const answers = new Float32Array(indices.length * width);
  for (const [i, index] of indices.entries()) answers.set(rows.subarray(index * width, (index + 1) * width), i * width);
  return { indices, answers, foldOf: Int32Array.from(indices, (index) => answeredBy[index]!) };
}

/** Fits on the samples named, the latest of them kept back to say when to stop. */
export async function fitWithStopping(
  { family, hyperParameters, task, seed }: Subject,
  set: DataSet,
  training: Int32Array,
  embargoMs: number,
  signal?: AbortSignal,
): Promise<Fitted> {
  const { fitting, stopping } = splitForStopping(set, training, embargoMs);
  return family.fit(selectSamples(set, fitting), task, {
    hyperParameters,
    seed,
    stopping: selectSamples(set, stopping),
    ...(signal && { signal }),
  });
}

/** The latest of the samples named, to stop by, and those whose answers were known an embargo before. */
function splitForStopping(times: SampleTimes, training: Int32Array, embargoMs: number) {
  const askedMs = Float64Array.from(training, (index) => times.askedMs[index]!);
  const knownMs = Float64Array.from(training, (index) => times.knownMs[index]!);
  const sorted = askedMs.slice().sort();
  const fromMs = sorted[Math.floor(sorted.length * (1 - STOPPING_SHARE))]!;
  const split = splitBySpans({ askedMs, knownMs }, [{ fromMs, toMs: Number.POSITIVE_INFINITY }], embargoMs);
  return {
    fitting: split.training.map((i) => training[i]!),
    stopping: split.test.map((i) => training[i]!),
  };
}

function withWindow({ matrix, rowOf, instrumentOf }: DataSet, indices: Int32Array, bars: number): Int32Array {
  return indices.filter((index) => rowOf[index]! + 1 - bars >= matrix.firstRowOf[instrumentOf[index]!]!);
}
