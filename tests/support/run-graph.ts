import { InferenceSession, Tensor } from '../../main/ml/onnx-runtime.ts';

/** Inputs of a graph: numbers and their shape. */
type Tensors = Readonly<Record<string, { readonly dims: readonly number[]; readonly values: ArrayLike<number> }>>;
type Run = (inputs: Tensors) => Promise<Record<string, Float32Array>>;

/** Opens a float32 graph on the CPU for as long as `use` takes. */
export async function withGraph<T>(bytes: Uint8Array, use: (run: Run) => Promise<T>): Promise<T> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    return await use(async (inputs) => {
      const outputs = await session.run(tensorsOf(inputs));
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]));
    });
  } finally {
    await session.release();
  }
}

/** Runs a graph once. */
export const runGraph = (bytes: Uint8Array, inputs: Tensors): Promise<Record<string, Float32Array>> =>
  withGraph(bytes, (run) => run(inputs));

const tensorsOf = (inputs: Tensors): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { dims, values }]) => [
      name,
      new Tensor('float32', Float32Array.from(values), [...dims]),
    ]),
  );
