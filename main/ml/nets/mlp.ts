import { silu } from '../autodiff/operations.ts';
import { flatten, linear } from './layers.ts';
import type { Net, WindowShape } from './net.ts';

/** A multilayer perceptron over the whole window at once. */
export function mlp(window: WindowShape, outputs: number, { hidden }: { readonly hidden: readonly number[] }): Net {
  return {
    window,
    outputs,
    forward(x, parameters) {
      let state = flatten(x);
      for (const [layer, width] of hidden.entries()) state = silu(linear(state, parameters, `hidden${layer}`, width));
      return { outputs: linear(state, parameters, 'output', outputs) };
    },
  };
}
