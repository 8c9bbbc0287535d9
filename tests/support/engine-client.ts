/** A screen without pixels: the typed contract over a real WebSocket, for the steps of a test that are not its subject. */
import { once } from 'node:events';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { Done } from '../../preload/contract.ts';
import type { EngineClient } from '../../renderer/transport/client.ts';

export interface OpenClient {
  readonly client: EngineClient;
  close(): void;
}

/** Connects to a host by the address it printed. */
export async function openEngineClient(hostUrl: string): Promise<OpenClient> {
  const url = new URL('/engine', hostUrl);
  url.protocol = 'ws:';
  url.searchParams.set('token', new URL(hostUrl).searchParams.get('token') ?? '');
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const client: EngineClient = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
  return { client, close: () => socket.terminate() };
}

/** @throws Error with the engine's words when it refused */
export async function mustDo(answer: Promise<Done>): Promise<void> {
  const done = await answer;
  if (!done.ok) throw new Error(`refused: ${done.error.code}: ${done.error.text}`);
}

/** The whole desk as it is now. */
export async function readDesk(client: EngineClient) {
  const stop = new AbortController();
  try {
    for await (const message of await client.watchDesk({}, { signal: stop.signal })) {
      if (message.type === 'snapshot') return message.desk;
    }
  } finally {
    stop.abort();
  }
  throw new Error('the desk stream ended without a snapshot');
}

/** The account's balances at spot: wallets apart name their venue. */
export const spotBalances = ({ account }: Pick<Desk, 'account'>): Desk['account']['balances'] =>
  account.balances.filter(({ asset }) => !asset.includes(':'));

/** The feeds of spot: those of perpetuals begin when spot has read its books. */
export const spotFeeds = ({ health }: Pick<Desk, 'health'>): Desk['health']['feeds'] =>
  health.feeds.filter(({ instrumentId }) => instrumentId.startsWith('binance:'));

export type Desk = Awaited<ReturnType<typeof readDesk>>;
