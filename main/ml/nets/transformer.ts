import type { Value } from '../autodiff/graph.ts';
import { add, silu } from '../autodiff/operations.ts';
import { glorot, type Parameters } from '../autodiff/parameters.ts';
import { attend, layerNorm, linear, newest, project } from './layers.ts';
import type { Net, WindowShape } from './net.ts';

interface TransformerSizes {
  /** A multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/** An encoder with learnt places and the norm before each part; the newest bar answers. The window is all past: no mask. */
export function transformer(window: WindowShape, outputs: number, { width, heads, layers }: TransformerSizes): Net {
  return {
    window,
    outputs,
    forward(x, parameters) {
      const places = parameters.take('places', [window.bars, width], glorot(width, width));
      let state = add(linear(x, parameters, 'entry', width), places);
      for (let layer = 0; layer < layers; layer++) state = block(state, parameters, `layer${layer}`, heads);
      return { outputs: linear(newest(layerNorm(state, parameters, 'norm')), parameters, 'output', outputs) };
    },
  };
}

function block(x: Value, parameters: Parameters, name: string, heads: number): Value {
  const width = x.shape[2]!;
  const calm = layerNorm(x, parameters, `${name}.attention.norm`);
  const part = (role: string): Value => linear(calm, parameters, `${name}.${role}`, width);
  const heard = attend(part('queries'), project(calm, parameters, `${name}.keys`, width), part('values'), heads);
  const state = add(x, linear(heard, parameters, `${name}.heard`, width));
  const thought = silu(
    linear(layerNorm(state, parameters, `${name}.thought.norm`), parameters, `${name}.thought`, 2 * width),
  );
  return add(state, linear(thought, parameters, `${name}.said`, width));
}
