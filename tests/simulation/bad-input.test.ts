import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { EngineClient } from '../../renderer/transport/client.ts';
import { runCli } from '../support/cli-process.ts';
import {
  type Desk,
  mustDo,
  type OpenClient,
  openEngineClient,
  readDesk,
  spotBalances,
} from '../support/engine-client.ts';
import {
  type HostProcess,
  isAlive,
  makeDataDir,
  removeDataDir,
  startHostProcess,
  venueOf,
} from '../support/host-process.ts';
import { atoms, atomsText } from '../support/raw-books.ts';
import { VenueRest } from '../support/venue-rest.ts';

const BTC = 'binance:BTC/USDT';
const dataDirs: string[] = [];
const newDataDir = (): string => {
  const dir = makeDataDir();
  dataDirs.push(dir);
  return dir;
};
afterAll(async () => {
  for (const dir of dataDirs) await removeDataDir(dir);
});

const oneSentence = expect.stringMatching(/^[^\n]+\n$/);

async function until(client: EngineClient, what: string, isTrue: (desk: Desk) => boolean): Promise<Desk> {
  const untilMs = performance.now() + 30_000;
  for (;;) {
    const desk = await readDesk(client);
    if (isTrue(desk)) return desk;
    if (performance.now() > untilMs) throw new Error(`not in time: ${what}: ${JSON.stringify(desk.health)}`);
    await sleep(150);
  }
}

const isUp = (desk: Desk): boolean =>
  desk.health.lastAuditAtMs !== null &&
  desk.safety.holds.length === 0 &&
  desk.health.feeds.length > 0 &&
  desk.health.feeds.every((feed) => feed.status === 'live');

describe('a terminal at work', () => {
  const dataDir = newDataDir();
  let host: HostProcess;
  let open: OpenClient;
  let venue: VenueRest;

  beforeAll(async () => {
    host = await startHostProcess({ dataDir, args: ['--seed', '7'] });
    open = await openEngineClient(host.url);
    venue = new VenueRest(venueOf(dataDir));
    await until(open.client, 'everything live', isUp);
    await mustDo(open.client.setArmed({ armed: true }));
  });
  afterAll(async () => {
    open?.close();
    await host?.stop();
  });

  const buy = async () => ({
    requestId: randomUUID(),
    instrumentId: BTC,
    side: 'buy' as const,
    type: 'limit' as const,
    qtyBase: '0.001',
    limitPrice: atomsText(atoms((await venue.bookTicker('BTCUSDT')).bidPrice)),
    stopPrice: null,
    targetPrice: null,
  });
  const ordersOf = (desk: Desk) => desk.orders.filter((order) => order.purpose === 'entry');

  it('keeps its port: another on the same port ends with the port named', async () => {
    const args = ['serve', '--no-open', '--json', '--data-dir', newDataDir(), '--port', String(host.port)];
    const second = await runCli(args);
    expect(second).toMatchObject({ exit: 1, json: { ok: false } });
    expect(second.stderr).toContain(`port ${host.port} on 127.0.0.1 is in use`);
  });

  it.each([
    ['a wrong token', '?token=wrong', {}, 401],
    ['no token', '', {}, 401],
    ['a foreign Origin', null, { origin: 'https://example.com' }, 403],
    ['a foreign Host', null, { host: 'example.com' }, 403],
  ])('refuses %s', async (_what, query, headers, status) => {
    const url = new URL('/engine', host.url.replace('http', 'ws'));
    url.search = query ?? new URL(host.url).search;
    const socket = new WebSocket(url, { headers });
    socket.on('error', () => {});
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(status);
    socket.terminate();
  });

  it('answers a malformed request with a refusal, and bytes that mean nothing not at all', async () => {
    const order = await buy();
    for (const wrong of [
      { ...order, qtyBase: 'NaN' },
      { ...order, qtyBase: '1e3' },
      { ...order, qtyBase: '-1' },
      { ...order, side: 'both' },
      { ...order, surprise: true },
      { ...order, limitPrice: Number.NaN },
    ]) {
      await expect(open.client.placeOrder(wrong as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    const socket = new WebSocket(`${host.url.replace('http', 'ws').replace('/?', '/engine?')}`);
    await once(socket, 'open');
    for (const bytes of ['{', 'null', '[]', '{"i":1}', Buffer.from([0, 255, 1, 254])]) socket.send(bytes);
    await sleep(200);
    socket.terminate();
    expect(ordersOf(await readDesk(open.client))).toEqual([]);
    expect(isAlive(host.pid)).toBe(true);
  });

  it('an answer in HTML with status 200 leaves an order in doubt until the venue itself has told', async () => {
    await venue.startFault({ fault: 'html', method: 'POST', path: '/api/v3/order', count: 1 });
    await mustDo(open.client.placeOrder(await buy()));
    const desk = await until(
      open.client,
      'the doubt is over',
      (now) =>
        ordersOf(now).length === 1 &&
        ordersOf(now).every(({ state }) => !['persisted', 'sent', 'unknown'].includes(state)),
    );
    const [order] = ordersOf(desk);
    const atVenue = (await venue.allOrders('BTCUSDT')).filter((row) => row.clientOrderId === order?.clientOrderId);
    // Never sent twice, and what the desk says is what the venue has.
    expect(atVenue.length).toBeLessThanOrEqual(1);
    expect(order?.state === 'rejected').toBe(atVenue.length === 0);
    await mustDo(open.client.cancelAll({}));
  });

  it('HTML in place of the books is no reason to believe them gone', async () => {
    const before = await readDesk(open.client);
    await venue.startFault({ fault: 'html', path: '/api/v3/account', count: 2 });
    // A private stream that breaks is followed by an audit, which meets the HTML first.
    await venue.startFault({ fault: 'terminate', channel: 'ws-api' });
    const after = await until(
      open.client,
      'audited again',
      (now) => (now.health.lastAuditAtMs ?? 0) > (before.health.lastAuditAtMs ?? 0) && isUp(now),
    );
    expect(after.account.cashQuote).toBe(before.account.cashQuote);
  });

  it('candles that are cut short or no numbers never reach the chart', async () => {
    await venue.startFault({ fault: 'malformed', channel: 'stream', stream: 'kline', count: 20 });
    await venue.startFault({ fault: 'malformed', channel: 'stream', stream: 'trade', count: 5 });
    await sleep(2_000);
    await until(open.client, 'live again', isUp);
    const seconds = async () => {
      const asked = { instrumentId: BTC, timeframe: '1s' as const, limit: 200, indicators: [] };
      return (await open.client.chartHistory(asked)).candles;
    };
    // A quiet market takes its time over the next print.
    await expect.poll(async () => (await seconds()).openTimeMs.length, { timeout: 60_000 }).toBeGreaterThan(0);
    const { openTimeMs, ...values } = await seconds();
    for (const column of Object.values(values)) expect(column.every(Number.isFinite)).toBe(true);
    expect(openTimeMs.every((timeMs, index) => index === 0 || timeMs > (openTimeMs[index - 1] as number))).toBe(true);
  }, 120_000);

  it('has lost nothing: ledger = venue, the log whole, the process the same', async () => {
    const desk = await until(open.client, 'at rest', isUp);
    const balances = await venue.balances();
    const onSpot = spotBalances(desk);
    expect(onSpot.length).toBeGreaterThan(0);
    for (const { asset, ledger } of onSpot) {
      const { free, locked } = balances.get(asset) ?? { free: '0', locked: '0' };
      expect(atomsText(atoms(ledger)), asset).toBe(atomsText(atoms(free) + atoms(locked)));
    }
    expect(await open.client.verifyJournal({})).toMatchObject({ ok: true });
    expect((await open.client.hello({})).sessionId).toMatch(/^\w+$/);
    expect(isAlive(host.pid)).toBe(true);
  });
});

describe('recorded candles that are broken', () => {
  it('are refused with file, row and field before anything starts', async () => {
    const dataDir = newDataDir();
    const candles = join(dataDir, 'candles');
    mkdirSync(candles);
    const rows = Array.from(
      { length: 20 },
      (_, i) => `${1_700_000_040_000 + i * 60_000},1,2,0.5,${i === 7 ? 'NaN' : 1.5},10`,
    );
    writeFileSync(
      join(candles, 'binance_BTCUSDT_1m_20231114-20231114.csv'),
      `timestamp_ms,open,high,low,close,volume\n${rows.join('\n')}\n`,
    );
    const run = await runCli(['serve', '--no-open', '--json', '--data-dir', dataDir, '--data', candles]);
    expect(run).toMatchObject({ exit: 2, stderr: oneSentence, json: { ok: false } });
    expect(run.stderr).toMatch(/binance_BTCUSDT_1m_20231114-20231114\.csv row 9, field close/);
  });
});
