import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { readFields, readPacked } from './protobuf-reader.ts';
import { bytesField, concatBytes, intField, textField } from './protobuf-writer.ts';

/** Why a model stays in single precision, a clause. */
export interface StaysWhole {
  readonly kind: 'stays-whole';
  readonly text: string;
}

const FLOAT = 1;
const HALF = 10;
/** Float16, float64 and bfloat16: what reckons in these already is left alone. */
const OTHER_FLOATS: ReadonlySet<bigint> = new Set([10n, 11n, 16n]);
const CAST_TO = 'to';

/** A product with fewer weights costs less than the casts around it. */
const WEIGHTS_MIN = 256;
/** Where the time goes; each with the inputs that are no floats. */
const HEAVY: ReadonlyMap<string, ReadonlySet<number>> = new Map([
  ['MatMul', new Set<number>()],
  ['Gemm', new Set<number>()],
  ['Conv', new Set<number>()],
  ['LSTM', new Set([4])],
  ['GRU', new Set([4])],
]);
/**
 * What may lie between two of them: no sums, exponentials or divisions, which lose too much. Those of the second kind take floats first and
 * places, shapes or axes behind.
 */
const BETWEEN = [
  'Add',
  'Sub',
  'Mul',
  'Relu',
  'LeakyRelu',
  'Elu',
  'Tanh',
  'Sigmoid',
  'Gelu',
  'Max',
  'Min',
  'Neg',
  'Concat',
  'Identity',
];
const MOVED = ['Reshape', 'Transpose', 'Slice', 'Squeeze', 'Unsqueeze', 'Flatten', 'Gather', 'Expand'];

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Its other fields, as they are. */
  readonly rest: readonly Uint8Array[];
}

/**
 * The model with its products of matrices, and what lies between two of them, in half precision: casts before and after. All else, its
 * inputs, outputs, softmaxes, sums and normalisations, and what comes after the last product, stays in single precision.
 */
export function inHalfPrecision(model: Uint8Array): Result<Uint8Array<ArrayBuffer>, StaysWhole> {
  const graph = [...readFields(model)].find(({ number }) => number === 7)?.bytes;
  if (!graph) return staysWhole('it holds no graph');
  const nodes: Node[] = [];
  for (const { number, bytes } of readFields(graph)) {
    if (number === 5 && bytes && isOtherFloat(bytes)) return staysWhole(OTHER);
    if (number !== 1 || !bytes) continue;
    const node = nodeOf(bytes);
    if (!node.ok) return node;
    nodes.push(node.value);
  }
  const halved = halvedAmong(nodes, constantsOf(graph, nodes));
  if (halved.size === 0) return staysWhole('nothing in it is a product of matrices that takes time');
  return ok(withGraph(model, graph, rewritten(nodes, halved, outputsOf(graph))));
}

const OTHER = 'it reckons in other numbers than single precision';
const staysWhole = (text: string): Result<never, StaysWhole> => fail({ kind: 'stays-whole', text });
const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array(0));
const nameIn = (message: Uint8Array, field: number): string =>
  textOf([...readFields(message)].find(({ number }) => number === field)?.bytes ?? null);

const isOtherFloat = (tensor: Uint8Array): boolean =>
  [...readFields(tensor)].some(({ number, value }) => number === 2 && value !== null && OTHER_FLOATS.has(value));

/** Of another domain than the standard one it is no operator that is known here. */
function nodeOf(bytes: Uint8Array): Result<Node, StaysWhole> {
  const fields = [...readFields(bytes)];
  const texts = (of: number): string[] =>
    fields.filter(({ number }) => number === of).map((field) => textOf(field.bytes));
  for (const { number, bytes: attribute } of fields) {
    if (number !== 5 || !attribute) continue;
    for (const { number: inner, value, bytes: held } of readFields(attribute)) {
      if (inner === 6 || inner === 11) return staysWhole('it has graphs inside its graph');
      const isCast = nameIn(attribute, 1) === CAST_TO && inner === 3 && value !== null && OTHER_FLOATS.has(value);
      if (isCast || (inner === 5 && held && isOtherFloat(held))) return staysWhole(OTHER);
    }
  }
  const [domain = ''] = texts(7);
  const rest = fields.filter(({ number }) => number > 2).map(({ whole }) => whole);
  const op = domain === '' || domain === 'ai.onnx' ? texts(4)[0]! : `${domain}.${texts(4)[0]}`;
  return ok({ op, inputs: texts(1), outputs: texts(2), rest });
}

const outputsOf = (graph: Uint8Array): ReadonlySet<string> =>
  new Set([...readFields(graph)].flatMap(({ number, bytes }) => (number === 12 && bytes ? [nameIn(bytes, 1)] : [])));

/** How many values each holds, by name; as many as can be where that is not looked for. */
function constantsOf(graph: Uint8Array, nodes: readonly Node[]): ReadonlyMap<string, number> {
  const weights = [...readFields(graph)].flatMap(({ number, bytes }) =>
    number === 5 && bytes ? [[nameIn(bytes, 8), valuesIn(bytes)] as const] : [],
  );
  const stated = nodes.filter(({ op }) => op === 'Constant').flatMap(({ outputs }) => outputs);
  return new Map([...weights, ...stated.map((name) => [name, Number.POSITIVE_INFINITY] as const)]);
}

function valuesIn(tensor: Uint8Array): number {
  let values = 1;
  for (const { number, value, bytes } of readFields(tensor))
    if (number === 1) for (const dim of bytes ? readPacked(bytes) : [value ?? 0n]) values *= Number(dim);
  return values;
}

/** A product of what is reckoned, or with weights enough that it takes time. */
function isHeavy(node: Node, constants: ReadonlyMap<string, number>): boolean {
  if (!HEAVY.has(node.op)) return false;
  const weights = floatInputs(node).flatMap((name) => constants.get(name) ?? []);
  return weights.length === 0 || Math.max(...weights) >= WEIGHTS_MIN;
}

/** Inputs of it that are floats. */
function floatInputs({ op, inputs }: Node): string[] {
  const others = HEAVY.get(op);
  return inputs.filter((name, at) => name !== '' && !(others?.has(at) ?? (MOVED.includes(op) && at > 0)));
}

/** Products, and what is made of halves alone on the way to another product. */
function halvedAmong(nodes: readonly Node[], constants: ReadonlyMap<string, number>): ReadonlySet<Node> {
  const towards = new Set<string>();
  const leads = new Set<Node>();
  for (const node of nodes.toReversed()) {
    if (node.outputs.some((name) => towards.has(name))) leads.add(node);
    if (isHeavy(node, constants) || leads.has(node)) for (const name of node.inputs) towards.add(name);
  }
  const halves = new Set<string>();
  const halved = new Set<Node>();
  for (const node of nodes) {
    const isBetween = leads.has(node) && (BETWEEN.includes(node.op) || MOVED.includes(node.op));
    const given = floatInputs(node).filter((name) => !constants.has(name));
    if (!isHeavy(node, constants) && !(isBetween && given.length > 0 && given.every((name) => halves.has(name))))
      continue;
    halved.add(node);
    for (const name of node.outputs) halves.add(name);
  }
  return halved;
}

const halfOf = (name: string): string => `${name}/half`;

/** The nodes in their order, with a cast wherever a value is wanted in the other precision. */
function rewritten(nodes: readonly Node[], halved: ReadonlySet<Node>, outputs: ReadonlySet<string>): Uint8Array[] {
  const wanted = new Set(outputs);
  for (const node of nodes) {
    const floats = halved.has(node) ? new Set(floatInputs(node)) : new Set<string>();
    for (const name of node.inputs) if (!floats.has(name)) wanted.add(name);
  }
  const there = new Set<string>();
  return nodes.flatMap((node) => {
    if (!halved.has(node)) return [encoded(node)];
    const floats = new Set(floatInputs(node));
    const missing = [...floats].filter((name) => !there.has(name));
    for (const name of [...missing, ...node.outputs]) there.add(name);
    const given = node.outputs.filter((name) => name !== '');
    return [
      ...missing.map((name) => cast(name, halfOf(name), HALF)),
      encoded({
        ...node,
        inputs: node.inputs.map((name) => (floats.has(name) ? halfOf(name) : name)),
        outputs: node.outputs.map((name) => (name === '' ? name : halfOf(name))),
      }),
      ...given.filter((name) => wanted.has(name)).map((name) => cast(halfOf(name), name, FLOAT)),
    ];
  });
}

const encoded = ({ inputs, outputs, rest }: Pick<Node, 'inputs' | 'outputs' | 'rest'>): Uint8Array =>
  bytesField(
    1,
    concatBytes([...inputs.map((name) => textField(1, name)), ...outputs.map((name) => textField(2, name)), ...rest]),
  );

const cast = (from: string, to: string, type: number): Uint8Array => {
  const attribute = concatBytes([textField(1, CAST_TO), intField(3, type), intField(20, 2)]);
  return encoded({
    inputs: [from],
    outputs: [to],
    rest: [textField(3, to), textField(4, 'Cast'), bytesField(5, attribute)],
  });
};

function withGraph(model: Uint8Array, graph: Uint8Array, nodes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const others = [...readFields(graph)].filter(({ number }) => number !== 1).map(({ whole }) => whole);
  const body = bytesField(7, concatBytes([...nodes, ...others]));
  return concatBytes([...readFields(model)].map(({ number, whole }) => (number === 7 ? body : whole)));
}
