import type { Value } from '../autodiff/graph.ts';
import {
  add,
  concat,
  elu,
  matmul,
  multiply,
  reshape,
  scale,
  sigmoid,
  slice,
  softmax,
  stack,
  sumOver,
  transpose,
} from '../autodiff/operations.ts';
import { glorot, type Parameters, zeros } from '../autodiff/parameters.ts';
import { sizeOf } from '../autodiff/shape.ts';
import { attend, layerNorm, linear, project } from './layers.ts';
import { lstmStates } from './lstm.ts';
import type { Net, WindowShape } from './net.ts';

interface TemporalFusionSizes {
  /** A multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  /** Points ahead that are answered for. */
  readonly horizons: number;
}

const HIDDEN = -1e9;

/**
 * A temporal fusion transformer (Lim et al., 2021) without static covariates: features are weighed bar by bar, an LSTM reads the past and
 * goes on over the horizons, each of which then attends to everything before it. Outputs are grouped by horizon. What is known of
 * the future is the horizon's number alone.
 *
 * @param outputs numbers over all horizons
 */
export function temporalFusion(window: WindowShape, outputs: number, sizes: TemporalFusionSizes): Net {
  const { width, heads, horizons } = sizes;
  if (outputs % horizons !== 0) throw new RangeError(`${outputs} outputs cannot be shared by ${horizons} horizons`);
  return {
    window,
    outputs,
    knowsImportance: true,
    forward(x, parameters) {
      const { chosen, shares } = selectVariables(x, parameters, width);
      const past = lstmStates(chosen, parameters, 'encoder', width);
      const ahead = horizonsOf(past.at(-1)!.hidden, parameters, horizons, width);
      const future = lstmStates(ahead, parameters, 'decoder', width, past.at(-1)!);
      const told = stack(
        [...past, ...future].map(({ hidden }) => hidden),
        1,
      );
      const local = gatedSum(told, concat([chosen, ahead], 1), parameters, 'local');
      const asked = slice(local, 1, window.bars, horizons);
      const heard = attendInterpretably(asked, local, parameters, heads, window.bars);
      const enriched = gatedSum(heard, asked, parameters, 'attended');
      const thought = gatedResidual(enriched, parameters, 'thought', width);
      const answer = linear(gatedSum(thought, asked, parameters, 'final'), parameters, 'output', outputs / horizons);
      return {
        outputs: reshape(answer, [x.shape[0]!, outputs]),
        importance: reshape(scale(sumOver(shares, [1]), 1 / window.bars), [x.shape[0]!, window.features]),
      };
    },
  };
}

/** Every feature on its own way to `width` numbers, then a weighted sum of them; the weights are the bar's own. */
function selectVariables(x: Value, parameters: Parameters, width: number): { chosen: Value; shares: Value } {
  const [batch, bars, features] = x.shape as [number, number, number];
  const each = parameters.take('embedding.weight', [features, width], glorot(1, width));
  const embedded = add(
    multiply(reshape(x, [batch, bars, features, 1]), each),
    parameters.take('embedding.bias', [features, width], zeros),
  );
  const flat = reshape(embedded, [batch, bars, features * width]);
  const shares = softmax(
    linear(elu(linear(flat, parameters, 'selection.hidden', width)), parameters, 'selection', features),
  );
  const processed = perFeature(embedded, parameters, width);
  const chosen = matmul(reshape(shares, [batch, bars, 1, features]), processed);
  return { chosen: reshape(chosen, [batch, bars, width]), shares };
}

/** A small net of its own for each feature: [batch, bars, features, width] in and out. */
function perFeature(embedded: Value, parameters: Parameters, width: number): Value {
  const [batch, bars, features] = embedded.shape as [number, number, number, number];
  const weights = (name: string, columns: number): Value =>
    parameters.take(`feature.${name}`, [features, width, columns], glorot(width, columns));
  const biases = (name: string, columns: number): Value =>
    parameters.take(`feature.${name}.bias`, [features, 1, columns], zeros);
  // One product per feature, over all its bars at once.
  const byFeature = reshape(transpose(embedded, [2, 0, 1, 3]), [features, sizeOf([batch, bars]), width]);
  const hidden = elu(add(matmul(byFeature, weights('hidden', width)), biases('hidden', width)));
  const gated = gate(add(matmul(hidden, weights('gate', 2 * width)), biases('gate', 2 * width)));
  const kept = layerNorm(add(byFeature, gated), parameters, 'feature.norm');
  return transpose(reshape(kept, [features, batch, bars, width]), [1, 2, 0, 3]);
}

/** The first half, let through as far as the second half says. */
function gate(x: Value): Value {
  const axis = x.shape.length - 1;
  const width = x.shape[axis]! / 2;
  return multiply(slice(x, axis, 0, width), sigmoid(slice(x, axis, width, width)));
}

/** `x` through a gate, added to what it came from, and brought to size. */
function gatedSum(x: Value, skipped: Value, parameters: Parameters, name: string): Value {
  const width = skipped.shape.at(-1)!;
  return layerNorm(add(skipped, gate(linear(x, parameters, `${name}.gate`, 2 * width))), parameters, `${name}.norm`);
}

function gatedResidual(x: Value, parameters: Parameters, name: string, width: number): Value {
  const hidden = linear(elu(linear(x, parameters, `${name}.hidden`, width)), parameters, `${name}.second`, width);
  return gatedSum(hidden, x, parameters, name);
}

/** A learnt vector for each horizon, for each of the batch. */
function horizonsOf(like: Value, parameters: Parameters, horizons: number, width: number): Value {
  const vectors = parameters.take('horizons', [1, horizons, width], glorot(width, width));
  const zero = scale(reshape(like, [like.shape[0]!, 1, width]), 0);
  return add(zero, vectors);
}

/** Heads that share one set of values, so that their mean weight is the weight: each horizon sees the past and those before it. */
function attendInterpretably(asked: Value, all: Value, parameters: Parameters, heads: number, bars: number): Value {
  const [batch, horizons, width] = asked.shape as [number, number, number];
  const steps = bars + horizons;
  const hidden = Array.from({ length: horizons * steps }, (_, at) =>
    at % steps > bars + Math.floor(at / steps) ? HIDDEN : 0,
  );
  const values = linear(all, parameters, 'attention.values', width / heads);
  const shared = concat(new Array<Value>(heads).fill(values), 2);
  const queries = linear(asked, parameters, 'attention.queries', width);
  const keys = project(all, parameters, 'attention.keys', width);
  const mask = asked.graph.constant([1, 1, horizons, steps], hidden);
  const heard = reshape(attend(queries, keys, shared, heads, mask), [batch, horizons, heads, width / heads]);
  const mean = scale(sumOver(heard, [2]), 1 / heads);
  return linear(reshape(mean, [batch, horizons, width / heads]), parameters, 'attention', width);
}
