import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { EngineEvent } from '../../main/engine/domain/events.ts';
import { type Desk, mustDo, openEngineClient, readDesk, spotFeeds } from '../support/engine-client.ts';
import { makeDataDir, removeDataDir, startHostProcess, venueOf } from '../support/host-process.ts';
import { VenueRest } from '../support/venue-rest.ts';
import { ignoringCcxtLeaks } from '../support/venues/ccxt-leaks.ts';
import { startPracticeProcess } from '../support/venues/practice-process.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { FaultCase, FaultPart } from './case.ts';
import { BTC, LiveDesk } from './live-desk.ts';

/** Engine and connector in this very thread: stopping it stops all of the program, while the venue goes on. */
async function inThisThread(check: (desk: LiveDesk) => Promise<void>): Promise<void> {
  const venue = await startPracticeProcess(33);
  await ignoringCcxtLeaks(async () => {
    const desk = new LiveDesk(venue, 'here');
    try {
      await desk.well();
      await check(desk);
    } finally {
      await desk.stop();
      await venue.stop();
    }
  });
}

function sleepHere(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Sleeps while the market falls: another process sees to that, and says so with a file. */
function sleepWhileMarketFalls({ venue }: LiveDesk, bps: number): void {
  const done = join(venue.folder, 'shocked');
  const shock = `
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const body = JSON.stringify({ symbol: 'BTCUSDT', bps: ${bps} });
    const headers = { 'x-control-token': '${venue.controlToken}' };
    await fetch('http://127.0.0.1:${venue.port}/_market/shock', { method: 'POST', headers, body });
    (await import('node:fs')).writeFileSync(process.argv[1], '');`;
  spawn(process.execPath, ['--input-type=module', '-e', shock, done], { stdio: 'ignore' });
  while (!existsSync(done)) sleepHere(50);
  sleepHere(3_500);
}

const wakesToOldQuotes = () =>
  inThisThread(async (desk) => {
    const limits = desk.desk().limits;
    desk.engine.request({ kind: 'LimitsSet', limits: { ...limits, quoteAgeMsMax: 1_000 } });
    const from = desk.events.length;
    const before = desk.bid();
    sleepWhileMarketFalls(desk, -200);
    const wokeAtMs = Date.now();
    // The first thing that happens: before a timer or a socket has had its turn.
    const { id, words } = desk.click({ type: 'market' });
    expect(id).toBeNull();
    expect(words).toMatch(/the quote is \d{4,} ms old|the market feed is/);
    desk.engine.request({ kind: 'LimitsSet', limits });
    await desk.until('the order stream to be down', () => /order stream/.test(desk.holds()));
    await desk.well();
    const since = desk.events.slice(from);
    const stale = since.findIndex((event) => event.kind === 'FeedStatusChanged' && event.status === 'stale');
    const heard = (event: EngineEvent) =>
      event.kind === 'MarketBatchReceived' && event.quote && event.quote.receivedTimeMs >= wokeAtMs
        ? event.quote
        : null;
    const quotes = since.flatMap((event) => heard(event) ?? []);
    expect(stale).toBeGreaterThanOrEqual(0);
    expect(stale, 'stale before anything is heard').toBeLessThan(since.findIndex(heard));
    const old = quotes.filter(({ bid }) => Number(bid) > before * 0.99);
    expect(old, 'quotes out of the old socket passed for news').toEqual([]);
    expect(desk.journal(from).join(' ')).toMatch(/nothing ran here for \d+ s/);
    await desk.untilState(await desk.order({ type: 'market' }), 'filled');
  });

const wakesToExpiredApproval = () =>
  inThisThread(async (desk) => {
    const limits = desk.desk().limits;
    desk.engine.request({ kind: 'LimitsSet', limits: { ...limits, approvalTtlMs: 5_000 } });
    const { id } = await desk.proposal();
    const from = desk.events.length;
    sleepHere(5_500);
    desk.engine.request({ kind: 'ApproveRequested', proposalId: id, portion: 'full' });
    await desk.until('the lapse', () =>
      desk.events.some((event) => event.kind === 'ProposalLapsed' && event.proposalId === id),
    );
    expect(desk.events.slice(from).filter((event) => event.kind === 'OrderSigned')).toEqual([]);
    expect(desk.journal(from).join(' ')).toMatch(/lapsed/);
    expect(await desk.rest.allOrders('BTCUSDT')).toEqual([]);
  });

const isWell = (desk: Desk): boolean =>
  desk.safety.holds.length === 0 && spotFeeds(desk).every(({ status }) => status === 'live');

async function hostStopped(): Promise<void> {
  const dataDir = makeDataDir();
  const host = await startHostProcess({ dataDir, args: ['--seed', '34'] });
  const { client, close } = await openEngineClient(host.url);
  try {
    const venue = new VenueRest(venueOf(dataDir));
    const desk = () => readDesk(client);
    const well = () => waitUntil('a desk that is well', async () => isWell(await desk()), 60_000);
    const click = () =>
      client.placeOrder({
        requestId: crypto.randomUUID(),
        instrumentId: BTC,
        side: 'buy',
        type: 'market',
        qtyBase: '0.001',
        limitPrice: null,
        stopPrice: null,
        targetPrice: null,
      });
    await well();
    await mustDo(client.setArmed({ armed: true }));
    process.kill(host.pid, 'SIGSTOP');
    let clicked: ReturnType<typeof click>;
    try {
      await venue.shock('BTCUSDT', -300);
      clicked = click();
      await sleep(6_500);
    } finally {
      process.kill(host.pid, 'SIGCONT');
    }
    expect(await clicked).toMatchObject({ ok: false, error: { code: /^(stale-data|reconciling)$/ } });
    await waitUntil('the word in the journal', async () =>
      (await desk()).journal.some(({ text }) => /order stream .* nothing ran here for \d+ s/.test(text)),
    );
    expect(await venue.allOrders('BTCUSDT')).toEqual([]);
    await well();
    await mustDo(click());
    await waitUntil('the order', async () => (await venue.allOrders('BTCUSDT')).length === 1);
  } finally {
    close();
    await host.stop();
    await removeDataDir(dataDir);
  }
}

const CASES: readonly FaultCase[] = [
  {
    id: 'sleep-old-quotes',
    title: 'the computer sleeps; the quotes of before still lie in its sockets when it wakes',
    injected: 'harness: the thread of engine and connector stopped for some seconds, the market falls 2 % meanwhile',
    holds:
      'No order on a quote of before; what waited in the sockets is thrown away; all streams are opened anew, the books audited.',
    seen: 'The refusal “the quote is … ms old”; feed stale, then “The order stream to the venue is down: nothing ran here for 5 s”.',
    check: wakesToOldQuotes,
  },
  {
    id: 'sleep-expired-approval',
    title: 'the computer sleeps past a proposal’s time, and it is approved the moment it wakes',
    injected: 'harness: the thread stopped for 5.5 s with a proposal that lives 5 s',
    holds: 'The proposal lapses; nothing is signed.',
    seen: 'The journal’s “lapsed”.',
    check: wakesToExpiredApproval,
  },
  {
    id: 'sleep-whole-program',
    title: 'the whole program is stopped and continued; the market fell meanwhile, and a click waits for it',
    injected: 'the host process: SIGSTOP, a shock of -300 bps and a market order into its socket, SIGCONT after 6.5 s',
    holds:
      'The waiting click is refused and no order exists; then feeds, order stream and books come back and the next one goes out.',
    seen: 'The refusal’s words on the ticket, “nothing ran here for … s” in the journal.',
    check: hostStopped,
  },
];

export const SLEEP: FaultPart = { title: 'Asleep and awake again', cases: CASES };
