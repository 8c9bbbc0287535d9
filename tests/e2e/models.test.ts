/** The Models workspace as a person works it: a model set up, trained, judged in words, beside its data set and the one that ships. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { until } from '../support/desk-page.ts';
import { sharedTerminal } from '../support/terminal.ts';

const terminal = sharedTerminal('generated');
/** The history of a terminal that has just started is still on its way, and a noisy machine trains slowly. */
const LIMIT_MS = 120_000;

const setUp = (page: Page): Locator => page.getByRole('region', { name: 'Set up a training' });
const model = (page: Page): Locator => page.getByRole('region', { name: 'Model', exact: true });
const list = (page: Page): Locator => page.getByRole('region', { name: 'Models', exact: true });
const train = (page: Page): Promise<void> => setUp(page).getByRole('button', { name: 'Train' }).click();
const textOf = async (found: Locator): Promise<string> => (await found.textContent()) ?? '';

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).include('.models').analyze();
  return found.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

describe('the models workspace', () => {
  it(
    'opens by a key, takes what can be trained from the families, and the address remembers it',
    async () => {
      const { page } = terminal.desk;
      await page.keyboard.press('3');
      await setUp(page).getByLabel('Family').waitFor({ timeout: LIMIT_MS });
      await list(page).getByText('No training yet').waitFor();
      expect(new URL(page.url()).hash).toBe('#models');
      expect(await textOf(setUp(page).getByLabel('Family'))).toMatch(/gradient boosting.*transformer/);
      expect(await violations(page)).toEqual([]);
    },
    LIMIT_MS,
  );

  it('says at the field what will not do, and puts the keyboard there', async () => {
    const { page } = terminal.desk;
    const trees = setUp(page).getByLabel('Trees', { exact: true });
    await trees.fill('9');
    await train(page);
    expect(await setUp(page).getByText('10–2,000.').count()).toBe(1);
    await until('the keyboard at the field', () => trees.evaluate((field) => field === document.activeElement));
    await trees.fill('12');
  });

  it(
    'shows what would be learnt from, its worth and that nothing leaks',
    async () => {
      const { page } = terminal.desk;
      const source = { kind: 'instrument', instrumentId: 'binance:BTC/USDT', timeframe: '5m' } as const;
      const bars = async (): Promise<number> => {
        const look = await terminal.engine.client.labLook({ source });
        return look.ok && look.value.of === 'candles' ? look.value.span.bars : 0;
      };
      await until('the history', async () => (await bars()) >= 1_500, LIMIT_MS);
      await setUp(page).getByLabel('Features', { exact: true }).selectOption('reversal-v1');
      await setUp(page).getByRole('radio', { name: '5m', exact: true }).click();
      await setUp(page).getByRole('button', { name: 'Look at the data' }).click();
      const audit = model(page).getByRole('region', { name: 'Leakage audit' });
      await until('the audit', async () => /No leak found/.test(await textOf(audit)), LIMIT_MS);
      expect(await textOf(model(page).getByRole('region', { name: 'Size' }))).toMatch(/questions worth \d/);
      expect(await textOf(model(page).getByRole('region', { name: 'Answers' }))).toMatch(/no\d.*%.*yes\d/);
      expect(await violations(page)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'trains a small model on practice candles, shows its curve and says in words what it is worth',
    async () => {
      const { page } = terminal.desk;
      await train(page);
      const verdict = model(page).getByRole('region', { name: 'Verdict' });
      await until('the verdict', () => verdict.isVisible(), LIMIT_MS);
      expect(await textOf(verdict)).toMatch(/(No edge|Weak edge|Edge measured|Not enough to judge).*\./);
      expect(await textOf(model(page).getByRole('region', { name: 'Figures' }))).toMatch(/Loss gain.*AUC.*Brier/);
      expect(await model(page).locator('.fold-span').count()).toBe(4);
      expect(await violations(page)).toEqual([]);
      await model(page).getByRole('tab', { name: 'Training' }).click();
      const curve = model(page).getByTestId('loss-curve');
      expect(Number(await curve.getAttribute('data-points'))).toBeGreaterThan(1);
      expect(await violations(page)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'looks for settings, lists what it tried, best first, and counts it in the judgement',
    async () => {
      const { page } = terminal.desk;
      await setUp(page).getByRole('radio', { name: 'Search', exact: true }).click();
      await setUp(page).getByLabel('Trials', { exact: true }).fill('3');
      expect(await setUp(page).getByText(', searched', { exact: true }).count()).toBeGreaterThan(3);
      await train(page);
      const trials = model(page).getByRole('region', { name: 'Trials' });
      await until('a trial', async () => (await trials.getByRole('row').count()) > 1, LIMIT_MS);
      expect(await violations(page)).toEqual([]);
      const verdict = model(page).getByRole('region', { name: 'Verdict' });
      await until('the verdict', () => verdict.isVisible(), LIMIT_MS);
      await model(page).getByRole('tab', { name: 'Training' }).click();
      expect(await textOf(trials)).toMatch(/3 of 3.*● best/);
      await setUp(page).getByRole('radio', { name: 'As set', exact: true }).click();
    },
    LIMIT_MS,
  );

  it(
    'sets it beside the one that ships, and tells why another failed',
    async () => {
      const { page } = terminal.desk;
      for (const letter of await list(page).getByRole('checkbox').all())
        if (await letter.isEnabled()) await letter.click();
      await model(page)
        .getByRole('tab', { name: /^Compare/ })
        .click();
      const table = model(page).getByRole('table', { name: 'Figures side by side' });
      expect(await textOf(table)).toMatch(/Verdict.*AUC.*Live.*Place.*Trained on.*Family/);
      expect(await model(page).locator('[data-curve]').count()).toBeGreaterThan(1);
      expect(await textOf(model(page).getByRole('region', { name: 'Importance side by side' }))).toMatch(/\d.%/);
      expect(await violations(page)).toEqual([]);
      await setUp(page).getByRole('radio', { name: 'File' }).click();
      await setUp(page).getByLabel('Path').fill('/nowhere/none.csv');
      await train(page);
      await until(
        'why it failed',
        async () => /none\.csv/.test(await textOf(model(page).getByRole('alert'))),
        LIMIT_MS,
      );
      expect(await textOf(list(page).locator('[data-model]').first())).toContain('✕ failed');
      expect(await violations(page)).toEqual([]);
    },
    LIMIT_MS,
  );
});
