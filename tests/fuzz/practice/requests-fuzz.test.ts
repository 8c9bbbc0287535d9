import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ROUTES } from '../../../main/practice/codecs/binance-spot/rest.ts';
import { anyJson, damaged } from '../../support/damaged.ts';
import { openVenueBench, type VenueBench } from '../../support/practice/venue-bench.ts';

const bugs: unknown[] = [];
let bench: VenueBench;
beforeAll(async () => {
  bench = await openVenueBench({
    balances: { USDT: '1000000', BTC: '5' },
    rateLimits: { weightPerMinute: 1e9, ordersPer10Sec: 1e9, ordersPerDay: 1e9 },
    onBug: (error) => bugs.push(error),
  });
});
afterAll(() => bench.close());

const NAMES = (
  'symbol symbols side type timeInForce quantity quoteOrderQty price stopPrice newClientOrderId origClientOrderId orderId ' +
  'limit fromId startTime endTime interval recvWindow omitZeroBalances newOrderRespType cancelReplaceMode spotBNBBurn timeZone type'
).split(' ');
const VALUES = (
  'BTCUSDT ETHUSDT btcusdt BUY SELL LIMIT MARKET LIMIT_MAKER STOP_LOSS STOP_LOSS_LIMIT TAKE_PROFIT GTC IOC FOK FULL ACK RESULT ' +
  '0.01 1 0 -1 100.00 60000 1e5 NaN Infinity 1m 1d 1s 3m 1000 99999999999999999999 cs-1 true false STOP_ON_FAILURE ["BTCUSDT"] [ %00'
).split(' ');
const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.constant('9'.repeat(300)) },
);
const orderLike = fc.record({
  symbol: fc.constantFrom('BTCUSDT', 'ETHUSDT', 'NONE'),
  side: fc.constantFrom('BUY', 'SELL', 'HOLD'),
  type: fc.constantFrom('LIMIT', 'MARKET', 'LIMIT_MAKER', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT_LIMIT'),
});
const params = fc
  .tuple(fc.oneof(orderLike, fc.constant({})), fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 8 }))
  .map(([order, rest]): Record<string, string> => ({ ...order, ...rest }));

const sign = (query: string): string => {
  const signature = createHmac('sha256', bench.venue.secret).update(query).digest('hex');
  return `${query}${query === '' ? '' : '&'}signature=${signature}`;
};

async function ask(method: string, path: string, query: string, headers: Record<string, string> = {}) {
  const url = `http://127.0.0.1:${bench.venue.port}${path}${query === '' ? '' : `?${query}`}`;
  const reply = await fetch(url, { method, headers: { 'X-MBX-APIKEY': bench.venue.apiKey, ...headers } });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}
/** Every refusal in the exchange's own form: a code and words. */
function expectExchangeAnswer({ status, body }: { status: number; body: Record<string, unknown> }): void {
  expect(status).toBeLessThan(500);
  if (status >= 400) {
    expect(typeof body['code']).toBe('number');
    expect(body['msg']).toMatch(/\w/);
  }
  expect(bugs).toEqual([]);
}

describe('requests to the practice venue', () => {
  it('to every route, signed, with any parameters are answered or refused in the exchange’s own words', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ROUTES.keys()), params, async (route, given) => {
        const [method = 'GET', path = '/'] = route.split(' ');
        const query = new URLSearchParams({ ...given, timestamp: given['timestamp'] ?? String(Date.now()) }).toString();
        expectExchangeAnswer(await ask(method, path, sign(query)));
      }),
      { numRuns: 200 },
    );
    const account = await ask('GET', '/api/v3/account', sign(`timestamp=${Date.now()}`));
    for (const { free, locked } of account.body['balances'] as { free: string; locked: string }[]) {
      expect(`${free} ${locked}`).not.toMatch(/-|NaN/);
    }
  });

  it('of any text, unsigned, are refused and change nothing', async () => {
    const path = fc.oneof(
      fc.constantFrom(...[...ROUTES.keys()].map((route) => route.split(' ')[1] as string)),
      fc.webPath(),
      fc.constantFrom('/_account/x', '/api/v3/', '/fapi/v1/order', '/%', '//'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('POST', 'DELETE', 'PUT'),
        path.filter((text) => !/^\/_/.test(text)),
        fc.webQueryParameters(),
        async (method, asked, query) => {
          const { status } = await ask(method, asked, query);
          expect([400, 401, 404, 405]).toContain(status);
          expect(bugs).toEqual([]);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('of its control routes are done or refused with a sentence, and without the token not even read', async () => {
    const bodies = [
      { fault: 'delay', delayMs: 1, path: '/none', count: 1 },
      { fault: 'http-status', status: 429, path: '/none', retryAfterSec: 1 },
      { fault: 'gap', stream: 'none' },
      { symbol: 'BTC/USDT', bps: 5 },
      { symbol: 'BTC/USDT', tickSize: '0.01' },
      { asset: 'USDT', add: '10' },
    ];
    const body = fc.oneof(
      fc
        .constantFrom(...bodies)
        .chain((one) => damaged(one))
        .map((one) => JSON.stringify(one)),
      anyJson.map((one) => JSON.stringify(one)),
      fc.string(),
    );
    const path = fc.constantFrom(
      '/_faults',
      '/_faults/1',
      '/_faults/99999999999999999999',
      '/_market/shock',
      '/_market/rules',
      '/_balance',
      '/_status',
      '/_nothing',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('POST', 'DELETE', 'GET'),
        path,
        body,
        fc.boolean(),
        async (method, at, text, knows) => {
          const reply = await fetch(`http://127.0.0.1:${bench.venue.port}${at}`, {
            method,
            headers: { 'x-control-token': knows ? bench.venue.controlToken : 'guessed' },
            ...(method === 'GET' ? {} : { body: text }),
          });
          const answer = (await reply.json()) as { error?: string };
          expect(bugs).toEqual([]);
          if (!knows) expect(reply.status).toBe(401);
          else if (reply.status !== 200) {
            expect([400, 404, 405]).toContain(reply.status);
            expect(answer.error).toMatch(/\w/);
          }
          await bench.control('DELETE', '/_faults');
        },
      ),
      { numRuns: 100 },
    );
  });

  it('over a WebSocket of any content are answered or end that connection alone', async () => {
    const requests = [
      { id: 1, method: 'SUBSCRIBE', params: ['btcusdt@trade', 'btcusdt@depth@100ms'] },
      { id: 2, method: 'UNSUBSCRIBE', params: ['btcusdt@trade'] },
      { id: '3', method: 'order.place', params: { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1' } },
      { id: '4', method: 'userDataStream.subscribe.signature', params: { apiKey: 'x', timestamp: 1, signature: 'y' } },
      { id: '5', method: 'klines', params: { symbol: 'BTCUSDT', interval: '1m', limit: 2 } },
    ];
    const text = fc.oneof(
      fc
        .constantFrom(...requests)
        .chain((one) => damaged(one))
        .map((one) => JSON.stringify(one)),
      anyJson.map((one) => JSON.stringify(one)),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/ws/btcusdt@trade', '/ws', '/stream?streams=btcusdt@kline_1m/x@y', '/ws-api/v3'),
        fc.array(text, { minLength: 1, maxLength: 8 }),
        async (path, texts) => {
          const socket = new WebSocket(`ws://127.0.0.1:${bench.venue.port}${path}`);
          await once(socket, 'open');
          for (const each of texts) socket.send(each);
          socket.send(JSON.stringify({ id: 77, method: path === '/ws-api/v3' ? 'ping' : 'LIST_SUBSCRIPTIONS' }));
          const answered = new Promise<void>((resolve) => {
            socket.on('message', (data) => {
              if (String(data).includes('"id":77')) resolve();
            });
            socket.on('close', () => resolve());
          });
          await answered;
          socket.terminate();
          expect(bugs).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
    expect((await ask('GET', '/api/v3/time', '')).status).toBe(200);
  });
});
