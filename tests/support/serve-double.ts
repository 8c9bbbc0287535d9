/** Serves `dist/renderer` and the desk double on loopback, for looking at the screens: `node tests/support/serve-double.ts [port]`. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import { createDeskDouble } from './desk-double.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../dist/renderer');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};
const TAKEN = 'taken';
const CSP = "default-src 'self'; style-src 'self'; connect-src 'self' ws://127.0.0.1:*";

/** Starts both; the caller closes. `url` opens the screen. */
export async function serveDouble(port = 0, options: { lively?: boolean } = {}) {
  const double = createDeskDouble(options);
  const handler = new RPCHandler(double.router);
  const server: Server = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://double').pathname;
    const file = join(ROOT, normalize(asked === '/' ? '/index.html' : asked));
    if (!file.startsWith(ROOT) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
    });
    createReadStream(file).pipe(response);
  });
  const sockets = new WebSocketServer({ server, path: '/engine' });
  sockets.on('connection', (socket) => {
    // Screens say how many messages they have taken in; this desk never waits for them.
    const contractOnly = {
      send: socket.send.bind(socket),
      addEventListener(name: string, listen: (event: { data: unknown }) => void): void {
        socket.addEventListener(name as 'message', (event) => {
          if (event.data !== TAKEN) listen(event);
        });
      },
    };
    void handler.upgrade(contractOnly as unknown as Parameters<typeof handler.upgrade>[0]);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/?token=double`,
    ...double.script,
    /** Drops every screen's connection, as a host that died would. */
    dropConnections(): void {
      for (const socket of sockets.clients) socket.terminate();
    },
    async close(): Promise<void> {
      double.close();
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const served = await serveDouble(Number(process.argv[2] ?? 0));
  process.stdout.write(`${served.url}\n`);
}
