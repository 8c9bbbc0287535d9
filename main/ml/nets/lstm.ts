import type { Value } from '../autodiff/graph.ts';
import { add, matmul, multiply, sigmoid, slice, step, tanh } from '../autodiff/operations.ts';
import { glorot, type Initial, type Parameters } from '../autodiff/parameters.ts';
import { linear } from './layers.ts';
import type { Net, WindowShape } from './net.ts';

/** What an LSTM carries from bar to bar, both [batch, width]. */
export interface LstmState {
  readonly hidden: Value;
  readonly cell: Value;
}

/** A long short-term memory net that answers at the newest bar. */
export function lstm(window: WindowShape, outputs: number, { width }: { readonly width: number }): Net {
  return {
    window,
    outputs,
    forward(x, parameters) {
      const { hidden } = lstmStates(x, parameters, 'lstm', width).at(-1)!;
      return { outputs: linear(hidden, parameters, 'output', outputs) };
    },
  };
}

/** One layer over [batch, steps, features], unrolled: the state after each step. It begins with `before`, or with nothing. */
export function lstmStates(
  x: Value,
  parameters: Parameters,
  name: string,
  width: number,
  before?: LstmState,
): LstmState[] {
  const steps = x.shape[1]!;
  const recurrent = parameters.take(`${name}.recurrent`, [width, 4 * width], glorot(width, width));
  const incoming = linear(x, parameters, name, 4 * width, rememberingAtFirst(width));
  const states: LstmState[] = [];
  let state = before;
  for (let at = 0; at < steps; at++) {
    const fresh = step(incoming, 1, at);
    const gates = state === undefined ? fresh : add(fresh, matmul(state.hidden, recurrent));
    const open = sigmoid(slice(gates, 1, 0, 3 * width));
    const [input, forget, output] = [0, 1, 2].map((gate) => slice(open, 1, gate * width, width)) as [
      Value,
      Value,
      Value,
    ];
    const candidate = multiply(input, tanh(slice(gates, 1, 3 * width, width)));
    const cell: Value = state === undefined ? candidate : add(multiply(forget, state.cell), candidate);
    state = { hidden: multiply(output, tanh(cell)), cell };
    states.push(state);
  }
  return states;
}

/** The forget gate begins open: what is seen early is to reach the end before the net has learnt what to keep. */
const rememberingAtFirst =
  (width: number): Initial =>
  (_, at) =>
    Math.floor(at / width) === 1 ? 1 : 0;
