import { expect } from 'vitest';
import type { ManualOrder } from '../../preload/contract.ts';
import { launchChromium } from '../support/browser.ts';
import { openDesk, until } from '../support/desk-page.ts';
import { mustDo, openEngineClient, readDesk } from '../support/engine-client.ts';
import { makeDataDir, removeDataDir, startHostProcess, venueOf } from '../support/host-process.ts';
import { VenueRest } from '../support/venue-rest.ts';

const INSTRUMENT = 'binance:BTC/USDT';
const SYMBOL = 'BTCUSDT';
/** For one thing that ought to happen soon, on a machine that others use, too. */
const PATIENCE_MS = 90_000;

const limitBuy = (limitPrice: string): ManualOrder => ({
  requestId: crypto.randomUUID(),
  instrumentId: INSTRUMENT,
  side: 'buy',
  type: 'limit',
  qtyBase: '0.001',
  limitPrice,
  stopPrice: null,
  targetPrice: null,
});

/**
 * A real host with two screens in a browser. The page of the first never gives its thread back; the venue takes requests for
 * orders and answers none, while its streams go on. The kill switch is thrown on the second.
 */
export async function killFromSecondScreen(): Promise<void> {
  const dataDir = makeDataDir();
  const browser = await launchChromium();
  const host = await startHostProcess({ dataDir, args: ['--seed', '11'] });
  const { client, close } = await openEngineClient(host.url);
  const desk = () => readDesk(client);
  try {
    const venue = new VenueRest(venueOf(dataDir));
    const frozen = await openDesk(browser, host.url);
    const second = await openDesk(browser, host.url);
    await until('trading', async () => (await desk()).safety.holds.length === 0, PATIENCE_MS);
    await mustDo(client.setArmed({ armed: true }));
    const { bidPrice } = await venue.bookTicker(SYMBOL);
    // Far below, so that it rests.
    const far = (Number(bidPrice) * 0.9).toFixed(2);
    await until('a fresh quote', async () => (await client.placeOrder(limitBuy(far))).ok, PATIENCE_MS);
    const order = async () => (await desk()).orders[0];
    await until('the order at the venue', async () => (await order())?.state === 'acknowledged', PATIENCE_MS);

    let thawed = false;
    frozen.page
      .evaluate(() => {
        for (;;);
      })
      .catch(() => undefined);
    frozen.page
      .evaluate(() => 1)
      .then(
        () => {
          thawed = true;
        },
        () => undefined,
      );
    const fault = await venue.startFault({ fault: 'hang', path: '/api/v3/order' });
    await second.page.keyboard.press('Shift+Escape');
    await until('the switch', async () => (await desk()).safety.killSwitch, PATIENCE_MS);
    const button = second.page.getByRole('button', { name: 'Kill switch' });
    await until('the pressed switch', async () => (await button.getAttribute('aria-pressed')) === 'true', PATIENCE_MS);
    await until('the cancel on its way', async () => (await order())?.cancelRequested, PATIENCE_MS);
    expect(await client.placeOrder(limitBuy(far))).toMatchObject({ ok: false, error: { code: 'kill-switch' } });
    expect(await venue.openOrders(SYMBOL)).toHaveLength(1);
    expect((await desk()).health.privateStream).toBe('live');

    await venue.endFault(fault);
    await until('the cancel', async () => (await order())?.state === 'cancelled', PATIENCE_MS);
    expect(await venue.openOrders(SYMBOL)).toEqual([]);
    expect(await venue.allOrders(SYMBOL)).toHaveLength(1);
    expect(thawed).toBe(false);
    expect(second.errors).toEqual([]);
  } finally {
    await browser.close();
    close();
    await host.stop().catch(() => undefined);
    await removeDataDir(dataDir);
  }
}
