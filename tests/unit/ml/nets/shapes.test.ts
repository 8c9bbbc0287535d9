import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradientsOf } from '../../../../main/ml/autodiff/gradients.ts';
import { Graph, type Value } from '../../../../main/ml/autodiff/graph.ts';
import * as of from '../../../../main/ml/autodiff/operations.ts';
import { broadcastShape, type Shape, sizeOf } from '../../../../main/ml/autodiff/shape.ts';
import { InferenceSession, Tensor } from '../../../../main/ml/onnx-runtime.ts';

const extent = fc.integer({ min: 1, max: 4 });
const shapes = fc.array(extent, { minLength: 1, maxLength: 4 });

/** Two shapes that broadcast: each axis of either may be one, and the second may lack the first few. */
const pairs = fc
  .tuple(shapes, fc.array(fc.constantFrom('both', 'left', 'right'), { minLength: 4, maxLength: 4 }), fc.nat(3))
  .map(([full, kept, missing]): [Shape, Shape] => [
    full.map((each, axis) => (kept[axis] === 'right' ? 1 : each)),
    full.map((each, axis) => (kept[axis] === 'left' ? 1 : each)).slice(Math.min(missing, full.length - 1)),
  ]);

const steps: Record<string, (x: Value, choice: number) => Value> = {
  transpose: (x, choice) => {
    const order = x.shape.map((_, axis) => axis);
    return of.transpose(x, [...order.slice(choice % order.length), ...order.slice(0, choice % order.length)]);
  },
  flatten: (x) => of.reshape(x, [sizeOf(x.shape)]),
  slice: (x, choice) => of.slice(x, choice % x.shape.length, 0, Math.ceil(x.shape[choice % x.shape.length]! / 2)),
  concat: (x, choice) => of.concat([x, of.square(x), x], choice % x.shape.length),
  pad: (x, choice) => of.padFront(x, choice % x.shape.length, 2),
  sum: (x, choice) => of.sumOver(x, [choice % x.shape.length]),
  softmax: (x) => of.softmax(x),
  normalize: (x) => of.normalize(x),
  stack: (x) => of.stack([x, of.tanh(x)], 0),
};

async function dimsOf(graph: Graph, inputs: readonly Value[], outputs: Record<string, Value>) {
  const session = await InferenceSession.create(graph.encode('g', outputs), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const given = inputs.map(({ name, shape }) => [
    name,
    new Tensor('float32', new Float32Array(sizeOf(shape)).fill(0.5), [...shape]),
  ]);
  const answered = await session.run(Object.fromEntries(given));
  await session.release();
  return Object.fromEntries(Object.entries(answered).map(([name, { dims }]) => [name, [...dims]]));
}

describe('shapes', () => {
  it('of a broadcast sum and of its gradients are those that the runtime gives', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([a, b]) => {
        const graph = new Graph();
        const inputs = [graph.input('a', a), graph.input('b', b)] as const;
        const answer = of.multiply(...inputs);
        const [da, db] = gradientsOf(of.sumAll(of.square(answer)), inputs) as [Value, Value];
        const dims = await dimsOf(graph, inputs, { answer, da, db });
        expect(dims).toEqual({ answer: [...broadcastShape(a, b)], da: [...a], db: [...b] });
      }),
      { numRuns: 60 },
    );
  });

  it('are kept true by any chain of operators, there and back', async () => {
    const chain = fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(11)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(shapes, chain, async (shape, links) => {
        const graph = new Graph();
        const x = graph.input('x', shape);
        const answer = links.reduce((value, [name, choice]) => steps[name]!(value, choice), of.scale(x, 1));
        const [dx] = gradientsOf(of.sumAll(of.square(answer)), [x]) as [Value];
        expect(await dimsOf(graph, [x], { answer, dx })).toEqual({ answer: [...answer.shape], dx: [...shape] });
      }),
      { numRuns: 80 },
    );
  });

  it.each([
    ['shapes that do not broadcast', (a: Value, b: Value) => of.add(a, b), 'do not broadcast'],
    ['matrices that do not fit', (a: Value, b: Value) => of.matmul(a, b), 'cannot be multiplied'],
    ['another number of numbers', (a: Value) => of.reshape(a, [7]), 'cannot take the shape'],
    ['a slice beyond the end', (a: Value) => of.slice(a, 1, 2, 2), 'is not within axis 1'],
    ['an axis that is not there', (a: Value) => of.slice(a, 2, 0, 1), 'no axis 2'],
    ['parts of different widths', (a: Value, b: Value) => of.concat([a, b], 1), 'does not continue'],
  ] as const)('refuse %s as the graph is built', (_, build, message) => {
    const graph = new Graph();
    expect(() => build(graph.input('a', [2, 3]), graph.input('b', [4, 2]))).toThrow(message);
  });

  it('no Concat has more parts than a GPU shader may bind', async () => {
    const graph = new Graph();
    const x = graph.input('x', [1, 40]);
    const parts = Array.from({ length: 40 }, (_, at) => of.slice(x, 1, 39 - at, 1));
    const { nodes } = graph.parts({ answer: of.concat(parts, 1) });
    const widths = nodes.filter(({ op }) => op === 'Concat').map(({ inputs }) => inputs.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(6);
    expect(Math.min(...widths)).toBeGreaterThan(1);
  });
});
