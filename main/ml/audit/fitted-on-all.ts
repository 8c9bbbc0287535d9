import { type DataSet, selectSamples } from '../datasets/data-set.ts';
import type { Family } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import type { Audit } from './leakage-audit.ts';

const SAMPLES = 600;

/**
 * Fits twice on the same samples, once with every other row of the matrix made another: scalers and bins measured on what is
 * not trained on would give another model.
 */
export async function fittedOnAll(
  family: Family,
  set: DataSet,
  task: Task,
  hyperParameters: Readonly<Record<string, number>>,
  windowBars = 1,
): Promise<Audit> {
  const training = selectSamples(
    set,
    Int32Array.from({ length: Math.min(SAMPLES, set.rowOf.length >> 1) }, (_, i) => i),
  );
  const answers = async (from: DataSet): Promise<Float32Array> => {
    const fitted = await family.fit(from, task, { hyperParameters, seed: 1 });
    return fitted.predict(training);
  };
  const [honest, other] = [await answers(training), await answers(withOtherRows(training, windowBars))];
  const checked = ['fitted-on-all'] as const;
  if (honest.every((value, i) => value === other[i])) return { checked, leaks: [] };
  const detail = `${family.title} learns something from rows that are not in its training samples`;
  return { checked, leaks: [{ kind: 'fitted-on-all', detail }] };
}

/** The same samples in a matrix whose other rows are a thousand times as large. */
function withOtherRows(set: DataSet, windowBars: number): DataSet {
  const width = set.matrix.set.features.length;
  const cells = set.matrix.cells.map((cell) => cell * 1_000 + 1);
  for (const row of set.rowOf) {
    const from = Math.max(0, row + 1 - windowBars) * width;
    cells.set(set.matrix.cells.subarray(from, (row + 1) * width), from);
  }
  return { ...set, matrix: { ...set.matrix, cells } };
}
