/** From a proposal to a position and back, in the browser; every figure checked against the venue's own words. */
import { describe, expect, it } from 'vitest';
import { focusCard, panel, rowOf, showPanel, until } from '../support/desk-page.ts';
import { readDesk } from '../support/engine-client.ts';
import { asShown, recompute, sumOf, unrealizedAt } from '../support/recompute-pnl.ts';
import { changeLimits, sharedTerminal, venueSymbol, waitingProposal } from '../support/terminal.ts';
import type { RawOrder } from '../support/venue-rest.ts';

const terminal = sharedTerminal('rising', {
  positionNotionalQuoteMax: '1500',
  exposureShareMax: 1,
  approvalTtlMs: 120_000,
});
const START_QUOTE = '10000';

const deskNow = () => readDesk(terminal.engine.client);

/** All our trades, in the venue's raw strings. */
async function rawTrades() {
  const { instruments } = await terminal.engine.client.hello();
  const spot = instruments.filter(({ kind }) => kind === 'spot');
  return (await Promise.all(spot.map(({ symbol }) => terminal.venue.myTrades(venueSymbol(symbol))))).flat();
}

/** Waits until the ledger knows as many fills as the venue, then compares every figure digit for digit. */
async function ledgerEqualsVenue(): Promise<void> {
  const { trades, desk } = await until('the ledger to know every trade', async () => {
    const before = await rawTrades();
    const now = await deskNow();
    const after = await rawTrades();
    return now.fills.length === after.length && before.length === after.length && { trades: after, desk: now };
  });
  const expected = recompute(trades, 'USDT');
  const held = new Map([...expected.positions].filter(([, row]) => row.qty !== '0'));
  expect(desk.positions.map((row) => venueSymbol(row.symbol)).sort()).toEqual([...held.keys()].sort());
  for (const row of desk.positions) {
    const own = held.get(venueSymbol(row.symbol))!;
    expect(row).toMatchObject({
      qtyBase: own.qty,
      costQuote: own.cost,
      averageCost: own.averageCost,
      realizedQuote: own.realized,
    });
    expect(row.unrealizedQuote).toBe(row.markPrice && unrealizedAt(row.markPrice, own.qty, own.cost));
  }
  expect(desk.account.realizedTodayQuote).toBe(expected.realized);
  expect(desk.account.cashQuote).toBe(sumOf(START_QUOTE, expected.balanceChanges.get('USDT') ?? '0'));
  const balances = await terminal.venue.balances();
  for (const [asset, change] of expected.balanceChanges) {
    const { free = '0', locked = '0' } = balances.get(asset) ?? {};
    expect(sumOf(free, locked), asset).toBe(sumOf(asset === 'USDT' ? START_QUOTE : '0', change));
  }
}

/** What the positions panel says of this instrument, cell by cell. */
async function positionCells(symbol: string): Promise<string[]> {
  await showPanel(terminal.desk.page, 'Positions');
  await rowOf(terminal.desk.page, 'positions', symbol).waitFor();
  return rowOf(terminal.desk.page, 'positions', symbol).getByRole('cell').allTextContents();
}

async function fillTicket(fields: Readonly<Record<string, string>>): Promise<void> {
  const ticket = panel(terminal.desk.page, 'ticket');
  for (const [label, text] of Object.entries(fields)) await ticket.getByLabel(label, { exact: true }).fill(text);
}

async function selectInstrument(symbol: string): Promise<void> {
  const { page } = terminal.desk;
  await panel(page, 'watchlist').getByRole('button', { name: symbol, exact: true }).click();
  await until(`the ${symbol} ticket`, async () =>
    (await page.getByTestId('price-chart').getAttribute('data-watched'))?.includes(symbol),
  );
}

/**
 * Buys more than stands at the ask, at the ask, and has the market leave what is left of it behind: from then on it can
 * only be cancelled. The book moves meanwhile, so that an order may fill whole or not at all: then another one is tried.
 */
async function partlyFilled(): Promise<RawOrder> {
  const { page } = terminal.desk;
  for (let attempt = 1; attempt <= 8; attempt++) {
    const { askPrice, askQty } = await terminal.venue.bookTicker('ETHUSDT');
    await fillTicket({
      Quantity: (Number(askQty) + 500 / Number(askPrice)).toFixed(3),
      Limit: Number(askPrice).toFixed(2),
    });
    await panel(page, 'ticket').getByRole('button', { name: 'Place order' }).click();
    await until(
      'the ticket to be empty again',
      async () => (await panel(page, 'ticket').getByLabel('Quantity', { exact: true }).inputValue()) === '',
    );
    await page.waitForTimeout(100);
    await terminal.venue.shock('ETHUSDT', 40);
    const [order] = await terminal.venue.openOrders('ETHUSDT');
    if (order?.status === 'PARTIALLY_FILLED') return order;
    await page.keyboard.press('F7');
    await until('nothing resting', async () => (await terminal.venue.openOrders('ETHUSDT')).length === 0);
    await page.waitForTimeout(1_500);
  }
  throw new Error('no order of eight was filled in part');
}

/** Sold but for what is less than a lot: fees taken in what was bought leave such crumbs. */
const soldUp = (limitMs = 30_000): Promise<boolean> =>
  until(
    'nothing held that can be sold',
    async () => {
      const { instruments } = await terminal.engine.client.hello();
      const lots = new Map(instruments.map((row) => [row.symbol, Number(row.lotStep)]));
      return (await deskNow()).positions.every((row) => Number(row.qtyBase) < (lots.get(row.symbol) ?? 0));
    },
    limitMs,
  );

const openStops = async (symbol: string) =>
  (await terminal.venue.openOrders(venueSymbol(symbol))).filter((order) => order.type.startsWith('STOP_LOSS'));

describe('an approved proposal', () => {
  let symbol = '';

  it('is one order on the venue, with the quantity and limit that were signed', async () => {
    const { page } = terminal.desk;
    const proposal = await waitingProposal(terminal);
    symbol = proposal.symbol;
    const focused = await focusCard(page, proposal.id);
    await focused.press('a');
    await until('the signature on screen', async () => (await focused.getAttribute('data-state')) === 'signed');
    expect(await focused.textContent()).toContain('Signed by you');
    const [order, ...others] = await until('the order', async () => {
      const orders = (await terminal.venue.allOrders(venueSymbol(symbol))).filter((row) => row.side === 'BUY');
      return orders.length > 0 && orders;
    });
    expect(others).toEqual([]);
    expect(order).toMatchObject({ type: 'LIMIT', side: 'BUY' });
    expect(Number(order?.origQty)).toBe(Number(proposal.qtyBase));
    expect(Number(order?.price)).toBe(Number(proposal.entryPrice));
  });

  it('is held with what was paid, and the stop rests on the venue for what has filled', async () => {
    await until('a position', async () => (await deskNow()).positions.some((row) => row.symbol === symbol));
    await ledgerEqualsVenue();
    const stop = await until(
      'a stop for all that is held',
      async () => {
        const [position] = (await deskNow()).positions.filter((row) => row.symbol === symbol);
        const [found, ...more] = await openStops(symbol);
        expect(more).toEqual([]);
        const lot = Number(
          (await terminal.engine.client.hello()).instruments.find((row) => row.symbol === symbol)?.lotStep,
        );
        return found && Number(position?.qtyBase) - Number(found.origQty) < lot && found;
      },
      30_000,
    );
    expect(stop.side).toBe('SELL');
    // Fills may still come: engine and screen are compared once both say the same.
    await until('the size on screen', async () => {
      const position = (await deskNow()).positions.find((row) => row.symbol === symbol)!;
      expect(Number(stop.stopPrice)).toBe(Number(position.stopPrice));
      const cells = await positionCells(symbol);
      expect(cells[8]).toBe('you');
      const size = asShown(position.qtyBase, position.qtyBase.split('.')[1]?.length ?? 0);
      return cells[2] === size && cells[5]?.includes('on venue') && position.stopState === 'on-venue';
    });
  });

  it('leaves nothing behind after Flatten: sold, and its stop gone', async () => {
    const { page } = terminal.desk;
    await page.keyboard.press('F6');
    await page.waitForTimeout(200);
    expect(await openStops(symbol)).toHaveLength(1);
    await page.keyboard.press('F6');
    await soldUp();
    await until('no stop', async () => (await openStops(symbol)).length === 0);
    expect(await terminal.venue.openOrders(venueSymbol(symbol))).toEqual([]);
    await ledgerEqualsVenue();
    const { account } = await deskNow();
    const shown = asShown(account.realizedTodayQuote, 2, true);
    await until('the realized loss on screen', async () =>
      (await panel(page, 'positions').textContent())?.includes(`Realized today ${shown}`),
    );
  });
});

describe('the ticket', () => {
  it('is shut until armed, for orders that add risk only', async () => {
    const { page } = terminal.desk;
    await selectInstrument('ETH/USDT');
    const ticket = panel(page, 'ticket');
    const place = ticket.getByRole('button', { name: 'Place order' });
    expect(await place.isDisabled()).toBe(true);
    expect(await ticket.textContent()).toContain('Arm first: this order adds risk.');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Shift+A');
    await until(
      'the arm switch',
      async () => (await page.getByRole('switch', { name: 'Arm' }).getAttribute('aria-checked')) === 'true',
    );
    await until('the open ticket', () => place.isEnabled());
  });

  it('a limit larger than the touch fills in part, shows it, and Cancel all takes back the rest', async () => {
    const { page } = terminal.desk;
    await changeLimits(terminal, { positionNotionalQuoteMax: '6000' });
    const order = await partlyFilled();
    await showPanel(page, 'Orders and fills');
    await until('the word on screen', async () =>
      (await rowOf(page, 'orders', 'ETH/USDT').allTextContents()).some((text) => text.includes('partly filled')),
    );
    await page.keyboard.press('F7');
    await until('nothing resting', async () => (await terminal.venue.openOrders('ETHUSDT')).length === 0);
    const [cancelled] = (await terminal.venue.allOrders('ETHUSDT')).filter((row) => row.orderId === order.orderId);
    expect(cancelled?.status).toBe('CANCELED');
    await until('no working order on screen', async () =>
      (await panel(page, 'orders').textContent())?.includes('No working orders'),
    );
    await ledgerEqualsVenue();
  });

  it('an order far outside the band is refused with the gate’s words and reaches no venue', async () => {
    const { page } = terminal.desk;
    const before = (await terminal.venue.allOrders('ETHUSDT')).length;
    const { askPrice } = await terminal.venue.bookTicker('ETHUSDT');
    await fillTicket({ Quantity: '0.1', Limit: (Number(askPrice) * 1.02).toFixed(2) });
    await panel(page, 'ticket').getByRole('button', { name: 'Place order' }).click();
    await until(
      'the refusal',
      async () => (await panel(page, 'ticket').getByRole('alert').allTextContents()).join('') !== '',
    );
    expect(await terminal.venue.allOrders('ETHUSDT')).toHaveLength(before);
  });

  it('fees in a third currency are booked in it, digit for digit', async () => {
    const { page } = terminal.desk;
    await selectInstrument('BNB/USDT');
    await panel(page, 'ticket').getByRole('radio', { name: 'Market' }).click();
    await fillTicket({ Quantity: '0.5' });
    await panel(page, 'ticket').getByRole('button', { name: 'Place order' }).click();
    await until('some coin', async () => (await deskNow()).positions.some((row) => row.symbol === 'BNB/USDT'));
    await terminal.venue.payFeesInCoin(true);
    await selectInstrument('ETH/USDT');
    await panel(page, 'ticket').getByRole('radio', { name: 'Market' }).click();
    await fillTicket({ Quantity: '0.1234' });
    await panel(page, 'ticket').getByRole('button', { name: 'Place order' }).click();
    await until('a fee in coin', async () =>
      (await terminal.venue.myTrades('ETHUSDT')).some((row) => row.commissionAsset === 'BNB'),
    );
    await ledgerEqualsVenue();
  });

  it('a sale needs no arming, and what is shown of it is what the venue did', async () => {
    const { page } = terminal.desk;
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Shift+A');
    await until(
      'the arm switch off',
      async () => (await page.getByRole('switch', { name: 'Arm' }).getAttribute('aria-checked')) === 'false',
    );
    await panel(page, 'ticket').getByRole('radio', { name: 'Sell' }).click();
    await panel(page, 'ticket').getByRole('radio', { name: 'Market' }).click();
    await fillTicket({ Quantity: '0.1' });
    await panel(page, 'ticket').getByRole('button', { name: 'Place order' }).click();
    await until('the sale', async () => (await terminal.venue.myTrades('ETHUSDT')).some((row) => !row.isBuyer));
    await ledgerEqualsVenue();
    const desk = await deskNow();
    const position = desk.positions.find((row) => row.symbol === 'ETH/USDT')!;
    const cells = await positionCells('ETH/USDT');
    const own = recompute(await rawTrades(), 'USDT').positions.get('ETHUSDT')!;
    expect(cells[2]).toBe(asShown(own.qty, own.qty.split('.')[1]?.length ?? 0));
    expect(cells[3]).toBe(asShown(own.averageCost, 2));
    expect(cells[7]).toBe(asShown(own.realized, 2, true));
    expect(position.realizedQuote).toBe(own.realized);
    await showPanel(page, 'Orders and fills');
    await panel(page, 'orders')
      .getByRole('radio', { name: /^Fills/ })
      .click();
    const [newest] = (await terminal.venue.myTrades('ETHUSDT')).slice(-1);
    const shownFill = await panel(page, 'orders').getByRole('row').nth(1).textContent();
    expect(shownFill).toContain('▼ sell');
    expect(shownFill).toContain(newest!.commissionAsset);
  });

  it('Flatten sells all of it, whatever the arm switch says', async () => {
    const { page } = terminal.desk;
    // The sale of one position takes its fee in the coin of another, which may then be short of what was to be sold: the
    // venue refuses that sale, and the person presses again.
    for (let press = 1; press <= 3; press++) {
      await page.keyboard.press('F6');
      await page.keyboard.press('F6');
      if (await soldUp(6_000).catch(() => false)) break;
    }
    await soldUp();
    await ledgerEqualsVenue();
  });
});

it('the journal tells it and its chain holds', async () => {
  const { page } = terminal.desk;
  await showPanel(page, 'Journal');
  await until('sentences', async () =>
    /Sold [\d.]+ \w+\/USDT at/.test((await panel(page, 'journal').textContent()) ?? ''),
  );
  expect(await terminal.engine.client.verifyJournal()).toMatchObject({ ok: true, firstBadSeq: null });
});

describe('a hasty hand on the ticket', () => {
  /** Fills the ticket with a limit so far below the market that it rests. */
  async function farBuy(quantity: string): Promise<void> {
    const { bidPrice } = await terminal.venue.bookTicker('ETHUSDT');
    await fillTicket({ Quantity: quantity, Limit: (Number(bidPrice) * 0.95).toFixed(2) });
  }

  it('a double click is one order, and so is Enter held down', async () => {
    const { page } = terminal.desk;
    const ticket = panel(page, 'ticket');
    const place = ticket.getByRole('button', { name: 'Place order' });
    await page.getByRole('switch', { name: 'Arm' }).click();
    await ticket.getByRole('radio', { name: 'Buy' }).click();
    await ticket.getByRole('radio', { name: 'Limit' }).click();
    const before = (await terminal.venue.allOrders('ETHUSDT')).length;
    const isEmpty = async () => (await ticket.getByLabel('Quantity', { exact: true }).inputValue()) === '';
    await farBuy('0.0123');
    await until('the open ticket', () => place.isEnabled());
    await place.dblclick();
    await until('the ticket to be empty again', isEmpty);
    await farBuy('0.0123');
    await ticket.getByLabel('Limit', { exact: true }).focus();
    for (let times = 0; times < 8; times++) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await until('the ticket to be empty again', isEmpty);
    await page.waitForTimeout(500);
    expect(await terminal.venue.allOrders('ETHUSDT')).toHaveLength(before + 2);
    await page.keyboard.press('F7');
    await until('nothing resting', async () => (await terminal.venue.openOrders('ETHUSDT')).length === 0);
  });

  it('follows the venue’s new steps as soon as it has refused an order for them', async () => {
    const { page } = terminal.desk;
    const ticket = panel(page, 'ticket');
    await terminal.venue.changeRules('ETHUSDT', { lotStep: '0.001', minQty: '0.001' });
    await farBuy('0.0123');
    await ticket.getByRole('button', { name: 'Place order' }).click();
    await until('the word on it', async () =>
      (await deskNow()).journal.some(({ text }) => text.includes('the venue has changed its rules for new orders')),
    );
    await farBuy('0.0123');
    await until('the new step', async () => (await ticket.textContent())?.includes('Steps of 0.001 ETH.'));
  });
});

it('no error was logged by the page', () => {
  expect(terminal.desk.errors).toEqual([]);
});
