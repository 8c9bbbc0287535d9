import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { type ProbeTerms, probeModel } from '../../../main/ml/probe/probe.ts';
import { listVersions } from '../../../main/ml/registry/model-folders.ts';
import { memoryBomb, smallGraph } from '../../support/onnx-bytes.ts';
import { type SmallPackage, sha256Of, smallFeatureSet, smallPackage, writePackage } from '../../support/small-model.ts';

let dir = '';
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const LIMIT_BYTES = 200 * 2 ** 20;

async function probe(pack: SmallPackage, terms: Partial<ProbeTerms> = {}) {
  dir = await writePackage(pack);
  return probeModel(listVersions(dir)[0]!, [smallFeatureSet], { memoryBytesMax: LIMIT_BYTES, ...terms });
}

/** A sound package around these bytes: nothing but the runtime stands between them and the process. */
async function around(model: Uint8Array): Promise<SmallPackage> {
  const pack = await smallPackage(smallGraph());
  return { ...pack, model, card: { ...pack.card, modelSha256: sha256Of(model), modelBytes: model.length } };
}

it('measures what a model takes, in a process of its own', async () => {
  const probed = await probe(await smallPackage());
  expect(probed).toMatchObject({ ok: true, rows: 64 });
  if (probed.ok) expect(probed.memoryBytes).toBeLessThan(100 * 2 ** 20);
});

it('[N7] ends a model that asks for more memory than it may have, whatever its file looks like', async () => {
  const probed = await probe(await around(memoryBomb(1_000_000_000)));
  expect(probed).toEqual({ ok: false, reason: 'small/1.0.0/model.onnx takes more than 200 MB of memory.' });
});

it('says what a model is refused for', async () => {
  const pack = await smallPackage();
  pack.model = pack.model.slice(0, 100);
  expect(await probe(pack)).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/^small\/1\.0\.0\/model\.onnx: sha256 /),
  });
});

it('ends what does not come to an end', async () => {
  const probed = await probe(await smallPackage(), { timeoutMs: 1 });
  expect(probed).toEqual({
    ok: false,
    reason: 'small/1.0.0: it did not come to an end within 0.001 s of being tried.',
  });
});

it('ends by itself when its time is over: whoever started it may be gone', async () => {
  dir = await writePackage(await smallPackage());
  const task = {
    ...listVersions(dir)[0]!,
    featureSets: [smallFeatureSet],
    memoryBytesMax: LIMIT_BYTES,
    timeoutMs: 1,
    way: null,
    rowsMax: null,
  };
  const script = fileURLToPath(new URL('../../../main/ml/probe/main.ts', import.meta.url));
  const signal = await new Promise((resolve) => {
    execFile(process.execPath, [script, JSON.stringify(task)], (error) => resolve(error?.signal));
  });
  expect(signal).toBe('SIGKILL');
});
