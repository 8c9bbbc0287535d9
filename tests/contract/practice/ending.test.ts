import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Connection } from '../../../main/practice/connection.ts';
import { FaultBoard } from '../../../main/practice/faults.ts';
import { untilIdle } from '../../../main/practice/main.ts';
import { pinnedBinance } from '../../support/practice/pinned-ccxt.ts';
import { openVenueBench } from '../../support/practice/venue-bench.ts';
import { kill, spawnVenue } from '../../support/practice/venue-process.ts';

process.on('unhandledRejection', () => {});

const SYMBOL = 'BTC/USDT';
const MAIN = join(import.meta.dirname, '../../../main/practice/main.ts');
const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'practice-ending-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

/** Trades until the venue is gone; the client ids of the orders that it answered. */
async function tradeToTheEnd(reach: { port: number; apiKey: string; secret: string }): Promise<string[]> {
  const x = await pinnedBinance(reach.port, reach);
  await x.loadMarkets();
  const answered: string[] = [];
  try {
    for (let i = 0; ; i += 1) {
      await x.createOrder(SYMBOL, 'market', 'buy', 0.0002, undefined, {
        clientOrderId: `e${i}`,
      });
      answered.push(`e${i}`);
    }
  } catch {
    return answered;
  } finally {
    await x.close();
  }
}

async function expectAll(dataDir: string, answered: readonly string[]): Promise<void> {
  const venue = await spawnVenue(['--data-dir', dataDir, '--seed', '3']);
  const x = await pinnedBinance(venue.ready.port, venue.ready);
  await x.loadMarkets();
  const known = (await x.fetchOrders(SYMBOL, undefined, 1_000)).map((order) => order.clientOrderId);
  expect(known).toEqual(expect.arrayContaining([...answered]));
  expect(known.length - answered.length, 'at most the one that was not answered').toBeLessThanOrEqual(1);
  await x.close();
  await kill(venue);
}

describe('ending', () => {
  it('told to end in the middle of trading: exit 0, and every answered order is there', async () => {
    const dataDir = folder();
    const venue = await spawnVenue(['--data-dir', dataDir, '--seed', '3']);
    const ended = once(venue.child, 'exit');
    const trading = tradeToTheEnd(venue.ready);
    setTimeout(() => venue.child.kill('SIGTERM'), 700);
    expect((await ended)[0]).toBe(0);
    const answered = await trading;
    expect(answered.length).toBeGreaterThan(3);
    await expectAll(dataDir, answered);
  });

  it('a disk that takes no more: one sentence, exit 1, and every answered order is there', async () => {
    const dataDir = folder();
    // A limit on the size of a file fails writes as a full disk does.
    const script = 'trap "" XFSZ; ulimit -f 1200; exec "$@"';
    const args = ['-c', script, 'sh', process.execPath, MAIN, '--json', '--data-dir', dataDir, '--seed', '3'];
    const child: ChildProcess = spawn('sh', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = text(child.stderr!);
    const ended = once(child, 'exit');
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    const answered = await tradeToTheEnd(JSON.parse(line) as { port: number; apiKey: string; secret: string });
    expect((await ended)[0]).toBe(1);
    expect(await said).toMatch(
      /^The practice venue ends: it cannot write to \S+ \(.+\); everything it answered is on disk\.\n$/,
    );
    expect(answered.length).toBeGreaterThan(3);
    await expectAll(dataDir, answered);
  });

  it('idle: not while somebody is connected or an order is open, and not before its time', async () => {
    const bench = await openVenueBench();
    const x = await bench.connect();
    let isIdle = false;
    void untilIdle(bench.venue, { idleMs: 150, checkEveryMs: 10 }).then(() => {
      isIdle = true;
    });
    const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
    const order = await x.createOrder(SYMBOL, 'limit', 'buy', 0.001, 50_000);
    await pause(250);
    expect(isIdle, 'an order is open').toBe(false);
    const client = new WebSocket(`ws://127.0.0.1:${bench.venue.port}/ws/btcusdt@trade`);
    await once(client, 'open');
    await x.cancelOrder(order.id!, SYMBOL);
    await pause(250);
    expect(isIdle, 'a client listens').toBe(false);
    client.terminate();
    await expect.poll(() => isIdle).toBe(true);
    await bench.close();
  });
});

describe('a client that does not read', () => {
  it('is dropped when eight megabytes wait for it, and no other one is', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const connections: Connection[] = [];
    server.on('connection', (ws, request) => {
      const handlers = { onText: () => {}, onClose: () => connections.splice(connections.indexOf(made), 1) };
      const made: Connection = new Connection(
        'stream',
        ws,
        request.socket,
        new FaultBoard(Date.now),
        Date.now,
        handlers,
      );
      connections.push(made);
    });
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [reader, sleeper] = [new WebSocket(url), new WebSocket(url)];
    let heard = 0;
    reader.on('message', () => {
      heard += 1;
    });
    await Promise.all([once(reader, 'open'), once(sleeper, 'open')]);
    sleeper.pause();
    const megabyte = 'x'.repeat(1_000_000);
    let sent = 0;
    for (; connections.length === 2 && sent < 60; sent += 1) {
      for (const connection of connections) connection.push('depth', megabyte);
      await new Promise((done) => setTimeout(done, 5));
    }
    expect(sent).toBeGreaterThan(8);
    await expect.poll(() => connections).toHaveLength(1);
    await expect.poll(() => heard).toBe(sent);
    reader.terminate();
    server.close();
  });
});
