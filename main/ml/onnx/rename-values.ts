import { readFields } from './protobuf-reader.ts';
import { bytesField, concatBytes, textField } from './protobuf-writer.ts';

/**
 * A graph under other names: `rename` is given every value's and every node's name, in branches and loops too. Comes without its inputs, outputs and
 * notes: nodes and weights, as fields of a GraphProto, for another graph to take in.
 * @throws RangeError where the bytes are no graph
 */
export function innerGraph(graph: Uint8Array, rename: (name: string) => string): Uint8Array<ArrayBuffer> {
  return renamedGraph(graph, rename, false);
}

function renamedGraph(
  graph: Uint8Array,
  rename: (name: string) => string,
  withPorts: boolean,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const { number, bytes, whole } of readFields(graph)) {
    if (bytes === null) continue;
    if (number === 1) parts.push(bytesField(1, renamedNode(bytes, rename)));
    else if (number === 5) parts.push(bytesField(5, withText(bytes, 8, rename)));
    else if ((number === 11 || number === 12) && withPorts) parts.push(bytesField(number, withText(bytes, 1, rename)));
    else if (number === 2 && withPorts) parts.push(whole);
  }
  return concatBytes(parts);
}

function renamedNode(node: Uint8Array, rename: (name: string) => string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { number, bytes, whole } of readFields(node)) {
    if (number === 5 && bytes) parts.push(bytesField(5, renamedAttribute(bytes, rename)));
    // Inputs, outputs and its own name: no two nodes may have the same.
    else parts.push(number <= 3 && bytes ? textField(number, renamed(bytes, rename)) : whole);
  }
  return concatBytes(parts);
}

/** Of an attribute that holds graphs, those. */
function renamedAttribute(attribute: Uint8Array, rename: (name: string) => string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { number, bytes, whole } of readFields(attribute)) {
    const isGraph = number === 6 || number === 11;
    parts.push(isGraph && bytes ? bytesField(number, renamedGraph(bytes, rename, true)) : whole);
  }
  return concatBytes(parts);
}

/** The message with its name renamed. */
function withText(message: Uint8Array, nameField: number, rename: (name: string) => string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { number, bytes, whole } of readFields(message))
    parts.push(number === nameField && bytes ? textField(number, renamed(bytes, rename)) : whole);
  return concatBytes(parts);
}

/** No name is none: of an input that is left out. */
function renamed(bytes: Uint8Array, rename: (name: string) => string): string {
  const name = new TextDecoder().decode(bytes);
  return name === '' ? name : rename(name);
}
