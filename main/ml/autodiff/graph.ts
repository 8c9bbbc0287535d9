import {
  encodeModel,
  type FloatValueSpec,
  floatTensor,
  int64Tensor,
  type ModelSpec,
  type NodeSpec,
} from '../onnx/model-proto.ts';
import { ANY, type Shape, sizeOf } from './shape.ts';

/** What a value's gradient adds to one of its parents: to all of it, or to a stretch along an axis. */
export type Contribution =
  | { readonly kind: 'whole'; readonly value: Value }
  | { readonly kind: 'stretch'; readonly axis: number; readonly start: number; readonly value: Value };

/** From the gradient with respect to a value to what it contributes to each parent, in their order; null for nothing. */
export type Backward = (gradient: Value) => readonly (Contribution | null)[];

/** A float32 tensor in a graph: an input, a constant, or what an operator answers. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly shape: Shape;
  /** In the order in which the graph was built: parents come before their children. */
  readonly order: number;
  readonly parents: readonly Value[];
  readonly backward: Backward;
}

export type GraphParts = Pick<ModelSpec, 'inputs' | 'outputs' | 'initializers' | 'nodes'>;

const noGradient: Backward = () => [];

/** A float32 graph under construction. Values are made by `operations.ts`; `encode` writes what the outputs need. */
export class Graph {
  readonly #nodes: NodeSpec[] = [];
  readonly #initializers = new Map<string, Uint8Array>();
  readonly #inputs: Value[] = [];
  readonly #scalars = new Map<number, Value>();
  #count = 0;

  input(name: string, shape: Shape): Value {
    const value = this.#value(name, shape, [], noGradient);
    this.#inputs.push(value);
    return value;
  }

  /** A tensor that is part of the file. */
  constant(shape: Shape, values: ArrayLike<number>): Value {
    if (values.length !== sizeOf(shape)) {
      throw new RangeError(`${values.length} values given for [${shape.join(', ')}]`);
    }
    const name = this.#nextName('constant');
    this.#initializers.set(name, floatTensor(name, shape, values));
    return this.#value(name, shape, [], noGradient);
  }

  /** A constant scalar, kept once however often it is asked for. */
  scalar(number: number): Value {
    const known = this.#scalars.get(number);
    if (known) return known;
    const value = this.constant([], [number]);
    this.#scalars.set(number, value);
    return value;
  }

  /** The name of an int64 vector: shapes, axes and bounds are inputs of their operators. */
  integers(values: readonly number[]): string {
    const name = `integers_${values.join('_')}`;
    if (!this.#initializers.has(name)) this.#initializers.set(name, int64Tensor(name, [values.length], values));
    return name;
  }

  /**
   * One operator with one output.
   *
   * @param inputs values, or names from `integers`
   * @param parents values that a gradient may flow to; `backward` answers for these, in this order
   */
  emit(
    op: string,
    inputs: readonly (Value | string)[],
    shape: Shape,
    { attributes = [], parents = [], backward = noGradient }: EmitOptions = {},
  ): Value {
    const output = this.#nextName(op.toLowerCase());
    const names = inputs.map((input) => (typeof input === 'string' ? input : input.name));
    this.#nodes.push({ op, inputs: names, outputs: [output], attributes });
    return this.#value(output, shape, parents, backward);
  }

  /** The same tensor with another way back: for values whose gradient is known in a better form than operator by operator. */
  withGradient(value: Value, parents: readonly Value[], backward: Backward): Value {
    return this.#value(value.name, value.shape, parents, backward);
  }

  /**
   * What an ONNX file of the outputs is made of, and no more.
   *
   * @param outputs name in the file → value
   */
  parts(outputs: Readonly<Record<string, Value>>): GraphParts {
    const named = Object.entries(outputs);
    const results = named.map(([name, value]): NodeSpec => ({ op: 'Identity', inputs: [value.name], outputs: [name] }));
    const { nodes, needed } = this.#neededBy(results);
    return {
      inputs: this.#inputs.filter(({ name }) => needed.has(name)).map(({ name, shape }) => spec(name, shape)),
      outputs: named.map(([name, { shape }]) => spec(name, shape)),
      initializers: [...this.#initializers].filter(([name]) => needed.has(name)).map(([, tensor]) => tensor),
      nodes: [...nodes, ...results],
    };
  }

  /** A file of this graph alone, for the runtime to run: nobody else reads it. */
  encode(graphName: string, outputs: Readonly<Record<string, Value>>): Uint8Array<ArrayBuffer> {
    return encodeModel({ graphName, producerVersion: '1', metadata: new Map(), ...this.parts(outputs) });
  }

  /** Nodes in their order of building, which is an order in which they can run. */
  #neededBy(results: readonly NodeSpec[]): { nodes: NodeSpec[]; needed: Set<string> } {
    const needed = new Set(results.flatMap(({ inputs }) => inputs));
    const nodes: NodeSpec[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!needed.has(node.outputs[0]!)) continue;
      nodes.push(node);
      for (const input of node.inputs) needed.add(input);
    }
    return { nodes: nodes.reverse(), needed };
  }

  #value(name: string, shape: Shape, parents: readonly Value[], backward: Backward): Value {
    return { graph: this, name, shape, order: this.#count++, parents, backward };
  }

  #nextName(kind: string): string {
    return `${kind}_${this.#count}`;
  }
}

const spec = (name: string, shape: Shape): FloatValueSpec => ({
  name,
  dims: shape.map((extent) => (extent === ANY ? 'batch' : extent)),
});

interface EmitOptions {
  readonly attributes?: readonly Uint8Array[];
  readonly parents?: readonly Value[];
  readonly backward?: Backward;
}
