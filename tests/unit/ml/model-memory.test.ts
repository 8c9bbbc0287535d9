import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listVersions } from '../../../main/ml/registry/model-folders.ts';
import { churnModels } from '../../support/model-churn.ts';
import { packageOf, putPackage, randomTrees } from '../../support/random-models.ts';

const FEATURES = 5;
const MB = 2 ** 20;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-memory-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('six models of which three fit: loaded and let go again and again, every question is answered and the limit holds', async () => {
  for (let at = 0; at < 6; at += 1) {
    putPackage(await packageOf(`m${at}`, randomTrees(10 + 10 * at, 4, FEATURES, at), FEATURES), dir);
  }
  const placements = listVersions(dir).map((version) => ({ ...version, memoryBytes: 10 * MB }));
  const memory = { modelBytesMax: 10 * MB, totalBytesMax: 30 * MB };
  const churned = await churnModels({ placements, features: FEATURES, memory, loads: 60, seed: 1 });
  expect(churned.failures).toEqual([]);
  expect(churned.answers).toBe(churned.questions);
  expect(churned.loads).toBeGreaterThanOrEqual(60);
  expect(churned.openBytesMax).toBeLessThanOrEqual(30 * MB);
});
