/** Models at work as a person looks at them: who says what of an instrument and why it weighs so, and how far each is from its training. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { until } from '../support/desk-page.ts';
import { sharedTerminal } from '../support/terminal.ts';

const terminal = sharedTerminal('generated');
/** The models of a terminal that has just started are still on their way. */
const LIMIT_MS = 120_000;

const model = (page: Page): Locator => page.getByRole('region', { name: 'Model', exact: true });
const textOf = async (found: Locator): Promise<string> => (await found.textContent()) ?? '';

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).include('.models').analyze();
  return found.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

describe('models at work', () => {
  it(
    'the ensemble of an instrument: every member with what it says, and by the keyboard why it weighs so',
    async () => {
      const { page } = terminal.desk;
      await page.keyboard.press('3');
      await model(page).getByRole('tab', { name: 'Ensemble' }).click();
      const members = model(page).getByRole('table', { name: 'Members' });
      const voter = members.locator('[data-member="reversal-gbt"]');
      await voter.waitFor({ timeout: LIMIT_MS });
      expect(await textOf(members)).toMatch(/Momentum rule/);
      await until('the shadows', async () => /shadow · 5m/.test(await textOf(members)), LIMIT_MS);
      await voter.getByRole('button').focus();
      await page.keyboard.press('Enter');
      const why = members.getByRole('region', { name: /^Why Trend reversal/ });
      expect(await textOf(why)).toMatch(/It is the only model that votes.*so × 1\..*edge/);
      expect(await voter.getByRole('button').getAttribute('aria-expanded')).toBe('true');
      expect(await violations(page)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'another instrument is asked about, and what is set by hand on the desk is told here',
    async () => {
      const { page } = terminal.desk;
      await model(page).getByLabel('Instrument', { exact: true }).selectOption({ label: 'ETH/USDT' });
      const voter = model(page).locator('[data-member="reversal-gbt"]');
      await voter.waitFor({ timeout: LIMIT_MS });
      const change = {
        confidenceMin: 0.6,
        weights: { 'reversal-gbt': 0 },
        decideEveryMs: { 'binance:ETH/USDT': 300_000 },
      };
      expect(await terminal.engine.client.changeEnsemble(change)).toEqual({ ok: true });
      const why = model(page).getByRole('region', { name: /^Why Trend reversal/ });
      await until('what was set', async () => /Silenced by hand/.test(await textOf(why)), LIMIT_MS);
      expect(await textOf(model(page).getByRole('region', { name: 'Votes now' }))).toMatch(
        /60\.0.%wanted.*every 5 minutesjudged/,
      );
      await model(page).getByRole('button', { name: 'Set weights and threshold' }).click();
      await page.getByRole('table', { name: 'Models and rules' }).waitFor({ timeout: LIMIT_MS });
      await page.keyboard.press('3');
    },
    LIMIT_MS,
  );

  it(
    'the drift of every model: what follows, its licence, and its inputs beside training, the worst first',
    async () => {
      const { page } = terminal.desk;
      await model(page).getByRole('tab', { name: 'Drift' }).click();
      const watched = model(page).getByRole('table', { name: 'Drift of models' });
      const voter = watched.locator('[data-watched^="reversal-gbt@"]');
      await voter.waitFor({ timeout: LIMIT_MS });
      expect(await textOf(voter)).toMatch(/\d days? left/);
      await voter.getByRole('button').focus();
      await page.keyboard.press('Enter');
      const detail = watched.getByRole('region', { name: /^Drift of Trend reversal/ });
      await until('a sentence', async () => /\.$/.test(await textOf(detail.locator('h3 + p').first())), LIMIT_MS);
      const inputs = detail.getByRole('region', { name: 'Inputs' }).locator('[data-feature]');
      await until('the inputs', async () => (await inputs.count()) === 8, LIMIT_MS);
      await detail.getByRole('button', { name: /^All \d+$/ }).click();
      expect(await inputs.count()).toBeGreaterThan(8);
      expect(await violations(page)).toEqual([]);
    },
    LIMIT_MS,
  );
});
