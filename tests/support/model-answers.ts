import { type Inputs, windowAt } from '../../main/ml/datasets/data-set.ts';
import { InferenceSession, Tensor } from '../../main/ml/onnx-runtime.ts';

/** All outputs of an exported model for these samples, by name; windows where `windowBars` is above 1. */
export async function answersOf(
  model: Uint8Array,
  inputs: Inputs,
  windowBars = 1,
): Promise<Readonly<Record<string, Float32Array>>> {
  const width = inputs.matrix.set.features.length;
  const cells = new Float32Array(inputs.rowOf.length * windowBars * width);
  for (let i = 0; i < inputs.rowOf.length; i++) cells.set(windowAt(inputs, i, windowBars), i * windowBars * width);
  const dims = windowBars === 1 ? [inputs.rowOf.length, width] : [inputs.rowOf.length, windowBars, width];
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const outputs = await session.run({ features: new Tensor('float32', cells, dims) });
    return Object.fromEntries(session.outputNames.map((name) => [name, outputs[name]?.data as Float32Array]));
  } finally {
    await session.release();
  }
}
