import type { Random } from '../../engine/kernel/random.ts';
import type { Graph, Value } from './graph.ts';
import { reshape, slice } from './operations.ts';
import { type Shape, sizeOf } from './shape.ts';

/** One number of a parameter as training begins, the one at position `at`. */
export type Initial = (random: Random, at: number) => number;

/** Where a net's forward pass takes its weights from. The same names in the same order give the same layout. */
export interface Parameters {
  take(name: string, shape: Shape, initial: Initial): Value;
}

interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly initial: Initial;
}

/** All parameters of a net as one flat vector. */
export interface Layout {
  readonly parameters: readonly Parameter[];
  readonly size: number;
}

/** Runs a forward pass for the parameters that it takes. */
export function layoutOf(graph: Graph, forward: (parameters: Parameters) => unknown): Layout {
  const parameters: Parameter[] = [];
  let size = 0;
  forward({
    take(name, shape, initial) {
      if (parameters.some((each) => each.name === name)) throw new RangeError(`parameter ${name} is taken twice`);
      parameters.push({ name, shape, offset: size, initial });
      size += sizeOf(shape);
      return graph.input(name, shape);
    },
  });
  return { parameters, size };
}

/** The weights that training begins with: the same seed gives the same. */
export function initialWeights({ parameters, size }: Layout, random: Random): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(size);
  for (const { offset, shape, initial } of parameters) {
    for (let at = 0; at < sizeOf(shape); at++) weights[offset + at] = initial(random, at);
  }
  return weights;
}

/** Parameters cut out of a flat vector in the graph; `taken` collects them in the order of the layout. */
export function parametersOf(layout: Layout, flat: Value, taken: Value[] = []): Parameters {
  return {
    take(name, shape) {
      const { offset } = find(layout, name);
      const value = reshape(slice(flat, 0, offset, sizeOf(shape)), shape);
      taken.push(value);
      return value;
    },
  };
}

/** Parameters that are part of the file, with the numbers of `weights`. */
export function frozenParameters(layout: Layout, graph: Graph, weights: Float32Array): Parameters {
  return {
    take(name, shape) {
      const { offset } = find(layout, name);
      return graph.constant(shape, weights.subarray(offset, offset + sizeOf(shape)));
    },
  };
}

function find(layout: Layout, name: string): Parameter {
  const found = layout.parameters.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`no parameter ${name} in the layout`);
  return found;
}

export const zeros: Initial = () => 0;
export const ones: Initial = () => 1;

/** Uniform with the variance that keeps signals their size through a layer (Glorot and Bengio, 2010). */
export function glorot(inputs: number, outputs: number): Initial {
  const bound = Math.sqrt(6 / (inputs + outputs));
  return (random) => (2 * random.next() - 1) * bound;
}
