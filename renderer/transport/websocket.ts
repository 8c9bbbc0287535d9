/** The browser's way to the engine: a WebSocket to the host that served the page. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { type EngineClient, type EngineConnection, TAKEN } from './client.ts';

const OPEN_LIMIT_MS = 5_000;
const TOKEN_KEY = 'countersign.token';

/** The connection token: from `?token=` once (then out of the address bar), afterwards from this tab's storage. */
export function takeToken(): string {
  const url = new URL(window.location.href);
  const given = url.searchParams.get('token');
  if (given === null) return window.sessionStorage.getItem(TOKEN_KEY) ?? '';
  window.sessionStorage.setItem(TOKEN_KEY, given);
  url.searchParams.delete('token');
  window.history.replaceState(null, '', url);
  return given;
}

/** The engine's socket address beside the page's own. */
export function engineSocketUrl(page: Location | URL, token: string): string {
  const url = new URL('/engine', page.href);
  url.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('token', token);
  return url.href;
}

/** Opens the socket. @throws Error when it does not open in five seconds. */
export async function connectWebSocket(): Promise<EngineConnection> {
  const socket = new WebSocket(engineSocketUrl(window.location, takeToken()));
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => {
      socket.close();
      reject(new Error('The engine did not answer in five seconds.'));
    }, OPEN_LIMIT_MS);
    socket.addEventListener('open', () => {
      clearTimeout(limit);
      resolve();
    });
    socket.addEventListener('close', () => {
      clearTimeout(limit);
      reject(new Error('The engine refused the connection.'));
    });
  });
  const client: EngineClient = createORPCClient(new RPCLink({ websocket: socket }));
  // The engine lets a screen be only a few messages behind; it hears from this how many were taken.
  socket.addEventListener('message', () => {
    if (socket.readyState === WebSocket.OPEN) socket.send(TAKEN);
  });
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  return { client, closed, close: () => socket.close() };
}
