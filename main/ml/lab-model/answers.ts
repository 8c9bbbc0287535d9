import { type Inputs, windowAt } from '../datasets/data-set.ts';
import type { TaskKind } from '../families/task.ts';
import { MODEL_INPUT, OUTPUT_NAMES } from '../onnx/output-head.ts';
import { InferenceSession, Tensor } from '../onnx-runtime.ts';

/** Answers of a model file, mapped as its graph maps them: row-major, the runtime's own. */
export interface ModelAnswers {
  answer(inputs: Inputs, windowBars: number): Promise<Float32Array>;
  release(): Promise<void>;
}

const ROWS_AT_ONCE = 512;

/** @throws Error where the runtime cannot read the file, or it has not the output of its task */
export async function openAnswers(model: Uint8Array, task: TaskKind): Promise<ModelAnswers> {
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 4,
  });
  const output = OUTPUT_NAMES[task].mapped;
  if (!session.outputNames.includes(output)) {
    await session.release();
    throw new Error(`the model has no output ${output}`);
  }
  const [input] = session.inputMetadata;
  // A graph may take one row at a time and no other number.
  const atOnce = input?.isTensor === true && input.shape[0] === 1 ? 1 : ROWS_AT_ONCE;
  return {
    release: () => session.release(),
    async answer(inputs, windowBars) {
      const parts: Float32Array[] = [];
      for (let from = 0; from < inputs.rowOf.length; from += atOnce) {
        const rowOf = inputs.rowOf.subarray(from, from + atOnce);
        parts.push(await runOnce(session, output, { ...inputs, rowOf }, windowBars));
      }
      const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
      let filled = 0;
      for (const part of parts) {
        joined.set(part, filled);
        filled += part.length;
      }
      return joined;
    },
  };
}

async function runOnce(
  session: InferenceSession,
  output: string,
  inputs: Inputs,
  windowBars: number,
): Promise<Float32Array> {
  const width = inputs.matrix.set.features.length;
  const count = inputs.rowOf.length;
  const cells = new Float32Array(count * windowBars * width);
  for (let i = 0; i < count; i++) cells.set(windowAt(inputs, i, windowBars), i * windowBars * width);
  // A family that takes windows says so in its input's shape, also where the window is one candle.
  const [input] = session.inputMetadata;
  const isFlat = input?.isTensor === true && input.shape.length === 2;
  const dims = isFlat ? [count, width] : [count, windowBars, width];
  const { [output]: tensor } = await session.run({ [MODEL_INPUT]: new Tensor('float32', cells, dims) });
  if (tensor === undefined) throw new Error(`the model gave no ${output}`);
  return (tensor.data as Float32Array).slice();
}
