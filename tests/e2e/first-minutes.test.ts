/** What a new user meets: the first start, the screen by keyboard alone, its look kept over a reload, and nobody shut out. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { openDesk, panel, showPanel, until } from '../support/desk-page.ts';
import { readDesk, spotFeeds } from '../support/engine-client.ts';
import { sharedTerminal, waitingProposal } from '../support/terminal.ts';

// Proposals stay while the tests look at them: the next one may be minutes away.
const terminal = sharedTerminal('generated', { approvalTtlMs: 600_000 });

const chart = (page: Page) => page.getByTestId('price-chart');
const watched = (page: Page): Promise<string | null> => chart(page).getAttribute('data-watched');

const LOWER_PANELS = [
  ['orders', 'Orders and fills'],
  ['models', 'Model board'],
  ['journal', 'Journal'],
  ['health', 'System health'],
  ['positions', 'Positions'],
] as const;

/** A point on the sash between the watchlist and the chart. */
async function rightEdge(page: Page): Promise<{ x: number; y: number }> {
  const list = await panel(page, 'watchlist').boundingBox();
  const boxes = await Promise.all((await page.locator('.dv-sash').all()).map((sash) => sash.boundingBox()));
  const found = boxes.find((box) => box && list && box.height > 200 && Math.abs(box.x - list.x - list.width) < 12);
  if (!found) throw new Error('there is no sash at the right of the watchlist');
  return { x: found.x + found.width / 2, y: found.y + found.height / 2 };
}

async function violations(page: Page, within = 'body'): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).include(within).analyze();
  return found.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

describe('the first start', () => {
  it('five hundred candles of history and the first live one are on screen', async () => {
    const { page } = terminal.desk;
    await until('live candles', async () => {
      const candles = Number(await chart(page).getAttribute('data-candles'));
      return candles >= 500 && (await chart(page).getAttribute('data-live')) === 'true';
    });
    const { startedAtMs } = await terminal.engine.client.hello();
    console.log(`first live chart ${Date.now() - startedAtMs} ms after the engine's start`);
    expect(Number(await chart(page).getAttribute('data-candles'))).toBeGreaterThanOrEqual(500);
    expect(await page.getByTestId('mode').textContent()).toBe('PRACTICE · generated, seed 1');
  });

  it('prices of every instrument are live', async () => {
    const { page } = terminal.desk;
    const listed = (await terminal.engine.client.hello()).instruments;
    const instruments = listed.filter(({ kind }) => kind === 'spot');
    expect(instruments.length).toBeGreaterThanOrEqual(10);
    await until('live prices', async () => {
      const feeds = spotFeeds(await readDesk(terminal.engine.client));
      return feeds.length === instruments.length && feeds.every((feed) => feed.status === 'live');
    });
    const rows = panel(page, 'watchlist').getByRole('row');
    for (const { symbol } of instruments) {
      const priced = new RegExp(`${symbol}[\\d,.]+`);
      await until(`a price of ${symbol}`, async () => (await rows.allTextContents()).some((text) => priced.test(text)));
    }
  });

  it('the chart moves: the last price shown changes by itself', async () => {
    const { page } = terminal.desk;
    const last = () => panel(page, 'watchlist').getByRole('row').filter({ hasText: 'BTC/' }).textContent();
    const before = await last();
    await until('another price', async () => (await last()) !== before, 30_000);
  });

  it('a proposal comes with its reasons, its record and the honest word on its edge', async () => {
    const { page } = terminal.desk;
    const proposal = await waitingProposal(terminal);
    const shown = page.locator(`article[data-proposal="${proposal.id}"]`);
    await shown.waitFor();
    await shown.focus();
    const text = (await shown.textContent()) ?? '';
    expect(text).toContain(proposal.symbol.split('/')[0]);
    expect(text).toContain('Why.');
    expect(text).toMatch(/(Said \d+–\d+\s%: r|R)ight \d+\s% of [\d,]+|No record yet/);
    if (proposal.edge === 'none') expect(text).toContain('no edge here');
    expect(await violations(page, '[data-panel="queue"]')).toEqual([]);
  });
});

describe('by keyboard alone', () => {
  it('? lists the keys and Escape closes the list', async () => {
    const { page } = terminal.desk;
    await page.locator('body').press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys' });
    await sheet.waitFor();
    expect(await sheet.textContent()).toContain('Approve the focused proposal');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
  });

  it('the palette switches the instrument', async () => {
    const { page } = terminal.desk;
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Commands' });
    await palette.waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type('ETH/USDT');
    await page.keyboard.press('Enter');
    await palette.waitFor({ state: 'detached' });
    await until('the ether chart', async () => (await watched(page))?.includes('ETH/USDT'));
    await until('its candles', async () => Number(await chart(page).getAttribute('data-candles')) >= 500);
  });

  it('I switches the instrument too, and [ and ] the timeframe', async () => {
    const { page } = terminal.desk;
    await page.keyboard.press('i');
    await page.getByRole('dialog', { name: 'Switch instrument' }).waitFor();
    await page.keyboard.type('SOL');
    await page.keyboard.press('Enter');
    await until('the solana chart', async () => (await watched(page))?.includes('SOL/USDT 1m'));
    await page.keyboard.press(']');
    await until('longer candles', async () => (await watched(page))?.endsWith('SOL/USDT 5m'));
    expect(await page.getByRole('radio', { name: '5m', exact: true }).getAttribute('aria-checked')).toBe('true');
    await page.keyboard.press('[');
    await until('shorter candles', async () => (await watched(page))?.endsWith('SOL/USDT 1m'));
  });

  it('J puts the keyboard on a proposal, whose letters act only there', async () => {
    const { page } = terminal.desk;
    const { id } = await waitingProposal(terminal);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('d');
    await page.keyboard.press('a');
    await page.keyboard.press('j');
    await until('the focus on a card', () =>
      page.evaluate(() => document.activeElement?.getAttribute('data-proposal') ?? null),
    );
    const { proposals } = await readDesk(terminal.engine.client);
    expect(proposals.find((row) => row.id === id)?.state).toBe('pending');
  });
});

describe('the look', () => {
  it('has no accessibility violations in dark and in light, in every panel', async () => {
    const { page } = terminal.desk;
    for (const theme of ['Dark', 'Light']) {
      await page.getByRole('button', { name: 'Screen' }).click();
      await page.getByRole('menuitemradio', { name: theme, exact: true }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
      expect(await violations(page), theme).toEqual([]);
      for (const [name, title] of LOWER_PANELS) {
        await showPanel(page, title);
        await panel(page, name).waitFor();
        expect(await violations(page, `[data-panel="${name}"]`), `${theme}, ${title}`).toEqual([]);
      }
    }
  });

  it('theme, instrument, timeframe and layout are as they were after a reload', async () => {
    const { page } = terminal.desk;
    await page.getByRole('button', { name: 'Screen' }).click();
    await page.getByRole('menuitemradio', { name: 'Light', exact: true }).click();
    await page.getByRole('radio', { name: '15m' }).click();
    const edge = await rightEdge(page);
    const widthOf = async (): Promise<number> => Math.round((await panel(page, 'watchlist').boundingBox())?.width ?? 0);
    const before = await widthOf();
    await page.mouse.move(edge.x, edge.y);
    await page.mouse.down();
    await page.mouse.move(edge.x + 90, edge.y, { steps: 5 });
    await page.mouse.up();
    const widened = await widthOf();
    expect(widened).toBeGreaterThan(before + 60);
    const saved = async () => JSON.stringify(await terminal.engine.client.loadSetting({ key: 'layout' }));
    await until('the layout to be kept', async () => (await saved()).includes('"version"'));
    await until('the view to be kept', async () =>
      JSON.stringify(await terminal.engine.client.loadSetting({ key: 'view' })).includes('"15m"'),
    );
    await page.waitForTimeout(1_000);

    const watchedBefore = await watched(page);
    expect(watchedBefore).toMatch(/ 15m$/);

    await page.reload();
    await page.getByTestId('mode').waitFor();
    await until('instrument and timeframe', async () => (await watched(page)) === watchedBefore);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    await until('the pulled width', async () => Math.abs((await widthOf()) - widened) <= 2);
  });

  it('another screen, new to this engine, gets the same view', async () => {
    const other = await openDesk(terminal.browser, terminal.host.url);
    const shown = await watched(terminal.desk.page);
    await until('its view', async () => (await watched(other.page)) === shown);
    expect(await other.page.locator('html').getAttribute('data-theme')).toBe('light');
    expect(other.errors).toEqual([]);
    await other.close();
  });

  it('no error was logged by the page', () => {
    expect(terminal.desk.errors).toEqual([]);
  });
});
