import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { type EventTargetPort, portWire } from '../../main/engine/gateway/port-wire.ts';
import type { EngineRouter } from '../../main/engine/gateway/router.ts';
import { createScreenServer } from '../../main/engine/gateway/screen-link.ts';
import { startWebServer } from '../../main/web/server.ts';
import type { contract } from '../../preload/contract.ts';
import { memoryPortPair } from './port-pair.ts';

/** What every screen says of every message it took in. */
export const TAKEN = 'taken';
export const TEST_TOKEN = 'the-token-of-the-tests';

export type EngineClient = ContractRouterClient<typeof contract>;

export interface Screen {
  readonly client: EngineClient;
  /** Settles when the connection is gone; with the other side's words where the transport has any. */
  readonly closed: Promise<string>;
  /** From now on the screen takes nothing in, as one that hangs. */
  stall(): void;
  resume(): void;
  /** Past the client: whatever the wire carries. */
  sendRaw(data: string | Uint8Array): void;
  close(): void;
}

export interface Transport {
  connect(): Promise<Screen>;
  close(): Promise<void>;
}

/** A folder with the least that counts as a built renderer; `remove` deletes it. */
export function tinyRenderer(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-renderer-'));
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>Countersign</title>');
  writeFileSync(join(dir, 'assets', 'index-1a2b3c.js'), 'export {};');
  writeFileSync(join(dir, 'notes.txt'), 'of no type that is served');
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

type ScreenPort = EventTargetPort & Pick<MessagePort, 'addEventListener'>;

function portTransport(router: EngineRouter, pair: () => [ScreenPort, ScreenPort]): Transport {
  const serve = createScreenServer(router);
  const open: ScreenPort[] = [];
  return {
    async connect() {
      const [engineEnd, screenEnd] = pair();
      open.push(screenEnd);
      serve(portWire(engineEnd));
      const client: EngineClient = createORPCClient(new PortLink({ port: screenEnd }));
      let stalled = false;
      let untold = 0;
      screenEnd.addEventListener('message', () => {
        if (stalled) untold += 1;
        else screenEnd.postMessage(TAKEN);
      });
      const closed = new Promise<string>((resolve) => screenEnd.addEventListener('close', () => resolve('')));
      screenEnd.start();
      return {
        client,
        closed,
        stall() {
          stalled = true;
        },
        resume() {
          stalled = false;
          for (; untold > 0; untold -= 1) screenEnd.postMessage(TAKEN);
        },
        sendRaw: (data) => screenEnd.postMessage(data),
        close: () => screenEnd.close(),
      };
    },
    async close() {
      for (const port of open) port.close();
    },
  };
}

export const memoryTransport = async (router: EngineRouter): Promise<Transport> =>
  portTransport(router, () => memoryPortPair() as unknown as [ScreenPort, ScreenPort]);

export const messagePortTransport = async (router: EngineRouter): Promise<Transport> =>
  portTransport(router, () => {
    const { port1, port2 } = new MessageChannel();
    return [port1, port2] as unknown as [ScreenPort, ScreenPort];
  });

export async function webSocketTransport(router: EngineRouter): Promise<Transport> {
  const renderer = tinyRenderer();
  const server = await startWebServer({
    router,
    rendererDir: renderer.dir,
    port: 0,
    token: TEST_TOKEN,
    onProblem: () => {},
  });
  return {
    connect: () => connectSocket(`ws://127.0.0.1:${server.port}/engine?token=${TEST_TOKEN}`),
    async close() {
      await server.close();
      renderer.remove();
    },
  };
}

async function connectSocket(url: string): Promise<Screen> {
  const socket = new WebSocket(url);
  const closed = new Promise<string>((resolve) => socket.on('close', (_code, why) => resolve(why.toString())));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve());
    socket.on('error', reject);
  });
  const client: EngineClient = createORPCClient(new SocketLink({ websocket: socket as never }));
  socket.on('message', () => {
    if (socket.readyState === WebSocket.OPEN) socket.send(TAKEN);
  });
  return {
    client,
    closed,
    stall: () => socket.pause(),
    resume: () => socket.resume(),
    sendRaw: (data) => socket.send(data),
    close: () => socket.close(),
  };
}
