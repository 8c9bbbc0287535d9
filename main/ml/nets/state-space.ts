import type { Value } from '../autodiff/graph.ts';
import { add, exp, matmul, multiply, negate, reshape, silu, softplus, stack, step } from '../autodiff/operations.ts';
import { type Initial, ones, type Parameters } from '../autodiff/parameters.ts';
import { causalConvolution, layerNorm, linear, newest, project } from './layers.ts';
import type { Net, WindowShape } from './net.ts';

interface StateSpaceSizes {
  readonly width: number;
  /** Numbers that each channel remembers. */
  readonly states: number;
  readonly layers: number;
}

/** How far apart the two convolved bars are, and how many there are, before the states see them. */
const TAPS = { taps: 3, dilation: 1 };

/** A selective state-space model (Mamba-like): what is kept and what is let go depends on the bar itself. */
export function stateSpace(window: WindowShape, outputs: number, sizes: StateSpaceSizes): Net {
  return {
    window,
    outputs,
    forward(x, parameters) {
      let state = linear(x, parameters, 'entry', sizes.width);
      for (let layer = 0; layer < sizes.layers; layer++) {
        state = add(state, block(layerNorm(state, parameters, `norm${layer}`), parameters, `layer${layer}`, sizes));
      }
      return { outputs: linear(newest(layerNorm(state, parameters, 'norm')), parameters, 'output', outputs) };
    },
  };
}

function block(x: Value, parameters: Parameters, name: string, { width, states }: StateSpaceSizes): Value {
  const bars = x.shape[1]!;
  const gate = silu(linear(x, parameters, `${name}.gate`, width));
  const seen = silu(causalConvolution(x, parameters, `${name}.seen`, { width, ...TAPS }));
  const pace = softplus(linear(seen, parameters, `${name}.pace`, width));
  const into = project(seen, parameters, `${name}.into`, states);
  const outOf = project(seen, parameters, `${name}.out-of`, states);
  const decay = negate(exp(parameters.take(`${name}.decay`, [width, states], spreadOver(states))));
  const kept = exp(multiply(column(pace), decay));
  const fed = multiply(column(multiply(pace, seen)), row(into));
  const remembered = scan(kept, fed, bars);
  const read = matmul(remembered, column(outOf));
  const direct = multiply(seen, parameters.take(`${name}.direct`, [width], ones));
  return linear(multiply(add(reshape(read, seen.shape), direct), gate), parameters, `${name}.said`, width);
}

/** hₜ = keptₜ × hₜ₋₁ + fedₜ over the bars of [batch, bars, width, states], bar by bar. */
function scan(kept: Value, fed: Value, bars: number): Value {
  let state = step(fed, 1, 0);
  const all = [state];
  for (let bar = 1; bar < bars; bar++) {
    state = add(multiply(step(kept, 1, bar), state), step(fed, 1, bar));
    all.push(state);
  }
  return stack(all, 1);
}

const column = (x: Value): Value => reshape(x, [...x.shape, 1]);
const row = (x: Value): Value => reshape(x, x.shape.toSpliced(-1, 0, 1));

/** The logarithms of 1 … states, along each row: slow and fast memories side by side. */
const spreadOver =
  (states: number): Initial =>
  (_, at) =>
    Math.log((at % states) + 1);
