import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { gradientsOf } from '../../../../main/ml/autodiff/gradients.ts';
import { Graph, type Value } from '../../../../main/ml/autodiff/graph.ts';
import * as of from '../../../../main/ml/autodiff/operations.ts';
import { type Shape, sizeOf } from '../../../../main/ml/autodiff/shape.ts';
import { pinball, sigmoidCrossEntropy, softmaxCrossEntropy, squaredError } from '../../../../main/ml/nets/losses.ts';
import { InferenceSession, Tensor } from '../../../../main/ml/onnx-runtime.ts';

/** Small enough for the slope, large enough for float32. */
const STEP = 4e-3;
const TOLERANCE = 4e-3;

type Build = (...inputs: Value[]) => Value;

/** `away` keeps numbers from zero, where a kink or a pole would be. */
interface Case {
  readonly shapes: readonly Shape[];
  readonly build: Build;
  readonly positive?: true;
}

const CASES: Record<string, Case> = {
  add: { shapes: [[2, 3], [3]], build: (a, b) => of.add(a!, b!) },
  subtract: {
    shapes: [
      [3, 1],
      [2, 1, 4],
    ],
    build: (a, b) => of.subtract(a!, b!),
  },
  multiply: {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    build: (a, b) => of.multiply(a!, b!),
  },
  'multiply by itself': { shapes: [[5]], build: (a) => of.multiply(a!, a!) },
  divide: {
    shapes: [
      [2, 3],
      [1, 3],
    ],
    build: (a, b) => of.divide(a!, b!),
    positive: true,
  },
  scale: { shapes: [[4]], build: (a) => of.scale(a!, -2.5) },
  shift: { shapes: [[4]], build: (a) => of.square(of.shift(a!, 3)) },
  negate: { shapes: [[4]], build: (a) => of.negate(a!) },
  exp: { shapes: [[4]], build: (a) => of.exp(a!) },
  log: { shapes: [[4]], build: (a) => of.log(a!), positive: true },
  sqrt: { shapes: [[4]], build: (a) => of.sqrt(a!), positive: true },
  tanh: { shapes: [[4]], build: (a) => of.tanh(a!) },
  sigmoid: { shapes: [[4]], build: (a) => of.sigmoid(a!) },
  relu: { shapes: [[9]], build: (a) => of.relu(a!) },
  elu: { shapes: [[9]], build: (a) => of.elu(a!) },
  silu: { shapes: [[9]], build: (a) => of.silu(a!) },
  softplus: { shapes: [[9]], build: (a) => of.softplus(of.scale(a!, 3)) },
  'matmul of matrices': {
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: (a, b) => of.matmul(a!, b!),
  },
  'matmul with one matrix for all': {
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    build: (a, b) => of.matmul(a!, b!),
  },
  'matmul of batches': {
    shapes: [
      [2, 2, 3, 4],
      [2, 2, 4, 2],
    ],
    build: (a, b) => of.matmul(a!, b!),
  },
  transpose: { shapes: [[2, 3, 4]], build: (a) => of.square(of.transpose(a!, [2, 0, 1])) },
  reshape: { shapes: [[2, 6]], build: (a) => of.square(of.reshape(a!, [3, 4])) },
  slice: { shapes: [[2, 5]], build: (a) => of.square(of.slice(a!, 1, 1, 3)) },
  'slices that overlap': {
    shapes: [[2, 6]],
    build: (a) => of.multiply(of.slice(a!, 1, 0, 4), of.slice(a!, 1, 2, 4)),
  },
  'slices along two axes': {
    shapes: [[4, 4]],
    build: (a) => of.multiply(of.slice(a!, 1, 0, 1), of.square(of.slice(a!, 0, 1, 1))),
  },
  step: { shapes: [[2, 3, 2]], build: (a) => of.multiply(of.step(a!, 1, 0), of.step(a!, 1, 2)) },
  concat: {
    shapes: [
      [2, 1],
      [2, 3],
    ],
    build: (a, b) => of.square(of.concat([a!, b!, a!], 1)),
  },
  'concat of many': {
    shapes: [[2, 17]],
    build: (a) =>
      of.square(
        of.concat(
          [...Array(17).keys()].map((at) => of.slice(a!, 1, 16 - at, 1)),
          1,
        ),
      ),
  },
  stack: {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => of.square(of.stack([a!, b!], 1)),
  },
  padFront: { shapes: [[2, 3, 2]], build: (a) => of.square(of.padFront(a!, 1, 2)) },
  expand: { shapes: [[1, 3]], build: (a) => of.square(of.expand(a!, [2, 4, 3])) },
  sumOver: { shapes: [[2, 3, 2]], build: (a) => of.square(of.sumOver(a!, [0, 2])) },
  meanOver: { shapes: [[2, 3, 2]], build: (a) => of.square(of.meanOver(a!, 1)) },
  sumAll: { shapes: [[2, 3]], build: (a) => of.square(of.sumAll(a!)) },
  softmax: { shapes: [[2, 4]], build: (a) => of.softmax(a!) },
  logSoftmax: { shapes: [[2, 4]], build: (a) => of.logSoftmax(a!) },
  normalize: { shapes: [[3, 5]], build: (a) => of.normalize(a!) },
  detach: { shapes: [[4]], build: (a) => of.add(of.square(a!), of.detach(of.scale(a!, 0))) },
  'sigmoid cross-entropy': {
    shapes: [[4, 1]],
    build: (a) =>
      sigmoidCrossEntropy(a!, a!.graph.constant([4, 1], [0, 1, 1, 0]), a!.graph.constant([4], [1, 2, 0, 0.5])),
  },
  'softmax cross-entropy': {
    shapes: [[2, 3]],
    build: (a) =>
      softmaxCrossEntropy(a!, a!.graph.constant([2, 3], [0, 1, 0, 1, 0, 0]), a!.graph.constant([2], [1, 2])),
  },
  'squared error': {
    shapes: [[3, 1]],
    build: (a) => squaredError(a!, a!.graph.constant([3, 1], [1, 2, -1]), a!.graph.constant([3], [1, 2, 1])),
  },
  pinball: {
    shapes: [[2, 6]],
    build: (a) =>
      pinball([0.1, 0.5, 0.9])(a!, a!.graph.constant([2, 2], [5, -5, 3, 0.05]), a!.graph.constant([2], [1, 3])),
  },
};

describe('the gradient of an operator is the slope that finite differences find', () => {
  it.each(Object.entries(CASES))('%s', async (_, { shapes, build, positive }) => {
    const random = createRandom(7);
    // Not nearer to zero than two steps: there the slope of a kinked operator is not one number.
    const draw = (): number => (positive || random.next() < 0.5 ? 1 : -1) * (0.2 + random.next());
    const given = shapes.map((shape) => Float32Array.from({ length: sizeOf(shape) }, draw));
    const { losses, gradients } = await evaluator(shapes, build);
    const expected = await gradients(given);
    for (const [input, values] of given.entries()) {
      for (let at = 0; at < values.length; at++) {
        const moved = (by: number): Float32Array[] =>
          given.map((each, index) => (index === input ? each.with(at, each[at]! + by) : each));
        const slope = ((await losses(moved(STEP))) - (await losses(moved(-STEP)))) / (2 * STEP);
        const found = expected[input]![at]!;
        expect(Math.abs(found - slope), `input ${input}, element ${at}: ${found} and ${slope}`).toBeLessThan(
          TOLERANCE * Math.max(1, Math.abs(slope)),
        );
      }
    }
  });

  it('is that of softplus at zero, where its parts have a kink', async () => {
    const { gradients } = await evaluator([[1]], (a) => of.softplus(a!), [1]);
    expect((await gradients([Float32Array.of(0)]))[0]![0]).toBe(0.5);
  });

  it('is refused where the loss does not depend on a leaf', () => {
    const graph = new Graph();
    const [used, unused] = [graph.input('used', [2]), graph.input('unused', [2])];
    expect(() => gradientsOf(of.sumAll(used), [used, unused])).toThrow('does not depend on unused');
  });
});

/** The sum of the answer's elements times fixed numbers, and its gradients. */
async function evaluator(shapes: readonly Shape[], build: Build, mix?: readonly number[]) {
  const graph = new Graph();
  const inputs = shapes.map((shape, index) => graph.input(`x${index}`, shape));
  const answer = build(...inputs);
  const random = createRandom(3);
  const factors = mix ?? Array.from({ length: sizeOf(answer.shape) }, () => random.next() - 0.3);
  const loss = of.sumAll(of.multiply(answer, graph.constant(answer.shape, factors)));
  const slopes = gradientsOf(loss, inputs);
  const bytes = graph.encode('g', { loss, ...Object.fromEntries(slopes.map((slope, at) => [`d${at}`, slope])) });
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const run = (values: readonly Float32Array[]) =>
    session.run(
      Object.fromEntries(values.map((each, at) => [`x${at}`, new Tensor('float32', each, [...shapes[at]!])])),
    );
  return {
    losses: async (values: readonly Float32Array[]) => Number((await run(values))['loss']!.data[0]),
    gradients: async (values: readonly Float32Array[]) => {
      const outputs = await run(values);
      return values.map((_, at) => outputs[`d${at}`]!.data as Float32Array);
    },
  };
}
