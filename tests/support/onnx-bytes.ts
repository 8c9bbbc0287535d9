import {
  encodeModel,
  floatTensor,
  intAttribute,
  type ModelSpec,
  type NodeSpec,
} from '../../main/ml/onnx/model-proto.ts';
import { bytesField, concatBytes, intField, packedIntsField, textField } from '../../main/ml/onnx/protobuf-writer.ts';

const OUTPUTS = ['raw_probability', 'probability'].map((name) => ({ name, dims: ['batch', 1] as const }));

/** A model of three features that answers with its first, squashed, and beside it does what `extra` says. */
export function smallGraph(extra: Partial<Pick<ModelSpec, 'nodes' | 'initializers'>> = {}): Uint8Array<ArrayBuffer> {
  const nodes: NodeSpec[] = [
    { op: 'MatMul', inputs: ['features', 'first'], outputs: ['a'] },
    { op: 'Sigmoid', inputs: ['a'], outputs: ['raw_probability'] },
    { op: 'Identity', inputs: ['raw_probability'], outputs: ['probability'] },
  ];
  return encodeModel({
    graphName: 'g',
    producerVersion: '1',
    inputs: [{ name: 'features', dims: ['batch', 3] }],
    outputs: OUTPUTS,
    initializers: [floatTensor('first', [3, 1], [1, 0, 0]), ...(extra.initializers ?? [])],
    nodes: [...nodes, ...(extra.nodes ?? [])],
    mlOpset: 5,
    metadata: new Map(),
  });
}

/** A model that looks at two candles of three features, and answers with the sum of the first of them, squashed. */
export function windowGraph(): Uint8Array<ArrayBuffer> {
  return encodeModel({
    graphName: 'w',
    producerVersion: '1',
    inputs: [{ name: 'features', dims: ['batch', 2, 3] }],
    outputs: OUTPUTS,
    initializers: [floatTensor('first', [6, 1], [1, 0, 0, 1, 0, 0])],
    nodes: [
      { op: 'Flatten', inputs: ['features'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'first'], outputs: ['a'] },
      { op: 'Sigmoid', inputs: ['a'], outputs: ['raw_probability'] },
      { op: 'Identity', inputs: ['raw_probability'], outputs: ['probability'] },
    ],
    mlOpset: 5,
    metadata: new Map(),
  });
}

/** A float tensor whose values lie at `path`. */
export const externalTensor = (name: string, path: string): Uint8Array =>
  concatBytes([
    packedIntsField(1, [2, 2]),
    intField(2, 1),
    textField(8, name),
    bytesField(13, concatBytes([textField(1, 'location'), textField(2, path)])),
    intField(14, 1),
  ]);

/** A float tensor that says it holds `values` and holds none. */
export const hollowTensor = (name: string, values: number): Uint8Array =>
  concatBytes([packedIntsField(1, [values]), intField(2, 1), textField(8, name), bytesField(9, new Uint8Array(0))]);

/** A file of a few hundred bytes whose graph asks for `values` numbers of four bytes as soon as it is run. */
export function memoryBomb(values: number): Uint8Array<ArrayBuffer> {
  const shape = concatBytes([
    packedIntsField(1, [1]),
    intField(2, 7),
    textField(8, 'shape'),
    bytesField(9, new Uint8Array(new BigInt64Array([BigInt(values)]).buffer)),
  ]);
  return smallGraph({
    initializers: [shape],
    nodes: [
      { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['zeros'] },
      { op: 'ReduceSum', inputs: ['zeros'], outputs: ['bomb'], attributes: [intAttribute('keepdims', 0)] },
    ],
  });
}

/** The model with its format, or its operators, said to be of another version. */
export const withHeader = (model: Uint8Array, ...fields: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  concatBytes([model, ...fields]);
