import { gradientsOf } from './gradients.ts';
import { Graph, type Value } from './graph.ts';
import {
  add,
  concat,
  divide,
  multiply,
  relu,
  reshape,
  scale,
  shift,
  sqrt,
  square,
  subtract,
  sumAll,
} from './operations.ts';
import { type Layout, type Parameters, parametersOf } from './parameters.ts';

/** Adam (Kingma and Ba, 2015) with decoupled weight decay. */
export interface AdamOptions {
  /** Decay of the mean of gradients and of their squares. */
  readonly beta1: number;
  readonly beta2: number;
  /** Share of a weight that is taken off per unit of learning rate. */
  readonly weightDecay: number;
  /** The gradient is made shorter where its length over all parameters is greater; null to leave it. */
  readonly gradientLengthMax: number | null;
}

export const ADAM: AdamOptions = { beta1: 0.9, beta2: 0.999, weightDecay: 0, gradientLengthMax: null };

const EPSILON = 1e-8;

/** Names of the inputs and outputs of a training step that are not the batch. */
export const STEP = {
  weights: 'weights',
  mean: 'mean',
  square: 'square',
  rate: 'rate',
  loss: 'loss',
  nextWeights: 'next_weights',
  nextMean: 'next_mean',
  nextSquare: 'next_square',
} as const;

/**
 * One step of training as an ONNX file: forward, backward and Adam. Inputs are those that `lossOf` declares, the flat weights and
 * moments, and the rate for this step (`stepRate`); outputs are the loss before the step and the next weights and moments.
 */
export function encodeTrainingStep(
  layout: Layout,
  lossOf: (graph: Graph, parameters: Parameters) => Value,
  options: AdamOptions,
): Uint8Array<ArrayBuffer> {
  const graph = new Graph();
  const flat = (name: string): Value => graph.input(name, [layout.size]);
  const [weights, mean, squares] = [flat(STEP.weights), flat(STEP.mean), flat(STEP.square)];
  const rate = graph.input(STEP.rate, []);
  const taken: Value[] = [];
  const loss = lossOf(graph, parametersOf(layout, weights, taken));
  const parts = gradientsOf(loss, taken).map((gradient, at) => reshape(gradient, [sizeAt(layout, at)]));
  const gradient = shorten(concat(parts, 0), options.gradientLengthMax);
  const nextMean = blend(mean, gradient, options.beta1);
  const nextSquare = blend(squares, square(gradient), options.beta2);
  const direction = divide(nextMean, shift(sqrt(nextSquare), EPSILON));
  const change = options.weightDecay === 0 ? direction : add(direction, scale(weights, options.weightDecay));
  const nextWeights = subtract(weights, multiply(change, rate));
  return graph.encode('training step', {
    [STEP.loss]: loss,
    [STEP.nextWeights]: nextWeights,
    [STEP.nextMean]: nextMean,
    [STEP.nextSquare]: nextSquare,
  });
}

/** The rate to give to step `number` (from 1): the moments begin at zero, and this makes up for it. */
export const stepRate = (learningRate: number, number: number, { beta1, beta2 }: AdamOptions): number =>
  (learningRate * Math.sqrt(1 - beta2 ** number)) / (1 - beta1 ** number);

const blend = (old: Value, fresh: Value, keep: number): Value => add(scale(old, keep), scale(fresh, 1 - keep));

const sizeAt = ({ parameters, size }: Layout, at: number): number =>
  (parameters[at + 1]?.offset ?? size) - parameters[at]!.offset;

/** Direction kept, length at most `lengthMax`: max(a, b) is b + relu(a − b). */
function shorten(gradient: Value, lengthMax: number | null): Value {
  if (lengthMax === null) return gradient;
  const length = sqrt(sumAll(square(gradient)));
  const longest = shift(relu(shift(length, -lengthMax)), lengthMax);
  return scale(divide(gradient, longest), lengthMax);
}
