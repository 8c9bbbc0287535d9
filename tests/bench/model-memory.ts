/**
 * `npm run bench:model-memory`: twenty models of mixed size under a limit that holds a third of them, asked by chance until they have
 * been loaded 2,000 times: what the process takes, how often it is renewed, and that every question is answered. Last line: JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeModel } from '../../main/ml/probe/probe.ts';
import { listVersions } from '../../main/ml/registry/model-folders.ts';
import { churnModels } from '../support/model-churn.ts';
import { packageOf, putPackage, randomFeatureSet, randomTrees } from '../support/random-models.ts';

const FEATURES = 40;
const MODELS = 20;
const LOADS = Number(process.argv[2] ?? 2_000);
const MB = 2 ** 20;

const modelsDir = mkdtempSync(join(tmpdir(), 'countersign-churn-'));
try {
  process.stderr.write(`Making and trying ${MODELS} models …\n`);
  for (let at = 0; at < MODELS; at += 1) {
    const name = `m${String(at).padStart(2, '0')}`;
    putPackage(await packageOf(name, randomTrees(40 + 60 * at, 4 + (at % 4), FEATURES, at), FEATURES), modelsDir);
  }
  const placements = [];
  for (const version of listVersions(modelsDir)) {
    const probed = await probeModel(version, [randomFeatureSet(FEATURES)], { memoryBytesMax: 2_048 * MB });
    if (!probed.ok) throw new Error(probed.reason);
    placements.push({ ...version, memoryBytes: probed.memoryBytes });
  }
  const sizes = placements.map(({ memoryBytes }) => Math.round(memoryBytes / MB)).sort((a, b) => a - b);
  const totalBytesMax = Math.round(placements.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / 3);
  process.stderr.write(`${sizes.join(', ')} MB; the limit of all is ${Math.round(totalBytesMax / MB)} MB\n`);
  const startedMs = performance.now();
  const memory = { modelBytesMax: totalBytesMax, totalBytesMax };
  const churned = await churnModels({ placements, features: FEATURES, memory, loads: LOADS, seed: 1 });
  const grownBytesMax = churned.rssBytesMax - churned.rssBytesAtFirst;
  const result = {
    ...churned,
    sizesMb: sizes,
    limitMb: Math.round(totalBytesMax / MB),
    openMbMax: Math.round(churned.openBytesMax / MB),
    rssMbAtFirst: Math.round(churned.rssBytesAtFirst / MB),
    rssMbMax: Math.round(churned.rssBytesMax / MB),
    grownMbMax: Math.round(grownBytesMax / MB),
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    holds: churned.failures.length === 0 && churned.openBytesMax <= totalBytesMax && grownBytesMax <= totalBytesMax,
  };
  console.log(JSON.stringify(result));
  process.exitCode = result.holds ? 0 : 1;
} finally {
  rmSync(modelsDir, { recursive: true, force: true });
}
