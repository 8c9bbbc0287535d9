import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCandleFile } from '../../../../main/candle-files/index.ts';
import { systemTimers } from '../../../../main/engine/kernel/clock.ts';
import { openModels } from '../../../../main/ml/desk/open-models.ts';
import { MODELS_DIR } from '../../../../main/product.ts';
import type { ImportPlan, TrainingJob } from '../../../../preload/models-contract.ts';
import { elsewhereModel, endlessModel } from '../../../support/elsewhere-models.ts';
import { IMPORT_PLAN } from '../../../support/memory-training.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { walkCandles } from '../../../support/walk-candles.ts';

const ML = new URL('../../../../main/ml/', import.meta.url);
const LIMIT_MS = 120_000;
const dir = mkdtempSync(join(tmpdir(), 'countersign-brought-'));
const served: string[] = [];
let models: ReturnType<typeof openModels>;
let plan: ImportPlan;

beforeAll(async () => {
  const file = join(dir, 'walk.csv');
  expect((await writeCandleFile(file, walkCandles(5_000, 4))).ok).toBe(true);
  plan = {
    ...IMPORT_PLAN,
    data: { sources: [{ kind: 'file', path: file }], timeframe: '5m' },
    learntToMs: Date.UTC(2024, 0, 5),
  };
  models = openModels({
    start: {
      candleStore: join(dir, 'candles.db'),
      perpetualCandleStore: join(dir, 'perpetuals.db'),
      labCandles: join(dir, 'candles'),
      jobsDir: join(dir, 'training', 'jobs'),
      jobsKept: 3,
      modelsDir: MODELS_DIR,
      ownModelsDir: join(dir, 'models'),
    },
    workerUrl: new URL('desk/worker.ts', ML),
    trainUrl: new URL('train/main.ts', ML),
    gpu: false,
    timers: systemTimers,
    nowMs: () => Date.now(),
    onLog: () => undefined,
    retraining: () => '',
    onPublished: async (model, version) => {
      served.push(`${model} ${version}`);
      return null;
    },
  });
});
afterAll(async () => {
  await models.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Brings a file in parts of so many bytes; what was said of the last one. */
async function bring(fileId: string, file: Uint8Array, partBytes = 200) {
  for (let offset = 0; ; offset += partBytes) {
    const base64 = Buffer.from(file.subarray(offset, offset + partBytes)).toString('base64');
    const said = await models.bring({ fileId, offset, bytes: file.length, base64 });
    if (!said.ok || offset + partBytes >= file.length) return said;
    expect(said).toEqual({ ok: true, value: null });
  }
}

const rowOf = (id: string): TrainingJob => models.jobs().find((row) => row.id === id)!;

it(
  'a file that comes in parts is looked into, judged with its progress, published and served',
  async () => {
    const brought = await bring('file-0001', elsewhereModel({ columns: 12, out: 'two' }));
    expect(brought).toMatchObject({
      ok: true,
      value: {
        producer: 'countersign 1.17',
        inputs: [{ name: 'features', shape: 'float32[N, 12]' }],
        featureSets: ['v1'],
        output: 'probability',
        classNames: [],
      },
    });
    const said = new Set<string>();
    models.onChange(() => said.add(models.jobs()[0]?.brought?.doing ?? ''));
    const started = await models.judgeBrought('file-0001', plan);
    if (!started.ok) throw new Error(started.error.text);
    expect(await models.judgeBrought('file-0001', plan)).toMatchObject({ ok: false, error: { kind: 'too-many' } });
    await waitUntil('judged', () => rowOf(started.value).endedAtMs !== null, LIMIT_MS);
    expect(rowOf(started.value)).toMatchObject({
      state: 'done',
      error: '',
      verdict: { edge: 'none' },
      brought: { versionId: 'mine/1.0.0' },
    });
    expect([...said]).toEqual(expect.arrayContaining(['looking for leaks', 'judging it', 'published']));
    expect(served).toEqual(['mine 1.0.0']);
    const versions = await models.versions();
    const version = versions.ok ? versions.value.find(({ id }) => id === 'mine/1.0.0') : undefined;
    expect(version).toMatchObject({ origin: 'published', report: { edge: 'none' } });
    expect(version?.facts.find(({ name }) => name === 'Had learnt until')?.text).toMatch(/^2024-01-04, as was said/);
    expect(models.pause(started.value)).toMatchObject({ ok: false });
  },
  LIMIT_MS,
);

it(
  'what cannot be taken is said in a sentence, at the file or at its job',
  async () => {
    expect(await bring('file-0002', randomBytes(500))).toMatchObject({
      ok: false,
      error: { text: expect.stringMatching(/^The file cannot be taken: it is no ONNX model/) },
    });
    const late = { fileId: 'file-0003', offset: 5, bytes: 10, base64: 'AAAA' };
    expect(await models.bring(late)).toMatchObject({ ok: false, error: { text: expect.stringMatching(/^The parts/) } });
    const gone = await models.judgeBrought('file-0002', plan);
    if (!gone.ok) throw new Error(gone.error.text);
    await waitUntil('refused', () => rowOf(gone.value).state === 'failed', LIMIT_MS);
    expect(rowOf(gone.value).error).toBe('That file is no longer here: bring it again.');
    expect(await models.judgeBrought('file-0001', { ...plan, featureSet: 'v9' })).toMatchObject({ ok: false });
    await bring('file-0004', elsewhereModel({ columns: 12, out: 'logit' }));
    const logit = await models.judgeBrought('file-0004', plan);
    if (!logit.ok) throw new Error(logit.error.text);
    await waitUntil('refused', () => rowOf(logit.value).state === 'failed', LIMIT_MS);
    expect(rowOf(logit.value).error).toMatch(/^Its output probability float32\[N, 1\] says .* needs a Sigmoid/);
  },
  LIMIT_MS,
);

it(
  'one that goes round and round is given up by whoever asked, and the next is judged',
  async () => {
    await bring('file-0005', endlessModel(12));
    const endless = await models.judgeBrought('file-0005', { ...plan, name: 'endless' });
    if (!endless.ok) throw new Error(endless.error.text);
    await waitUntil('tried', () => rowOf(endless.value).brought?.doing === 'trying the model', LIMIT_MS);
    expect(models.cancel(endless.value)).toEqual({ ok: true, value: null });
    await waitUntil('cancelled', () => rowOf(endless.value).state === 'cancelled', LIMIT_MS);
    expect(readdirSync(join(dir, 'models'))).toEqual(['mine']);
    const next = await models.judgeBrought('file-0001', plan);
    if (!next.ok) throw new Error(next.error.text);
    await waitUntil('judged', () => rowOf(next.value).endedAtMs !== null, LIMIT_MS);
    expect(rowOf(next.value).brought?.versionId).toBe('mine/1.0.1');
  },
  LIMIT_MS,
);
