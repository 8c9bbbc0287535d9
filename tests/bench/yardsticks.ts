import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { type Summary, summarise } from './statistics.ts';

/** A 300-byte append and `fdatasync`, as one durable event costs at least. */
export function fsyncYardstick(times: number): Summary {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const file = openSync(join(dir, 'probe'), 'a');
  const line = Buffer.alloc(300, 'x');
  const samples: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const fromMs = performance.now();
    writeSync(file, line);
    fdatasyncSync(file);
    samples.push(performance.now() - fromMs);
  }
  closeSync(file);
  rmSync(dir, { recursive: true });
  return summarise(samples);
}

/** One message there and back between two bare WebSockets in this process. */
export async function webSocketYardstick(times: number): Promise<Summary> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  await new Promise((resolve) => server.once('listening', resolve));
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await new Promise((resolve) => socket.once('open', resolve));
  const samples: number[] = [];
  const message = 'x'.repeat(200);
  for (let i = 0; i < times; i += 1) {
    const fromMs = performance.now();
    const back = new Promise((resolve) => socket.once('message', resolve));
    socket.send(message);
    await back;
    samples.push(performance.now() - fromMs);
  }
  socket.terminate();
  server.close();
  return summarise(samples);
}
