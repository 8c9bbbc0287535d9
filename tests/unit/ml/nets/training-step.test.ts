import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../../../../main/ml/autodiff/graph.ts';
import { add, multiply, square, sumAll } from '../../../../main/ml/autodiff/operations.ts';
import { layoutOf, type Parameters, zeros } from '../../../../main/ml/autodiff/parameters.ts';
import { freshState, TrainingSession } from '../../../../main/ml/autodiff/training-session.ts';
import { ADAM, type AdamOptions, encodeTrainingStep } from '../../../../main/ml/autodiff/training-step.ts';

const STEEPNESS = [1, 10, 100];
const START = Float32Array.of(3, -2, 0.5);

/** Σ steepness × weight²: its gradient is 2 × steepness × weight. */
function lossOf(graph: Graph, parameters: Parameters): Value {
  const bowl = (x: Value, steepness: readonly number[]): Value =>
    sumAll(multiply(square(x), graph.constant(x.shape, steepness)));
  const wide = bowl(parameters.take('wide', [2], zeros), STEEPNESS.slice(0, 2));
  return add(wide, bowl(parameters.take('steep', [1, 1], zeros), STEEPNESS.slice(2)));
}

/** Adam as its paper has it, in double precision. */
function reference(
  steps: number,
  rate: number,
  { beta1, beta2, weightDecay, gradientLengthMax }: AdamOptions,
): number[] {
  const weights = [...START];
  const [mean, squares] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (let number = 1; number <= steps; number++) {
    const raw = weights.map((weight, at) => 2 * STEEPNESS[at]! * weight);
    const length = Math.hypot(...raw);
    const gradient = raw.map((each) =>
      gradientLengthMax !== null && length > gradientLengthMax ? (each * gradientLengthMax) / length : each,
    );
    for (const at of [0, 1, 2]) {
      mean[at] = beta1 * mean[at]! + (1 - beta1) * gradient[at]!;
      squares[at] = beta2 * squares[at]! + (1 - beta2) * gradient[at]! ** 2;
      const [m, v] = [mean[at]! / (1 - beta1 ** number), squares[at]! / (1 - beta2 ** number)];
      const decayed = (weightDecay * weights[at]! * Math.sqrt(1 - beta2 ** number)) / (1 - beta1 ** number);
      weights[at]! -= rate * (m / Math.sqrt(v) + decayed);
    }
  }
  return weights;
}

async function train(steps: number, adam: AdamOptions): Promise<{ weights: Float32Array; losses: number[] }> {
  const graph = new Graph();
  const layout = layoutOf(graph, (parameters) => lossOf(graph, parameters));
  const session = await TrainingSession.open(encodeTrainingStep(layout, lossOf, adam), adam, freshState(START));
  const losses: number[] = [];
  for (let number = 0; number < steps; number++) losses.push(await session.step({}, 0.05));
  const { weights } = session.state;
  await session.release();
  return { weights, losses };
}

describe('a training step', () => {
  it.each([
    ['plain', ADAM],
    ['with weights that decay', { ...ADAM, weightDecay: 0.1 }],
    ['with gradients made shorter', { ...ADAM, gradientLengthMax: 3 }],
    ['with other memories', { ...ADAM, beta1: 0.7, beta2: 0.95 }],
  ])('moves as Adam does, %s', async (_, adam) => {
    const { weights, losses } = await train(40, adam);
    for (const [at, expected] of reference(40, 0.05, adam).entries()) expect(weights[at]).toBeCloseTo(expected, 4);
    expect(losses[0]).toBeCloseTo(9 + 40 + 25, 4);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  });

  it('gives the same bits twice', async () => {
    const adam = { ...ADAM, gradientLengthMax: 5 };
    expect(await train(25, adam)).toEqual(await train(25, adam));
  });

  it('says so where the loss is no number any more', async () => {
    const graph = new Graph();
    const layout = layoutOf(graph, (parameters) => lossOf(graph, parameters));
    const state = freshState(START.with(1, Number.NaN));
    const session = await TrainingSession.open(encodeTrainingStep(layout, lossOf, ADAM), ADAM, state);
    await expect(session.step({}, 0.05)).rejects.toThrow('the loss became NaN at step 1');
    await session.release();
  });
});
