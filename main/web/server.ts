import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { EngineRouter } from '../engine/gateway/router.ts';
import { createScreenServer } from '../engine/gateway/screen-link.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';
import { checkHost, checkOrigin, checkToken, cookieName, type Refusal, requestUrl } from './request-guard.ts';
import { socketWire } from './socket-wire.ts';
import { loadStaticFiles } from './static-files.ts';

export interface WebServerOptions {
  readonly router: EngineRouter;
  /** Folder of the built renderer. */
  readonly rendererDir: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly token: string;
  readonly onProblem: (text: string) => void;
}

export interface WebServer {
  readonly port: number;
  /** The address to open, token included. */
  readonly url: string;
  close(): Promise<void>;
}

const MESSAGE_BYTES_MAX = 1_000_000;
const SCREENS_MAX = 16;
const PING_EVERY_MS = 15_000;

/**
 * Serves the renderer and the engine's contract on loopback only; token, Host and Origin are checked on every request.
 * @throws Error naming the port when it is in use
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const files = loadStaticFiles(options.rendererDir);
  const serveScreen = createScreenServer(options.router);
  const screens = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });
  const guard: { port: number; token: string } = { port: options.port, token: options.token };

  const server = createServer((request, response) => {
    const refusal = checkHost(request, guard) ?? checkMethod(request);
    if (refusal) refuse(response, refusal);
    else serveFile(request, response);
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;

  const serveFile = (request: IncomingMessage, response: ServerResponse): void => {
    const path = requestUrl(request).pathname;
    const isPage = path === '/' || path === '/index.html';
    if (isPage) {
      const refusal = checkToken(request, guard);
      if (refusal) {
        refuse(response, refusal);
        return;
      }
      response.setHeader('Set-Cookie', `${cookieName(guard.port)}=${guard.token}; HttpOnly; SameSite=Strict; Path=/`);
    }
    const file = files.get(isPage ? '/index.html' : path);
    if (!file) {
      refuse(response, { status: 404, text: `There is no ${path} here.` });
      return;
    }
    response.writeHead(200, {
      ...securityHeaders(guard.port),
      'Content-Type': file.type,
      'Content-Length': file.body.length,
      'Cache-Control': file.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : file.body);
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const path = requestUrl(request).pathname;
    const refusal: Refusal | null =
      checkHost(request, guard) ??
      checkOrigin(request, guard) ??
      checkToken(request, guard) ??
      (path === '/engine' ? null : { status: 404, text: `There is no ${path} here.` }) ??
      (screens.clients.size < SCREENS_MAX ? null : { status: 503, text: `${SCREENS_MAX} screens are open already.` });
    if (refusal) {
      socket.end(
        `HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${refusal.text}`,
      );
      return;
    }
    screens.handleUpgrade(request, socket, head, (screen) => {
      keepAlive(screen);
      screen.on('error', (error) => options.onProblem(`a screen's connection failed: ${error.message}`));
      serveScreen(socketWire(screen));
    });
  });

  await listen(server, options.port);
  guard.port = (server.address() as AddressInfo).port;
  return {
    port: guard.port,
    url: `http://127.0.0.1:${guard.port}/?token=${options.token}`,
    async close() {
      for (const screen of screens.clients) screen.close(1001, 'Countersign is closing');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      for (const screen of screens.clients) screen.terminate();
      await closed;
    },
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(new Error(inUse ? `port ${port} on 127.0.0.1 is in use: choose another with --port` : error.message));
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function checkMethod(request: IncomingMessage): Refusal | null {
  const known = request.method === 'GET' || request.method === 'HEAD';
  return known ? null : { status: 405, text: `${request.method} is not answered here.` };
}

function securityHeaders(port: number): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(`ws://127.0.0.1:${port} ws://localhost:${port}`),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  };
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  response.end(`${refusal.text}\n`);
}

/** Ends connections whose other side went away without a word. */
function keepAlive(screen: WebSocket): void {
  let answered = true;
  screen.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (answered) screen.ping();
    else screen.terminate();
    answered = false;
  }, PING_EVERY_MS);
  screen.on('close', () => clearInterval(timer));
}
