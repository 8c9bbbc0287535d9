/** Real recorded markets on screen, where there are any. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../support/browser.ts';
import { openDesk, panel, until } from '../support/desk-page.ts';
import { makeDataDir, removeDataDir, startHostProcess } from '../support/host-process.ts';
import { hasRealData, realData } from '../support/real-data.ts';

describe.skipIf(!hasRealData)('real recordings (skipped where there are none)', () => {
  it('play as live charts, and the screen says that they are recorded', async () => {
    const dataDir = makeDataDir();
    const browser = await launchChromium();
    const host = await startHostProcess({ dataDir, args: ['--data', realData('candles')] });
    onTestFinished(async () => {
      await browser.close();
      await host.stop();
      await removeDataDir(dataDir);
    });
    const { page, errors } = await openDesk(browser, host.url);
    expect(await page.getByTestId('mode').textContent()).toMatch(/^PRACTICE · recorded \d{4}-\d\d-\d\d…/);
    const chart = page.getByTestId('price-chart');
    await until(
      'a live chart with history',
      async () =>
        Number(await chart.getAttribute('data-candles')) >= 500 && (await chart.getAttribute('data-live')) === 'true',
      30_000,
    );
    expect(await panel(page, 'watchlist').getByRole('row').count()).toBeGreaterThanOrEqual(11);
    expect(errors).toEqual([]);
  });
});
