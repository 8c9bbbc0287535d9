import { createServer } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type Gateway } from '../../../main/engine/gateway/router.ts';
import { systemClock, systemTimers } from '../../../main/engine/kernel/clock.ts';
import { startWebServer, type WebServer } from '../../../main/web/server.ts';
import { createMemoryEngine, type MemoryEngine } from '../../support/memory-engine.ts';
import { rawExchange } from '../../support/raw-http.ts';
import { TEST_TOKEN, tinyRenderer } from '../../support/transports.ts';
import { waitUntil } from '../../support/wait-until.ts';

let engine: MemoryEngine;
let gateway: Gateway;
let server: WebServer;
let problems: string[];
const renderer = tinyRenderer();

const start = (port = 0): Promise<WebServer> =>
  startWebServer({
    router: gateway.router,
    rendererDir: renderer.dir,
    port,
    token: TEST_TOKEN,
    onProblem: (text) => problems.push(text),
  });

beforeEach(async () => {
  problems = [];
  engine = createMemoryEngine();
  gateway = createGateway(engine.port, systemClock, systemTimers);
  server = await start();
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
  gateway.close();
});

const request = (line: string, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
  const all = { Host: `127.0.0.1:${server.port}`, Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return rawExchange(server.port, `${line}\r\n${lines.join('\r\n')}\r\n\r\n`);
};
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const get = (path: string, headers?: Readonly<Record<string, string>>): Promise<string> =>
  request(`GET ${path} HTTP/1.1`, headers);
const ALIVE = `/?token=${TEST_TOKEN}`;

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const upgrade = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> =>
  get(path, { ...UPGRADE, ...headers });

async function openSocket(options: { autoPong?: boolean } = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/engine?token=${TEST_TOKEN}`, options);
  socket.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('close', () => reject(new Error('refused')));
  });
  return socket;
}
const closeOf = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once('close', resolve));

describe('the page', () => {
  it('is given to whoever brings the token, with headers that shut everything else out', async () => {
    const answer = await get(ALIVE);
    expect(statusOf(answer)).toBe(200);
    const [head = '', body] = answer.split('\r\n\r\n');
    expect(body).toContain('<title>Countersign</title>');
    const headers = head.split('\r\n').slice(1);
    const { port } = server;
    expect(headers).toEqual(
      expect.arrayContaining([
        `Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        'X-Content-Type-Options: nosniff',
        'Referrer-Policy: no-referrer',
        'Cross-Origin-Opener-Policy: same-origin',
        'Cross-Origin-Resource-Policy: same-origin',
        'Permissions-Policy: camera=(), microphone=(), geolocation=()',
        'Content-Type: text/html; charset=utf-8',
        'Cache-Control: no-store',
        `Set-Cookie: countersign-${port}=${TEST_TOKEN}; HttpOnly; SameSite=Strict; Path=/`,
      ]),
    );
    expect(headers.filter((line) => /^(access-control|server|x-powered-by)/i.test(line))).toEqual([]);
  });

  it('the address it prints opens it', async () => {
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('takes the cookie of a first visit in place of the token', async () => {
    expect(statusOf(await get('/', { Cookie: `a=b; countersign-${server.port}=${TEST_TOKEN}` }))).toBe(200);
  });

  it.each([
    ['no token', '/', {}],
    ['an empty token', '/?token=', {}],
    ['a wrong token', '/?token=the-token-of-the-testz', {}],
    ['a longer token', `/?token=${TEST_TOKEN}x`, {}],
    ['a token that is not text', '/?token=%ff%fe', {}],
    ['the cookie of another port', '/', { Cookie: `countersign-1=${TEST_TOKEN}` }],
    ['a wrong cookie', '/index.html', { Cookie: 'countersign=x; =; ;' }],
  ])('is refused to one with %s, and says what to do', async (_what, path, headers) => {
    const answer = await get(path, headers as Record<string, string>);
    expect(statusOf(answer)).toBe(401);
    expect(answer).toContain('Open the address that Countersign printed');
    expect(answer).not.toContain('Set-Cookie');
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example', '0.0.0.0', ''])(
    'is refused under the Host "%s", as a rebound name would send',
    async (host) => {
      expect(statusOf(await get(ALIVE, { Host: host }))).toBe(403);
    },
  );

  it('is served under localhost as under 127.0.0.1', async () => {
    expect(statusOf(await get(ALIVE, { Host: `localhost:${server.port}` }))).toBe(200);
  });
});

describe('files', () => {
  it('of the build are served with their type, for ever', async () => {
    const answer = await get('/assets/index-1a2b3c.js');
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain('Content-Type: text/javascript');
    expect(answer).toContain('Cache-Control: private, max-age=31536000, immutable');
  });

  it('HEAD gives the head alone', async () => {
    const answer = await request('HEAD /assets/index-1a2b3c.js HTTP/1.1');
    expect(statusOf(answer)).toBe(200);
    expect(answer.split('\r\n\r\n')[1]).toBe('');
  });

  it.each([
    '/../../../../etc/passwd',
    '/assets/../../server.ts',
    '/..%2f..%2fetc%2fpasswd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..\\..\\package.json',
    '//etc/passwd',
    '/notes.txt',
    '/assets/',
    '/assets',
    '/constructor',
    '/__proto__',
  ])('%s is not among them', async (path) => {
    expect(statusOf(await get(path))).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])('%s is not answered', async (method) => {
    expect(statusOf(await request(`${method} ${ALIVE} HTTP/1.1`))).toBe(405);
  });
});

describe('requests that are none', () => {
  it.each([
    ['two slashes', 'GET // HTTP/1.1'],
    ['a percent alone', 'GET /% HTTP/1.1'],
    ['a null byte', 'GET /\0 HTTP/1.1'],
    ['a null byte, escaped', 'GET /%00 HTTP/1.1'],
    ['a port that is none', 'GET http://[::1 HTTP/1.1'],
    ['another site', 'GET http://evil.example/ HTTP/1.1'],
    ['a very long address', `GET /${'x'.repeat(100_000)} HTTP/1.1`],
    ['no version', 'GET /'],
    ['a version that is none', 'GET / HTTP/9.9'],
    ['no method', '/ HTTP/1.1'],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1'],
    ['a star', 'OPTIONS * HTTP/1.1'],
  ])('%s: refused, and the next is served', async (_what, line) => {
    const status = statusOf(await request(line));
    expect(Number.isNaN(status) || status >= 400, `status ${status}`).toBe(true);
    expect(statusOf(await get(ALIVE))).toBe(200);
  });

  it('headers without end are cut off', async () => {
    const answer = await rawExchange(server.port, `GET / HTTP/1.1\r\n${'X-Y: z\r\n'.repeat(20_000)}\r\n`);
    expect(statusOf(answer)).toBe(431);
  });

  it('no bytes bring the server down', async () => {
    const word = fc.constantFrom(
      'GET', 'POST', ' ', '/', '/engine', '?token=', TEST_TOKEN, 'HTTP/1.1', '\r\n', '\r\n\r\n', 'Host: ', '127.0.0.1',
      `127.0.0.1:${server.port}`, 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: ',
      'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', 'Transfer-Encoding: chunked', 'Content-Length: -1', '\0', '%',
    ); // biome-ignore format: one word list
    const bytes = fc.oneof(
      fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }).map((words) => Buffer.from(words.join(''))),
      fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 8, maxLength: 8 }), async (all) => {
        await Promise.all(all.map((each) => rawExchange(server.port, each, { answerMs: 20, silenceMs: 20 })));
        expect((await fetch(server.url)).status).toBe(200);
      }),
      { numRuns: 25 },
    );
  });
});

describe('screens', () => {
  it.each([
    ['a foreign origin', `/engine?token=${TEST_TOKEN}`, { Origin: 'https://evil.example' }, 403],
    ['the origin null', `/engine?token=${TEST_TOKEN}`, { Origin: 'null' }, 403],
    ['an origin of another port', `/engine?token=${TEST_TOKEN}`, { Origin: 'http://127.0.0.1:1' }, 403],
    ['a foreign host', `/engine?token=${TEST_TOKEN}`, { Host: 'evil.example' }, 403],
    ['no token', '/engine', {}, 401],
    ['a wrong token', '/engine?token=x', {}, 401],
    ['another path', `/other?token=${TEST_TOKEN}`, {}, 404],
    ['no key', `/engine?token=${TEST_TOKEN}`, { 'Sec-WebSocket-Key': '' }, 400],
    ['another protocol', `/engine?token=${TEST_TOKEN}`, { Upgrade: 'h2c' }, 400],
    ['an old version', `/engine?token=${TEST_TOKEN}`, { 'Sec-WebSocket-Version': '1' }, 400],
  ])('%s: refused', async (_what, path, headers, status) => {
    expect(statusOf(await upgrade(path, headers as Record<string, string>))).toBe(status);
    expect(statusOf(await get(ALIVE))).toBe(200);
  });

  it('are let in from the page, by token or by cookie', async () => {
    const own = { Origin: `http://127.0.0.1:${server.port}` };
    expect(statusOf(await upgrade(`/engine?token=${TEST_TOKEN}`, own))).toBe(101);
    expect(statusOf(await upgrade('/engine', { ...own, Cookie: `countersign-${server.port}=${TEST_TOKEN}` }))).toBe(
      101,
    );
  });

  it('are sixteen at most; a place that is left is given again', async () => {
    const open = await Promise.all(Array.from({ length: 16 }, () => openSocket()));
    expect(await upgrade(`/engine?token=${TEST_TOKEN}`)).toMatch(/^HTTP\/1\.1 503 [\s\S]*16 screens are open already/);
    open[0]?.close();
    await closeOf(open[0] as WebSocket);
    await expect(openSocket()).resolves.toBeInstanceOf(WebSocket);
  });

  it('may send a megabyte and no more', async () => {
    const socket = await openSocket();
    const closed = closeOf(socket);
    socket.send(JSON.stringify({ i: '1', p: { u: '/hello', b: 'x'.repeat(1_000_001) } }));
    expect(await closed).toBe(1009);
    expect(problems).toEqual([expect.stringContaining("a screen's connection failed")]);
    expect(statusOf(await get(ALIVE))).toBe(200);
  });

  it('that break the WebSocket protocol are dropped', async () => {
    const head = `GET /engine?token=${TEST_TOKEN} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${Object.entries(
      UPGRADE,
    )
      .map(([name, value]) => `${name}: ${value}`)
      .join('\r\n')}\r\n\r\n`;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 2, maxLength: 60 }), async (frame) => {
        const answer = await rawExchange(server.port, Buffer.concat([Buffer.from(head), frame]), { silenceMs: 30 });
        expect(statusOf(answer)).toBe(101);
      }),
      { numRuns: 20 },
    );
    expect(statusOf(await get(ALIVE))).toBe(200);
  });

  it('that went away without a word are ended after two unanswered pings, others stay', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [mute, healthy] = await Promise.all([openSocket({ autoPong: false }), openSocket()]);
    const ended = closeOf(mute);
    const pinged = new Promise((resolve) => healthy.once('ping', resolve));
    vi.advanceTimersByTime(15_000);
    await pinged;
    await new Promise((resolve) => setTimeout(resolve, 50));
    vi.advanceTimersByTime(15_000);
    expect(await ended).toBe(1006);
    expect(healthy.readyState).toBe(WebSocket.OPEN);
  });

  it('that do not read are waited for, their market frames merged', async () => {
    const socket = await openSocket();
    const frames: { frame: number; merged: number }[] = [];
    socket.on('message', (data) => {
      const { p } = JSON.parse(data.toString()) as { p: { d?: { json?: { frame: number; merged: number } } } };
      if (p.d?.json) frames.push(p.d.json);
    });
    socket.send(
      JSON.stringify({
        i: '1',
        p: {
          u: '/watchMarket',
          b: { json: { instrumentId: 'binance:BTC/USDT', timeframe: '1m', indicators: [], bookLevels: 0 } },
        },
      }),
    );
    await waitUntil('frames arrive', () => frames.length > 0);
    socket.pause();
    const sampled = performance.now();
    for (let round = 0; performance.now() - sampled < 2_500; round += 1) {
      engine.moveMarket(3_000, round);
      await new Promise((resolve) => setTimeout(resolve, 16));
    }
    socket.resume();
    await waitUntil('a merged frame arrives', () => frames.some((frame) => frame.merged > 0));
    expect(frames.map((frame) => frame.frame)).toEqual(frames.map((_, index) => index + 1));
    socket.close();
  });

  it('that never read what they asked for are dropped', async () => {
    const socket = await openSocket();
    const closed = closeOf(socket);
    socket.pause();
    for (let i = 0; i < 150; i += 1)
      socket.send(
        JSON.stringify({
          i: String(i),
          p: {
            u: '/chartHistory',
            b: { json: { instrumentId: 'binance:BTC/USDT', timeframe: '1m', limit: 5_000, indicators: ['a', 'b'] } },
          },
        }),
      );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    socket.resume();
    expect(await closed).toBe(1006);
    expect(statusOf(await get(ALIVE))).toBe(200);
  });
});

describe('start and end', () => {
  it('names the port that is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(start(port)).rejects.toThrow(`port ${port} on 127.0.0.1 is in use: choose another with --port`);
    other.close();
  });

  it('names what is wrong with a port that may not be had', async () => {
    await expect(start(70_000)).rejects.toThrow(/port/i);
  });

  it('says what to do where the renderer was not built', async () => {
    const options = { router: gateway.router, port: 0, token: TEST_TOKEN, onProblem: () => {} };
    await expect(startWebServer({ ...options, rendererDir: '/nowhere' })).rejects.toThrow('run "npm run build" first');
  });

  it('listens on loopback alone', async () => {
    const { networkInterfaces } = await import('node:os');
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((each) => each && !each.internal && each.family === 'IPv4');
    if (outside) await expect(fetch(`http://${outside.address}:${server.port}/`)).rejects.toThrow();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/?token=${TEST_TOKEN}`);
  });

  it('closing ends every screen', async () => {
    const socket = await openSocket();
    const closed = closeOf(socket);
    await server.close();
    expect([1001, 1006]).toContain(await closed);
    server = await start();
  });
});
