import { type Graph, graphPackage } from '../support/graph-model.ts';
import type { SmallPackage } from '../support/small-model.ts';

/** `a` is what its first feature says: how far the close lies above its mean of five. */
export const GRAPHS = {
  /** Sure that the way goes on, the surer the further it has gone. */
  follower: {
    constants: { k: -1000 },
    soundAt: [0, 0.001],
    nodes: [
      { op: 'Abs', inputs: ['a'], outputs: ['way'] },
      { op: 'Mul', inputs: ['way', 'k'], outputs: ['z'] },
      { op: 'Sigmoid', inputs: ['z'], outputs: ['p'] },
    ],
  },
  nan: {
    constants: { k: 1000 },
    soundAt: [0.001, 0.003],
    nodes: [
      { op: 'Mul', inputs: ['a', 'k'], outputs: ['x'] },
      { op: 'Log', inputs: ['x'], outputs: ['z'] },
      { op: 'Sigmoid', inputs: ['z'], outputs: ['p'] },
    ],
  },
  infinite: {
    constants: { k: 1000 },
    soundAt: [0.002, 0.004],
    nodes: [
      { op: 'Mul', inputs: ['a', 'k'], outputs: ['x'] },
      { op: 'Relu', inputs: ['x'], outputs: ['above'] },
      { op: 'Reciprocal', inputs: ['above'], outputs: ['p'] },
    ],
  },
  /** As many answers as there are features above zero. */
  chatty: {
    constants: { zero: 0 },
    soundAt: [0.001, 0.002],
    nodes: [
      { op: 'Greater', inputs: ['features', 'zero'], outputs: ['above'] },
      { op: 'Squeeze', inputs: ['above'], outputs: ['which'] },
      { op: 'Sigmoid', inputs: ['features'], outputs: ['all'] },
      { op: 'Squeeze', inputs: ['all'], outputs: ['row'] },
      { op: 'Compress', inputs: ['row', 'which'], outputs: ['p'] },
    ],
  },
  constant: {
    constants: { none: 0, c: -2 },
    soundAt: [0, 1],
    nodes: [
      { op: 'Mul', inputs: ['a', 'none'], outputs: ['x'] },
      { op: 'Add', inputs: ['x', 'c'], outputs: ['z'] },
      { op: 'Sigmoid', inputs: ['z'], outputs: ['p'] },
    ],
  },
} satisfies Record<string, Graph>;

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
export const ANSWERS: Record<keyof typeof GRAPHS, readonly number[]> = {
  follower: [0.5, sigmoid(-1)],
  nan: [0.5, 0.75],
  infinite: [0.5, 0.25],
  chatty: [sigmoid(0.001), sigmoid(0.002)],
  constant: [sigmoid(-2), sigmoid(-2)],
};

/** One of them with its package. */
export const model = (name: keyof typeof GRAPHS, change?: Parameters<typeof graphPackage>[3]): Promise<SmallPackage> =>
  graphPackage(name, GRAPHS[name], ANSWERS[name], change);
