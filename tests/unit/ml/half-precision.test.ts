/** Products of a model in half precision: what is turned and what is not, and how far its answers move, on the processor's own runtime. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { goldenSchema, PACKAGE_FILES } from '../../../main/ml/card.ts';
import { inHalfPrecision } from '../../../main/ml/onnx/half-precision.ts';
import { inspectModel } from '../../../main/ml/onnx/inspect-model.ts';
import { encodeModel, floatTensor, intAttribute, type NodeSpec } from '../../../main/ml/onnx/model-proto.ts';
import { readFields } from '../../../main/ml/onnx/protobuf-reader.ts';
import { InferenceSession, Tensor } from '../../../main/ml/onnx-runtime.ts';
import { MODELS_DIR } from '../../../main/product.ts';
import { elsewhereModel, endlessModel, oldModel } from '../../support/elsewhere-models.ts';

const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array(0));
const field = (message: Uint8Array, of: number): Uint8Array[] =>
  [...readFields(message)].flatMap(({ number, bytes }) => (number === of && bytes ? [bytes] : []));

/** `MatMul x/half w/half -> y/half`, a node a line. */
const nodesOf = (model: Uint8Array): string[] =>
  field(field(model, 7)[0]!, 1).map((node) => {
    const names = (of: number): string => field(node, of).map(textOf).join(' ');
    return `${textOf(field(node, 4)[0]!)} ${names(1)} -> ${names(2)}`;
  });

function turned(model: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = inHalfPrecision(model);
  if (!half.ok) throw new Error(half.error.text);
  expect(inspectModel(half.value)).toBeNull();
  return half.value;
}

const SIZE = 16;
const WEIGHTS = Float32Array.from({ length: SIZE * SIZE }, (_, i) => Math.sin(i));

function graph(nodes: readonly NodeSpec[], output: string): Uint8Array<ArrayBuffer> {
  return encodeModel({
    graphName: 'g',
    producerVersion: '1',
    inputs: [{ name: 'x', dims: ['N', SIZE] }],
    outputs: [{ name: output, dims: ['N', SIZE] }],
    initializers: [
      floatTensor('w', [SIZE, SIZE], WEIGHTS),
      floatTensor('v', [SIZE, SIZE], WEIGHTS.toReversed()),
      floatTensor('b', [SIZE], WEIGHTS.subarray(0, SIZE)),
    ],
    nodes,
    metadata: new Map(),
  });
}

it('products are turned, and what lies between two of them; a softmax, and all before the first and behind the last, is not', async () => {
  const whole = graph(
    [
      { op: 'Sub', inputs: ['x', 'b'], outputs: ['scaled'] },
      { op: 'MatMul', inputs: ['scaled', 'w'], outputs: ['first'] },
      { op: 'Add', inputs: ['first', 'b'], outputs: ['moved'] },
      { op: 'Relu', inputs: ['moved'], outputs: ['hidden'] },
      { op: 'Softmax', inputs: ['hidden'], outputs: ['shares'], attributes: [intAttribute('axis', -1)] },
      { op: 'Mul', inputs: ['hidden', 'shares'], outputs: ['heard'] },
      { op: 'MatMul', inputs: ['heard', 'v'], outputs: ['second'] },
      { op: 'Add', inputs: ['second', 'b'], outputs: ['y'] },
    ],
    'y',
  );
  const half = turned(whole);
  expect(nodesOf(half)).toEqual([
    'Sub x b -> scaled',
    'Cast scaled -> scaled/half',
    'Cast w -> w/half',
    'MatMul scaled/half w/half -> first/half',
    'Cast b -> b/half',
    'Add first/half b/half -> moved/half',
    'Relu moved/half -> hidden/half',
    'Cast hidden/half -> hidden',
    'Softmax hidden -> shares',
    'Mul hidden shares -> heard',
    'Cast heard -> heard/half',
    'Cast v -> v/half',
    'MatMul heard/half v/half -> second/half',
    'Cast second/half -> second',
    'Add second b -> y',
  ]);
  const x = new Tensor(
    'float32',
    Float32Array.from({ length: SIZE }, (_, i) => Math.cos(i)),
    [1, SIZE],
  );
  const [one, other] = await Promise.all(
    [whole, half].map(async (model) => {
      const session = await InferenceSession.create(model, { logSeverityLevel: 4 });
      const { y } = await session.run({ x });
      await session.release();
      return y!.data as Float32Array;
    }),
  );
  const apart = one!.map((value, i) => Math.abs(value - other![i]!)).reduce((a, b) => Math.max(a, b));
  // Eleven bits: something of it is lost, and no more than that.
  expect(apart).toBeGreaterThan(0);
  expect(apart).toBeLessThan(2e-2);
});

it.each([
  ['trees', readFileSync(join(MODELS_DIR, 'reversal-gbt/1.0.0/model.onnx')), /nothing in it is a product/],
  ['a product too small to take time', elsewhereModel({ columns: 3, out: 'two' }), /nothing in it is a product/],
  ['a loop', endlessModel(3), /graphs inside its graph/],
  ['numbers of 64 bits', oldModel(3), /other numbers than single precision/],
])('%s stay in single precision, and it is said why', (_, model, why) => {
  const half = inHalfPrecision(model);
  expect(half.ok ? '' : half.error.text).toMatch(why);
});

it.each(['direction-mlp', 'direction-cnn', 'direction-transformer'])(
  '%s answers its golden rows within the tolerance of its card, and otherwise than in single precision',
  async (name) => {
    const folder = join(MODELS_DIR, name, '1.0.0');
    const golden = goldenSchema.parse(JSON.parse(readFileSync(join(folder, PACKAGE_FILES.golden), 'utf8')));
    const session = await InferenceSession.create(turned(readFileSync(join(folder, PACKAGE_FILES.model))), {
      logSeverityLevel: 4,
    });
    const [input] = session.inputMetadata;
    const dims = input?.isTensor ? input.shape.slice(1).map(Number) : [];
    let apart = 0;
    for (const { features, answer, raw } of golden.cases) {
      const said = await session.run({ features: new Tensor('float32', Float32Array.from(features), [1, ...dims]) });
      apart = Math.max(apart, Math.abs(Number(said['raw_probability']!.data[0]) - raw[0]!));
      apart = Math.max(apart, Math.abs(Number(said['probability']!.data[0]) - answer[0]!));
    }
    await session.release();
    expect(apart).toBeGreaterThan(1e-6);
    expect(apart).toBeLessThan(golden.tolerance);
  },
);
