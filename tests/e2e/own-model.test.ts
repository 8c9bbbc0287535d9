/** A model that was made elsewhere, brought by hand: its file, what it is, what it is judged on, and its place among the shadows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCandleFile } from '../../main/candle-files/index.ts';
import { until } from '../support/desk-page.ts';
import { elsewhereModel } from '../support/elsewhere-models.ts';
import { sharedTerminal } from '../support/terminal.ts';
import { walkCandles } from '../support/walk-candles.ts';

const terminal = sharedTerminal('generated');
const LIMIT_MS = 150_000;
let dir: string;

const wizard = (page: Page): Locator => page.getByRole('region', { name: 'Bring a model' });
const model = (page: Page): Locator => page.getByRole('region', { name: 'Model', exact: true });
const list = (page: Page): Locator => page.getByRole('region', { name: 'Models', exact: true });
const textOf = async (found: Locator): Promise<string> => (await found.textContent()) ?? '';
const file = (out: 'two' | 'logit', name: string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(elsewhereModel({ columns: 12, out, input: 'X', output: 'probabilities' })),
});

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'own-model-'));
  expect((await writeCandleFile(join(dir, 'walk.csv'), walkCandles(5_000, 7))).ok).toBe(true);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).include('.models').analyze();
  return found.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

describe('a model of your own', () => {
  it(
    'is asked for its file, and what is no model is refused in words',
    async () => {
      const { page } = terminal.desk;
      await page.keyboard.press('3');
      await page.getByRole('button', { name: 'Bring your own' }).click();
      const next = wizard(page).getByRole('button', { name: 'Next' });
      await next.waitFor({ timeout: LIMIT_MS });
      await next.click();
      await wizard(page).getByText('Which file?').waitFor();
      const page502 = { name: 'page.onnx', mimeType: 'text/html', buffer: Buffer.from('<html>502 Bad Gateway</html>') };
      await wizard(page).getByLabel('Model file').setInputFiles(page502);
      await until('the refusal', async () =>
        /cannot be taken: it is no ONNX model/.test(await textOf(wizard(page).getByRole('alert'))),
      );
      await wizard(page).getByLabel('Model file').setInputFiles(file('two', 'mine.onnx'));
      const contents = wizard(page).getByRole('status', { name: 'What is in the file' });
      await contents.waitFor({ timeout: LIMIT_MS });
      expect(await textOf(contents)).toMatch(/Xfloat32\[N, 12\].*probabilitiesfloat32\[N, 2\].*Its input is of v1\./);
      expect(await violations(page)).toEqual([]);
      await next.click();
    },
    LIMIT_MS,
  );

  it(
    'is asked who made it and what it answers, at the field that is empty',
    async () => {
      const { page } = terminal.desk;
      const title = wizard(page).getByLabel('Title');
      await title.waitFor();
      await wizard(page).getByRole('button', { name: 'Next' }).click();
      await until('the keyboard at the field', () => title.evaluate((field) => field === document.activeElement));
      await wizard(page).getByText('Who made it?').waitFor();
      await title.fill('Mine');
      await wizard(page).getByLabel('Made by').fill('A. Trader');
      await wizard(page).getByLabel('Licence').fill('MIT');
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await wizard(page).getByLabel('Learnt to').waitFor();
    },
    LIMIT_MS,
  );

  it(
    'is judged on what came after it had learnt, and stands among the shadows with what was found',
    async () => {
      const { page } = terminal.desk;
      await wizard(page).getByRole('radio', { name: 'File' }).click();
      await wizard(page).getByRole('radio', { name: '5m', exact: true }).click();
      await wizard(page).getByLabel('Path').fill(join(dir, 'walk.csv'));
      await wizard(page).getByLabel('Learnt to').fill('2024-01-04');
      expect(await violations(page)).toEqual([]);
      await wizard(page).getByRole('button', { name: 'Judge it' }).click();
      await until(
        'the version',
        async () => /^Mine 1\.0\.0/.test(await textOf(model(page).getByRole('heading', { level: 2 }))),
        LIMIT_MS,
      );
      expect(await textOf(model(page).getByRole('region', { name: 'Verdict' }))).toMatch(/No edge/);
      expect(await textOf(model(page))).toMatch(
        /Had learnt until2024-01-04, as was said: its training was not seen here/,
      );
      const folds = await textOf(model(page).getByRole('region', { name: 'Folds' }));
      expect(folds).toContain('new to it, as was said');
      await until('a shadow', async () => /Mine 1\.0\.05m · shadow/.test(await textOf(list(page))), LIMIT_MS);
      expect(await violations(page)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'is told at its job why it is refused, and nothing is published',
    async () => {
      const { page } = terminal.desk;
      await wizard(page).getByRole('button', { name: 'Back' }).click();
      await wizard(page).getByLabel('Title').waitFor();
      await wizard(page).getByRole('button', { name: 'Back' }).click();
      await wizard(page).getByLabel('Model file').setInputFiles(file('logit', 'logit.onnx'));
      await wizard(page).getByText('logit.onnx').waitFor();
      await wizard(page).getByRole('status').waitFor({ timeout: LIMIT_MS });
      await wizard(page).getByRole('button', { name: 'Next' }).click();
      await wizard(page).getByLabel('Title').fill('Theirs');
      await wizard(page).getByRole('button', { name: 'Next' }).click();
      await wizard(page).getByRole('button', { name: 'Judge it' }).click();
      const alert = model(page).getByRole('alert');
      await alert.waitFor({ timeout: LIMIT_MS });
      expect(await textOf(alert)).toMatch(/^Its output probabilities float32\[N, 1\] says .* needs a Sigmoid/);
      expect(await textOf(list(page))).not.toMatch(/Theirs 1\.0\.0/);
    },
    LIMIT_MS,
  );
});
