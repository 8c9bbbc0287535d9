import { once } from 'node:events';
import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../../main/engine/gateway/router.ts';
import { systemClock, systemTimers } from '../../../main/engine/kernel/clock.ts';
import { startWebServer, type WebServer } from '../../../main/web/server.ts';
import { contract } from '../../../preload/contract.ts';
import { anyJson, damaged } from '../../support/damaged.ts';
import { createMemoryEngine } from '../../support/memory-engine.ts';
import { LAB_PLAN } from '../../support/memory-lab.ts';
import { IMPORT_PLAN, TRAINING_PLAN } from '../../support/memory-training.ts';
import {
  memoryTransport,
  messagePortTransport,
  type Screen,
  TEST_TOKEN,
  type Transport,
  tinyRenderer,
  webSocketTransport,
} from '../../support/transports.ts';
import { waitUntil } from '../../support/wait-until.ts';

const stray: unknown[] = [];
process.on('unhandledRejection', (error) => stray.push(error));

const engine = createMemoryEngine();
let gateway: Gateway;
beforeAll(() => {
  gateway = createGateway(engine.port, systemClock, systemTimers);
});
afterAll(() => gateway.close());

const limits = {
  riskPerTradeShare: 0.005,
  positionNotionalQuoteMax: '1000',
  exposureShareMax: 0.4,
  dailyLossQuoteMax: '300',
  ordersPerMinuteMax: 30,
  priceBandBps: 15,
  quoteAgeMsMax: 3_000,
  approvalTtlMs: 60_000,
};
const mandate = {
  name: 'small',
  notionalQuoteMax: '100',
  minProbability: 0.6,
  instrumentIds: ['binance:BTC/USDT'],
  fromHourUtc: 0,
  toHourUtc: 24,
  validUntilMs: 1_800_000_000_000,
};
/** As oRPC's client writes a call. */
const call = (name: string, input: unknown) => ({
  i: 'fuzz',
  p: { u: `/${name}`, b: { json: input }, m: 'POST', h: {} },
});
const CALLS = [
  call('setLimits', limits),
  call('setMandate', { mandate }),
  call('chartHistory', { instrumentId: 'binance:BTC/USDT', timeframe: '1m', limit: 10, indicators: ['rsi:14'] }),
  call('watchMarket', { instrumentId: 'binance:BTC/USDT', timeframe: '1m', indicators: [], bookLevels: 5 }),
  call('watchDesk', { sinceRevision: 3 }),
  call('saveSetting', { key: 'layout', value: { a: [1] } }),
  call('startLabRun', LAB_PLAN),
  call('labLook', { source: LAB_PLAN.sources[0] }),
  call('labTrades', { runId: 'r-1', from: 0, limit: 500 }),
  call('labCandles', { runId: 'r-1', instrument: 0, fromMs: null, toMs: null }),
  call('labCompare', { runIds: ['r-1'] }),
  call('labMark', { runId: 'r-1', tags: ['kept'], note: '' }),
  call('watchLab', undefined),
  call('startTraining', TRAINING_PLAN),
  call('bringModel', { fileId: 'file-0001', offset: 0, bytes: 3, base64: 'AAAA' }),
  call('importModel', { fileId: 'file-0001', plan: IMPORT_PLAN }),
  call('exploreData', TRAINING_PLAN.data),
  call('pauseTraining', { jobId: 'j-1' }),
  call('watchTraining', undefined),
  { i: 'fuzz', t: 3, p: { e: 'message', d: {} } },
  { i: 'fuzz', t: 4 },
];
const names = Object.keys(contract);
const message = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...CALLS)
      .chain((one) => damaged(one))
      .map((value) => JSON.stringify(value)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.oneof(fc.constantFrom(...names), fc.string()), anyJson)
      .map(([name, input]) => JSON.stringify(call(name, input))),
  },
  { weight: 1, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constantFrom('', 'taken', '{', '[]', 'null', `{"i":"${'x'.repeat(50)}"}`) },
);

describe.each([
  ['in memory', memoryTransport, 120],
  ['a message port', messagePortTransport, 120],
  ['a WebSocket', webSocketTransport, 60],
] as const)('messages of a screen over %s', (_name, make, numRuns) => {
  let transport: Transport;
  let other: Screen;
  beforeAll(async () => {
    transport = await make(gateway.router);
    other = await transport.connect();
  });
  afterAll(() => transport.close());

  it('of any content are answered, or end that connection alone: other screens go on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (messages) => {
        const screen = await transport.connect();
        for (const each of messages) screen.sendRaw(each);
        expect((await other.client.hello()).product).toBe('Countersign');
        screen.close();
      }),
      { numRuns },
    );
    // A whole one does reach the engine: what was damaged was damaged in the contract's own words.
    const before = engine.requests.length;
    const screen = await transport.connect();
    screen.sendRaw(JSON.stringify(call('setArmed', { armed: true })));
    await waitUntil('the engine was asked', () => engine.requests.length > before);
    expect(engine.requests.at(-1)).toEqual({ kind: 'ArmSet', armed: true });
    screen.close();
    expect(stray).toEqual([]);
  });
});

describe('requests to the web server', () => {
  const renderer = tinyRenderer();
  let server: WebServer;
  beforeAll(async () => {
    server = await startWebServer({
      router: gateway.router,
      rendererDir: renderer.dir,
      port: 0,
      token: TEST_TOKEN,
      onProblem: () => {},
    });
  });
  afterAll(async () => {
    await server.close();
    renderer.remove();
  });

  const path = fc.oneof(
    fc.webPath(),
    fc.webUrl({ withQueryParameters: true }).map((url) => url.slice(url.indexOf('/', 8))),
    fc.constantFrom(
      '/',
      '/index.html',
      '/engine',
      '/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '//evil.example/',
      '/%',
      '*',
    ),
    fc.stringMatching(/^\/[!-~]{0,80}$/),
  );
  const asText = fc.stringMatching(/^[!-~]{0,60}$/);

  it('of any path and headers are served only what is there and only with the token; the server lives', async () => {
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'PUT'),
        fc.record({ host: fc.option(asText), origin: fc.option(asText), cookie: fc.option(asText) }),
        fc.boolean(),
        async (asked, method, { host, origin, cookie }, withToken) => {
          const headers: Record<string, string> = {
            host: host ?? `127.0.0.1:${server.port}`,
            ...(origin === null ? {} : { origin }),
            cookie: withToken ? `countersign-${server.port}=${TEST_TOKEN}` : (cookie ?? ''),
          };
          const sent = request({ port: server.port, host: '127.0.0.1', method, path: asked, headers, agent: false });
          sent.end();
          const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
          response.setEncoding('utf8');
          let body = '';
          for await (const chunk of response) body += chunk;
          expect([200, 400, 401, 403, 404, 405]).toContain(response.statusCode);
          if (response.statusCode !== 200) return;
          expect(headers['host']).toMatch(/^(127\.0\.0\.1|localhost|\[::1\]):\d+$/);
          const isPage = body.includes('<title>Countersign</title>');
          if (isPage) expect(withToken || asked.includes(TEST_TOKEN)).toBe(true);
          else expect(['', 'export {};']).toContain(body);
        },
      ),
      { numRuns: 150 },
    );
  });
});
