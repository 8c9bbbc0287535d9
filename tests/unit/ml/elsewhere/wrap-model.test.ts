import { expect, it } from 'vitest';
import { choosePorts, type ToldPorts } from '../../../../main/ml/elsewhere/choose-ports.ts';
import { type ToldAnswer, tryModel } from '../../../../main/ml/elsewhere/try-model.ts';
import { wrapModel } from '../../../../main/ml/elsewhere/wrap-model.ts';
import { openModelSession } from '../../../../main/ml/host/model-session.ts';
import { inspectModel } from '../../../../main/ml/onnx/inspect-model.ts';
import { readOutline } from '../../../../main/ml/onnx/model-outline.ts';
import { encodeModel, floatTensor, intAttribute } from '../../../../main/ml/onnx/model-proto.ts';
import type { OutputMap } from '../../../../main/ml/onnx/output-head.ts';
import { bytesField, concatBytes, intField, textField } from '../../../../main/ml/onnx/protobuf-writer.ts';
import { sigmoid } from '../../../../main/ml/trees/tree.ts';
import {
  columnwiseModel,
  elsewhereModel,
  oldModel,
  treesAlone,
  zippedModel,
} from '../../../support/elsewhere-models.ts';
import { withHeader } from '../../../support/onnx-bytes.ts';

const FEATURES = ['a', 'b', 'c'];
const NONE: ToldPorts = { input: null, output: null, columns: null, windowBars: null };
const SEEN: ToldAnswer = { classIndex: null, isOfNo: false };
const AS_SAID: OutputMap = { kind: 'none' };
const ABOUT = { graphName: 'g', producerVersion: '1', metadata: new Map<string, string>() };
const ROWS = [
  [0.5, 0.25, -0.5],
  [-1, 0.125, 2],
  [0.25, 1, 1],
];

/** Takes a file in, and says what it answers as the terminal would ask it; or why it is not taken in. */
async function take(
  file: Uint8Array,
  { ports: told = {}, answer = {}, map = AS_SAID, rows = ROWS }: Taking = {},
): Promise<number[][] | string> {
  expect(inspectModel(file)).toBeNull();
  const outline = readOutline(file);
  const ports = choosePorts(outline, 'three', FEATURES, { ...NONE, ...told });
  if (!ports.ok) return ports.error.text;
  const given = rows.map((row) => Float32Array.from(row));
  const reading = await tryModel(outline, ports.value, given, { ...SEEN, ...answer });
  if (!reading.ok) return reading.error.text;
  const wrapped = wrapModel(outline, ports.value, reading.value, map, ABOUT);
  expect(inspectModel(wrapped)).toBeNull();
  const session = await openModelSession(wrapped, FEATURES.length);
  if (!session.ok) return session.error.message;
  const said: number[][] = [];
  for (const row of rows) {
    const own = await session.value.run(row);
    said.push(own.ok ? [...own.value.raw, ...own.value.answer] : []);
  }
  await session.value.release();
  return said;
}

interface Taking {
  readonly ports?: Partial<ToldPorts>;
  readonly answer?: Partial<ToldAnswer>;
  readonly map?: OutputMap;
  readonly rows?: readonly (readonly number[])[];
}

const said = (margins: readonly number[]): number[][] =>
  margins.map((margin) => [sigmoid(margin), sigmoid(margin)].map((p) => expect.closeTo(p, 5) as number));
const FIRST = said([1.5, -3, 0.75]);

it.each([
  ['[N, F] to [N, 2], as scikit-learn', elsewhereModel({ columns: 3, out: 'two' })],
  ['[N, F] to [N, 1], as PyTorch', elsewhereModel({ columns: 3, out: 'one', rows: 'batch_size' })],
  ['[N, F] to [N]', elsewhereModel({ columns: 3, out: 'flat', input: 'x', output: 'y' })],
  ['one row at a time', elsewhereModel({ columns: 3, out: 'two', rows: 1 })],
  ['zipped into maps, a label beside', zippedModel(3)],
  ['with branches that look outside', branching()],
  ['of years ago, in numbers of 64 bits', oldModel(3)],
  ['of operators of before', withOpset(elsewhereModel({ columns: 3, out: 'two' }), 11)],
])('a graph %s is taken in and answers as it did', async (_, file) => {
  expect(await take(file)).toEqual(FIRST);
});

it('trees that name no version of the standard operators are taken in, as XGBoost and CatBoost are written', async () => {
  expect(await take(treesAlone(3))).toEqual(said([-1, 1, -1]));
});

it('sets of operators that a file names and does not use do no harm, as PyTorch names them', async () => {
  const file = concatBytes([elsewhereModel({ columns: 3, out: 'two' }), opset('pkg.onnxscript.torch_lib', 1)]);
  expect(await take(file)).toEqual(FIRST);
});

it('an input for each column is given the feature of its name, in any order, or the one that is told', async () => {
  expect(await take(columnwiseModel(FEATURES))).toEqual(said([0.5 + 0.5 - 1.5, -1 + 0.25 + 6, 0.25 + 2 + 3]));
  expect(await take(columnwiseModel(['c', 'a']))).toEqual(said([-0.5 + 1, 2 - 2, 1 + 0.5]));
  expect(await take(columnwiseModel(['f0', 'f1']), { ports: { columns: ['c', 'a'] } })).toEqual(
    said([-0.5 + 1, 2 - 2, 1 + 0.5]),
  );
  expect(await take(columnwiseModel(['f0', 'f1']))).toBe('feature set three has no feature f0');
  expect(await take(columnwiseModel(['f0', 'f1']), { ports: { columns: ['a'] } })).toBe(
    'it takes 2 inputs, a column each, and 1 column is named',
  );
  expect(await take(columnwiseModel(['a', 'b'], ['N', 2]))).toMatch(/a \[rows, 1\] for each feature under its name$/);
});

it('an input of open width, or of no shape at all, is taken to be the set that is told', async () => {
  expect(await take(withoutShape())).toEqual(FIRST);
});

it('classes that have names are never guessed: which is the yes is told', async () => {
  const file = zippedModel(3, ['buy', 'sell']);
  expect(await take(file)).toBe('its classes are called buy, sell: say which is the yes, counted from 0');
  expect(await take(file, { answer: { classIndex: 0 } })).toEqual(said([-1.5, 3, -0.75]));
});

it('a window of candles is taken in, also one of an open length that is told', async () => {
  const rows = ROWS.map((row) => [9, 9, 9, ...row]);
  for (const file of [
    elsewhereModel({ columns: 3, out: 'one', windowBars: 2 }),
    elsewhereModel({ columns: 3, out: 'two', windowBars: 2, rows: 1 }),
  ])
    expect(await take(file, { rows })).toEqual(FIRST);
  const open = elsewhereModel({ columns: 3, out: 'one', windowBars: 'time' });
  expect(await take(open, { rows, ports: { windowBars: 2 } })).toEqual(FIRST);
  expect(await take(open, { rows })).toMatch(
    /float32\[N, time, 3\]: how many candles it looks at is open, say how many/,
  );
  expect(await take(elsewhereModel({ columns: 3, out: 'one', windowBars: 4 }), { ports: { windowBars: 2 } })).toMatch(
    /it looks at 4 candles, not 2/,
  );
});

it('columns in an order of their own, and fewer than the set has, are picked from ours', async () => {
  expect(await take(elsewhereModel({ columns: 3, out: 'two' }), { ports: { columns: ['b', 'c', 'a'] } })).toEqual(
    said([0.75, 0.375, 3]),
  );
  expect(await take(elsewhereModel({ columns: 1, out: 'one' }), { ports: { columns: ['c'] } })).toEqual(
    said([-1.5, 6, 3]),
  );
  const windows = elsewhereModel({ columns: 1, out: 'one', windowBars: 2 });
  expect(await take(windows, { ports: { columns: ['c'] }, rows: ROWS.map((row) => [9, 9, 9, ...row]) })).toEqual(
    said([-1.5, 6, 3]),
  );
});

it('the chance of a no is turned round, whichever way it is told', async () => {
  const turned = said([-1.5, 3, -0.75]);
  const two = elsewhereModel({ columns: 3, out: 'two' });
  expect(await take(two, { answer: { classIndex: 0 } })).toEqual(turned);
  expect(await take(two, { answer: { isOfNo: true } })).toEqual(turned);
  expect(await take(two, { answer: { classIndex: 0, isOfNo: true } })).toEqual(FIRST);
});

it('the map that judging found is part of the graph', async () => {
  const platt = { kind: 'platt', slope: 0.5, intercept: 0.25 } as const;
  const answers = await take(elsewhereModel({ columns: 3, out: 'two' }), { map: platt });
  expect(answers).toEqual(
    [1.5, -3, 0.75].map((margin) => [
      expect.closeTo(sigmoid(margin), 5),
      expect.closeTo(sigmoid(0.5 * margin + 0.25), 5),
    ]),
  );
  const isotonic = { kind: 'isotonic', raw: [0.2, 0.8], calibrated: [0.4, 0.5] } as const;
  const [[, first] = []] = (await take(elsewhereModel({ columns: 3, out: 'one' }), { map: isotonic })) as number[][];
  expect(first).toBeCloseTo(0.5, 4);
});

it.each([
  [
    'log-odds',
    elsewhereModel({ columns: 3, out: 'logit' }),
    {},
    /says 1\.5, and a probability lies between 0 and 1: .*Sigmoid/,
  ],
  ['another width', elsewhereModel({ columns: 12, out: 'two' }), {}, /takes 12 columns, and feature set three has 3/],
  [
    'another width than is named',
    elsewhereModel({ columns: 3, out: 'two' }),
    { columns: ['a'] },
    /and 1 column is named/,
  ],
  ['a feature nobody knows', elsewhereModel({ columns: 1, out: 'two' }), { columns: ['z'] }, /three has no feature z/],
  ['a column named twice', elsewhereModel({ columns: 2, out: 'two' }), { columns: ['a', 'a'] }, /a is named twice/],
  ['four rows at once', elsewhereModel({ columns: 3, out: 'two', rows: 4 }), {}, /takes 4 rows at once and no other/],
  ['an output it has not', zippedModel(3), { output: 'p' }, /no output p: output_label int64\[rows\], output_prob/],
  ['a label for a probability', zippedModel(3), { output: 'output_label' }, /int64\[rows\], and no probability/],
  ['an input it has not', zippedModel(3), { input: 'x' }, /has no input x: X float32\[rows, 3\]/],
  ['old operators', withOpset(elsewhereModel({ columns: 3, out: 'two' }), 8), {}, /version 8 of the operators/],
  ['two inputs', twoInputs(), {}, /takes 2 inputs \(x float32\[N, 3\], y float32\[N, 3\]\)/],
  ['two answers', twoOutputs(), {}, /several of its outputs may be the probability, say which: p float32/],
  ['rows that look at each other', rowsTogether(), {}, /answers a row otherwise when it is asked about others/],
  ['scores of classes', twoOutputs(), { output: 'q' }, /the 3 numbers of its output q .* sum up to 0\.\d+, and prob/],
  ['several classes', thirds(), {}, /has 3 classes: say which is the yes/],
  [
    'logarithms of probabilities',
    softmax('LogSoftmax', 1),
    {},
    /are logarithms of probabilities: export it with a Softmax/,
  ],
  ['a Softmax over rows', softmax('Softmax', 0), {}, /sums up to 1 over the rows, .*\(dim=1 is right\)/],
  ['candles before rows', shaped([24, 'N', 3]), {}, /candles before rows: .* batch_first=True/],
  ['features before candles', shaped(['N', 3, 24]), {}, /features before candles: begin it with a transpose/],
])('%s is refused in a sentence', async (_, file, ports, reason) => {
  const answer = String(reason).includes('sum up') ? { classIndex: 0 } : {};
  expect(await take(file, { ports, answer })).toMatch(reason);
});

it('a class that is not there is refused', async () => {
  expect(await take(elsewhereModel({ columns: 3, out: 'two' }), { answer: { classIndex: 2 } })).toMatch(
    /has 2 numbers a row, and none is number 2, counted from 0/,
  );
});

it('a row for which it says no probability is refused, and costs the others nothing', async () => {
  const outline = readOutline(graph([{ op: 'Gemm', inputs: ['x', 'first'], outputs: ['p'] }], ['p'], 1));
  const ports = choosePorts(outline, 'three', FEATURES, NONE);
  if (!ports.ok) throw new Error(ports.error.text);
  const reading = { rank: 2, width: 1, at: 0, isOfNo: false };
  for (const map of [AS_SAID, { kind: 'platt', slope: 0, intercept: 0.25 }] as const) {
    const session = await openModelSession(wrapModel(outline, ports.value, reading, map, ABOUT), 3);
    if (!session.ok) throw new Error(session.error.message);
    const answers = await session.value.runRows([0.5, 1.5, -0.5, 0, 1].map((a) => [a, 0, 0]));
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false, true, true]);
    await session.value.release();
  }
});

function opset(domain: string, version: number): Uint8Array {
  return bytesField(8, concatBytes([textField(1, domain), intField(2, version)]));
}

function withoutShape(): Uint8Array {
  return encodeModel({
    graphName: 'g',
    producerVersion: '1',
    inputs: [{ name: 'x', dims: null }],
    outputs: [{ name: 'p', dims: null }],
    initializers: [floatTensor('first', [3, 1], [3, 0, 0])],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'first'], outputs: ['y'] },
      { op: 'Sigmoid', inputs: ['y'], outputs: ['p'] },
    ],
    metadata: new Map(),
  });
}

function shaped(dims: readonly (number | string)[]): Uint8Array {
  return encodeModel({
    graphName: 'g',
    producerVersion: '1',
    inputs: [{ name: 'x', dims }],
    outputs: [{ name: 'p', dims }],
    initializers: [],
    nodes: [{ op: 'Sigmoid', inputs: ['x'], outputs: ['p'] }],
    metadata: new Map(),
  });
}

function softmax(op: 'Softmax' | 'LogSoftmax', axis: number): Uint8Array {
  return graph(
    [
      { op: 'MatMul', inputs: ['x', 'both'], outputs: ['y'] },
      { op, inputs: ['y'], outputs: ['p'], attributes: [intAttribute('axis', axis)] },
    ],
    ['p'],
    2,
  );
}

function withOpset(file: Uint8Array, version: number): Uint8Array<ArrayBuffer> {
  return withHeader(file, opset('', version));
}

function graph(
  nodes: Parameters<typeof encodeModel>[0]['nodes'],
  outputs: readonly string[],
  width: number,
  inputs: readonly string[] = ['x'],
): Uint8Array<ArrayBuffer> {
  return encodeModel({
    graphName: 'g',
    producerVersion: '1',
    inputs: inputs.map((name) => ({ name, dims: ['N', 3] })),
    outputs: outputs.map((name) => ({ name, dims: ['N', width] })),
    initializers: [
      floatTensor('first', [3, 1], [1, 0, 0]),
      floatTensor('scaled', [3, 1], [3, 0, 0]),
      floatTensor('both', [3, 2], [1, 0, 0, 1, 0.5, 0]),
      floatTensor('one', [], [1]),
      floatTensor('tenth', [1], [0.1]),
    ],
    nodes,
    metadata: new Map(),
  });
}

/** A branch answers with a value of the graph around it, under names that ours have too. */
function branching(): Uint8Array {
  const shape = concatBytes(
    ['N', 1].map((dim) => bytesField(1, typeof dim === 'string' ? textField(2, dim) : intField(1, dim))),
  );
  const type = bytesField(1, concatBytes([intField(1, 1), bytesField(2, shape)]));
  const branch = (name: string): Uint8Array => {
    const node = concatBytes([textField(1, 'margin'), textField(2, name), textField(3, name), textField(4, 'Sigmoid')]);
    const output = concatBytes([textField(1, name), bytesField(2, type)]);
    const body = concatBytes([bytesField(1, node), textField(2, name), bytesField(12, output)]);
    return concatBytes([textField(1, `${name}_branch`), bytesField(6, body), intField(20, 5)]);
  };
  return graph(
    [
      { op: 'MatMul', inputs: ['x', 'scaled'], outputs: ['margin'] },
      { op: 'Cast', inputs: ['one'], outputs: ['yes'], attributes: [intAttribute('to', 9)] },
      { op: 'If', inputs: ['yes'], outputs: ['probability'], attributes: [branch('then'), branch('else')] },
    ],
    ['probability'],
    1,
  );
}

function twoInputs(): Uint8Array {
  return graph([{ op: 'Add', inputs: ['x', 'y'], outputs: ['p'] }], ['p'], 3, ['x', 'y']);
}

function twoOutputs(): Uint8Array {
  return graph(
    [
      { op: 'Sigmoid', inputs: ['x'], outputs: ['p'] },
      { op: 'Mul', inputs: ['p', 'tenth'], outputs: ['q'] },
    ],
    ['p', 'q'],
    3,
  );
}

function thirds(): Uint8Array {
  return graph([{ op: 'Softmax', inputs: ['x'], outputs: ['p'], attributes: [intAttribute('axis', 1)] }], ['p'], 3);
}

/** Each answer is a share of all of them. */
function rowsTogether(): Uint8Array {
  return graph(
    [
      { op: 'MatMul', inputs: ['x', 'first'], outputs: ['a'] },
      { op: 'Softmax', inputs: ['a'], outputs: ['p'], attributes: [intAttribute('axis', 0)] },
    ],
    ['p'],
    1,
  );
}
