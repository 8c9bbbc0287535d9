/**
 * `npm run bench:nets [-- --tfjs] [-- --webgpu]`: training steps a second of processor time of every net, one thread: the machine may have other work. With `--tfjs` the nets that TensorFlow.js
 * can train as layers are trained by its WASM backend in the same run, turn by turn; it is fetched into a folder that is deleted afterwards.
 * With `--webgpu` each net runs there too, on whatever adapter the machine has. Last line: JSON.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textTable } from '../../main/commands/output.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { initialWeights } from '../../main/ml/autodiff/parameters.ts';
import { freshState, TrainingSession } from '../../main/ml/autodiff/training-session.ts';
import { ADAM } from '../../main/ml/autodiff/training-step.ts';
import { causalCnn } from '../../main/ml/nets/causal-cnn.ts';
import { softmaxCrossEntropy } from '../../main/ml/nets/losses.ts';
import { lstm } from '../../main/ml/nets/lstm.ts';
import { mlp } from '../../main/ml/nets/mlp.ts';
import type { Net } from '../../main/ml/nets/net.ts';
import { BATCH, encodeNetStep, netLayout } from '../../main/ml/nets/net-graphs.ts';
import { stateSpace } from '../../main/ml/nets/state-space.ts';
import { temporalFusion } from '../../main/ml/nets/temporal-fusion.ts';
import { transformer } from '../../main/ml/nets/transformer.ts';
import { Tensor } from '../../main/ml/onnx-runtime.ts';
import type { TrainingProvider } from '../../main/ml/providers/provider.ts';

const CLASSES = 3;
const BATCH_SIZE = 128;
const SECONDS = 3;
const ROUNDS = 3;
/** It has no dilated convolution that can be trained, and no attention. */
const IN_TFJS = ['mlp', 'lstm'];
const TFJS = ['@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0'];

const window = { bars: 60, features: 20 };
const nets: Readonly<Record<string, { net: Net; text: string }>> = {
  mlp: { net: mlp({ bars: 1, features: 60 }, CLASSES, { hidden: [64, 64] }), text: 'MLP 60-64-64-3' },
  lstm: { net: lstm(window, CLASSES, { width: 64 }), text: 'LSTM 64' },
  cnn: { net: causalCnn(window, CLASSES, { width: 64, layers: 3, taps: 3 }), text: 'causal CNN 3 × 64' },
  transformer: { net: transformer(window, CLASSES, { width: 64, heads: 4, layers: 2 }), text: 'transformer 2 × 64' },
  'temporal-fusion': {
    net: temporalFusion(window, CLASSES, { width: 24, heads: 4, horizons: 1 }),
    text: 'temporal fusion 24',
  },
  'state-space': { net: stateSpace(window, CLASSES, { width: 32, states: 8, layers: 1 }), text: 'state space 32 × 8' },
};

/** Takes steps for so long; returns how many a second. The first ones, in which memory is taken, do not count. */
async function stepsPerSecond(net: Net, provider: TrainingProvider): Promise<number> {
  const random = createRandom(1);
  const { bars, features } = net.window;
  const classOf = Array.from({ length: BATCH_SIZE }, () => Math.floor(random.next() * CLASSES));
  const targets = Float32Array.from({ length: BATCH_SIZE * CLASSES }, (_, at) =>
    Number(classOf[Math.floor(at / CLASSES)] === at % CLASSES),
  );
  const windows = Float32Array.from({ length: BATCH_SIZE * bars * features }, () => 2 * random.next() - 1);
  const batch = {
    [BATCH.windows]: new Tensor('float32', windows, [BATCH_SIZE, bars, features]),
    [BATCH.targets]: new Tensor('float32', targets, [BATCH_SIZE, CLASSES]),
    [BATCH.sampleWeights]: new Tensor('float32', new Float32Array(BATCH_SIZE).fill(1), [BATCH_SIZE]),
  };
  const unit = { centre: new Float32Array(CLASSES), spread: new Float32Array(CLASSES).fill(1) };
  const objective = {
    outputs: CLASSES,
    loss: softmaxCrossEntropy,
    targetWidth: CLASSES,
    targetsOf: () => targets,
    ...unit,
  };
  const state = freshState(initialWeights(netLayout(net), random));
  const session = await TrainingSession.open(encodeNetStep(net, objective, BATCH_SIZE, ADAM), ADAM, state, provider);
  for (let step = 0; step < 3; step++) await session.step(batch, 1e-3);
  const started = process.cpuUsage();
  const spent = (): number => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  let steps = 0;
  for (; spent() < SECONDS; steps++) await session.step(batch, 1e-3);
  const perSecond = steps / spent();
  await session.release();
  return perSecond;
}

/** Fetches TensorFlow.js beside the product and returns how to ask it for the same figure; null where it cannot be had. */
function fetchTfjs(): { ask: (net: string) => number; remove: () => void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tfjs-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...TFJS], {
      cwd: folder,
      stdio: 'ignore',
      timeout: 300_000,
    });
    copyFileSync(join(import.meta.dirname, 'tfjs-steps.cjs'), join(folder, 'steps.cjs'));
  } catch (error) {
    remove();
    process.stderr.write(
      `TensorFlow.js was not run: it could not be fetched (${error instanceof Error ? error.message : error}).\n`,
    );
    return null;
  }
  const ask = (net: string): number => {
    const plan = JSON.stringify({ net, batch: BATCH_SIZE, classes: CLASSES, seconds: SECONDS });
    return Number(
      execFileSync(process.execPath, ['steps.cjs', plan], { cwd: folder, encoding: 'utf8', timeout: 120_000 })
        .trim()
        .split('\n')
        .at(-1),
    );
  };
  return { ask, remove };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const shown = (rate: number | null): string => (rate === null ? '' : rate < 10 ? rate.toFixed(2) : rate.toFixed(0));

const wants = (flag: string): boolean => process.argv.includes(flag);
const tfjs = wants('--tfjs') ? fetchTfjs() : null;
const rows: { name: string; text: string; cpu: number; webgpu: number | null; tfjsWasm: number | null }[] = [];
for (const [name, { net, text }] of Object.entries(nets)) {
  const [cpu, other]: [number[], number[]] = [[], []];
  const beside = tfjs !== null && IN_TFJS.includes(name);
  for (let round = 0; round < ROUNDS; round++) {
    cpu.push(await stepsPerSecond(net, 'cpu'));
    if (beside) other.push(tfjs.ask(name));
  }
  const webgpu = wants('--webgpu') ? await stepsPerSecond(net, 'webgpu') : null;
  rows.push({ name, text, cpu: median(cpu), webgpu, tfjsWasm: beside ? median(other) : null });
}
tfjs?.remove();
console.log(
  textTable([
    [`net, batch ${BATCH_SIZE}, 60 bars × 20`, 'steps/s', 'WebGPU', 'tfjs WASM', 'times tfjs'],
    ...rows.map(({ text, cpu, webgpu, tfjsWasm }) => [
      text,
      shown(cpu),
      shown(webgpu),
      shown(tfjsWasm),
      tfjsWasm === null ? '' : `${(cpu / tfjsWasm).toFixed(1)}×`,
    ]),
  ]),
);
console.log(JSON.stringify(rows));
