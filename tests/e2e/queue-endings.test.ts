/** How proposals end without an order: replaced by an edit, lapsed, or swept away by the kill switch. In the browser. */
import { describe, expect, it } from 'vitest';
import { card, focusCard, panel, until } from '../support/desk-page.ts';
import { mustDo, readDesk } from '../support/engine-client.ts';
import { changeLimits, proposalNow, sharedTerminal, venueSymbol, waitingProposal } from '../support/terminal.ts';

const terminal = sharedTerminal('rising', { approvalTtlMs: 300_000 });

const ordersOf = async (symbol: string) => terminal.venue.allOrders(venueSymbol(symbol));

describe('a proposal', () => {
  it('that is edited asks again on its own terms, and lapses when nobody answers', async () => {
    const { page } = terminal.desk;
    // Not before the next test's proposal is there too: what is made from then on lives for five seconds.
    const { id, instrumentId, symbol, qtyBase } = await waitingProposal(terminal, 2);
    await changeLimits(terminal, { approvalTtlMs: 5_000 });
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
