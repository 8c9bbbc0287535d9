import {
  bytesField,
  concatBytes,
  intField,
  littleEndianFloats,
  packedFloatsField,
  packedIntsField,
  textField,
} from './protobuf-writer.ts';

/**
 * The messages of onnx.proto that our models use, as functions from plain data to bytes. Field numbers are those of the
 * ONNX 1.16 schema (IR 9).
 */

const IR_VERSION = 9;
/** Highest opset that every provider we may meet accepts (DirectML stops here). */
const OPSET = 20;

const ELEMENT_FLOAT = 1;
const ELEMENT_UINT8 = 2;
const ELEMENT_INT64 = 7;

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_TEXT = 3;
const ATTRIBUTE_TENSOR = 4;
const ATTRIBUTE_FLOATS = 6;
const ATTRIBUTE_INTS = 7;
const ATTRIBUTE_TEXTS = 8;

const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A float32 TensorProto with its data inline. */
export const floatTensor = (name: string, dims: readonly number[], values: ArrayLike<number>): Uint8Array =>
  concatBytes([
    packedIntsField(1, dims),
    intField(2, ELEMENT_FLOAT),
    textField(8, name),
    bytesField(9, littleEndianFloats(values)),
  ]);

/** A uint8 TensorProto with its data inline. */
export const byteTensor = (name: string, dims: readonly number[], values: Uint8Array): Uint8Array =>
  concatBytes([packedIntsField(1, dims), intField(2, ELEMENT_UINT8), textField(8, name), bytesField(9, values)]);

/** An int64 TensorProto with its data inline: shapes, counts, axes and bounds that operators take as inputs. */
export const int64Tensor = (name: string, dims: readonly number[], values: readonly number[]): Uint8Array => {
  const data = new DataView(new ArrayBuffer(values.length * 8));
  for (const [index, value] of values.entries()) data.setBigInt64(index * 8, BigInt(value), true);
  return concatBytes([
    packedIntsField(1, dims),
    intField(2, ELEMENT_INT64),
    textField(8, name),
    bytesField(9, new Uint8Array(data.buffer)),
  ]);
};

const attribute = (name: string, type: number, value: readonly Uint8Array[]): Uint8Array =>
  concatBytes([textField(1, name), ...value, intField(20, type)]);

export const intAttribute = (name: string, value: number): Uint8Array =>
  attribute(name, ATTRIBUTE_INT, [intField(3, value)]);
export const textAttribute = (name: string, value: string): Uint8Array =>
  attribute(name, ATTRIBUTE_TEXT, [bytesField(4, textBytes(value))]);
export const tensorAttribute = (name: string, tensor: Uint8Array): Uint8Array =>
  attribute(name, ATTRIBUTE_TENSOR, [bytesField(5, tensor)]);
export const floatsAttribute = (name: string, values: readonly number[]): Uint8Array =>
  attribute(name, ATTRIBUTE_FLOATS, [packedFloatsField(7, values)]);
export const intsAttribute = (name: string, values: readonly number[]): Uint8Array =>
  attribute(name, ATTRIBUTE_INTS, [packedIntsField(8, values)]);
export const textsAttribute = (name: string, values: readonly string[]): Uint8Array =>
  attribute(
    name,
    ATTRIBUTE_TEXTS,
    values.map((value) => bytesField(9, textBytes(value))),
  );

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** '' is the standard operator set. */
  readonly domain?: 'ai.onnx.ml';
  readonly attributes?: readonly Uint8Array[];
}

const node = (spec: NodeSpec): Uint8Array =>
  concatBytes([
    ...spec.inputs.map((name) => textField(1, name)),
    ...spec.outputs.map((name) => textField(2, name)),
    textField(3, `${spec.op}_${spec.outputs[0] ?? ''}`),
    textField(4, spec.op),
    ...(spec.attributes ?? []).map((bytes) => bytesField(5, bytes)),
    textField(7, spec.domain ?? ''),
  ]);

/** A float32 graph input or output; a text dimension is symbolic ("batch"), and a shape that is not known is null. */
export interface FloatValueSpec {
  readonly name: string;
  readonly dims: readonly (number | string)[] | null;
}

function floatValue({ name, dims }: FloatValueSpec): Uint8Array {
  const shape = dims?.map((dim) => bytesField(1, typeof dim === 'number' ? intField(1, dim) : textField(2, dim)));
  const stated = shape === undefined ? [] : [bytesField(2, concatBytes(shape))];
  const tensorType = concatBytes([intField(1, ELEMENT_FLOAT), ...stated]);
  return concatBytes([textField(1, name), bytesField(2, bytesField(1, tensorType))]);
}

export interface ModelSpec {
  readonly graphName: string;
  readonly producerVersion: string;
  readonly inputs: readonly FloatValueSpec[];
  readonly outputs: readonly FloatValueSpec[];
  readonly initializers: readonly Uint8Array[];
  readonly nodes: readonly NodeSpec[];
  /** Version of the ai.onnx.ml operators, where any are used. */
  readonly mlOpset?: 3 | 5;
  readonly metadata: ReadonlyMap<string, string>;
}

const operatorSet = (domain: string, version: number): Uint8Array =>
  concatBytes([textField(1, domain), intField(2, version)]);

/** The whole `.onnx` file. The same spec gives the same bytes. */
export function encodeModel(spec: ModelSpec): Uint8Array<ArrayBuffer> {
  return encodeFile(spec, {
    irVersion: IR_VERSION,
    body: spec.nodes.map((each) => bytesField(1, node(each))),
    opsets: [
      bytesField(8, operatorSet('', OPSET)),
      ...(spec.mlOpset === undefined ? [] : [bytesField(8, operatorSet('ai.onnx.ml', spec.mlOpset))]),
    ],
  });
}

/** A graph that was made elsewhere, taken into one of ours: between the nodes before it and those after. */
export interface TakenIn {
  /** Nodes and weights, as fields of a GraphProto. */
  readonly graph: Uint8Array;
  readonly irVersion: number;
  /** Its operators' versions, as fields of a ModelProto: they hold for the whole model. */
  readonly opsets: readonly Uint8Array[];
  /** Of the standard operators; 0 where it names none, and ours are free to be of any. */
  readonly opset: number;
  /** The first nodes of `ModelSpec.nodes` that come before it. */
  readonly after: number;
}

/** As `encodeModel`, around a graph that was made elsewhere; of it nothing is copied but nodes, weights and versions. */
export function encodeAround(spec: Omit<ModelSpec, 'mlOpset'>, taken: TakenIn): Uint8Array<ArrayBuffer> {
  const nodes = spec.nodes.map((each) => bytesField(1, node(each)));
  return encodeFile(spec, {
    irVersion: Math.max(IR_VERSION, taken.irVersion),
    body: [...nodes.slice(0, taken.after), taken.graph, ...nodes.slice(taken.after)],
    opsets: taken.opset === 0 ? [bytesField(8, operatorSet('', OPSET)), ...taken.opsets] : taken.opsets,
  });
}

interface FileParts {
  readonly irVersion: number;
  readonly body: readonly Uint8Array[];
  readonly opsets: readonly Uint8Array[];
}

function encodeFile(spec: ModelSpec, { irVersion, body, opsets }: FileParts): Uint8Array<ArrayBuffer> {
  const graph = concatBytes([
    ...body,
    textField(2, spec.graphName),
    ...spec.initializers.map((tensor) => bytesField(5, tensor)),
    ...spec.inputs.map((value) => bytesField(11, floatValue(value))),
    ...spec.outputs.map((value) => bytesField(12, floatValue(value))),
  ]);
  return concatBytes([
    intField(1, irVersion),
    textField(2, 'countersign'),
    textField(3, spec.producerVersion),
    bytesField(7, graph),
    ...opsets,
    ...Array.from(spec.metadata, ([key, value]) =>
      bytesField(14, concatBytes([textField(1, key), textField(2, value)])),
    ),
  ]);
}
