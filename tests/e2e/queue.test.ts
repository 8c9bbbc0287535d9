/** The approval queue in the browser: every way a proposal can end, worked by its keys, checked at the venue. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { card, focusCard, panel, until } from '../support/desk-page.ts';
import { mustDo, readDesk } from '../support/engine-client.ts';
import { changeLimits, proposalNow, sharedTerminal, venueSymbol, waitingProposal } from '../support/terminal.ts';

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

  it('that is edited asks again on its own terms, and lapses when nobody answers', async () => {
    const { page } = terminal.desk;
    const { id, instrumentId, symbol, qtyBase } = await waitingProposal(terminal);
    await changeLimits(terminal, { approvalTtlMs: 5_000 });
    onTestFinished(() => changeLimits(terminal, { approvalTtlMs: 120_000 }));
    await (await focusCard(page, id)).press('e');
    const form = page.getByRole('form', { name: 'Edit proposal' });
    await form.getByLabel('Quantity').fill('not a number');
    await page.keyboard.press('Enter');
    expect(await form.getByRole('alert').textContent()).toBe('Quantity must be a number above zero, such as 0.5.');
    // As many places as the proposal has: on the lot, and less than what passed the gate.
    const less = (Number(qtyBase) * 0.8).toFixed(qtyBase.split('.')[1]?.length ?? 0);
    await form.getByLabel('Quantity').fill(less);
    await page.keyboard.press('Enter');
    const changed = await until('the changed proposal', async () =>
      (await readDesk(terminal.engine.client)).proposals.find(
        (row) => row.instrumentId === instrumentId && row.id !== id && row.state === 'pending',
      ),
    );
    expect(Number(changed.qtyBase)).toBe(Number(less));
    expect((await proposalNow(terminal, id)).state).toBe('declined');
    const shown = card(page, changed.id);
    await shown.waitFor();
    await until('its end', async () => (await proposalNow(terminal, changed.id)).state === 'lapsed', 10_000);
    await until('the word on the screen', async () =>
      (await panel(page, 'queue').textContent())?.match(/Lapsed|lapsed/),
    );
    expect(await terminal.engine.client.approveProposal({ proposalId: changed.id, terms: '' })).toMatchObject({
      ok: false,
    });
    expect(await ordersOf(symbol)).toEqual([]);
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

  it('goes away with the kill switch, which one key throws and only two clicks release', async () => {
    const { page } = terminal.desk;
    const { id } = await waitingProposal(terminal);
    await focusCard(page, id);
    await page.keyboard.press('Shift+Escape');
    await until('the kill switch', async () => (await readDesk(terminal.engine.client)).safety.killSwitch);
    expect((await proposalNow(terminal, id)).state).toBe('lapsed');
    const button = page.getByRole('button', { name: 'Kill switch' });
    await until('the pressed switch', async () => (await button.getAttribute('aria-pressed')) === 'true');
    // A panicked second press must not undo the first.
    await page.keyboard.press('Shift+Escape');
    await page.waitForTimeout(300);
    expect((await readDesk(terminal.engine.client)).safety.killSwitch).toBe(true);
    await mustDo(terminal.engine.client.setArmed({ armed: true }));
    expect(
      await terminal.engine.client.placeOrder({
        requestId: crypto.randomUUID(),
        instrumentId: 'binance:BTC/USDT',
        side: 'buy',
        type: 'market',
        qtyBase: '0.001',
        limitPrice: null,
        stopPrice: null,
        targetPrice: null,
      }),
    ).toMatchObject({ ok: false, error: { code: 'kill-switch' } });
    await button.click();
    await button.click();
    await until('the release', async () => !(await readDesk(terminal.engine.client)).safety.killSwitch);
  });
});

it('no error was logged by the page', () => {
  expect(terminal.desk.errors).toEqual([]);
});
