import { describe, expect, it } from 'vitest';
import { featureSetReversalV1 } from '../../../../main/engine/features/feature-set-reversal-v1.ts';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { type AgentPaths, agentPaths } from '../../../../main/lab/agents/agent-paths.ts';
import { bootstrapCandles } from '../../../../main/lab/agents/bootstrap-candles.ts';
import { judgeAgent } from '../../../../main/lab/agents/judge-agent.ts';
import { agentSettings } from '../../../../main/lab/agents/market-place.ts';
import { TradingAgent, type TrainedAgent } from '../../../../main/lab/agents/trading-agent.ts';
import { DQN, trainDqn } from '../../../../main/lab/agents/train-dqn.ts';
import { type AgentTraining, PPO, trainPpo } from '../../../../main/lab/agents/train-ppo.ts';
import { trendingCandles } from '../../../support/trending-candles.ts';

const SEEN = featureSetReversalV1.features.length;
const settings = agentSettings({ shorts: true });

/** A market, paths drawn from it, and a later stretch that nobody saw. */
function market(drift: number): { known: AgentPaths; paths: AgentPaths; later: AgentPaths } {
  const known = trendingCandles({ bars: 3_000, seed: 1, drift });
  const random = createRandom(2);
  const drawn = Array.from({ length: 6 }, () => bootstrapCandles(known, 800, 200, random));
  return {
    known: agentPaths([known], featureSetReversalV1),
    paths: agentPaths(drawn, featureSetReversalV1),
    later: agentPaths([trendingCandles({ bars: 2_000, seed: 3, drift })], featureSetReversalV1),
  };
}

const trending = market(0.5);
const train: Record<string, (plan: AgentTraining) => Promise<TrainedAgent>> = {
  ppo: (plan) => trainPpo(plan, { ...PPO, rollouts: 25 }),
  dqn: (plan) => trainDqn(plan, { ...DQN, bars: 1_500 }),
};

describe.each(Object.keys(train))('an agent taught by %s', (kind) => {
  it('learns to earn more than its costs where the market trends, on candles it has not seen', async () => {
    const rewards: number[] = [];
    const trained = await train[kind]!({
      paths: trending.paths,
      settings,
      seed: 5,
      onProgress: ({ meanReward }) => rewards.push(meanReward),
    });
    const { agent, verdict } = await judgeAgent(trained, trending.known, trending.later, settings, 1);
    expect(rewards[0]).toBeLessThan(0);
    expect(rewards.at(-1)).toBeGreaterThan(0);
    expect(agent.netReturn).toBeGreaterThan(0.2);
    expect(verdict).not.toBe('no edge');
  });
});

describe('an agent', () => {
  it('has no edge on a random walk, where any trade only costs', async () => {
    const walk = market(0);
    const trained = await trainPpo({ paths: walk.paths, settings, seed: 5 }, { ...PPO, rollouts: 15 });
    const { verdict } = await judgeAgent(trained, walk.known, walk.later, settings, 1);
    expect(verdict).toBe('no edge');
  });

  it('is the same for the same seed, and decides the same for the same state, with its share', async () => {
    const quick = { ...PPO, rollouts: 2, rolloutBars: 16, batch: 128 };
    const teach = (seed: number) => trainPpo({ paths: trending.paths, settings, seed }, quick);
    const [first, again, other] = [await teach(1), await teach(1), await teach(2)];
    expect(again.weights).toEqual(first.weights);
    expect(other.weights).not.toEqual(first.weights);

    const agent = await TradingAgent.open(first);
    const features = trending.later.matrix.cells.subarray(100 * SEEN, 101 * SEEN);
    const { action, confidence } = await agent.actWithConfidence(features, 1);
    expect(await agent.act(features, 1)).toBe(action);
    expect(confidence).toBeGreaterThanOrEqual(1 / 3);
    expect(confidence).toBeLessThanOrEqual(1);
    await expect(agent.act(features.subarray(1), 0)).rejects.toThrow(
      `${SEEN - 1} features given, the agent sees ${SEEN}`,
    );
    await agent.release();
  });

  it('on a spot account has no short to choose', async () => {
    const spot = agentSettings();
    const trained = await trainDqn({ paths: trending.paths, settings: spot, seed: 1 }, { ...DQN, bars: 40 });
    expect(trained.net.actions).toBe(2);
  });

  it.each(Object.keys(train))('stops learning by %s when told to', async (kind) => {
    const control = new AbortController();
    const onProgress = (): void => control.abort(new Error('no longer wanted'));
    const plan = { paths: trending.paths, settings, seed: 1, signal: control.signal, onProgress };
    await expect(train[kind]!(plan)).rejects.toThrow('no longer wanted');
  });
});
