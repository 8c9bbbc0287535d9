import type { Golden } from '../card.ts';
import { type DataSet, windowAt } from '../datasets/data-set.ts';
import type { Fitted } from '../families/family.ts';
import { outputCount } from '../families/task.ts';
import { openModelSession } from '../host/model-session.ts';
import { applyCalibration } from '../judgement/calibrate.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import { openAnswers } from './answers.ts';

const CASES_MAX = 16;
/** Of all cases together: long windows of many features have fewer. */
const CELLS_MAX = 200_000;
/** Model and graph must agree this closely, in units of the answer. */
const PARITY_MAX = 1e-3;
const TOLERANCE = 1e-4;

/**
 * What the runtime answers to a few samples, as `golden.json` keeps it.
 * @param sample each of them with candles enough behind it
 * @throws Error for a graph that does not answer as the model does
 */
export async function goldenOf(model: Uint8Array, fitted: Fitted, sample: DataSet, map: OutputMap): Promise<Golden> {
  await assertParity(model, fitted, sample, map);
  const features = sample.matrix.set.features.length;
  const shape = { task: fitted.task.kind, outputs: outputCount(fitted.task) };
  const opened = await openModelSession(model, features, shape);
  if (!opened.ok) throw new Error(opened.error.message);
  try {
    const fitting = Math.max(1, Math.floor(CELLS_MAX / (features * fitted.windowBars)));
    const count = Math.min(CASES_MAX, fitting, sample.rowOf.length);
    const stride = Math.floor(sample.rowOf.length / count);
    const cases: Golden['cases'] = [];
    for (let k = 0; k < count; k++) {
      const row = [...windowAt(sample, k * stride, fitted.windowBars)];
      const answered = await opened.value.run(row);
      if (!answered.ok) throw new Error(answered.error.message);
      cases.push({ features: row, raw: [...answered.value.raw], answer: [...answered.value.answer] });
    }
    return { schemaVersion: 2, tolerance: TOLERANCE, cases };
  } finally {
    await opened.value.release();
  }
}

async function assertParity(model: Uint8Array, fitted: Fitted, sample: DataSet, map: OutputMap): Promise<void> {
  const width = outputCount(fitted.task);
  const session = await openAnswers(model, fitted.task.kind);
  try {
    const own = await fitted.predict(sample);
    const answers = await session.answer(sample, fitted.windowBars);
    for (let i = 0; i < own.length; i++) {
      const wanted = mapped(map, own[i]!, i % width);
      const off = Math.abs(answers[i]! - wanted);
      if (!(off <= PARITY_MAX * Math.max(1, Math.abs(wanted))))
        throw new Error(`model and graph differ by ${off} on sample ${i}`);
    }
  } finally {
    await session.release();
  }
}

const mapped = (map: OutputMap, raw: number, output: number): number =>
  map.kind === 'shift' ? raw + map.by[output]! : applyCalibration(map, raw);
