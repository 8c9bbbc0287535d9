import { InferenceSession, Tensor } from '../onnx-runtime.ts';
import type { TrainingProvider } from '../providers/provider.ts';
import { type AdamOptions, STEP, stepRate } from './training-step.ts';

/** All that training changes. */
export interface TrainingState {
  readonly weights: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
  /** Steps taken. */
  readonly steps: number;
}

/** One thread and no arena: more threads were slower on a busy machine, and an arena keeps memory that the app needs. */
export function openGraph(bytes: Uint8Array, provider: TrainingProvider = 'cpu'): Promise<InferenceSession> {
  return InferenceSession.create(bytes, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: false,
    // DirectML forbids it, and at these sizes it gains nothing anywhere.
    enableMemPattern: false,
    logSeverityLevel: 4,
    ...(provider === 'cpu' ? {} : { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
  });
}

/** The state that training begins with. */
export const freshState = (weights: Float32Array): TrainingState => ({
  weights,
  mean: new Float32Array(weights.length),
  square: new Float32Array(weights.length),
  steps: 0,
});

/** Takes steps with a graph of `encodeTrainingStep`. One step at a time; release it when nothing runs. */
export class TrainingSession {
  readonly #session: InferenceSession;
  readonly #adam: AdamOptions;
  #weights: Tensor;
  #mean: Tensor;
  #square: Tensor;
  #steps: number;

  private constructor(session: InferenceSession, adam: AdamOptions, state: TrainingState) {
    this.#session = session;
    this.#adam = adam;
    const flat = (values: Float32Array): Tensor => new Tensor('float32', values, [values.length]);
    this.#weights = flat(state.weights);
    this.#mean = flat(state.mean);
    this.#square = flat(state.square);
    this.#steps = state.steps;
  }

  static async open(
    bytes: Uint8Array,
    adam: AdamOptions,
    state: TrainingState,
    provider: TrainingProvider = 'cpu',
  ): Promise<TrainingSession> {
    return new TrainingSession(await openGraph(bytes, provider), adam, state);
  }

  /**
   * One step on a batch. Returns the loss before it.
   *
   * @throws RangeError where the loss is no number any more: the weights are lost
   */
  async step(batch: Readonly<Record<string, Tensor>>, learningRate: number): Promise<number> {
    this.#steps += 1;
    const rate = Float32Array.of(stepRate(learningRate, this.#steps, this.#adam));
    const outputs = await this.#session.run({
      ...batch,
      [STEP.weights]: this.#weights,
      [STEP.mean]: this.#mean,
      [STEP.square]: this.#square,
      [STEP.rate]: new Tensor('float32', rate, []),
    });
    const loss = Number(outputs[STEP.loss]!.data[0]);
    if (!Number.isFinite(loss)) throw new RangeError(`the loss became ${loss} at step ${this.#steps}`);
    this.#weights = outputs[STEP.nextWeights]!;
    this.#mean = outputs[STEP.nextMean]!;
    this.#square = outputs[STEP.nextSquare]!;
    return loss;
  }

  get state(): TrainingState {
    const values = (tensor: Tensor): Float32Array => tensor.data as Float32Array;
    return {
      weights: values(this.#weights),
      mean: values(this.#mean),
      square: values(this.#square),
      steps: this.#steps,
    };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
