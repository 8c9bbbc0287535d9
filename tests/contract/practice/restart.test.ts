import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ensurePracticeVenue, findRunningPractice } from '../../../main/practice/spawn.ts';
import { createPracticeVenue } from '../../../main/practice/venue.ts';
import { pinnedBinance } from '../../support/practice/pinned-ccxt.ts';
import { tinySource } from '../../support/practice/tiny-source.ts';
import { kill, spawnVenue } from '../../support/practice/venue-process.ts';

process.on('unhandledRejection', () => {});

const SYMBOL = 'BTC/USDT';
const MAIN = join(import.meta.dirname, '../../../main/practice/main.ts');
const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'practice-restart-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

describe('kill -9', () => {
  it('at any moment of trading: everything answered for is there on the same port, and nothing twice', async () => {
    const dataDir = folder();
    let venue = await spawnVenue(['--data-dir', dataDir, '--seed', '5']);
    const { port, apiKey } = venue.ready;
    const answered = new Map<string, { id: string; status: string }>();
    for (let round = 0; round < 3; round += 1) {
      const x = await pinnedBinance(port, venue.ready);
      await x.loadMarkets();
      const price = Number((await x.fetchTicker(SYMBOL)).last) * 0.9;
      let open = true;
      const trading = (async () => {
        for (let i = 0; open; i += 1) {
          const clientOrderId = `r${round}-${i}`;
          const [type, at] = i % 2 === 0 ? (['market', undefined] as const) : (['limit', price] as const);
          const order = await x.createOrder(SYMBOL, type, 'buy', 0.001, at, { clientOrderId });
          answered.set(clientOrderId, { id: String(order.id), status: String(order.status) });
        }
      })().catch(() => {});
      await new Promise((done) => setTimeout(done, 250 + 90 * round));
      await kill(venue);
      open = false;
      await trading;
      await x.close();
      venue = await spawnVenue(['--data-dir', dataDir, '--seed', '5', '--port', String(port)]);
      expect(venue.ready.apiKey).toBe(apiKey);
    }
    const x = await pinnedBinance(port, venue.ready);
    await x.loadMarkets();
    expect(answered.size).toBeGreaterThan(10);
    const orders = new Map(
      (await x.fetchOrders(SYMBOL, undefined, 1_000)).map((order) => [order.clientOrderId, order]),
    );
    for (const [clientOrderId, { id, status }] of answered) {
      expect(orders.get(clientOrderId)).toMatchObject({ id, status });
    }
    const trades = await x.fetchMyTrades(SYMBOL, undefined, 1_000);
    const bought = trades.reduce((sum, trade) => sum + BigInt(Math.round(Number(trade.amount) * 1e8)), 0n);
    const fees = trades.reduce((sum, trade) => sum + BigInt(Math.round(Number(trade.fee!.cost) * 1e8)), 0n);
    const balance = await x.fetchBalance();
    expect(BigInt(Math.round(Number(balance['BTC']!.total) * 1e8))).toBe(bought - fees);
    await x.close();
    await kill(venue);
  });
});

describe('while no venue runs the market goes on', () => {
  it('a resting order that would have traded is filled, at its price and in its time, and a stop has fired', async () => {
    const dataDir = folder();
    let nowMs = Date.UTC(2026, 5, 1, 12, 0, 0);
    const open = () =>
      createPracticeVenue({
        dataDir,
        source: tinySource(),
        nowMs: () => nowMs,
        balances: { USDT: '100000', BTC: '1' },
      });
    const first = await open();
    let x = await pinnedBinance(first.port, first);
    (x as unknown as { nonce(): number }).nonce = () => nowMs;
    await x.loadMarkets();
    const last = Number((await x.fetchTicker(SYMBOL)).last);
    const buy = await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, Number((last * 0.992).toFixed(2)));
    const far = await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, Number((last * 0.9).toFixed(2)));
    const stop = await x.createOrder(SYMBOL, 'market', 'sell', 0.02, undefined, {
      stopLossPrice: (last * 0.995).toFixed(2),
    });
    await x.close();
    await first.close();
    for (const hours of [2, 26]) {
      nowMs += hours * 3_600_000;
      const again = await open();
      x = await pinnedBinance(again.port, again);
      (x as unknown as { nonce(): number }).nonce = () => nowMs;
      await x.loadMarkets();
      expect(await x.fetchOrder(buy.id!, SYMBOL)).toMatchObject({ status: 'closed', average: buy.price });
      expect(await x.fetchOrder(stop.id!, SYMBOL)).toMatchObject({ status: 'closed', filled: 0.02 });
      expect(await x.fetchOrder(far.id!, SYMBOL)).toMatchObject({ status: 'open' });
      const [fill] = (await x.fetchMyTrades(SYMBOL)).filter((trade) => trade.order === buy.id);
      expect(Number(fill!.timestamp)).toBeGreaterThan(Number(buy.timestamp));
      expect(Number(fill!.timestamp)).toBeLessThan(nowMs);
      await x.close();
      await again.close();
    }
  });
});

describe('starting', () => {
  it('is found again, outlives its finder, and keeps its port after a kill', async () => {
    const dataDir = folder();
    const market = { kind: 'generated', seed: 9 } as const;
    expect(await findRunningPractice(dataDir)).toBeNull();
    const [one, two] = await Promise.all([
      ensurePracticeVenue({ dataDir, market }),
      ensurePracticeVenue({ dataDir, market }),
    ]);
    if (!one.ok || !two.ok) throw new Error(JSON.stringify([one, two]));
    expect(two.value.pid).toBe(one.value.pid);
    expect(await findRunningPractice(dataDir)).toMatchObject({ pid: one.value.pid, description: 'generated, seed 9' });
    process.kill(one.value.pid, 'SIGKILL');
    await expect.poll(() => findRunningPractice(dataDir)).toBeNull();
    const again = await ensurePracticeVenue({ dataDir, market });
    if (!again.ok) throw new Error(again.error.message);
    expect(again.value).toMatchObject({ port: one.value.port, apiKey: one.value.apiKey });
    expect(again.value.pid).not.toBe(one.value.pid);
    process.kill(again.value.pid, 'SIGKILL');
  });

  it.each([
    [['--data', '/no/such/folder'], 2, '/no/such/folder'],
    [['--speed', '5'], 2, '--speed needs --data'],
    [['--seed', '1', '--data', '.'], 2, 'exclude each other'],
    [['--seed', 'x'], 2, 'usage'],
  ])('%s ends with %i and says why', (args, code, text) => {
    const run = spawnSync(process.execPath, [MAIN, '--data-dir', folder(), ...args], { encoding: 'utf8' });
    expect(run.status).toBe(code);
    expect(run.stderr).toContain(text);
  });

  it('a port in use and a folder in use are named', async () => {
    const dataDir = folder();
    const venue = await spawnVenue(['--data-dir', dataDir]);
    const port = String(venue.ready.port);
    const elsewhere = spawnSync(process.execPath, [MAIN, '--data-dir', folder(), '--port', port], { encoding: 'utf8' });
    expect([elsewhere.status, elsewhere.stderr]).toEqual([
      1,
      `Port ${port} on 127.0.0.1 is in use by another program.\n`,
    ]);
    const twice = spawnSync(process.execPath, [MAIN, '--data-dir', dataDir], { encoding: 'utf8' });
    expect(twice.status).toBe(1);
    expect(twice.stderr).toContain(`Another practice venue is using ${dataDir}`);
    await kill(venue);
  });
});
