import { bootstrapByBlock, dayBlocks, type Estimate, weightedMean } from '../../ml/training/block-bootstrap.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { AgentPaths } from './agent-paths.ts';
import { MarketPlace } from './market-place.ts';
import { TradingAgent, type TrainedAgent } from './trading-agent.ts';

/** What a way of acting came to on one path, costs paid. */
export interface AgentRun {
  /** Logarithmic growth of equity over each bar. */
  readonly growth: Float64Array;
  readonly fills: number;
}

/** A rule on one feature: long beyond the threshold, the other way beyond its negative, as it was in between. */
export interface ThresholdRule {
  readonly feature: number;
  /** 1 follows the feature, −1 goes against it. */
  readonly direction: 1 | -1;
  /** In units of the feature's deviation. */
  readonly threshold: number;
}

export interface AgentJudgement {
  readonly agent: AgentSummary;
  readonly rule: AgentSummary & ThresholdRule;
  readonly holding: AgentSummary;
  /** Mean logarithmic growth of a bar, agent less rule, with its interval by whole days. */
  readonly advantage: Estimate;
  /** Beyond chance, costs paid: it earns more than the rule; it earns, but a rule does as well; it does not earn. */
  readonly verdict: 'better than a rule' | 'no better than a rule' | 'no edge';
}

interface AgentSummary {
  /** Of equity, all costs paid: 0.1 is a gain of ten per cent. */
  readonly netReturn: number;
  readonly fills: number;
}

const THRESHOLDS = [0, 0.25, 0.5, 1, 1.5, 2];
const RESAMPLES = 1_000;

/**
 * Holds an agent against the best threshold rule that the training path had, against holding, and against nothing, on a path
 * that neither saw. All trade by the same rules and pay the same costs.
 */
export async function judgeAgent(
  trained: TrainedAgent,
  training: AgentPaths,
  test: AgentPaths,
  settings: RunSettings,
  seed: number,
): Promise<AgentJudgement> {
  const rule = bestRule(training, trained, settings);
  const agent = await runAgent(trained, test, settings);
  const ruled = runRule(rule, test, trained, settings);
  const held = runDecisions(test, settings, () => 1);
  const { blockOf, blockCount } = dayBlocks(
    test.candles[0]!.openTimeMs.subarray(test.firstBar + 1).subarray(0, agent.growth.length),
  );
  const estimate = (values: Float64Array): Estimate =>
    bootstrapByBlock(blockOf, blockCount, (times) => weightedMean(values, times), { resamples: RESAMPLES, seed });
  const advantage = estimate(agent.growth.map((growth, bar) => growth - (ruled.growth[bar] ?? 0)));
  const earns = estimate(agent.growth).low > 0;
  const betterOrNot = advantage.low > 0 ? 'better than a rule' : 'no better than a rule';
  return {
    agent: summary(agent),
    rule: { ...summary(ruled), ...rule },
    holding: summary(held),
    advantage,
    verdict: earns ? betterOrNot : 'no edge',
  };
}

const summary = ({ growth, fills }: AgentRun): AgentSummary => ({
  netReturn: Math.expm1(growth.reduce((sum, each) => sum + each, 0)),
  fills,
});

/** Acts by what is most likely best, bar by bar, on the first path. */
export async function runAgent(trained: TrainedAgent, paths: AgentPaths, settings: RunSettings): Promise<AgentRun> {
  const agent = await TradingAgent.open(trained);
  try {
    const place = new MarketPlace(paths.candles[0]!, settings, paths.firstBar);
    const growth: number[] = [];
    while (!place.isOver) growth.push(place.pass(await agent.act(featuresAt(paths, place.bar), place.side)));
    return { growth: Float64Array.from(growth), fills: place.fills };
  } finally {
    await agent.release();
  }
}

const featuresAt = ({ matrix }: AgentPaths, bar: number): Float32Array => {
  const width = matrix.set.features.length;
  return matrix.cells.subarray(bar * width, (bar + 1) * width);
};

function runDecisions(
  paths: AgentPaths,
  settings: RunSettings,
  decide: (bar: number, side: number) => number,
): AgentRun {
  const place = new MarketPlace(paths.candles[0]!, settings, paths.firstBar);
  const growth: number[] = [];
  while (!place.isOver) growth.push(place.pass(decide(place.bar, place.side)));
  return { growth: Float64Array.from(growth), fills: place.fills };
}

function runRule(
  { feature, direction, threshold }: ThresholdRule,
  paths: AgentPaths,
  { scaler }: TrainedAgent,
  settings: RunSettings,
): AgentRun {
  const opposite = settings.shorts ? 2 : 0;
  return runDecisions(paths, settings, (bar, side) => {
    const value = featuresAt(paths, bar)[feature]!;
    const scaled = direction * (value - scaler.mean[feature]!) * scaler.inverse[feature]!;
    if (scaled > threshold) return 1;
    if (scaled < -threshold) return opposite;
    return side > 0 ? 1 : side < 0 ? 2 : 0;
  });
}

/** The rule that would have earned most on the first training path. */
function bestRule(training: AgentPaths, trained: TrainedAgent, settings: RunSettings): ThresholdRule {
  let best: { rule: ThresholdRule; netReturn: number } | null = null;
  for (const feature of training.matrix.set.features.keys()) {
    for (const direction of [1, -1] as const) {
      for (const threshold of THRESHOLDS) {
        const rule = { feature, direction, threshold };
        const { netReturn } = summary(runRule(rule, training, trained, settings));
        if (best === null || netReturn > best.netReturn) best = { rule, netReturn };
      }
    }
  }
  return best!.rule;
}
