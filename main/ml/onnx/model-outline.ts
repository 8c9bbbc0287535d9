import { isRuntimes } from './inspect-model.ts';
import { type Field, readFields } from './protobuf-reader.ts';

/** What goes into a graph or comes out of it, as the file says. */
export interface Port {
  readonly name: string;
  /** `float32`, `int64`, …; `sequence`, `map` and the like for what is no tensor. */
  readonly element: string;
  /** A text is a size that is open; null where the file states no shape. */
  readonly dims: readonly (number | string)[] | null;
}

/** What a model file says of itself, read without running it. */
export interface ModelOutline {
  /** The tool that wrote it, with its version; empty where the file does not say. */
  readonly producer: string;
  readonly irVersion: number;
  /** Version of the standard operators; 0 where it names none. */
  readonly opset: number;
  /** Of the operators that the runtime has, as the fields of the file that state them. */
  readonly opsets: readonly Uint8Array[];
  /** The graph, as the file has it. */
  readonly graph: Uint8Array;
  /** What has to be given: without the weights, which old files list among them. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Of each output that a ZipMap makes, the tensor that it is made of. */
  readonly unzipped: ReadonlyMap<string, string>;
  /** What the classes are called in whose order it answers; empty where they are numbers, or it does not say. */
  readonly classNames: readonly string[];
}

const ELEMENTS: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  8: 'text',
  9: 'bool',
  10: 'float16',
  11: 'float64',
};
const NOT_TENSORS: Readonly<Record<number, string>> = { 4: 'sequence', 5: 'map', 8: 'sparse tensor', 9: 'optional' };

/** Of what a file says of itself and somebody is to read. */
const TEXT_MAX = 100;

const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array(0));
const fieldsOf = (message: Uint8Array, number: number): Field[] =>
  [...readFields(message)].filter((field) => field.number === number);
const bytesOf = (message: Uint8Array, number: number): Uint8Array | null =>
  fieldsOf(message, number).at(-1)?.bytes ?? null;

/** @throws RangeError where the bytes are no ONNX model */
export function readOutline(file: Uint8Array): ModelOutline {
  const graph = bytesOf(file, 7);
  if (graph === null) throw new RangeError('it holds no graph');
  const weights = new Set(fieldsOf(graph, 5).map(({ bytes }) => textOf(bytesOf(bytes ?? graph, 8))));
  const ports = (number: number): Port[] =>
    fieldsOf(graph, number).flatMap(({ bytes }) => (bytes === null ? [] : [portOf(bytes)]));
  return {
    producer: [bytesOf(file, 2), bytesOf(file, 3)].map(textOf).join(' ').trim().slice(0, TEXT_MAX),
    irVersion: Number(fieldsOf(file, 1).at(-1)?.value ?? 0n),
    opset: opsetOf(file),
    opsets: fieldsOf(file, 8).flatMap(({ bytes, whole }) => (isKnown(bytes) ? [whole] : [])),
    graph,
    inputs: ports(11).filter(({ name }) => !weights.has(name)),
    outputs: ports(12),
    unzipped: unzippedOf(graph),
    classNames: classNamesOf(graph),
  };
}

/** Tools name sets of operators too of which the graph has none. */
const isKnown = (opset: Uint8Array | null): boolean => opset !== null && isRuntimes(textOf(bytesOf(opset, 1)));

function opsetOf(file: Uint8Array): number {
  const standard = fieldsOf(file, 8).filter(
    ({ bytes }) => bytes !== null && ['', 'ai.onnx'].includes(textOf(bytesOf(bytes, 1))),
  );
  const version = standard.map(({ bytes }) => fieldsOf(bytes!, 2).at(-1)?.value ?? 0n).at(-1);
  return Number(version ?? 0n);
}

function unzippedOf(graph: Uint8Array): Map<string, string> {
  const made = new Map<string, string>();
  for (const { bytes } of fieldsOf(graph, 1)) {
    if (bytes === null || textOf(bytesOf(bytes, 4)) !== 'ZipMap') continue;
    made.set(textOf(bytesOf(bytes, 2)), textOf(bytesOf(bytes, 1)));
  }
  return made;
}

/** As the operators of classifiers and of maps state them. */
function classNamesOf(graph: Uint8Array): string[] {
  for (const { bytes: node } of fieldsOf(graph, 1))
    for (const { bytes: attribute } of node === null ? [] : fieldsOf(node, 5))
      if (attribute !== null && textOf(bytesOf(attribute, 1)) === 'classlabels_strings')
        return fieldsOf(attribute, 9).map(({ bytes }) => textOf(bytes).slice(0, TEXT_MAX));
  return [];
}

function portOf(value: Uint8Array): Port {
  const name = textOf(bytesOf(value, 1));
  const type = bytesOf(value, 2);
  const tensor = type && bytesOf(type, 1);
  if (!tensor) {
    const kind = type === null ? undefined : [...readFields(type)].map(({ number }) => NOT_TENSORS[number]).at(-1);
    return { name, element: kind ?? 'unknown', dims: null };
  }
  const number = Number(fieldsOf(tensor, 1).at(-1)?.value ?? 0n);
  const shape = bytesOf(tensor, 2);
  const dims =
    shape && fieldsOf(shape, 1).map(({ bytes }, at) => dimOf(bytes ?? new Uint8Array(0), ['rows', 'columns'][at]));
  return { name, element: ELEMENTS[number] ?? `type ${number}`, dims };
}

/** A size of none or less is an open one, as some tools write it. */
function dimOf(dim: Uint8Array, otherwise = '?'): number | string {
  const value = Number(fieldsOf(dim, 1).at(-1)?.value ?? 0n);
  return value > 0 && value < 2 ** 31 ? value : textOf(bytesOf(dim, 2)) || otherwise;
}

/** `float32[batch, 12]`, as messages and screens name a port. */
export const shapeText = ({ element, dims }: Port): string =>
  dims === null ? element : `${element}[${dims.join(', ')}]`;
