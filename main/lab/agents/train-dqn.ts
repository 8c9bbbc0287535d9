import { createRandom, type Random } from '../../engine/kernel/random.ts';
import type { Graph, Value } from '../../ml/autodiff/graph.ts';
import {
  add,
  multiply,
  negate,
  relu,
  scale,
  shift,
  square,
  subtract,
  sumAll,
  sumOver,
} from '../../ml/autodiff/operations.ts';
import { initialWeights, type Parameters } from '../../ml/autodiff/parameters.ts';
import { freshState, TrainingSession } from '../../ml/autodiff/training-session.ts';
import { ADAM, type AdamOptions, encodeTrainingStep } from '../../ml/autodiff/training-step.ts';
import { Tensor } from '../../ml/onnx-runtime.ts';
import { scalerOf } from './agent-paths.ts';
import { MarketCrowd, stateWidth } from './market-crowd.ts';
import { actionCount } from './market-place.ts';
import { PolicyAsker, type PolicyNet, policyForward, policyLayout } from './policy-net.ts';
import { type Moments, ReplayBuffer } from './replay-buffer.ts';
import { largestAt, type TrainedAgent } from './trading-agent.ts';
import type { AgentTraining } from './train-ppo.ts';

export interface DqnOptions {
  readonly accounts: number;
  readonly episodeBars: number;
  /** Bars that every account lives through; the net learns once after each. */
  readonly bars: number;
  readonly batch: number;
  readonly hidden: number;
  readonly learningRate: number;
  readonly discount: number;
  /** Moments that are remembered. */
  readonly memory: number;
  /** Share of actions taken at random: from one at the start to this, reached half way. */
  readonly exploreAtEnd: number;
  /** Bars after which the net that judges the next state is renewed. */
  readonly renewBars: number;
}

export const DQN: DqnOptions = {
  accounts: 32,
  episodeBars: 256,
  bars: 6_000,
  batch: 256,
  hidden: 64,
  learningRate: 1e-3,
  discount: 0.95,
  memory: 100_000,
  exploreAtEnd: 0.05,
  renewBars: 100,
};

const ADAM_DQN: AdamOptions = { ...ADAM, gradientLengthMax: 10 };
const TOLD_EVERY_BARS = 100;

/**
 * A deep Q-network (Mnih et al., 2015) in its double form (van Hasselt et al., 2016): learns what each action is worth from moments
 * drawn from memory; one net chooses the next action, an older one says what it is worth.
 * @throws the signal's reason once it is aborted
 */
export async function trainDqn(
  { paths, settings, seed, signal, onProgress }: AgentTraining,
  options: DqnOptions = DQN,
): Promise<TrainedAgent> {
  const random = createRandom(seed);
  const scaler = scalerOf(paths);
  const net: PolicyNet = {
    width: stateWidth(paths),
    actions: actionCount(settings),
    hidden: options.hidden,
    says: 'values',
  };
  const layout = policyLayout(net);
  const crowd = new MarketCrowd(paths, scaler, settings, options, random);
  const memory = new ReplayBuffer(options.memory, net.width);
  const asker = await PolicyAsker.open(net);
  let session: TrainingSession | null = null;
  try {
    const bytes = encodeTrainingStep(layout, (graph, parameters) => dqnLoss(graph, parameters, net, options), ADAM_DQN);
    session = await TrainingSession.open(bytes, ADAM_DQN, freshState(initialWeights(layout, random)));
    let older = session.state.weights;
    let rewards = 0;
    for (let bar = 1; bar <= options.bars; bar++) {
      signal?.throwIfAborted();
      const { weights } = session.state;
      const explore = Math.max(options.exploreAtEnd, 1 - (2 * bar) / options.bars);
      rewards += await live(crowd, asker, weights, net, explore, memory, random);
      if (memory.size >= options.batch) {
        const moments = memory.draw(options.batch, random);
        const targets = await targetsOf(moments, asker, weights, older, net, options.discount);
        await session.step(batchOf(moments, targets, net), options.learningRate);
      }
      if (bar % options.renewBars === 0) older = session.state.weights;
      if (bar % TOLD_EVERY_BARS !== 0) continue;
      onProgress?.({ round: bar, rounds: options.bars, meanReward: rewards / (TOLD_EVERY_BARS * crowd.size) });
      rewards = 0;
    }
    return { net, weights: session.state.weights, scaler };
  } finally {
    await session?.release();
    await asker.release();
  }
}

/** One bar of every account, remembered. Returns the sum of rewards. */
async function live(
  crowd: MarketCrowd,
  asker: PolicyAsker,
  weights: Float32Array,
  net: PolicyNet,
  explore: number,
  memory: ReplayBuffer,
  random: Random,
): Promise<number> {
  const states = crowd.states();
  const { actions: values } = await asker.ask(weights, states);
  const actions = Uint8Array.from({ length: crowd.size }, (_, at) =>
    random.next() < explore
      ? Math.floor(random.next() * net.actions)
      : largestAt(values, at * net.actions, net.actions),
  );
  const { rewards, ended } = crowd.step(actions);
  memory.add({ states, actions, rewards, nextStates: crowd.states(), ended });
  return rewards.reduce((sum, reward) => sum + reward, 0);
}

/** Reward and what the best next action is worth. */
async function targetsOf(
  { rewards, nextStates, ended }: Moments,
  asker: PolicyAsker,
  weights: Float32Array,
  older: Float32Array,
  { actions }: PolicyNet,
  discount: number,
): Promise<Float32Array> {
  const { actions: chosenBy } = await asker.ask(weights, nextStates);
  const { actions: judgedBy } = await asker.ask(older, nextStates);
  return rewards.map((reward, at) => {
    if (ended[at] === 1) return reward;
    return reward + discount * judgedBy[at * actions + largestAt(chosenBy, at * actions, actions)]!;
  });
}

function batchOf(
  { states, actions: chosen }: Moments,
  targets: Float32Array,
  { width, actions }: PolicyNet,
): Record<string, Tensor> {
  const choices = new Float32Array(chosen.length * actions);
  for (const [at, choice] of chosen.entries()) choices[at * actions + choice] = 1;
  return {
    states: new Tensor('float32', states, [chosen.length, width]),
    choices: new Tensor('float32', choices, [chosen.length, actions]),
    targets: new Tensor('float32', targets, [chosen.length, 1]),
  };
}

/** Huber's loss: square where the net is off by less than one, straight beyond. */
function dqnLoss(graph: Graph, parameters: Parameters, net: PolicyNet, { batch }: DqnOptions): Value {
  const { actions } = policyForward(net, graph.input('states', [batch, net.width]), parameters);
  const said = sumOver(multiply(actions, graph.input('choices', [batch, net.actions])), [1]);
  const off = subtract(said, graph.input('targets', [batch, 1]));
  const size = add(relu(off), relu(negate(off)));
  const beyond = relu(shift(size, -1));
  return scale(sumAll(add(scale(square(subtract(size, beyond)), 0.5), beyond)), 1 / batch);
}
