import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { contract, MarketFrame } from '../../preload/contract.ts';
import { type Summary, summarise } from './statistics.ts';
import { openWireTap, printKey } from './wire-tap.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Venue {
  readonly pid: number;
  readonly port: number;
  readonly apiKey: string;
  readonly secret: string;
}

/** First line of JSON that a command prints. */
function startCommand(args: readonly string[]): Promise<{ child: ChildProcess; printed: Record<string, unknown> }> {
  const child = spawn(process.execPath, ['main/cli.ts', ...args, '--json'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      const end = text.indexOf('\n');
      if (end !== -1) resolve({ child, printed: JSON.parse(text.slice(0, end)) as Record<string, unknown> });
    });
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
}

async function openScreen(url: string): Promise<{ client: ContractRouterClient<typeof contract>; socket: WebSocket }> {
  const { port, searchParams } = new URL(url);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/engine?token=${searchParams.get('token')}`);
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const client: ContractRouterClient<typeof contract> = createORPCClient(new RPCLink({ websocket: socket as never }));
  return { client, socket };
}

const BTC = 'binance:BTC/USDT';
const watch = (client: ContractRouterClient<typeof contract>, bookLevels = 0): Promise<AsyncIterable<MarketFrame>> =>
  client.watchMarket({ instrumentId: BTC, timeframe: '1m', indicators: ['rsi:14'], bookLevels });

const until = async (holds: () => Promise<boolean>, limitMs: number): Promise<void> => {
  const endMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export interface ScreenPath {
  /** From the start of the process. */
  readonly startToChartMs: number;
  /** From the moment the engine opened its session. */
  readonly engineToChartMs: number;
  readonly engineToAllChartsMs: number;
  readonly eventToFrame: Summary;
  readonly signToWire: Summary;
}

/** A screen's view of a real host on a real practice venue, with a relay between them that notes when bytes pass. */
export async function benchScreenPath(seconds: number, orders: number): Promise<ScreenPath> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const venue = await startCommand(['practice-venue', '--seed', '7', '--data-dir', join(dir, 'venue')]);
  const { port, apiKey, secret } = venue.printed as unknown as Venue;
  const tap = await openWireTap(port);
  try {
    const spawnedMs = performance.now();
    const host = await startCommand([
      'serve',
      '--no-open',
      '--data-dir',
      join(dir, 'host'),
      '--practice',
      `http://${apiKey}:${secret}@127.0.0.1:${tap.port}`,
    ]);
    try {
      const { client, socket } = await openScreen(String(host.printed['url']));
      const start = await timeToCharts(client, spawnedMs);
      const eventToFrame = await eventToFrameSamples(client, tap.prints, seconds);
      const signToWire = await signToWireSamples(client, tap.orders, orders);
      socket.terminate();
      return { ...start, eventToFrame: summarise(eventToFrame), signToWire: summarise(signToWire) };
    } finally {
      await end(host.child);
    }
  } finally {
    tap.close();
    await end(venue.child);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function timeToCharts(client: ContractRouterClient<typeof contract>, spawnedMs: number) {
  const hasChart = async (instrumentId: string): Promise<boolean> => {
    const { candles } = await client.chartHistory({ instrumentId, timeframe: '1m', limit: 600, indicators: [] });
    return candles.openTimeMs.length >= 500;
  };
  await until(() => hasChart(BTC), 60_000);
  for await (const frame of await watch(client)) if (frame.candles.length > 0) break;
  const startToChartMs = performance.now() - spawnedMs;
  const { instruments, startedAtMs } = await client.hello();
  const engineToChartMs = Date.now() - startedAtMs;
  for (const { id } of instruments.slice(0, 10)) await until(() => hasChart(id), 60_000);
  const engineToAllChartsMs = Date.now() - startedAtMs;
  return { startToChartMs, engineToChartMs, engineToAllChartsMs };
}

async function eventToFrameSamples(
  client: ContractRouterClient<typeof contract>,
  prints: ReadonlyMap<string, number>,
  seconds: number,
): Promise<number[]> {
  const samples: number[] = [];
  const endMs = performance.now() + seconds * 1_000;
  for await (const frame of await watch(client, 20)) {
    const nowMs = performance.now();
    for (const { timeMs, price, qtyBase } of frame.trades) {
      const passedMs = prints.get(printKey('BTCUSDT', timeMs, price, qtyBase));
      if (passedMs !== undefined) samples.push(nowMs - passedMs);
    }
    if (nowMs > endMs) break;
  }
  return samples;
}

async function signToWireSamples(
  client: ContractRouterClient<typeof contract>,
  passed: readonly number[],
  orders: number,
): Promise<number[]> {
  await client.setArmed({ armed: true });
  const samples: number[] = [];
  for (let i = 0; i < orders; i += 1) {
    const before = passed.length;
    let bid = '';
    for await (const frame of await watch(client)) {
      bid = frame.rows.find((row) => row.instrumentId === BTC)?.bid ?? '';
      if (bid) break;
    }
    const fromMs = performance.now();
    const reply = await client.placeOrder({
      requestId: randomUUID(),
      instrumentId: BTC,
      side: 'buy',
      type: 'limit',
      qtyBase: '0.0005',
      limitPrice: (Number(bid) * 0.9995).toFixed(2),
      stopPrice: null,
      targetPrice: null,
    });
    if (!reply.ok) throw new Error(`the bench's order was refused: ${reply.error.text}`);
    await until(async () => passed.length > before, 5_000);
    samples.push((passed[before] as number) - fromMs);
    if (i % 5 === 4) await client.cancelAll();
    // Stay below the gate's orders per minute.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
  }
  await client.cancelAll();
  return samples;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
