/** `train`, `evaluate`, `predict`, `models list|verify`: run as a person runs them, on candles in a folder of their own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCandleFile } from '../../../main/candle-files/index.ts';
import { settingsPage } from '../../../main/commands/model-families.ts';
import { type TrainOptions, train as trainModel } from '../../../main/commands/train.ts';
import { sliceColumns } from '../../support/candle-samples.ts';
import { runCli } from '../../support/cli-process.ts';
import { walkCandles } from '../../support/walk-candles.ts';

let dir: string;
let models: string;
const at = (name: string): string => join(dir, name);
const cli = (...args: readonly string[]) => runCli([...args, '--json']);
const train = (...args: readonly string[]) =>
  cli('train', at('past.csv'), '--out', models, '--set', 'reversal-v1', '--folds', '3', ...args);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'lab-models-'));
  models = at('models');
  const walk = walkCandles(2_600, 4);
  for (const [name, candles] of [
    ['past.csv', sliceColumns(walk, 0, 1_800)],
    ['later.csv', sliceColumns(walk, 1_800)],
  ] as const) {
    expect((await writeCandleFile(at(name), candles)).ok).toBe(true);
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('a model is trained, judged, tried on later candles, asked, listed, verified and published, and not promoted without an edge; a file that was changed is found', async () => {
  const trained = await train('--name', 'walk', '--param', 'trees=20', '--param', 'leaves=6');
  expect(trained.exit, trained.stderr).toBe(0);
  const value = JSON.parse(trained.stdout);
  expect(value.verdict.edge).toBe('none');
  expect(value.judgement.event.auc.low).toBeLessThan(0.5);
  expect(value.importance).toHaveLength(36);
  expect(trained.stderr).toContain('no leaks found');

  const folder = join(models, 'walk', '1.0.0');
  const evaluated = await cli('evaluate', folder, at('later.csv'));
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ ok: true, model: 'walk 1.0.0', samples: 288 });

  const predicted = await cli('predict', folder, at('later.csv'), '--out', at('answers.csv'));
  expect(JSON.parse(predicted.stdout)).toMatchObject({ ok: true, rows: 737, columns: ['probability'] });
  const [header, first] = readFileSync(at('answers.csv'), 'utf8').split('\n');
  expect(header).toBe('timestamp_ms,probability');
  expect(Number(first!.split(',')[0])).toBe(Date.UTC(2024, 0, 1) + (1_800 + 64) * 300_000);

  const listed = await cli('models', 'list', models);
  expect(JSON.parse(listed.stdout).models).toMatchObject([
    { model: 'walk', version: '1.0.0', family: 'gradient-boosting', edge: 'none' },
  ]);
  expect((await cli('models', 'verify', models)).exit).toBe(0);

  const dataDir = at('data');
  const published = await cli('models', 'publish', folder, '--data-dir', dataDir);
  expect(JSON.parse(published.stdout)).toMatchObject({ ok: true, model: 'walk', version: '1.0.0' });
  expect(JSON.parse((await cli('models', 'verify', join(dataDir, 'models'))).stdout)).toMatchObject({ ok: true });
  const promoted = await cli('models', 'promote', 'walk', '1.0.0', '--data-dir', dataDir);
  expect(promoted.exit).toBe(1);
  expect(JSON.parse(promoted.stdout).error).toContain('validation: gains ');
  expect((await cli('models', 'rollback', 'walk', '--data-dir', dataDir)).exit).toBe(2);
  writeFileSync(join(folder, 'model.onnx'), readFileSync(join(folder, 'model.onnx')).subarray(1));
  const verified = await cli('models', 'verify', models);
  expect(verified.exit).toBe(1);
  expect(JSON.parse(verified.stdout).models[0].reason).toMatch(
    /^walk\/1\.0\.0\/model\.onnx: sha256 .* is not modelSha256 of card\.json/,
  );
}, 300_000);

it('what does not fit is refused before any work, in one sentence', async () => {
  const refused = await train('--name', 'w', '--param', 'trees=1');
  expect(refused.exit).toBe(2);
  expect(JSON.parse(refused.stdout).error).toContain('gradient-boosting: trees: ');
  const good: TrainOptions = {
    out: models,
    name: 'w',
    modelVersion: '1.0.0',
    family: 'gradient-boosting',
    set: 'v1',
    label: 'direction',
    horizon: [12],
    multiple: 1,
    protocol: 'purged-folds',
    folds: 3,
    feeBps: 20,
    tradedShare: 0.1,
    seed: 1,
  };
  const bad: readonly [Partial<TrainOptions>, string][] = [
    [{ name: 'Walk' }, 'a name is made of a-z, 0-9 and -'],
    [{ modelVersion: '1' }, 'a version is three numbers'],
    [{ family: 'oracle' }, 'there is no family oracle: gradient-boosting, random-forest'],
    [{ set: 'v9' }, 'there is no feature set v9'],
    [{ quantiles: true }, '--quantiles are of a move'],
    [{ multiple: 30 }, 'label direction: multiple: '],
  ];
  for (const [options, words] of bad) {
    expect(await trainModel([at('past.csv')], { ...good, ...options })).toMatchObject({
      exit: 2,
      error: expect.stringContaining(words),
    });
  }
});

it('settings are searched by hand of the command line, and the same command goes on where it was broken off', async () => {
  const searched = (...args: readonly string[]) =>
    cli(
      'train',
      at('past.csv'),
      '--out',
      models,
      '--set',
      'reversal-v1',
      '--name',
      'best',
      '--param',
      'trees=10',
      ...args,
    );
  const found = await searched('--search', '4', '--seed', '3');
  expect(found.exit, found.stderr).toBe(0);
  expect(found.stderr).toMatch(/trial 4 of 4: learningRate=.* gain /);
  const { judgement } = JSON.parse(found.stdout);
  expect(judgement.protocol.kind).toBe('walk-forward');
  // These four, and what the model above was trained with.
  expect(judgement.selection.trials).toBe(5);
  const again = await searched('--search', '6', '--seed', '3');
  expect(again.stderr.match(/trial \d of 6/g)).toEqual(['trial 5 of 6', 'trial 6 of 6']);
  expect(JSON.parse(again.stdout).judgement.selection.trials).toBe(7);
  expect((await searched('--search', '1')).exit).toBe(2);
  expect((await searched('--budget-minutes', '1')).exit).toBe(2);
  expect((await searched('--search', '4', '--folds', '3')).exit).toBe(2);
}, 240_000);

it('what a family can be set to is told in words, and the documentation says the same', async () => {
  const told = await runCli(['models', 'families', 'seasonal']);
  expect(told.stdout).toMatch(/ridge +Pull to zero \(ridge\) +10 +0\.01 +10000 +samples +0\.1 to 10000/);
  expect((await cli('models', 'families', 'oracle')).exit).toBe(2);
  await expect(settingsPage()).toMatchFileSnapshot('../../../docs/model-settings.md');
});

it('what ships is listed and verified', async () => {
  const listed = await cli('models', 'list');
  expect(JSON.parse(listed.stdout).models.length).toBeGreaterThan(0);
  expect(JSON.parse((await cli('models', 'verify')).stdout)).toMatchObject({ ok: true });
});
