/**
 * `npm run bench:trees`: our boosting beside native XGBoost (histogram, one thread) on the same rows in the same run. XGBoost is
 * a yardstick of the development machine (`apt-get install python3-xgboost`); without it ours is timed alone. Last line: JSON.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textTable } from '../../main/commands/output.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { aucOf, sortByScore } from '../../main/ml/training/metrics.ts';
import { boostTrees, runToEnd } from '../../main/ml/trees/boost.ts';
import { logisticLoss } from '../../main/ml/trees/losses.ts';
import { predictMargins, sigmoid, type TreeSamples } from '../../main/ml/trees/tree.ts';

const ROWS = 50_000;
const FEATURES = 40;
const TREES = 200;
const ROUNDS = 3;
/** The distribution's Python, where its package is; another one found first would not have it. */
const PYTHON = '/usr/bin/python3';

/** Normal features, a label that follows some of them alone, some together. */
function samples(seed: number): TreeSamples {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const cells = Float32Array.from({ length: ROWS * FEATURES }, normal);
  const targets = Float32Array.from({ length: ROWS }, (_, row) => {
    const x = (k: number): number => cells[row * FEATURES + k]!;
    const margin =
      x(0) * x(1) + 0.8 * Math.sin(2 * x(2)) + (x(3) > 0.5 && x(4) < 0 ? 1.2 : 0) + 0.5 * x(5) - 0.3 * x(6) ** 2;
    return random.next() < sigmoid(1.2 * margin) ? 1 : 0;
  });
  return {
    featureCount: FEATURES,
    cells,
    rowOf: Int32Array.from({ length: ROWS }, (_, row) => row),
    targets,
    weights: new Float64Array(ROWS).fill(1),
  };
}

const auc = (scores: Float64Array, targets: Float32Array): number =>
  aucOf(scores, Uint8Array.from(targets), sortByScore(scores));

interface Timed {
  /** Of processor time: the machine may have other work. */
  readonly seconds: number;
  readonly auc: number;
}

function ours(training: TreeSamples, fresh: TreeSamples): Timed {
  const started = process.cpuUsage();
  const ensemble = runToEnd(
    boostTrees(training, logisticLoss, {
      treesMax: TREES,
      learningRate: 0.1,
      leavesMax: 64,
      depthMax: 6,
      leafHessianMin: 1,
      l2: 1,
      rowFraction: 1,
      columnFraction: 1,
      binsMax: 255,
      earlyStoppingTrees: TREES,
      seed: 1,
    }),
  );
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  return { seconds, auc: auc(predictMargins(ensemble, fresh), fresh.targets) };
}

const SCRIPT = `
import sys, time, numpy as np, xgboost as xgb
folder, rows, features, trees = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
read = lambda name, *shape: np.fromfile(f"{folder}/{name}", dtype=np.float32).reshape(shape)
x, y, fresh = read("x", rows, features), read("y", rows), read("fresh", rows, features)
params = dict(objective="binary:logistic", tree_method="hist", max_bin=255, max_depth=6, eta=0.1, min_child_weight=1,
              reg_lambda=1, nthread=1, verbosity=0)
started = time.process_time()
model = xgb.train(params, xgb.DMatrix(x, label=y, nthread=1), trees)
print(time.process_time() - started)
model.predict(xgb.DMatrix(fresh, nthread=1), output_margin=True).astype(np.float32).tofile(f"{folder}/margins")
`;

function xgboost(folder: string, fresh: TreeSamples): Timed | null {
  const run = spawnSync(PYTHON, ['-c', SCRIPT, folder, String(ROWS), String(FEATURES), String(TREES)], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (run.status !== 0) return null;
  const bytes = readFileSync(join(folder, 'margins'));
  const margins = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { seconds: Number(run.stdout), auc: auc(Float64Array.from(margins), fresh.targets) };
}

const [training, fresh] = [samples(1), samples(2)];
const folder = mkdtempSync(join(tmpdir(), 'countersign-trees-'));
try {
  for (const [name, values] of [
    ['x', training.cells],
    ['y', training.targets],
    ['fresh', fresh.cells],
  ] as const) {
    writeFileSync(join(folder, name), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  const own: Timed[] = [];
  const native: Timed[] = [];
  // In turn, so that both meet the same machine; the best of each counts.
  for (let round = 0; round < ROUNDS; round++) {
    own.push(ours(training, fresh));
    const timed = xgboost(folder, fresh);
    if (timed !== null) native.push(timed);
  }
  const best = (runs: readonly Timed[]): Timed | null => runs.toSorted((a, b) => a.seconds - b.seconds)[0] ?? null;
  const [mine, theirs] = [best(own)!, best(native)];
  const row = (name: string, timed: Timed | null): string[] =>
    timed === null ? [name, 'not installed', ''] : [name, `${timed.seconds.toFixed(2)} s`, timed.auc.toFixed(4)];
  console.log(
    textTable([
      ['50,000 × 40, 200 trees, one thread', 'time', 'AUC on fresh rows'],
      row('ours', mine),
      row('XGBoost', theirs),
    ]),
  );
  const ratio = theirs === null ? null : mine.seconds / theirs.seconds;
  console.log(JSON.stringify({ ours: mine, xgboost: theirs, ratio, rounds: ROUNDS }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
