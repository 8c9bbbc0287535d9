import { type Field, readFields, readPacked } from './protobuf-reader.ts';

/** Newest that ONNX Runtime 1.30 reads. */
const IR_VERSION_MAX = 13n;
const OPSETS_MAX: Readonly<Record<string, bigint>> = { '': 26n, 'ai.onnx': 26n, 'ai.onnx.ml': 5n, 'com.microsoft': 1n };
/** Graphs inside graphs: loops and branches. */
const DEPTH_MAX = 16;
const NODES_MAX = 200_000;
const EXTERNAL = 1n;

/** Whether the runtime has operators of this domain. */
export const isRuntimes = (domain: string): boolean => OPSETS_MAX[domain] !== undefined;

const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array(0));

/**
 * What forbids to hand a model file to the runtime at all, in a clause; null where nothing does. Reads the file's structure
 * only: no path in it is followed, no size in it believed.
 */
export function inspectModel(file: Uint8Array): string | null {
  try {
    return modelProblem(file);
  } catch (error) {
    if (error instanceof RangeError) return `it is no ONNX model: ${error.message}`;
    throw error;
  }
}

function modelProblem(file: Uint8Array): string | null {
  const tally = { nodes: 0 };
  let graphs = 0;
  for (const { number, value, bytes } of readFields(file)) {
    if (number === 1 && (value ?? 0n) > IR_VERSION_MAX) {
      return `its format is IR version ${value}, the runtime reads up to ${IR_VERSION_MAX}`;
    }
    // A function may call another, and that one a third: unfolded, a small file is larger than any memory.
    if (number === 25)
      return 'it defines functions of its own, and a model is one graph: export it with them inlined (onnx.inliner does it)';
    if (number === 8 && bytes) {
      const problem = opsetProblem(bytes);
      if (problem !== null) return problem;
    }
    if (number === 7 && bytes) {
      graphs += 1;
      const problem = graphProblem(bytes, 1, tally);
      if (problem !== null) return problem;
    }
  }
  return graphs === 1 ? null : `it is no ONNX model: it holds ${graphs} graphs`;
}

function opsetProblem(bytes: Uint8Array): string | null {
  let domain = '';
  let version = 1n;
  for (const field of readFields(bytes)) {
    if (field.number === 1) domain = textOf(field.bytes);
    if (field.number === 2) version = field.value ?? 0n;
  }
  const known = OPSETS_MAX[domain];
  // Named and not used it does no harm, and tools name more than they use.
  if (known === undefined || version <= known) return null;
  return `it uses version ${version} of the operators${domain === '' ? '' : ` of "${domain}"`}, the runtime has up to ${known}`;
}

function graphProblem(graph: Uint8Array, depth: number, tally: { nodes: number }): string | null {
  if (depth > DEPTH_MAX) return `its graphs are nested more than ${DEPTH_MAX} deep`;
  for (const { number, bytes } of readFields(graph)) {
    if (!bytes) continue;
    let problem: string | null = null;
    if (number === 1) {
      tally.nodes += 1;
      problem = tally.nodes > NODES_MAX ? `it has more than ${NODES_MAX} nodes` : nodeProblem(bytes, depth, tally);
    } else if (number === 5) problem = tensorProblem(bytes);
    else if (number === 15) problem = 'it holds sparse tensors';
    if (problem !== null) return problem;
  }
  return null;
}

function nodeProblem(node: Uint8Array, depth: number, tally: { nodes: number }): string | null {
  for (const { number, bytes } of readFields(node)) {
    if (number === 7 && !isRuntimes(textOf(bytes)))
      return `it uses operators of "${textOf(bytes)}", which are not part of the runtime`;
    if (number !== 5 || !bytes) continue;
    for (const inner of readFields(bytes)) {
      if (!inner.bytes) continue;
      const isTensor = inner.number === 5 || inner.number === 10;
      const isGraph = inner.number === 6 || inner.number === 11;
      const problem = isTensor
        ? tensorProblem(inner.bytes)
        : isGraph
          ? graphProblem(inner.bytes, depth + 1, tally)
          : null;
      if (problem !== null) return problem;
    }
  }
  return null;
}

/** Data elsewhere is refused, wherever it is said to lie; so is a shape that the data in the file cannot fill. */
function tensorProblem(tensor: Uint8Array): string | null {
  let name = '';
  let values = 1n;
  let dataBytes = 0n;
  let isExternal = false;
  for (const field of readFields(tensor)) {
    const { number, value, bytes } = field;
    if (number === 8) name = textOf(bytes);
    else if (number === 1) for (const dim of numbersOf(field)) values *= dim < 0n ? -dim : dim;
    else if (number === 13 || (number === 14 && value === EXTERNAL)) isExternal = true;
    else if (bytes) dataBytes += BigInt(bytes.length);
    else if (number !== 2) dataBytes += 1n;
  }
  if (isExternal)
    return `tensor "${name}" lies in another file, and a model is one file: export it with its weights inside (PyTorch: external_data=False)`;
  // Half a byte is the least that a value takes.
  if (values > 2n * dataBytes + 1n)
    return `tensor "${name}" is said to hold ${values} values, and has ${dataBytes} bytes`;
  return null;
}

const numbersOf = ({ value, bytes }: Field): bigint[] =>
  bytes ? readPacked(bytes) : value === null ? [] : [BigInt.asIntN(64, value)];
