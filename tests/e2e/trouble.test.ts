/** What goes wrong, and what the screen says and still allows meanwhile: stale data, dead workers, a dead venue, a dead engine. */
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ensurePracticeVenue } from '../../main/practice/spawn.ts';
import { card, focusCard, panel, rowOf, showPanel, until } from '../support/desk-page.ts';
import { mustDo, openEngineClient, readDesk } from '../support/engine-client.ts';
import { childPids, isAlive, startHostProcess, venueOf } from '../support/host-process.ts';
import { proposalNow, sharedTerminal, venueSymbol, waitingProposal } from '../support/terminal.ts';

const terminal = sharedTerminal('rising', { approvalTtlMs: 300_000 });

const deskNow = () => readDesk(terminal.engine.client);

describe('a feed that falls silent', () => {
  it('is said on screen, blocks new risk and no more, and recovers by itself', async () => {
    const { page } = terminal.desk;
    const { id, symbol, instrumentId, qtyBase } = await waitingProposal(terminal);
    await panel(page, 'watchlist').getByRole('button', { name: symbol, exact: true }).click();
    const fault = await terminal.venue.startFault({
      fault: 'mute-data',
      channel: 'stream',
      stream: `${venueSymbol(symbol).toLowerCase()}@`,
      durationMs: 120_000,
    });
    onTestFinished(async () => void (await terminal.venue.endFault(fault)));
    const inWatchlist = () => rowOf(page, 'watchlist', symbol).textContent();
    await until('the word in the watchlist', async () => /⚠ (stale|feed down)/.test((await inWatchlist()) ?? ''));
    await until('the word on the chart', async () =>
      /stale|feed down/.test((await panel(page, 'chart').textContent()) ?? ''),
    );
    await showPanel(page, 'System health');
    const feeds = panel(page, 'health').getByRole('region', { name: 'Feeds' });
    await until('the feed in system health', async () =>
      new RegExp(`${symbol}⚠ (stale|down) \\d+ s`).test((await feeds.textContent()) ?? ''),
    );
    expect(await feeds.textContent()).toMatch(/⚠\S+ (stale|down)|⚠\d+ of \d+ not live/);

    const focused = await focusCard(page, id);
    await focused.press('a');
    await until('the question', async () => (await proposalNow(terminal, id)).state === 'asks-again');
    expect((await proposalNow(terminal, id)).stateNote).toMatch(
      /the market feed is (stale|down)|the quote is \d+ ms old/,
    );
    expect(await terminal.venue.allOrders(venueSymbol(symbol))).toEqual([]);
    await mustDo(terminal.engine.client.setArmed({ armed: true }));
    const manual = {
      requestId: crypto.randomUUID(),
      instrumentId,
      side: 'buy',
      type: 'market',
      qtyBase,
      limitPrice: null,
      stopPrice: null,
      targetPrice: null,
    } as const;
    expect(await terminal.engine.client.placeOrder(manual)).toMatchObject({ ok: false, error: { code: 'stale-data' } });

    await terminal.venue.endFault(fault);
    await until('the price in the watchlist', async () => !/⚠/.test((await inWatchlist()) ?? ''), 60_000);
    await until('the proposal to be signed', async () => {
      if ((await proposalNow(terminal, id)).state === 'signed') return true;
      await (await focusCard(page, id)).press('a');
      await page.waitForTimeout(700);
      return false;
    });
    await until('the order', async () => (await terminal.venue.allOrders(venueSymbol(symbol))).length > 0);
  });
});

describe('a venue that says too many requests', () => {
  it('system health says until when nothing is sent and why, for every reader, and is quiet again afterwards', async () => {
    const { page } = terminal.desk;
    await showPanel(page, 'System health');
    const requests = panel(page, 'health').getByRole('region', { name: 'Requests' });
    await until('the share used', async () => /●\d+\u202f% used/.test((await requests.textContent()) ?? ''));
    expect(await requests.textContent()).toMatch(/Read breaker● closedEntry breaker● closed/);
    // The venue is asked for its time every few seconds: that request meets the fault.
    const refusal = {
      fault: 'http-status',
      status: 429,
      code: -1003,
      retryAfterSec: 20,
      path: '/api/v3/time',
      count: 1,
    };
    await terminal.venue.startFault(refusal);
    await until('the pause in system health', async () =>
      /paused 0:\d\d.*Nothing is sent until \d\d:\d\d:\d\d UTC: too many requests \(HTTP 429\)/.test(
        (await requests.textContent()) ?? '',
      ),
    );
    await until('the pause in the health bar', async () =>
      (await page.getByRole('region', { name: 'Health bar' }).textContent())?.includes('requests paused'),
    );
    const { violations } = await new AxeBuilder({ page }).include('[data-panel="health"]').analyze();
    expect(violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`))).toEqual([]);
    await until('requests to go again', async () => /% used/.test((await requests.textContent()) ?? ''), 60_000);
    expect(await requests.textContent()).not.toContain('Nothing is sent');
  });
});

describe('a worker that dies', () => {
  it('the models’ process is started again, and the screen says so', async () => {
    const { page } = terminal.desk;
    const [pid, ...others] = childPids(terminal.host.pid, 'ml/host');
    expect(others).toEqual([]);
    process.kill(pid!, 'SIGKILL');
    await showPanel(page, 'System health');
    const line = panel(page, 'health').getByRole('listitem').filter({ hasText: 'models (ml-host)' });
    await until(
      'the restart on screen',
      async () => /running.*1 restart/.test((await line.textContent()) ?? ''),
      30_000,
    );
    expect(await line.textContent()).toMatch(/SIGKILL|ended|exit/i);
    const [second] = childPids(terminal.host.pid, 'ml/host');
    expect(second).not.toBe(pid);
    expect(isAlive(terminal.host.pid)).toBe(true);
    await until('the models to be ready again', async () =>
      (await deskNow()).models.every((row) => row.kind === 'rule' || row.state === 'ready'),
    );
  });
});

describe('a venue that dies', () => {
  it('every feed and the order stream are said to be down; when it is back everything is', async () => {
    const { page } = terminal.desk;
    const before = venueOf(terminal.host.dataDir);
    process.kill(before.pid, 'SIGKILL');
    const listed = () => panel(page, 'watchlist').textContent();
    await until('the words in the watchlist', async () => ((await listed()) ?? '').split('⚠').length - 1 === 8, 30_000);
    await until('the word in the health bar', async () =>
      (await page.getByRole('region', { name: 'Health bar' }).textContent())?.includes('private stream'),
    );
    expect((await deskNow()).safety.holds.map((hold) => hold.code)).toContain('reconciling');
    await until('the word on the queue', async () =>
      (await panel(page, 'queue').textContent())?.includes('New entries wait.'),
    );

    const market = { kind: 'recorded', dir: join(terminal.host.dataDir, 'recording'), speed: 1 } as const;
    const back = await ensurePracticeVenue({ dataDir: join(terminal.host.dataDir, 'practice'), market });
    expect(back.ok && back.value.port).toBe(before.port);
    await until('every feed', async () => !((await listed()) ?? '').includes('⚠'), 90_000);
    await until('the order stream', async () => (await deskNow()).safety.holds.length === 0, 90_000);
    await until(
      'a quiet queue',
      async () => !(await panel(page, 'queue').textContent())?.includes('New entries wait.'),
    );
  });
});

describe('an engine that dies', () => {
  it('is said at once, nothing can be signed, and the same page goes on after the restart', async () => {
    const { page } = terminal.desk;
    const { id } = await waitingProposal(terminal);
    await focusCard(page, id);
    terminal.engine.close();
    const { dataDir, port } = terminal.host;
    await terminal.host.kill();
    const banner = page.getByRole('alert').filter({ hasText: 'No connection to the engine' });
    await banner.waitFor();
    const approve = card(page, id).getByRole('button', { name: 'Approve' });
    expect(await approve.isDisabled()).toBe(true);
    await card(page, id).press('a');
    expect(await panel(page, 'ticket').getByRole('button', { name: 'Place order' }).isDisabled()).toBe(true);

    terminal.host = await startHostProcess({ dataDir, port, args: ['--data', join(dataDir, 'recording')] });
    terminal.engine = await openEngineClient(terminal.host.url);
    await banner.waitFor({ state: 'detached' });
    expect((await proposalNow(terminal, id)).state).toBe('lapsed');
    await until('live prices', async () =>
      /BTC\/USDT[\d,.]+[▲▼]/.test((await panel(page, 'watchlist').textContent()) ?? ''),
    );
    await until(
      'a live chart',
      async () => (await page.getByTestId('price-chart').getAttribute('data-live')) === 'true',
    );
    await until('the venue’s books', async () => (await deskNow()).safety.holds.length === 0, 40_000);
  });

  it('and the page logged nothing but the lost connection', () => {
    expect(terminal.desk.errors.filter((text) => !/WebSocket connection|ERR_CONNECTION/.test(text))).toEqual([]);
  });
});
