import { createRandom } from '../../engine/kernel/random.ts';
import { initialWeights } from '../autodiff/parameters.ts';
import { freshState, openGraph, TrainingSession } from '../autodiff/training-session.ts';
import { ADAM, type AdamOptions, STEP } from '../autodiff/training-step.ts';
import type { FitOptions, ProviderAsked } from '../families/family.ts';
import { type InferenceSession, Tensor } from '../onnx-runtime.ts';
import type { StepTrial } from '../providers/race-task.ts';
import { batchOf, groupsOf, type NetSamples } from './batches.ts';
import { type FitState, readFitState, writeFitState } from './fit-state.ts';
import type { Net } from './net.ts';
import { encodeNetLoss, encodeNetStep, netLayout, WEIGHT_SUM } from './net-graphs.ts';
import type { Objective } from './objective.ts';

export interface NetTraining {
  readonly epochs: number;
  readonly batch: number;
  /** Reached after a warm-up, then falling to a tenth along half a cosine. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Epochs without a better loss on the samples to stop by, after which it stops. */
  readonly patience: number;
}

const GRADIENT_LENGTH_MAX = 1;
const WARM_UP_SHARE = 0.05;
const RATE_SHARE_AT_END = 0.1;

/** Everything a fit needs of the net and its samples. */
export interface FitSubject {
  readonly net: Net;
  readonly objective: Objective;
  readonly training: NetSamples;
  readonly stopping: NetSamples | null;
}

/**
 * Trains a net by epochs over shuffled samples and answers the weights that did best on the samples to stop by, or the last ones
 * where there are none. After each epoch it saves where it is; from there a later fit goes on and ends with the same weights, bit
 * for bit on one machine and one provider, as one that was never interrupted.
 */
export async function fitNet(
  subject: FitSubject,
  training: NetTraining,
  { seed, signal, onProgress, checkpoint, providerOf }: Omit<FitOptions, 'hyperParameters' | 'stopping'>,
): Promise<Float32Array> {
  const adam: AdamOptions = { ...ADAM, weightDecay: training.weightDecay, gradientLengthMax: GRADIENT_LENGTH_MAX };
  const layout = netLayout(subject.net);
  const fresh = (): FitState => {
    const weights = initialWeights(layout, createRandom(seed));
    return { epoch: 0, training: freshState(weights), best: weights, bestLoss: Number.POSITIVE_INFINITY, bestEpoch: 0 };
  };
  let state = readFitState(checkpoint?.saved ?? null, layout.size) ?? fresh();
  const graph = encodeNetStep(subject.net, subject.objective, training.batch, adam);
  const provider =
    (await providerOf?.(asking(subject, training, { graph, adam, weights: state.training.weights }))) ?? 'cpu';
  const judge = subject.stopping && (await openJudge(subject, subject.stopping, training.batch));
  let session: TrainingSession | null = null;
  try {
    session = await TrainingSession.open(graph, adam, state.training, provider);
    while (state.epoch < training.epochs && state.epoch - state.bestEpoch < training.patience) {
      const trainingLoss = await epoch(session, subject.training, training, state.epoch, seed, signal);
      const stoppingLoss = judge && (await judge.lossOf(session.state.weights, signal));
      state = advance(state, session, stoppingLoss);
      checkpoint?.save(writeFitState(state));
      onProgress?.({ step: state.epoch, steps: training.epochs, trainingLoss, stoppingLoss });
    }
    return state.best;
  } finally {
    await session?.release();
    await judge?.release();
  }
}

/** What it takes to say where this fit is best done. */
function asking(
  { training: samples }: FitSubject,
  { batch, epochs, learningRate }: NetTraining,
  step: Pick<StepTrial, 'graph' | 'adam' | 'weights'>,
): ProviderAsked {
  const [first = new Int32Array(1)] = groupsOf(samples, batch, null);
  return {
    weights: step.weights.length,
    cells: batch * samples.window.bars * samples.window.features,
    steps: epochs * Math.ceil(samples.rowOf.length / batch),
    trial: () => ({ ...step, batch: batchOf(samples, first, batch), learningRate }),
  };
}

function advance(state: FitState, session: TrainingSession, stoppingLoss: number | null): FitState {
  const epoch = state.epoch + 1;
  const training = session.state;
  const better = stoppingLoss === null || stoppingLoss < state.bestLoss;
  if (!better) return { ...state, epoch, training };
  return { epoch, training, best: training.weights, bestLoss: stoppingLoss ?? state.bestLoss, bestEpoch: epoch };
}

/** Every sample once. Returns the mean loss of the batches. */
async function epoch(
  session: TrainingSession,
  samples: NetSamples,
  { batch, epochs, learningRate }: NetTraining,
  number: number,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const groups = [...groupsOf(samples, batch, createRandom(seed ^ Math.imul(number + 1, 0x9e3779b1)))];
  let sum = 0;
  for (const [at, group] of groups.entries()) {
    signal?.throwIfAborted();
    const done = (number + at / groups.length) / epochs;
    sum += await session.step(batchOf(samples, group, batch), learningRate * rateShare(done));
  }
  return sum / groups.length;
}

/** Share of the learning rate after a share of all steps. */
function rateShare(done: number): number {
  if (done < WARM_UP_SHARE) return (done + WARM_UP_SHARE / 10) / (WARM_UP_SHARE * 1.1);
  const fallen = (1 - Math.cos(Math.PI * ((done - WARM_UP_SHARE) / (1 - WARM_UP_SHARE)))) / 2;
  return 1 - (1 - RATE_SHARE_AT_END) * fallen;
}

interface Judge {
  lossOf(weights: Float32Array, signal: AbortSignal | undefined): Promise<number>;
  release(): Promise<void>;
}

async function openJudge({ net, objective }: FitSubject, samples: NetSamples, batch: number): Promise<Judge> {
  const session: InferenceSession = await openGraph(encodeNetLoss(net, objective, batch));
  return {
    async lossOf(weights, signal) {
      const flat = new Tensor('float32', weights, [weights.length]);
      let [sum, weight] = [0, 0];
      for (const group of groupsOf(samples, batch, null)) {
        signal?.throwIfAborted();
        const outputs = await session.run({ ...batchOf(samples, group, batch), [STEP.weights]: flat }, [
          STEP.loss,
          WEIGHT_SUM,
        ]);
        const counted = Number(outputs[WEIGHT_SUM]!.data[0]);
        sum += Number(outputs[STEP.loss]!.data[0]) * counted;
        weight += counted;
      }
      return sum / weight;
    },
    release: () => session.release(),
  };
}
