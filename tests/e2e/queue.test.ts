/**
 * The approval queue in the browser: the answers of a person, worked by their keys, checked at the venue. Four markets break
 * out as the engine starts, and every test takes one: none waits for a minute to end.
 */
import { describe, expect, it } from 'vitest';
import { card, focusCard, until } from '../support/desk-page.ts';
import { proposalNow, sharedTerminal, venueSymbol, waitingProposal } from '../support/terminal.ts';

const terminal = sharedTerminal('rising', {
  positionNotionalQuoteMax: '1000',
  exposureShareMax: 0.9,
  approvalTtlMs: 120_000,
});

const ordersOf = async (symbol: string) => terminal.venue.allOrders(venueSymbol(symbol));

it('says that its market is a recording', async () => {
  expect(await terminal.desk.page.getByTestId('mode').textContent()).toMatch(
    /^PRACTICE · recorded 2024-01-01…2024-01-01, mapped onto now/,
  );
});

describe('a proposal', () => {
  it('that is declined by D reaches no venue', async () => {
    const { page } = terminal.desk;
    const { id, symbol } = await waitingProposal(terminal);
    const focused = await focusCard(page, id);
    await focused.press('d');
    await until('the decline', async () => (await proposalNow(terminal, id)).state === 'declined');
    await until('the word on the card', async () => (await focused.getAttribute('data-state')) === 'declined');
    expect(await focused.textContent()).toContain('Declined');
    expect(await ordersOf(symbol)).toEqual([]);
  });

  it('keeps still while a key is held down: one press is one answer', async () => {
    const { page } = terminal.desk;
    const { id, symbol } = await waitingProposal(terminal);
    await focusCard(page, id);
    await page.keyboard.down('a');
    for (let i = 0; i < 5; i++) await page.keyboard.down('a');
    await page.keyboard.up('a');
    await page.keyboard.press('a');
    await until('the signature', async () => (await proposalNow(terminal, id)).state === 'signed');
    const buys = await until('the order', async () => {
      const orders = (await ordersOf(symbol)).filter((order) => order.side === 'BUY');
      return orders.length > 0 && orders;
    });
    await page.waitForTimeout(500);
    expect((await ordersOf(symbol)).filter((order) => order.side === 'BUY')).toHaveLength(1);
    expect(Number(buys[0]?.origQty)).toBe(Number((await proposalNow(terminal, id)).qtyBase));
  });

  it('is signed for half by H, rounded down to the lot', async () => {
    const { page } = terminal.desk;
    const proposal = await waitingProposal(terminal);
    const { instruments } = await terminal.engine.client.hello();
    const lot = Number(instruments.find((row) => row.id === proposal.instrumentId)?.lotStep);
    await (await focusCard(page, proposal.id)).press('h');
    const order = await until('the order', async () =>
      (await ordersOf(proposal.symbol)).find((row) => row.side === 'BUY'),
    );
    const lots = Math.floor(Number(proposal.qtyBase) / 2 / lot + 1e-9);
    expect(Number(order.origQty)).toBeCloseTo(lots * lot, 10);
    expect(Number(order.price)).toBe(Number(proposal.entryPrice));
  });

  it('whose price left the band asks again with the reason, and rests where it was signed', async () => {
    const { page } = terminal.desk;
    const { id, symbol, entryPrice } = await waitingProposal(terminal);
    await focusCard(page, id);
    await terminal.venue.shock(venueSymbol(symbol), 30);
    const focused = card(page, id);
    // The engine must have heard of it too: an approval before that would rightly be signed.
    await until('the moved price on the card', async () =>
      /Out of band: \+[23]\d\.\d bps/.test((await focused.textContent()) ?? ''),
    );
    await (await focusCard(page, id)).press('a');
    await until('the question', async () => (await proposalNow(terminal, id)).state === 'asks-again');
    const again = await proposalNow(terminal, id);
    expect(again.stateNote).toMatch(/the price moved \+\d+\.\d bps since you were asked, the band is ±15/);
    expect(await ordersOf(symbol)).toEqual([]);
    await until('the reason on the card', async () => (await focused.textContent())?.includes('Asks again:'));
    expect(await focused.textContent()).toContain(again.stateNote);

    await focused.getByRole('button', { name: 'Approve' }).and(page.locator(':enabled')).waitFor();
    await focused.press('a');
    const order = await until('the order', async () => (await ordersOf(symbol)).find((row) => row.side === 'BUY'));
    expect(Number(order.price)).toBe(Number(entryPrice));
    expect(order.status).toBe('NEW');
  });
});

it('no error was logged by the page', () => {
  expect(terminal.desk.errors).toEqual([]);
});
