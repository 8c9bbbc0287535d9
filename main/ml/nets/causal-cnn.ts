import { add, relu } from '../autodiff/operations.ts';
import { causalConvolution, layerNorm, linear, newest } from './layers.ts';
import type { Net, WindowShape } from './net.ts';

/** Dilated causal convolutions with residuals: layer n looks 2ⁿ bars apart, so reach doubles with each. */
export function causalCnn(
  window: WindowShape,
  outputs: number,
  { width, layers, taps }: { readonly width: number; readonly layers: number; readonly taps: number },
): Net {
  return {
    window,
    outputs,
    forward(x, parameters) {
      let state = linear(x, parameters, 'entry', width);
      for (let layer = 0; layer < layers; layer++) {
        const calm = layerNorm(state, parameters, `norm${layer}`);
        const seen = causalConvolution(calm, parameters, `convolution${layer}`, { width, taps, dilation: 2 ** layer });
        state = add(state, relu(seen));
      }
      return { outputs: linear(newest(state), parameters, 'output', outputs) };
    },
  };
}
