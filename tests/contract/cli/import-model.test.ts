/** `models features|look|import`: a model that was made elsewhere, from our features in a file to a shadow with a card that is honest. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCandleFile } from '../../../main/candle-files/index.ts';
import type { ModelCard } from '../../../main/ml/card.ts';
import { runCli } from '../../support/cli-process.ts';
import { elsewhereModel } from '../../support/elsewhere-models.ts';
import { walkCandles } from '../../support/walk-candles.ts';

let dir: string;
const at = (name: string): string => join(dir, name);
const cli = (...args: readonly string[]) => runCli([...args, '--json']);
const WHO = ['--title', 'Mine', '--author', 'A. Trader', '--licence', 'MIT', '--note', 'Logistic regression.'];
const importing = (file: string, ...args: readonly string[]) =>
  cli('models', 'import', file, '--candles', at('walk.csv'), '--timeframe', '5m', ...args, '--data-dir', at('data'));
const told = (day: string): string[] => ['--learnt-to', day, ...WHO];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'import-model-'));
  expect((await writeCandleFile(at('walk.csv'), walkCandles(5_000, 7))).ok).toBe(true);
  writeFileSync(at('two.onnx'), elsewhereModel({ columns: 12, out: 'two' }));
  writeFileSync(at('logit.onnx'), elsewhereModel({ columns: 12, out: 'logit' }));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('what a model elsewhere may learn from is written: features at every close, and the answer that came of it', async () => {
  const written = await cli('models', 'features', at('walk.csv'), '--set', 'v1', '--out', at('features.csv'));
  expect(written.exit, written.stderr).toBe(0);
  expect(JSON.parse(written.stdout)).toMatchObject({ ok: true, rows: 5_000 - 500 - 12 });
  const [header, first] = readFileSync(at('features.csv'), 'utf8')
    .split('\n')
    .map((line) => line.split(','));
  expect(header).toHaveLength(3 + 12 + 1);
  expect(header!.slice(0, 4)).toEqual(['instrument', 'timestamp_ms', 'answered_ms', 'sma_5']);
  expect(Number(first![1])).toBe(Date.UTC(2024, 0, 1) + 501 * 300_000);
  expect(Number(first![2])).toBeGreaterThan(Number(first![1]));
  expect(['0', '1']).toContain(first!.at(-1));
});

it('a model is looked at, judged on what came after it had learnt, published as a shadow with an honest card, and not promoted', async () => {
  const looked = await cli('models', 'look', at('two.onnx'));
  expect(JSON.parse(looked.stdout)).toMatchObject({
    ok: true,
    inputs: [{ name: 'features', element: 'float32', dims: ['N', 12] }],
    outputs: [{ name: 'probability', element: 'float32', dims: ['N', 2] }],
  });

  const imported = await importing(at('two.onnx'), ...told('2024-01-04'));
  expect(imported.exit, imported.stderr).toBe(0);
  const { card, folder } = JSON.parse(imported.stdout) as { card: ModelCard; folder: string };
  expect(card).toMatchObject({
    name: 'mine',
    version: '1.0.0',
    family: { name: 'made-elsewhere', title: 'made elsewhere' },
    featureSet: { name: 'v1' },
    edge: { verdict: 'none' },
    madeElsewhere: { author: 'A. Trader', licence: 'MIT', learntToMs: Date.UTC(2024, 0, 5) },
  });
  // A day that is told is whole, and the life of a label follows it.
  expect(card.spans.tested.fromMs).toBeGreaterThan(Date.UTC(2024, 0, 5) + 300_000);
  expect(card.outOfSample.event!.auc.low).toBeLessThan(0.5);
  const text = readFileSync(join(folder, 'CARD.md'), 'utf8');
  expect(text).toContain(
    '**Its training was not seen here and cannot be audited.** That it had learnt by 2024-01-05 00:00 UTC',
  );
  expect(text).toContain('Edge: none.');
  expect(text).not.toMatch(/Trained on/);

  const models = join(at('data'), 'models');
  expect(JSON.parse((await cli('models', 'verify', models)).stdout)).toMatchObject({ ok: true });
  const promoted = await cli('models', 'promote', 'mine', '1.0.0', '--data-dir', at('data'));
  expect(promoted.exit).toBe(1);
  const { checks } = JSON.parse(promoted.stdout) as { checks: { name: string; text: string }[] };
  expect(checks.find(({ name }) => name === 'leakage')?.text).toContain('its training was not seen here');
}, 120_000);

it('what is missing or does not fit is said in one sentence, and nothing is written', async () => {
  const before = existsSync(join(at('data'), 'models', 'theirs'));
  const asTheirs = ['--name', 'theirs'];
  writeFileSync(at('page.onnx'), '<html>502 Bad Gateway</html>');
  const cases: readonly [string, readonly string[], string][] = [
    ['two.onnx', WHO, "required option '--learnt-to <DATE>' not specified"],
    ['two.onnx', told('2024-01-04T12:00'), '--learnt-to 2024-01-04T12:00: a day or a time is needed'],
    ['none.onnx', told('2024-01-04'), 'none.onnx: there is no such file'],
    ['page.onnx', told('2024-01-04'), 'page.onnx: it is no ONNX model'],
    ['two.onnx', told('2024-02-01'), 'it had learnt until 2024-02-01: it is judged on what came after'],
    ['two.onnx', told('2024-01-12'), 'came after 2024-01-12, until when it had learnt: 10 are the fewest'],
    ['two.onnx', [...told('2024-01-04'), '--set', 'v2'], 'it takes 12 columns, and feature set v2-candles has 105'],
    ['logit.onnx', told('2024-01-04'), 'a score or log-odds needs a Sigmoid'],
  ];
  for (const [file, args, words] of cases) {
    const refused = await importing(at(file), ...args, ...asTheirs);
    expect(refused.exit, file).toBe(2);
    expect(refused.stderr).toContain(words);
  }
  expect(before).toBe(false);
  expect(existsSync(join(at('data'), 'models', 'theirs'))).toBe(false);
}, 120_000);
