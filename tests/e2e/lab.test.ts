/** The Lab as a person works it: a run set up, seen to go on and judged, one cancelled, one failed, two compared, all kept. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { panel, until } from '../support/desk-page.ts';
import { readDesk } from '../support/engine-client.ts';
import { sharedTerminal } from '../support/terminal.ts';

const terminal = sharedTerminal('generated');
/** Long enough to be judged for minutes: nobody waits for its end. */
const LONG_BARS = 400_000;
const RUN_LIMIT_MS = 90_000;

const setUp = (page: Page): Locator => page.getByRole('region', { name: 'Set up a run' });
const run = (page: Page): Locator => page.getByRole('region', { name: 'Run', exact: true });
const runs = (page: Page): Locator => page.getByRole('region', { name: 'Runs' });
const start = (page: Page): Promise<void> => setUp(page).getByRole('button', { name: 'Run' }).click();
const newest = (page: Page): Locator => page.locator('[data-run]').first();

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).include('.lab').analyze();
  return found.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

/** Waits until the newest run has figures; what they say it came to. */
async function untilDone(page: Page, count: number): Promise<void> {
  await until('a finished run', async () => (await page.locator('[data-run]').count()) === count, 30_000);
  const hasFigures = async (): Promise<boolean> =>
    (await newest(page).getAttribute('data-selected')) === 'true' &&
    ((await newest(page).textContent()) ?? '').includes('%') &&
    (await run(page).getByTestId('figures').isVisible());
  await until('its figures', hasFigures, RUN_LIMIT_MS);
  await until(
    'its chart',
    async () => Number(await run(page).getByTestId('equity-chart').getAttribute('data-points')) > 10,
  );
}

/** A random walk of five-minute candles. */
function writeLongFile(path: string): void {
  const lines = ['timestamp_ms,open,high,low,close,volume'];
  let [state, close] = [1, 100_000];
  for (let bar = 0; bar < LONG_BARS; bar += 1) {
    state = (state * 48_271) % 2_147_483_647;
    const open = close;
    close = Math.max(1_000, open + (state % 201) - 100);
    lines.push(
      [1_599_999_900_000 + bar * 300_000, open, Math.max(open, close), Math.min(open, close), close, 10].join(),
    );
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Whatever the list was narrowed to. */
async function showAllRuns(page: Page): Promise<void> {
  const filter = runs(page).getByLabel('Filter runs');
  if (await filter.isVisible()) await filter.fill('');
}

/** A price that rises in waves, so that whoever waits for its turns trades; `ripple` sets it apart from another. */
function writeWave(path: string, ripple: number): void {
  const closeOf = (bar: number): number => 100 + bar * 0.01 + 5 * Math.sin(bar / 40) + ripple * Math.sin(bar / 15);
  const lines = Array.from({ length: 2_000 }, (_, bar) => {
    const [open, close] = [closeOf(Math.max(0, bar - 1)), closeOf(bar)].map((price) => Number(price.toFixed(2))) as [
      number,
      number,
    ];
    return [
      1_704_067_200_000 + bar * 3_600_000,
      open,
      Math.max(open, close),
      Math.min(open, close),
      close,
      1_000,
    ].join();
  });
  writeFileSync(path, `timestamp_ms,open,high,low,close,volume\n${lines.join('\n')}\n`);
}

/** Long for some bars after each rise over the last hundred. */
const OWN = `
const whole = (standard, least, most, about) => ({ standard, least, most, whole: true, about });
export default {
  name: 'my-cross',
  title: 'My cross',
  about: 'Buys now and then, and leaves after some bars.',
  params: { holdBars: whole(20, 1, 500, 'bars that it holds') },
  start({ params }) {
    let bar = 0;
    return {
      onCandle(_candle, desk) {
        bar += 1;
        if (bar % 100 === 50) desk.enter('long', { share: 0.5 });
        if (bar % 100 === 50 + Math.min(49, params.holdBars)) desk.exit();
      },
    };
  },
};
`;

describe('the lab', () => {
  it('opens by a key, says that nothing was run yet, and the address remembers it', async () => {
    const { page } = terminal.desk;
    await page.keyboard.press('2');
    await run(page).getByText('No runs yet').waitFor();
    expect(new URL(page.url()).hash).toBe('#lab');
    expect(
      await page
        .getByRole('navigation', { name: 'Workspaces' })
        .getByRole('button', { name: 'Lab' })
        .getAttribute('aria-current'),
    ).toBe('page');
    expect(await violations(page)).toEqual([]);
    // A row of choices is one stop of the keyboard; the arrows choose.
    const timeframe = (name: string): Locator => setUp(page).getByRole('radio', { name, exact: true });
    await timeframe('1h').focus();
    await page.keyboard.press('ArrowRight');
    expect(await timeframe('4h').and(page.locator(':focus')).getAttribute('aria-checked')).toBe('true');
    await page.keyboard.press('ArrowLeft');
    expect(await timeframe('1h').and(page.locator(':focus')).getAttribute('tabindex')).toBe('0');
    expect(await timeframe('4h').getAttribute('tabindex')).toBe('-1');
  });

  it('says at the field what will not do, and puts the keyboard there', async () => {
    const { page } = terminal.desk;
    const fast = setUp(page).getByLabel('fast');
    await fast.fill('0');
    await start(page);
    expect(await setUp(page).getByText('1–1,000.').count()).toBe(1);
    expect(await fast.evaluate((field) => field === document.activeElement)).toBe(true);
    await fast.fill('40');
    await start(page);
    await setUp(page).getByRole('alert').getByText('must be below slow').waitFor();
    expect(await page.locator('[data-run]').count()).toBe(0);
  });

  it('runs SMA cross on the terminal’s own candles and says how far to believe it', async () => {
    const { page } = terminal.desk;
    await setUp(page).getByRole('radio', { name: '15m' }).click();
    await until('candles', async () => /\d candles/.test((await setUp(page).textContent()) ?? ''), RUN_LIMIT_MS);
    await setUp(page).getByLabel('fast').fill('10');
    await page.keyboard.press('Enter');
    await untilDone(page, 1);
    expect(await run(page).getByRole('region', { name: 'Verdict' }).textContent()).toMatch(/\w+: .+/);
    const shown = (await run(page).getByTestId('figures').textContent()) ?? '';
    expect(shown).toMatch(/%Return.*%Held.*Max drawdown.*Sharpe.*Trades/);
    expect(await newest(page).textContent()).toMatch(/SMA cross .*15m/);
    // Each figure that can be drawn anew says where it lies.
    expect(await run(page).locator('[data-interval="sharpe"]').textContent()).toMatch(/\d to .?\d/);
    expect(await violations(page)).toEqual([]);
    await run(page).getByRole('tab', { name: 'Breakdown' }).click();
    await run(page).getByRole('region', { name: 'Excursions' }).getByRole('img').first().waitFor();
    expect(await run(page).getByRole('region', { name: 'By instrument' }).textContent()).toMatch(/long/);
    expect(await violations(page)).toEqual([]);
  });

  it('a row of its trades brings their candles, by keys and by click', async () => {
    const { page } = terminal.desk;
    await run(page)
      .getByRole('tab', { name: /^Trades/ })
      .click();
    const grid = run(page).getByRole('grid', { name: 'Trades' });
    const chart = run(page).getByTestId('trade-chart');
    await until('candles', async () => Number(await chart.getAttribute('data-candles')) > 100);
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await until('the second trade', async () => (await chart.getAttribute('data-picked')) === '1');
    expect(await grid.getByRole('row', { selected: true }).textContent()).toMatch(/^2[▲▼]/);
    await grid.getByRole('row').nth(1).click();
    await until('the first trade', async () => (await chart.getAttribute('data-picked')) === '0');
    expect(await violations(page)).toEqual([]);
    await run(page).getByRole('tab', { name: 'Overview' }).click();
  });

  it('a run beside its neighbours is a map; a cell sets that pair up', async () => {
    const { page } = terminal.desk;
    await setUp(page).getByRole('radio', { name: 'Map' }).click();
    await setUp(page).getByLabel('slow', { exact: true }).fill('40');
    await start(page);
    await untilDone(page, 2);
    await run(page).getByRole('tab', { name: 'Map' }).click();
    const map = run(page).getByRole('region', { name: 'Sensitivity map' });
    expect(await map.textContent()).toMatch(/\d+ of \d+ pairs made money/);
    expect(await violations(page)).toEqual([]);
    await map.getByRole('button', { name: /^fast 14, slow 33/ }).click();
    expect(await setUp(page).getByLabel('fast').inputValue()).toBe('14');
    expect(await setUp(page).getByLabel('slow', { exact: true }).inputValue()).toBe('33');
    await run(page).getByRole('tab', { name: 'Overview' }).click();
  });

  it('searches for the best setting, is stopped, goes on, and shows what was held out', async () => {
    const { page } = terminal.desk;
    await setUp(page).getByRole('radio', { name: 'Search' }).click();
    await setUp(page).getByLabel('Trials').fill('250');
    expect(await violations(page)).toEqual([]);
    await setUp(page).getByRole('button', { name: 'Search' }).click();
    await run(page)
      .getByText(/Searching: \d+ of 250 trials/)
      .waitFor();
    await run(page).getByRole('button', { name: 'Stop' }).click();
    await run(page).getByRole('button', { name: 'Resume' }).click();
    await untilDone(page, 3);
    await run(page).getByRole('tab', { name: 'Search' }).click();
    const found = run(page).getByRole('region', { name: 'Search' });
    expect(await found.textContent()).toMatch(/On the time that no trial saw, .* the best one came to/);
    expect(await violations(page)).toEqual([]);
    await found
      .getByRole('button', { name: /^Set up trial/ })
      .first()
      .click();
    expect(await setUp(page).getByRole('radio', { name: 'This run' }).getAttribute('aria-checked')).toBe('true');
    await run(page).getByRole('tab', { name: 'Overview' }).click();
  });

  it('a long one shows how far and how fast it is, is cancelled at once, and the desk goes on meanwhile', async () => {
    const { page } = terminal.desk;
    const path = join(terminal.host.dataDir, 'long.csv');
    writeLongFile(path);
    await setUp(page).getByRole('radio', { name: 'File' }).click();
    await setUp(page).getByLabel('Path').fill(path);
    await start(page);
    const bar = run(page).getByRole('progressbar');
    await until('bars a second', async () => /bars\/s/.test((await run(page).textContent()) ?? ''), RUN_LIMIT_MS);
    await bar.waitFor();
    const { health } = await readDesk(terminal.engine.client);
    expect(health.feeds.some(({ status }) => status === 'live')).toBe(true);
    await run(page).getByRole('button', { name: 'Cancel run' }).click();
    await run(page).getByText('Cancelled', { exact: true }).waitFor();
    expect(await newest(page).textContent()).toContain('■ cancelled');
    expect(await violations(page)).toEqual([]);
  });

  it('one that cannot be read fails in a sentence', async () => {
    const { page } = terminal.desk;
    await setUp(page).getByLabel('Path').fill('/nowhere/btc.csv');
    await start(page);
    await run(page).getByRole('alert').getByText('btc.csv: cannot be read').waitFor();
    expect(await newest(page).textContent()).toContain('✕ failed');
    expect(await violations(page)).toEqual([]);
  });

  it('two are compared: a line and a column each', async () => {
    const { page } = terminal.desk;
    const letters = runs(page).getByRole('checkbox', { name: /^Compare/ });
    const done = letters.and(page.locator(':enabled'));
    // The two beneath what the search has found.
    await done.nth(1).click();
    await done.nth(2).click();
    expect(await done.allTextContents()).toEqual(['+', 'A', 'B']);
    await run(page).getByRole('tab', { name: 'Compare 2' }).click();
    const chart = run(page).getByTestId('compare-chart');
    await until('two lines', async () => (await chart.getAttribute('data-lines')) === '2');
    const table = run(page).getByRole('region', { name: 'Figures compared' }).getByRole('table');
    expect(
      await table
        .getByRole('row', { name: /^Sharpe/ })
        .getByRole('cell')
        .count(),
    ).toBe(3);
    expect(await table.getByRole('row', { name: /^Parameters/ }).textContent()).toMatch(/slow 40.*slow 30/);
    expect(await run(page).getByRole('list', { name: 'Beside A' }).textContent()).toMatch(/^B beside A: .+\.$/);
    expect(await violations(page)).toEqual([]);
  });

  it('keeps tags, note and report, and another screen finds them', async () => {
    const { page } = terminal.desk;
    await page.locator('[data-run]').last().getByRole('button').click();
    await runs(page).getByLabel('Add a tag').fill('first');
    await page.keyboard.press('Enter');
    await runs(page).getByRole('button', { name: 'Remove tag first' }).waitFor();
    await runs(page).getByLabel('Note').fill('where it all began');
    await page.keyboard.press('Tab');
    const download = page.waitForEvent('download');
    await runs(page).getByRole('button', { name: 'HTML report' }).click();
    expect((await download).suggestedFilename()).toMatch(/^sma-cross_[0-9a-f]{12}\.html$/);
    await page.reload();
    await until('the runs', async () => (await page.locator('[data-run]').count()) === 5);
    await runs(page).getByLabel('Filter runs').fill('first');
    await until('one run', async () => (await page.locator('[data-run]').count()) === 1);
    await page.locator('[data-run]').last().getByRole('button').click();
    expect(await runs(page).getByLabel('Note').inputValue()).toBe('where it all began');
    await run(page).getByTestId('figures').waitFor();
  });

  it('a pair is traded on two files in one run, and each leg is told apart', async () => {
    const { page } = terminal.desk;
    const { dataDir } = terminal.host;
    writeWave(join(dataDir, 'first.csv'), 0);
    writeWave(join(dataDir, 'second.csv'), 3);
    await showAllRuns(page);
    const before = await page.locator('[data-run]').count();
    await setUp(page).getByLabel('Strategy', { exact: true }).selectOption('pairs');
    await setUp(page).getByLabel('bars', { exact: true }).fill('120');
    for (const [at, name] of ['first', 'second'].entries()) {
      const leg = setUp(page).getByRole('group', { name: `Instrument ${at + 1}` });
      await leg.getByRole('radio', { name: 'File' }).click();
      await leg.getByLabel('Path').fill(join(dataDir, `${name}.csv`));
      await leg.getByText('2,000 candles').waitFor();
    }
    await setUp(page).getByText('Costs').click();
    await setUp(page).getByLabel('May sell short').check();
    expect(await violations(page)).toEqual([]);
    await start(page);
    await untilDone(page, before + 1);
    expect(await newest(page).textContent()).toMatch(/first \+ second/);
    await run(page).getByRole('tab', { name: 'Breakdown' }).click();
    const legs = run(page).getByRole('region', { name: 'By instrument' });
    await until('both legs', async () => /first.*second/.test((await legs.textContent()) ?? ''));
    await run(page)
      .getByRole('tab', { name: /^Trades/ })
      .click();
    await run(page).getByRole('radiogroup', { name: 'Instrument of the chart' }).getByRole('radio').nth(1).click();
    expect(await violations(page)).toEqual([]);
    await run(page).getByRole('tab', { name: 'Overview' }).click();
  });

  it('a file of one’s own stands in the list, has its own parameters, and runs', async () => {
    const { page } = terminal.desk;
    const { dataDir } = terminal.host;
    const before = await page.locator('[data-run]').count();
    mkdirSync(join(dataDir, 'strategies'), { recursive: true });
    writeFileSync(join(dataDir, 'strategies', 'mine.ts'), OWN);
    writeFileSync(join(dataDir, 'strategies', 'none.ts'), 'export const nothing = 1;');
    await setUp(page).getByText('Your own strategies').click();
    await setUp(page).getByRole('button', { name: 'Look again' }).click();
    await setUp(page).getByText('none.ts: ').waitFor({ timeout: RUN_LIMIT_MS });
    await setUp(page).getByLabel('Strategy', { exact: true }).selectOption({ label: 'My cross' });
    expect(await setUp(page).getByRole('textbox', { name: 'hold bars', exact: true }).inputValue()).toBe('20');
    expect(await setUp(page).getByLabel('Model').inputValue()).toBe('');
    await setUp(page).getByRole('radio', { name: 'File' }).click();
    await setUp(page).getByLabel('Path').fill(join(dataDir, 'first.csv'));
    await setUp(page).getByText('2,000 candles').waitFor();
    expect(await violations(page)).toEqual([]);
    await start(page);
    await untilDone(page, before + 1);
    expect(await newest(page).textContent()).toMatch(/mine\.ts first/);
    expect(
      Number(
        await run(page)
          .getByRole('tab', { name: /^Trades [1-9]/ })
          .count(),
      ),
    ).toBe(1);
  });

  it('a mandate’s run says what it signed, beside everything signed at once', async () => {
    const { page } = terminal.desk;
    const before = await page.locator('[data-run]').count();
    await setUp(page).getByText('Who signs').first().click();
    await setUp(page).getByRole('radio', { name: 'Mandate' }).click();
    await setUp(page).getByLabel('Order up to').fill('0');
    await start(page);
    await setUp(page).getByText('An amount above zero').waitFor();
    await setUp(page).getByLabel('Order up to').fill('1000000');
    await setUp(page).getByLabel('From hour').fill('6');
    await setUp(page).getByLabel('To hour').fill('18');
    expect(await violations(page)).toEqual([]);
    await start(page);
    await untilDone(page, before + 1);
    const said = run(page).getByRole('region', { name: 'How it was run' });
    await said.waitFor();
    expect(await said.textContent()).toMatch(
      /signed \d+ of \d+ questions \(\d+ outside its hours\).*With everything signed at once it came to .*%/,
    );
    expect(await violations(page)).toEqual([]);
  });

  it('a run with you at the desk says what you were asked, beside everything signed at once', async () => {
    const { page } = terminal.desk;
    const before = await page.locator('[data-run]').count();
    await setUp(page).getByRole('radio', { name: 'Both' }).click();
    await setUp(page).getByLabel('Approves').fill('120');
    await start(page);
    await setUp(page).getByText('0–100.').waitFor();
    await setUp(page).getByLabel('Approves').fill('70');
    expect(await violations(page)).toEqual([]);
    await start(page);
    await untilDone(page, before + 1);
    const said = run(page).getByRole('region', { name: 'How it was run' });
    await said.waitFor();
    expect(await said.textContent()).toMatch(
      /^Of \d+ questions \d+ were signed, you declined \d+, and \d+ lapsed.*The mandate signed \d+ of \d+ questions.*With everything signed at once it came to .*%/,
    );
    expect(await violations(page)).toEqual([]);
  });

  it('the trading desk is where it was left, by a key', async () => {
    const { page } = terminal.desk;
    await page.keyboard.press('Escape');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('1');
    const chart = page.getByTestId('price-chart');
    await until('a live chart', async () => (await chart.getAttribute('data-live')) === 'true');
    expect(await page.getByRole('main').getAttribute('aria-label')).toBe('Trade workspace');
    expect(terminal.desk.errors).toEqual([]);
  });

  it('is where a page opens again that was left in it, with the desk whole behind it', async () => {
    const { page } = terminal.desk;
    await page.keyboard.press('2');
    await setUp(page).getByLabel('Strategy').waitFor();
    await page.reload();
    await setUp(page).getByLabel('Strategy').waitFor();
    await page.keyboard.press('1');
    for (const name of ['Orders and fills', 'Model board', 'Journal', 'System health', 'Positions']) {
      await page.getByRole('tab', { name }).click();
      await page.getByRole('tab', { name, selected: true }).waitFor();
    }
    await panel(page, 'watchlist').getByText('BTC').first().waitFor();
  });
});
