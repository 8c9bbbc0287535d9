/** The gap meter as a person meets it: nothing measured, measured on demand, and a schedule that stays. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { until } from '../support/desk-page.ts';
import { sharedTerminal } from '../support/terminal.ts';

const terminal = sharedTerminal('generated');
const card = (page: Page): Locator => page.getByRole('region', { name: 'Gap', exact: true });
const measure = (page: Page): Locator => card(page).getByRole('button', { name: 'Measure now' });

describe('the gap card', () => {
  it('says that nothing was measured, then measures on demand', async () => {
    const { page } = terminal.desk;
    await page.keyboard.press('2');
    await card(page).getByText('Not measured yet').waitFor();
    await measure(page).click();
    // In its first two minutes a desk has nothing to run again, and says so; later there is a gap, if only of nothing.
    const isSaid = async (): Promise<boolean> =>
      (await card(page).getByRole('alert').isVisible()) || (await card(page).getByText('the engine alone').count()) > 1;
    await until('what came of it', isSaid, 60_000);
    expect(await card(page).getByText('Not measured yet').isVisible()).toBe(false);
    await until('it may be asked again', () => measure(page).isEnabled());
    const { violations } = await new AxeBuilder({ page }).include('.gap-card').analyze();
    expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
  });

  it('keeps when it is to be measured', async () => {
    const { page } = terminal.desk;
    await card(page).getByLabel('When the gap is measured').selectOption('on demand alone');
    // Right after the other: neither is made on what stood before.
    await card(page).getByLabel('Days of the gap').selectOption('last 3 days');
    const isKept = async (): Promise<boolean> => {
      for await (const { schedule } of await terminal.engine.client.watchGap())
        return schedule.hourUtc === null && schedule.days === 3;
      return false;
    };
    await until('the host knows', isKept);
    await page.reload();
    const chosen = async (): Promise<boolean> =>
      (await card(page).getByLabel('When the gap is measured').inputValue()) === 'never' &&
      (await card(page).getByLabel('Days of the gap').inputValue()) === '3';
    await until('the schedule that was chosen', chosen);
  });
});
