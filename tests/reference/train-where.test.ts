/** Where `train` has its nets trained: by the setting and the book of the data folder, as the terminal's own trainings; with a software driver. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCandleFile } from '../../main/candle-files/index.ts';
import { openDataFolder } from '../../main/data-folder.ts';
import { openProviderBook } from '../../main/ml/providers/provider-book.ts';
import { PROVIDER_BUILD } from '../../main/ml/providers/runtime-gpus.ts';
import { providersFile } from '../../main/ml/train/job-folder.ts';
import { runCli } from '../support/cli-process.ts';
import { softwareVulkan } from '../support/software-vulkan.ts';
import { walkCandles } from '../support/walk-candles.ts';

const LIMIT_MS = 300_000;
const driver = process.platform === 'linux' ? softwareVulkan() : null;
if (driver === null)
  console.warn('Training on a GPU is not tested: no software Vulkan driver (Chromium brings one on Linux).');

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'train-where-'));
  expect((await writeCandleFile(join(dir, 'walk.csv'), walkCandles(900, 4))).ok).toBe(true);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const book = (dataDir: string) =>
  openProviderBook(providersFile(openDataFolder(dataDir).trainingJobs), PROVIDER_BUILD, () => Date.now());

/** A small net, of so many epochs; what it says of where it was trained. */
async function train(dataDir: string, epochs: number, env: Readonly<Record<string, string>> = {}) {
  const settings = { epochs, batch: 64, patience: 100, layers: 1, width: 8, windowBars: 1 };
  const params = Object.entries(settings).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const of = ['train', join(dir, 'walk.csv'), '--out', join(dir, 'models'), '--name', 'net', '--family', 'mlp'];
  const how = ['--set', 'v1', '--folds', '2', '--embargo', '24', '--data-dir', dataDir, '--json'];
  const { exit, stdout, stderr } = await runCli([...of, ...how, ...params], { env, limitMs: LIMIT_MS });
  expect(exit, stderr).toBe(0);
  const { trainedOn } = JSON.parse(stdout);
  expect(stderr).toContain(`trained on ${trainedOn.on}: ${trainedOn.why}`);
  return trainedOn as { readonly on: string; readonly why: string };
}

it(
  'where the setting forbids GPUs none is raced, and the command says so; a setting that is none is refused',
  async () => {
    const dataDir = join(dir, 'off');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'config.yaml'), 'training: { gpu: false }\n');
    expect(await train(dataDir, 2)).toEqual({ on: 'the processor', why: 'GPUs are switched off in config.yaml' });
    expect(book(dataDir).read().measured).toEqual([]);
    writeFileSync(join(dataDir, 'config.yaml'), 'training: { gpu: maybe }\n');
    const refused = await runCli([
      'train',
      join(dir, 'walk.csv'),
      '--out',
      dir,
      '--name',
      'net',
      '--data-dir',
      dataDir,
    ]);
    expect(refused.exit).not.toBe(0);
    expect(refused.stderr).toMatch(/config\.yaml: training\.gpu/);
  },
  LIMIT_MS,
);

describe.skipIf(driver === null)('with a GPU, a software one', () => {
  it(
    'it is raced, found too slow and remembered; had it been faster, the net would train there',
    async () => {
      const dataDir = join(dir, 'on');
      const slow = await train(dataDir, 62, driver!);
      expect(slow.on).toBe('the processor');
      expect(slow.why).toMatch(/WebGPU: 0\.\d+ times as fast on nets of this size/);
      for (const measured of book(dataDir).read().measured)
        if (measured.provider === 'webgpu') book(dataDir).keep({ ...measured, timesAsFast: 5 });
      expect(await train(dataDir, 62, driver!)).toEqual({
        on: 'WebGPU',
        why: '5.0 times as fast as the processor on nets of this size',
      });
      expect(book(dataDir).read()).toMatchObject({ inUse: null, quarantined: [] });
    },
    LIMIT_MS,
  );
});
