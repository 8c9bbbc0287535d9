import { createRandom, type Random } from '../../engine/kernel/random.ts';
import type { Graph, Value } from '../../ml/autodiff/graph.ts';
import {
  add,
  exp,
  logSoftmax,
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
import type { RunSettings } from '../backtest/settings.ts';
import { type AgentPaths, scalerOf } from './agent-paths.ts';
import { MarketCrowd, stateWidth } from './market-crowd.ts';
import { actionCount } from './market-place.ts';
import { PolicyAsker, type PolicyNet, policyForward, policyLayout } from './policy-net.ts';
import type { TrainedAgent } from './trading-agent.ts';

export interface PpoOptions {
  readonly accounts: number;
  readonly episodeBars: number;
  /** Bars that every account lives through before the net learns from them. */
  readonly rolloutBars: number;
  readonly rollouts: number;
  /** Times that a rollout is gone through. */
  readonly passes: number;
  readonly batch: number;
  readonly hidden: number;
  readonly learningRate: number;
  /** Share of a reward that counts one bar earlier. */
  readonly discount: number;
  /** How far an advantage looks ahead before it trusts the net's own worth (λ). */
  readonly trace: number;
  /** A choice's chance is not moved beyond this share in one rollout. */
  readonly clip: number;
  /** What is paid for keeping choices open. */
  readonly entropyShare: number;
}

export const PPO: PpoOptions = {
  accounts: 32,
  episodeBars: 256,
  rolloutBars: 64,
  rollouts: 100,
  passes: 4,
  batch: 512,
  hidden: 64,
  learningRate: 1e-3,
  discount: 0.97,
  trace: 0.9,
  clip: 0.2,
  entropyShare: 0.005,
};

const ADAM_PPO: AdamOptions = { ...ADAM, gradientLengthMax: 0.5 };
const WORTH_SHARE = 0.5;

export interface AgentTraining {
  readonly paths: AgentPaths;
  readonly settings: RunSettings;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Mean reward of a bar, after each round. */
  readonly onProgress?: (progress: {
    readonly round: number;
    readonly rounds: number;
    readonly meanReward: number;
  }) => void;
}

/**
 * Proximal policy optimisation (Schulman et al., 2017): lives through bars, and makes what went better than expected more likely,
 * within limits. The same paths, options and seed give the same agent on one machine.
 * @throws the signal's reason once it is aborted
 */
export async function trainPpo(
  { paths, settings, seed, signal, onProgress }: AgentTraining,
  options: PpoOptions = PPO,
): Promise<TrainedAgent> {
  const random = createRandom(seed);
  const scaler = scalerOf(paths);
  const net: PolicyNet = {
    width: stateWidth(paths),
    actions: actionCount(settings),
    hidden: options.hidden,
    says: 'probabilities',
  };
  const layout = policyLayout(net);
  const crowd = new MarketCrowd(paths, scaler, settings, options, random);
  const asker = await PolicyAsker.open(net);
  let session: TrainingSession | null = null;
  try {
    const bytes = encodeTrainingStep(layout, (graph, parameters) => ppoLoss(graph, parameters, net, options), ADAM_PPO);
    session = await TrainingSession.open(bytes, ADAM_PPO, freshState(initialWeights(layout, random)));
    for (let round = 1; round <= options.rollouts; round++) {
      const lived = await rollout(crowd, asker, session.state.weights, net, options, random, signal);
      const rate = options.learningRate * (1 - (0.9 * (round - 1)) / options.rollouts);
      for (let pass = 0; pass < options.passes; pass++) await learn(session, lived, net, options, rate, random);
      const meanReward = lived.rewards.reduce((sum, reward) => sum + reward, 0) / lived.rewards.length;
      onProgress?.({ round, rounds: options.rollouts, meanReward });
    }
    return { net, weights: session.state.weights, scaler };
  } finally {
    await session?.release();
    await asker.release();
  }
}

interface Lived {
  readonly states: Float32Array;
  /** One-hot. */
  readonly choices: Float32Array;
  readonly oldLogs: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  readonly rewards: Float32Array;
}

async function rollout(
  crowd: MarketCrowd,
  asker: PolicyAsker,
  weights: Float32Array,
  net: PolicyNet,
  { rolloutBars, discount, trace }: PpoOptions,
  random: Random,
  signal: AbortSignal | undefined,
): Promise<Lived> {
  const { size } = crowd;
  const count = rolloutBars * size;
  const states = new Float32Array(count * net.width);
  const choices = new Float32Array(count * net.actions);
  const [oldLogs, rewards, worths] = [new Float32Array(count), new Float32Array(count), new Float32Array(count + size)];
  const ended = new Uint8Array(count);
  for (let bar = 0; bar < rolloutBars; bar++) {
    signal?.throwIfAborted();
    const seen = crowd.states();
    const { actions, worth } = await asker.ask(weights, seen);
    const chosen = Uint8Array.from({ length: size }, (_, at) => {
      const [choice, chanceLog] = choose(actions, at * net.actions, net.actions, random);
      choices[(bar * size + at) * net.actions + choice] = 1;
      oldLogs[bar * size + at] = chanceLog;
      return choice;
    });
    const step = crowd.step(chosen);
    states.set(seen, bar * size * net.width);
    worths.set(worth, bar * size);
    rewards.set(step.rewards, bar * size);
    ended.set(step.ended, bar * size);
  }
  worths.set((await asker.ask(weights, crowd.states())).worth, count);
  const advantages = new Float32Array(count);
  for (let at = count - 1; at >= 0; at--) {
    const goesOn = ended[at] === 1 ? 0 : 1;
    const surprise = rewards[at]! + discount * goesOn * worths[at + size]! - worths[at]!;
    advantages[at] = surprise + discount * trace * goesOn * (advantages[at + size] ?? 0);
  }
  const returns = advantages.map((advantage, at) => advantage + worths[at]!);
  return { states, choices, oldLogs, advantages: standardised(advantages), returns, rewards };
}

/** An action by its chance, and the logarithm of that chance. */
function choose(logits: Float32Array, from: number, count: number, random: Random): [number, number] {
  let top = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < count; at++) top = Math.max(top, logits[from + at]!);
  let total = 0;
  for (let at = 0; at < count; at++) total += Math.exp(logits[from + at]! - top);
  let left = random.next() * total;
  let choice = 0;
  for (; choice < count - 1; choice++) {
    left -= Math.exp(logits[from + choice]! - top);
    if (left < 0) break;
  }
  return [choice, logits[from + choice]! - top - Math.log(total)];
}

function standardised(values: Float32Array): Float32Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) + 1e-8;
  return values.map((value) => (value - mean) / spread);
}

async function learn(
  session: TrainingSession,
  lived: Lived,
  { width, actions }: PolicyNet,
  { batch }: PpoOptions,
  rate: number,
  random: Random,
): Promise<void> {
  const order = Int32Array.from(lived.oldLogs.keys());
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  for (let from = 0; from + batch <= order.length; from += batch) {
    const picked = (values: Float32Array, columns: number): Tensor => {
      const rows = new Float32Array(batch * columns);
      for (let at = 0; at < batch; at++) {
        const row = order[from + at]!;
        rows.set(values.subarray(row * columns, (row + 1) * columns), at * columns);
      }
      return new Tensor('float32', rows, [batch, columns]);
    };
    const tensors = {
      states: picked(lived.states, width),
      choices: picked(lived.choices, actions),
      old_logs: picked(lived.oldLogs, 1),
      advantages: picked(lived.advantages, 1),
      returns: picked(lived.returns, 1),
    };
    await session.step(tensors, rate);
  }
}

/** The clipped surrogate, what the worth of states was off by, and a bonus for undecided choices. */
function ppoLoss(
  graph: Graph,
  parameters: Parameters,
  net: PolicyNet,
  { batch, clip, entropyShare }: PpoOptions,
): Value {
  const column = (name: string): Value => graph.input(name, [batch, 1]);
  const { actions, worth } = policyForward(net, graph.input('states', [batch, net.width]), parameters);
  const logs = logSoftmax(actions);
  const chosen = sumOver(multiply(logs, graph.input('choices', [batch, net.actions])), [1]);
  const ratio = exp(subtract(chosen, column('old_logs')));
  const advantages = column('advantages');
  const clipped = subtract(shift(relu(shift(ratio, clip - 1)), 1 - clip), relu(shift(ratio, -1 - clip)));
  const gain = smaller(multiply(ratio, advantages), multiply(clipped, advantages));
  const off = square(subtract(worth, column('returns')));
  const entropy = negate(multiply(exp(logs), logs));
  const mean = (value: Value): Value => scale(sumAll(value), 1 / batch);
  return add(subtract(scale(mean(off), WORTH_SHARE), mean(gain)), scale(mean(entropy), -entropyShare));
}

const smaller = (a: Value, b: Value): Value => subtract(a, relu(subtract(a, b)));
