import { Graph, type Value } from '../../ml/autodiff/graph.ts';
import { concat, slice, softmax, tanh } from '../../ml/autodiff/operations.ts';
import {
  frozenParameters,
  type Layout,
  layoutOf,
  type Parameters,
  parametersOf,
} from '../../ml/autodiff/parameters.ts';
import { ANY } from '../../ml/autodiff/shape.ts';
import { openGraph } from '../../ml/autodiff/training-session.ts';
import { STEP } from '../../ml/autodiff/training-step.ts';
import { linear } from '../../ml/nets/layers.ts';
import { type Scaler, scaleInGraph } from '../../ml/nets/scaler.ts';
import { encodeModel } from '../../ml/onnx/model-proto.ts';
import { type InferenceSession, Tensor } from '../../ml/onnx-runtime.ts';
import { ACTIONS } from './market-place.ts';

/** What an agent decides with: two layers, then one number for each action, and where it learns by PPO one for the state. */
export interface PolicyNet {
  readonly width: number;
  readonly actions: number;
  readonly hidden: number;
  /** `probabilities`: logits of a choice; `values`: what each action is worth. */
  readonly says: 'probabilities' | 'values';
}

export interface PolicyAnswer {
  /** Logits, or what each action is worth: [batch, actions]. */
  readonly actions: Value;
  /** What the state is worth, [batch, 1]. */
  readonly worth: Value;
}

/** @param states scaled, [batch, width] */
export function policyForward(net: PolicyNet, states: Value, parameters: Parameters): PolicyAnswer {
  const trunk = (name: string): Value => {
    const first = tanh(linear(states, parameters, `${name}.first`, net.hidden));
    return tanh(linear(first, parameters, `${name}.second`, net.hidden));
  };
  const actions = linear(trunk('actions'), parameters, 'actions', net.actions);
  if (net.says === 'values') return { actions, worth: slice(actions, 1, 0, 1) };
  return { actions, worth: linear(trunk('worth'), parameters, 'worth', 1) };
}

export function policyLayout(net: PolicyNet): Layout {
  const graph = new Graph();
  return layoutOf(graph, (parameters) => policyForward(net, graph.input('states', [1, net.width]), parameters));
}

/** Asks a net whose weights change as it learns: they are an input, and nothing is built anew. */
export class PolicyAsker {
  readonly #net: PolicyNet;
  readonly #session: InferenceSession;

  private constructor(net: PolicyNet, session: InferenceSession) {
    this.#net = net;
    this.#session = session;
  }

  static async open(net: PolicyNet): Promise<PolicyAsker> {
    const graph = new Graph();
    const layout = policyLayout(net);
    const states = graph.input('states', [ANY, net.width]);
    const { actions, worth } = policyForward(
      net,
      states,
      parametersOf(layout, graph.input(STEP.weights, [layout.size])),
    );
    return new PolicyAsker(net, await openGraph(graph.encode('policy', { actions, worth })));
  }

  async ask(weights: Float32Array, states: Float32Array): Promise<{ actions: Float32Array; worth: Float32Array }> {
    const outputs = await this.#session.run({
      [STEP.weights]: new Tensor('float32', weights, [weights.length]),
      states: new Tensor('float32', states, [states.length / this.#net.width, this.#net.width]),
    });
    return { actions: outputs['actions']!.data as Float32Array, worth: outputs['worth']!.data as Float32Array };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** Names of an agent file's input and output. */
export const AGENT_INPUT = 'state';
export const AGENT_OUTPUT = 'action_shares';

/**
 * The agent as a file: raw features and the side held (−1, 0, 1) in, [batch, width]; a share of one for each action out. Of an
 * agent that values actions the shares are a softmax of the values: a ranking with a measure, not chances.
 */
export function encodeAgent(net: PolicyNet, weights: Float32Array, scaler: Scaler): Uint8Array<ArrayBuffer> {
  const graph = new Graph();
  const given = graph.input(AGENT_INPUT, [ANY, net.width]);
  const features = net.width - 1;
  const states = concat([scaleInGraph(slice(given, 1, 0, features), scaler), slice(given, 1, features, 1)], 1);
  const { actions } = policyForward(net, states, frozenParameters(policyLayout(net), graph, weights));
  const parts = graph.parts({ [AGENT_OUTPUT]: softmax(actions) });
  return encodeModel({
    graphName: 'agent',
    producerVersion: '1',
    metadata: new Map([
      ['says', net.says],
      ['actions', ACTIONS.slice(0, net.actions).join(',')],
    ]),
    ...parts,
  });
}
