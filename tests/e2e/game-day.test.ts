/** Game day from the screen: asked for in one place, seen row by row, stopped, and nothing of one's own touched by it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { describe, expect, it } from 'vitest';
import { showPanel, until } from '../support/desk-page.ts';
import { readDesk } from '../support/engine-client.ts';
import { sharedTerminal } from '../support/terminal.ts';

const terminal = sharedTerminal('generated');
const deskNow = () => readDesk(terminal.engine.client);

describe('game day', () => {
  it('is started after a word of what it does, and its rows pass one by one', async () => {
    const { page } = terminal.desk;
    await until('an engine at rest', async () => (await deskNow()).safety.holds.length === 0);
    await showPanel(page, 'System health');
    await page.getByRole('button', { name: 'Game day', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Game day' });
    expect(await dialog.textContent()).toContain('Your own account, orders and log are not touched');
    expect((await deskNow()).gameDay).toBeNull();
    await dialog.getByRole('button', { name: 'Start game day' }).click();
    const rows = dialog.getByRole('list', { name: 'Cases' }).getByRole('listitem');
    await until('the cases', async () => (await rows.count()) === 7);
    const passed = dialog.locator('li[data-state="passed"]');
    await until('two cases to pass', async () => (await passed.count()) >= 2, 150_000);
    expect(await passed.first().textContent()).toMatch(/●passed.*reply is lost.*looked up, booked once/);
    const { violations } = await new AxeBuilder({ page }).include('dialog').analyze();
    expect(violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`))).toEqual([]);
  });

  it('is stopped by a click; the report says so, and the trader’s own books know nothing of it', async () => {
    const { page } = terminal.desk;
    const dialog = page.getByRole('dialog', { name: 'Game day' });
    await dialog.getByRole('button', { name: 'Stop game day' }).click();
    await until('the end', async () => /Stopped: \d passed, 0 failed/.test((await dialog.textContent()) ?? ''), 60_000);
    expect(await dialog.locator('li[data-state="left-out"]').count()).toBeGreaterThan(0);
    expect(readdirSync(join(terminal.host.dataDir, 'game-days'))).toHaveLength(1);
    await dialog.getByRole('button', { name: 'Close' }).click();
    const desk = await deskNow();
    expect(desk.gameDay?.state).toBe('stopped');
    expect([desk.orders, desk.fills, desk.positions]).toEqual([[], [], []]);
    expect(await terminal.venue.openOrders()).toEqual([]);
    expect(terminal.desk.errors).toEqual([]);
  });
});
