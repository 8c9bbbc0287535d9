import type { Value } from '../autodiff/graph.ts';
import {
  add,
  concat,
  matmul,
  multiply,
  normalize,
  padFront,
  reshape,
  scale,
  slice,
  softmax,
  transpose,
} from '../autodiff/operations.ts';
import { glorot, type Initial, ones, type Parameters, zeros } from '../autodiff/parameters.ts';
import { sizeOf } from '../autodiff/shape.ts';

const lastOf = (x: Value): number => x.shape.at(-1)!;

/** x W + b over the last axis. */
export function linear(x: Value, parameters: Parameters, name: string, width: number, bias: Initial = zeros): Value {
  return add(project(x, parameters, name, width), parameters.take(`${name}.bias`, [width], bias));
}

/** x W over the last axis. */
export function project(x: Value, parameters: Parameters, name: string, width: number): Value {
  const inputs = lastOf(x);
  return matmul(x, parameters.take(`${name}.weight`, [inputs, width], glorot(inputs, width)));
}

/** Standardised over the last axis, then stretched and moved as learnt. */
export function layerNorm(x: Value, parameters: Parameters, name: string): Value {
  const width = lastOf(x);
  const gain = parameters.take(`${name}.gain`, [width], ones);
  return add(multiply(normalize(x), gain), parameters.take(`${name}.bias`, [width], zeros));
}

/** All but the batch in one axis. */
export function flatten(x: Value): Value {
  return reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]);
}

/** The newest bar of [batch, bars, width], as [batch, width]. */
export function newest(x: Value): Value {
  const [batch, bars, width] = x.shape as [number, number, number];
  return reshape(slice(x, 1, bars - 1, 1), [batch, width]);
}

/** A convolution over [batch, bars, width] that sees `taps` bars, `dilation` apart, none of them later than its own. */
export function causalConvolution(
  x: Value,
  parameters: Parameters,
  name: string,
  { width, taps, dilation }: { readonly width: number; readonly taps: number; readonly dilation: number },
): Value {
  const bars = x.shape[1]!;
  const padded = padFront(x, 1, (taps - 1) * dilation);
  const seen = Array.from({ length: taps }, (_, tap) => slice(padded, 1, tap * dilation, bars));
  return linear(concat(seen, 2), parameters, name, width);
}

/**
 * Multi-head scaled dot-product attention of `queries` over `keys` and `values`, each [batch, steps, width]. Keys want no bias: it would move
 * all scores of a query alike, and its gradient is nothing but rounding.
 */
export function attend(queries: Value, keys: Value, values: Value, heads: number, mask: Value | null = null): Value {
  const width = lastOf(queries) / heads;
  const split = (x: Value, order: readonly number[]): Value => {
    const [batch, steps, all] = x.shape as [number, number, number];
    return transpose(reshape(x, [batch, steps, heads, all / heads]), order);
  };
  const scores = scale(matmul(split(queries, [0, 2, 1, 3]), split(keys, [0, 2, 3, 1])), 1 / Math.sqrt(width));
  const shares = softmax(mask === null ? scores : add(scores, mask));
  const answer = transpose(matmul(shares, split(values, [0, 2, 1, 3])), [0, 2, 1, 3]);
  const [batch, steps] = queries.shape as [number, number];
  return reshape(answer, [batch, steps, lastOf(values)]);
}
