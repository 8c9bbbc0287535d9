import { writeFileSync } from 'node:fs';
import { readCandleFile, sliceWindow } from '../../candle-files/index.ts';
import { featureSetReversalV1 } from '../../engine/features/feature-set-reversal-v1.ts';
import { createRandom } from '../../engine/kernel/random.ts';
import { agentPaths } from './agent-paths.ts';
import { bootstrapCandles } from './bootstrap-candles.ts';
import { judgeAgent } from './judge-agent.ts';
import { agentSettings } from './market-place.ts';
import { encodeAgent } from './policy-net.ts';
import { trainDqn } from './train-dqn.ts';
import { type AgentTraining, trainPpo } from './train-ppo.ts';

/**
 * Teaches an agent on the first part of a candle file and holds it against a rule on the rest, costs paid:
 * `node main/lab/agents/teach-agent.ts <candle file> <ppo|dqn> [agent.onnx]`.
 */

const TRAINING_SHARE = 0.75;
const SEED = 1;
const PATHS = 48;
const PATH_BARS = 2_000;
const BLOCK_BARS = 240;

const teachers = { ppo: trainPpo, dqn: trainDqn } as const;

async function main(): Promise<number> {
  const [file, kind, out] = process.argv.slice(2);
  if (file === undefined || (kind !== 'ppo' && kind !== 'dqn')) {
    process.stderr.write('usage: node main/lab/agents/teach-agent.ts <candle file> <ppo|dqn> [agent.onnx]\n');
    return 2;
  }
  const read = await readCandleFile(file);
  if (!read.ok) {
    process.stderr.write(`${read.error.message}\n`);
    return 1;
  }
  const { columns } = read.value;
  const until = columns.openTimeMs[Math.floor(columns.openTimeMs.length * TRAINING_SHARE)]!;
  const known = sliceWindow(columns, { fromMs: 0, toMs: until });
  const later = sliceWindow(columns, { fromMs: until, toMs: Number.POSITIVE_INFINITY });
  const settings = agentSettings({ shorts: true });
  const random = createRandom(SEED);
  const drawn = Array.from({ length: PATHS }, () => bootstrapCandles(known, PATH_BARS, BLOCK_BARS, random));
  const plan: AgentTraining = {
    paths: agentPaths(drawn, featureSetReversalV1),
    settings,
    seed: SEED,
    onProgress: ({ round, rounds, meanReward }) => {
      if (round % Math.ceil(rounds / 10) === 0)
        process.stderr.write(`${round}/${rounds}: ${meanReward.toFixed(4)} a bar\n`);
    },
  };
  const trained = await teachers[kind](plan);
  const [training, test] = [known, later].map((each) => agentPaths([each], featureSetReversalV1));
  const judgement = await judgeAgent(trained, training!, test!, settings, SEED);
  if (out !== undefined) writeFileSync(out, encodeAgent(trained.net, trained.weights, trained.scaler));
  process.stdout.write(`${JSON.stringify(judgement, null, 2)}\n`);
  return 0;
}

process.exitCode = await main();
