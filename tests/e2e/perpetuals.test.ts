import { describe, expect, it } from 'vitest';
import { panel, rowOf, showPanel, until } from '../support/desk-page.ts';
import { readDesk } from '../support/engine-client.ts';
import { sharedTerminal } from '../support/terminal.ts';

const SYMBOL = 'BTC/USDT PERP';
const ID = 'binance-usdm:BTC/USDT:USDT';
/** Far from each other, so that no move of the generated market in these seconds reaches them. */
const [STOP, TARGET] = [1.2, 0.8];

const terminal = sharedTerminal('generated', {
  riskPerTradeShare: 0.1,
  positionNotionalQuoteMax: '20000',
  priceBandBps: 200,
  liquidationDistanceMin: 0.02,
});

const ticket = () => panel(terminal.desk.page, 'ticket');
const position = async () =>
  (await readDesk(terminal.engine.client)).positions.find(({ instrumentId }) => instrumentId === ID);

async function place(fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await ticket().getByLabel(label, { exact: true }).fill(text);
  await ticket().getByRole('button', { name: 'Place order' }).click();
}

describe('a perpetual from the list to a closed trade', () => {
  it('is listed apart from spot, which is shown first, and trades live with its funding', async () => {
    const { page } = terminal.desk;
    const list = panel(page, 'watchlist');
    expect(await list.getByRole('radio', { name: 'Spot' }).count()).toBeLessThanOrEqual(1);
    await list.getByRole('radio', { name: 'Perpetuals' }).click({ timeout: 60_000 });
    await list.getByRole('button', { name: SYMBOL, exact: true }).click();
    await until('a price', async () => /\d/.test((await rowOf(page, 'watchlist', 'BTC').textContent()) ?? ''));
    await until('the funding and its time', async () =>
      /funding [+−]\d\.\d{4} % in \d:\d\d:\d\d/.test((await ticket().textContent()) ?? ''),
    );
    await until(
      'candles',
      async () => Number(await page.getByTestId('price-chart').getAttribute('data-candles')) >= 500,
      60_000,
    );
  });

  it('is sold short with stop and target, both at rest on the venue', async () => {
    const { page } = terminal.desk;
    await until(
      'entries are free',
      async () => (await readDesk(terminal.engine.client)).safety.holds.length === 0,
      60_000,
    );
    await page.getByRole('switch', { name: 'Arm' }).click();
    await ticket().getByRole('radio', { name: /Sell/ }).click();
    await ticket().getByRole('radio', { name: 'Market' }).click();
    const { bid } = await until('a quote', async () => {
      const row = (await readDesk(terminal.engine.client)).health.feeds.find(({ instrumentId }) => instrumentId === ID);
      return row?.status === 'live' && { bid: Number((await list()).replace(/,/g, '')) };
    });
    await place({ Quantity: '0.01', Stop: (bid * STOP).toFixed(2), Target: (bid * TARGET).toFixed(2) });
    await until('stop on the venue', async () => (await position())?.stopState === 'on-venue');
    expect((await position())?.qtyBase).toBe('-0.01');
    const cells = await rowOf(page, 'positions', SYMBOL).getByRole('cell').allTextContents();
    expect(cells.join(' ')).toMatch(/▼ short 0\.01 .*✓ on venue.*× of /);
    await until('the target', async () =>
      (await readDesk(terminal.engine.client)).orders.some(
        (row) => row.purpose === 'target' && row.state === 'acknowledged',
      ),
    );
  });

  it('reduce-only makes it smaller and never turns it; Close ends it and everything that rested', async () => {
    const { page } = terminal.desk;
    await ticket().getByLabel('Reduce-only').check();
    await ticket().getByRole('radio', { name: /Buy/ }).click();
    await place({ Quantity: '0.02' });
    await until('the refusal', async () => /only 0\.01 is held/.test((await ticket().textContent()) ?? ''));
    await place({ Quantity: '0.004' });
    await until('a smaller short', async () => (await position())?.qtyBase === '-0.006');
    await showPanel(page, 'Positions');
    await rowOf(page, 'positions', SYMBOL)
      .getByRole('button', { name: `Close ${SYMBOL}` })
      .click();
    await until('the end', async () => (await position()) === undefined);
    await until('nothing at rest', async () =>
      (await readDesk(terminal.engine.client)).orders.every(({ state }) => state !== 'acknowledged'),
    );
    expect(terminal.desk.errors).toEqual([]);
  });
});

/** The last price of the perpetual as the watchlist shows it. */
async function list(): Promise<string> {
  return (await rowOf(terminal.desk.page, 'watchlist', 'BTC').getByRole('cell').nth(1).textContent()) ?? '';
}
