import { openGraph } from '../../ml/autodiff/training-session.ts';
import type { Scaler } from '../../ml/nets/scaler.ts';
import { type InferenceSession, Tensor } from '../../ml/onnx-runtime.ts';
import { AGENT_INPUT, AGENT_OUTPUT, encodeAgent, type PolicyNet } from './policy-net.ts';

export interface Decision {
  /** Position in `ACTIONS`. */
  readonly action: number;
  /** The action's share of one. It has not been calibrated: it ranks this agent's decisions and says nothing of chances. */
  readonly confidence: number;
}

/** What training ends with. */
export interface TrainedAgent {
  readonly net: PolicyNet;
  readonly weights: Float32Array;
  readonly scaler: Scaler;
}

/** A trained agent that decides: the same file that would be shipped. It is a research object: nothing in the terminal trades by it. */
export class TradingAgent {
  readonly #session: InferenceSession;
  readonly #width: number;

  private constructor(session: InferenceSession, width: number) {
    this.#session = session;
    this.#width = width;
  }

  static async open({ net, weights, scaler }: TrainedAgent): Promise<TradingAgent> {
    return new TradingAgent(await openGraph(encodeAgent(net, weights, scaler)), net.width);
  }

  /**
   * What it wants to hold. The same state gives the same action.
   *
   * @param features raw, in the order of its feature set
   * @param side held now: 1 long, −1 short, 0 flat
   */
  async act(features: ArrayLike<number>, side: number): Promise<number> {
    return (await this.actWithConfidence(features, side)).action;
  }

  async actWithConfidence(features: ArrayLike<number>, side: number): Promise<Decision> {
    if (features.length !== this.#width - 1) {
      throw new RangeError(`${features.length} features given, the agent sees ${this.#width - 1}`);
    }
    const state = new Float32Array(this.#width);
    state.set(features);
    state[this.#width - 1] = side;
    const outputs = await this.#session.run({ [AGENT_INPUT]: new Tensor('float32', state, [1, this.#width]) });
    const shares = outputs[AGENT_OUTPUT]!.data as Float32Array;
    const action = largestAt(shares, 0, shares.length);
    return { action, confidence: shares[action]! };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** Place of the largest of `count` numbers from `from` on; the first of equals. */
export function largestAt(values: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let at = 1; at < count; at++) if (values[from + at]! > values[from + best]!) best = at;
  return best;
}
