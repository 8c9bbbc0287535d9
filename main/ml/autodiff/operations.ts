import { intAttribute, intsAttribute } from '../onnx/model-proto.ts';
import type { Contribution, Value } from './graph.ts';
import { ANY, axisOf, broadcastShape, type Shape, sameShape, sizeOf, withExtent } from './shape.ts';

/**
 * Operators with their gradients, only such as every provider has a kernel for: no Sign, LogSoftmax or Scan, Slice in place of
 * a wide Split, and Concat in trees. Shapes broadcast as in ONNX.
 */

/** WebGPU guarantees eight storage buffers to a shader: a wider Concat fails when it runs. */
const CONCAT_INPUTS_MAX = 6;

const whole = (value: Value): Contribution => ({ kind: 'whole', value });

/** An operator on two values that broadcast; `left` and `right` give the gradients in the shape of the answer. */
function elementwise(
  op: string,
  a: Value,
  b: Value,
  left: (gradient: Value) => Value,
  right: (gradient: Value) => Value,
): Value {
  return a.graph.emit(op, [a, b], broadcastShape(a.shape, b.shape), {
    parents: [a, b],
    backward: (gradient) => [whole(sumToShape(left(gradient), a.shape)), whole(sumToShape(right(gradient), b.shape))],
  });
}

export const add = (a: Value, b: Value): Value =>
  elementwise(
    'Add',
    a,
    b,
    (g) => g,
    (g) => g,
  );

export const subtract = (a: Value, b: Value): Value => elementwise('Sub', a, b, (g) => g, negate);

export const multiply = (a: Value, b: Value): Value =>
  elementwise(
    'Mul',
    a,
    b,
    (g) => multiply(g, b),
    (g) => multiply(g, a),
  );

export const divide = (a: Value, b: Value): Value => {
  const answer: Value = elementwise(
    'Div',
    a,
    b,
    (g) => divide(g, b),
    (g) => negate(divide(multiply(g, answer), b)),
  );
  return answer;
};

/** `value × factor`, the factor a plain number. */
export const scale = (value: Value, factor: number): Value => multiply(value, value.graph.scalar(factor));
/** `value + term`, the term a plain number. */
export const shift = (value: Value, term: number): Value => add(value, value.graph.scalar(term));

/** An operator on one value, element by element; `slope` gives the gradient from that of the answer and the answer. */
function pointwise(op: string, x: Value, slope: (gradient: Value, answer: Value) => Value): Value {
  const answer: Value = x.graph.emit(op, [x], x.shape, { parents: [x], backward: (g) => [whole(slope(g, answer))] });
  return answer;
}

export const negate = (x: Value): Value => pointwise('Neg', x, (g) => negate(g));
export const exp = (x: Value): Value => pointwise('Exp', x, (g, y) => multiply(g, y));
export const log = (x: Value): Value => pointwise('Log', x, (g) => divide(g, x));
export const sqrt = (x: Value): Value => pointwise('Sqrt', x, (g, y) => divide(scale(g, 0.5), y));
export const tanh = (x: Value): Value => pointwise('Tanh', x, (g, y) => multiply(g, oneMinus(multiply(y, y))));
export const sigmoid = (x: Value): Value => pointwise('Sigmoid', x, (g, y) => multiply(g, multiply(y, oneMinus(y))));
export const relu = (x: Value): Value => pointwise('Relu', x, (g) => multiply(g, isPositive(x)));

const oneMinus = (x: Value): Value => subtract(x.graph.scalar(1), x);
export const square = (x: Value): Value => multiply(x, x);
/** x × sigmoid(x). */
export const silu = (x: Value): Value => multiply(x, sigmoid(x));

/** Exponential linear unit: x where it is positive, eˣ − 1 elsewhere. */
export const elu = (x: Value): Value =>
  pointwise('Elu', x, (g, y) => {
    const positive = isPositive(x);
    return multiply(g, add(positive, multiply(oneMinus(positive), shift(y, 1))));
  });

/** log(1 + eˣ) without overflow. */
export function softplus(x: Value): Value {
  const { graph } = x;
  const magnitude = add(relu(x), relu(negate(x)));
  const answer = add(relu(x), log(shift(exp(negate(magnitude)), 1)));
  return graph.withGradient(answer, [x], (g) => [whole(multiply(g, sigmoid(x)))]);
}

/** 1 where x > 0, else 0; nothing flows back through it. */
function isPositive(x: Value): Value {
  const greater = x.graph.emit('Greater', [x, x.graph.scalar(0)], x.shape);
  return x.graph.emit('Cast', [greater], x.shape, { attributes: [intAttribute('to', 1)] });
}

/** Stops the gradient. */
export const detach = (x: Value): Value => x.graph.withGradient(x, [], () => []);

/** Matrix product over the last two axes. The axes before them are the same on both sides, or `b` is one matrix for all. */
export function matmul(a: Value, b: Value): Value {
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const [bInner, columns] = b.shape.slice(-2) as [number, number];
  const leading = a.shape.slice(0, -2);
  const shared = b.shape.length === 2;
  if (inner !== bInner || !(shared || sameShape(leading, b.shape.slice(0, -2)))) {
    throw new RangeError(`[${a.shape.join(', ')}] cannot be multiplied with [${b.shape.join(', ')}]`);
  }
  return a.graph.emit('MatMul', [a, b], [...leading, rows, columns], {
    parents: [a, b],
    backward: (g) => {
      const toA = matmul(g, swapLast(b));
      if (!shared || leading.length === 0) return [whole(toA), whole(matmul(swapLast(a), g))];
      const flat = sizeOf(leading) * rows;
      return [whole(toA), whole(matmul(swapLast(reshape(a, [flat, inner])), reshape(g, [flat, columns])))];
    },
  });
}

export function transpose(x: Value, order: readonly number[]): Value {
  const back = order.map((_, axis) => order.indexOf(axis));
  return x.graph.emit(
    'Transpose',
    [x],
    order.map((axis) => x.shape[axis]!),
    {
      attributes: [intsAttribute('perm', order)],
      parents: [x],
      backward: (g) => [whole(transpose(g, back))],
    },
  );
}

function swapLast(x: Value): Value {
  const rank = x.shape.length;
  const order = x.shape.map((_, axis) => axis);
  return transpose(x, [...order.slice(0, rank - 2), rank - 1, rank - 2]);
}

/** The same numbers in another shape. At most one extent may be `ANY`. */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const sizes = [sizeOf(x.shape), sizeOf(shape)];
  if (!sizes.includes(ANY) && sizes[0] !== sizes[1]) {
    throw new RangeError(`[${x.shape.join(', ')}] cannot take the shape [${shape.join(', ')}]`);
  }
  return x.graph.emit('Reshape', [x, x.graph.integers(shape)], shape, {
    parents: [x],
    backward: (g) => [whole(reshape(g, x.shape))],
  });
}

/** `length` steps along an axis from `start`. */
export function slice(x: Value, axis: number, start: number, length: number): Value {
  const at = axisOf(x.shape, axis);
  const extent = x.shape[at]!;
  if (start === 0 && length === extent) return x;
  if (!(start >= 0 && length > 0 && start + length <= extent)) {
    throw new RangeError(`${start} … ${start + length} is not within axis ${at} of [${x.shape.join(', ')}]`);
  }
  const { graph } = x;
  const bounds = [graph.integers([start]), graph.integers([start + length]), graph.integers([at])];
  return graph.emit('Slice', [x, ...bounds], withExtent(x.shape, at, length), {
    parents: [x],
    backward: (value) => [{ kind: 'stretch', axis: at, start, value }],
  });
}

/** One step along an axis, the axis itself gone. */
export function step(x: Value, axis: number, at: number): Value {
  const counted = axisOf(x.shape, axis);
  return reshape(
    slice(x, counted, at, 1),
    x.shape.filter((_, each) => each !== counted),
  );
}

/** The values one behind the other along an axis. */
export function concat(parts: readonly Value[], axis: number): Value {
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError('nothing to put together');
  if (others.length === 0) return first;
  if (parts.length > CONCAT_INPUTS_MAX) {
    const groups: Value[] = [];
    // As even a tree as can be: no level has a group of one.
    const groupCount = Math.ceil(parts.length / CONCAT_INPUTS_MAX);
    for (let group = 0; group < groupCount; group += 1) {
      const from = Math.floor((group * parts.length) / groupCount);
      groups.push(concat(parts.slice(from, Math.floor(((group + 1) * parts.length) / groupCount)), axis));
    }
    return concat(groups, axis);
  }
  const at = axisOf(first.shape, axis);
  const extents = parts.map(({ shape }) => shape[at]!);
  const wrong = others.find(({ shape }) => !sameShape(withExtent(shape, at, extents[0]!), first.shape));
  if (wrong)
    throw new RangeError(`[${wrong.shape.join(', ')}] does not continue [${first.shape.join(', ')}] on axis ${at}`);
  const total = extents.reduce((a, b) => a + b, 0);
  return first.graph.emit('Concat', parts, withExtent(first.shape, at, total), {
    attributes: [intAttribute('axis', at)],
    parents: parts,
    backward: (g) => {
      let start = 0;
      return extents.map((extent) => {
        const part = slice(g, at, start, extent);
        start += extent;
        return whole(part);
      });
    },
  });
}

/** The values side by side on a new axis. */
export function stack(parts: readonly Value[], axis: number): Value {
  return concat(
    parts.map((part) => reshape(part, part.shape.toSpliced(axis, 0, 1))),
    axis,
  );
}

/** Zeros before the first step along an axis. */
export function padFront(x: Value, axis: number, count: number): Value {
  if (count === 0) return x;
  const at = axisOf(x.shape, axis);
  const { graph } = x;
  const pads = x.shape.map((_, each) => (each === at ? count : 0));
  const inputs = [x, graph.integers([...pads, ...x.shape.map(() => 0)]), graph.scalar(0)];
  return graph.emit('Pad', inputs, withExtent(x.shape, at, x.shape[at]! + count), {
    parents: [x],
    backward: (g) => [whole(slice(g, at, count, x.shape[at]!))],
  });
}

/** One value in every place of a larger shape. */
export const expand = (x: Value, shape: Shape): Value =>
  x.graph.emit('Expand', [x, x.graph.integers(shape)], shape, {
    parents: [x],
    backward: (g) => [whole(sumToShape(g, x.shape))],
  });

/** Sum over axes, which stay with an extent of one. */
export function sumOver(x: Value, axes: readonly number[]): Value {
  const counted = axes.map((axis) => axisOf(x.shape, axis));
  const shape = x.shape.map((extent, axis) => (counted.includes(axis) ? 1 : extent));
  return x.graph.emit('ReduceSum', [x, x.graph.integers(counted)], shape, {
    attributes: [intAttribute('keepdims', 1)],
    parents: [x],
    backward: (g) => [whole(expand(g, x.shape))],
  });
}

/** Mean over one axis, which stays with an extent of one. */
export const meanOver = (x: Value, axis: number): Value =>
  scale(sumOver(x, [axis]), 1 / x.shape[axisOf(x.shape, axis)]!);

/** Sum of all elements, as a scalar. */
export const sumAll = (x: Value): Value =>
  x.shape.length === 0
    ? x
    : reshape(
        sumOver(
          x,
          x.shape.map((_, axis) => axis),
        ),
        [],
      );

/** Undoes broadcasting: sums over the axes along which `shape` was stretched. */
export function sumToShape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  const stretched = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < extra || (shape[axis - extra] === 1 && x.shape[axis] !== 1));
  return reshape(sumOver(x, stretched), shape);
}

/** Shares of one over the last axis. */
export function softmax(x: Value): Value {
  const answer: Value = x.graph.emit('Softmax', [x], x.shape, {
    attributes: [intAttribute('axis', x.shape.length - 1)],
    parents: [x],
    backward: (g) => [whole(multiply(answer, subtract(g, sumOver(multiply(g, answer), [-1]))))],
  });
  return answer;
}

/** log(softmax(x)) over the last axis, without overflow. */
export function logSoftmax(x: Value): Value {
  const { graph } = x;
  const last = x.shape.length - 1;
  const top = graph.emit('ReduceMax', [x, graph.integers([last])], withExtent(x.shape, last, 1), {
    attributes: [intAttribute('keepdims', 1)],
  });
  const centred = subtract(x, top);
  const answer = subtract(centred, log(sumOver(exp(centred), [last])));
  return graph.withGradient(answer, [x], (g) => [whole(subtract(g, multiply(exp(answer), sumOver(g, [last]))))]);
}

/** Mean 0 and variance 1 over the last axis. */
export function normalize(x: Value): Value {
  const centred = subtract(x, meanOver(x, -1));
  const inverse = divide(x.graph.scalar(1), sqrt(shift(meanOver(square(centred), -1), 1e-5)));
  const answer = multiply(centred, inverse);
  return x.graph.withGradient(answer, [x], (g) => {
    const along = multiply(answer, meanOver(multiply(g, answer), -1));
    return [whole(multiply(inverse, subtract(subtract(g, meanOver(g, -1)), along)))];
  });
}
