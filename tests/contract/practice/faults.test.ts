import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Binance, openVenueBench, type VenueBench } from '../../support/practice/venue-bench.ts';

process.on('unhandledRejection', () => {});

const SYMBOL = 'BTC/USDT';
let bench: VenueBench;
let x: Binance;

beforeAll(async () => {
  bench = await openVenueBench({
    balances: { USDT: '1000000', BTC: '5' },
    rateLimits: { weightPerMinute: 1_000_000, ordersPer10Sec: 10_000 },
  });
  x = await bench.connect();
});
afterEach(() => bench.control('DELETE', '/_faults'));
afterAll(() => bench.close());

const failure = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};
/** Trade ids per symbol as they come over a plain socket, three of each. */
async function listen(...streams: string[]): Promise<Record<string, number[]>> {
  const socket = new WebSocket(`ws://127.0.0.1:${bench.venue.port}/stream?streams=${streams.join('/')}`);
  const ids: Record<string, number[]> = {};
  await new Promise<void>((done) => {
    socket.onmessage = ({ data }) => {
      const { s, t } = (JSON.parse(String(data)) as { data: { s: string; t: number } }).data;
      ids[s] = [...(ids[s] ?? []), t];
      if (Object.keys(ids).length === streams.length && Object.values(ids).every((list) => list.length >= 3)) done();
    };
  });
  socket.close();
  return ids;
}
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('the switches', () => {
  it('want the control token, and a fault that exists', async () => {
    const url = `http://127.0.0.1:${bench.venue.port}/_faults`;
    expect((await fetch(url, { method: 'POST', body: '{"fault":"hang"}' })).status).toBe(401);
    const wrong = await bench.control('POST', '/_faults', { fault: 'hang', path: 7 });
    expect(wrong).toMatchObject({ status: 400, body: { error: expect.stringContaining('path') } });
    expect((await bench.control('POST', '/_faults', { fault: 'sabotage' })).status).toBe(400);
  });

  it('are listed with what they struck, end with their count or time, and are cleared', async () => {
    await bench.fault({ fault: 'http-status', status: 503, path: '/api/v3/time', count: 1 });
    await bench.fault({ fault: 'html', path: '/api/v3/ping', durationMs: 50 });
    const standing = (await bench.control('GET', '/_faults')).body as { faults: unknown[] };
    expect(standing.faults).toHaveLength(2);
    await failure(x.fetchTime());
    expect(await x.fetchTime()).toBeGreaterThan(0);
    await pause(60);
    expect((await bench.control('GET', '/_faults')).body).toEqual({ faults: [] });
  });
});

describe('rules that change while the market trades', () => {
  const rules = (change: Record<string, unknown>) =>
    bench.control('POST', '/_market/rules', { symbol: SYMBOL, ...change });
  afterEach(() => rules({ tickSize: '0.01', lotStep: '0.00001', minQty: '0.00001', minNotional: '5' }));

  it('hold for new orders, whatever the client believes; what rests stays', async () => {
    const price = Math.floor(Number((await x.fetchTicker(SYMBOL)).last) * 0.9) + 0.01;
    const resting = await x.createOrder(SYMBOL, 'limit', 'buy', 0.01234, price);
    await rules({ tickSize: '0.1', lotStep: '0.001', minQty: '0.001', minNotional: '100' });
    const refused = async (qty: number, at: number): Promise<string> =>
      (await failure(x.createOrder(SYMBOL, 'limit', 'buy', qty, at))).message;
    expect(await refused(0.01234, price - 0.01)).toContain('LOT_SIZE');
    expect(await refused(0.012, price)).toContain('PRICE_FILTER');
    expect(await refused(0.001, price - 0.01)).toContain('NOTIONAL');
    expect((await x.fetchOrder(resting.id!, SYMBOL)).status).toBe('open');
    await x.cancelOrder(resting.id!, SYMBOL);
    const other = await bench.connect();
    expect(other.market(SYMBOL).precision).toMatchObject({ price: 0.1, amount: 0.001 });
    expect(other.market(SYMBOL).limits.cost?.min).toBe(100);
  });

  it('are refused in a sentence that names the field', async () => {
    const refused = async (change: Record<string, unknown>) => (await rules(change)).body;
    expect(await refused({ tickSize: '0.005' })).toEqual({
      error: 'rules: tickSize: 0.005 is no positive multiple of 0.01',
    });
    expect(await refused({ lotStep: '-1' })).toMatchObject({ error: expect.stringContaining('rules: lotStep') });
    expect(await refused({ symbol: 'NO/NE' })).toEqual({ error: 'rules: symbol: NO/NE is not traded here' });
  });
});

describe('REST', () => {
  it.each([
    [{ fault: 'http-status', status: 429, retryAfterSec: 7 }, 'DDoSProtection'],
    [{ fault: 'http-status', status: 418, retryAfterSec: 7 }, 'DDoSProtection'],
    [{ fault: 'http-status', status: 503 }, 'ExchangeNotAvailable'],
    [
      { fault: 'http-status', status: 504, code: -1007, msg: 'Timeout waiting for response from backend server.' },
      'RequestTimeout',
    ],
    [{ fault: 'reset' }, 'NetworkError'],
  ])('%o is a %s to ccxt', async (fault, name) => {
    await bench.fault({ ...fault, path: '/api/v3/depth', count: 1 });
    const error = await failure(x.fetchOrderBook(SYMBOL));
    expect(error.name).toMatch(
      name === 'ExchangeNotAvailable' ? /ExchangeNotAvailable|OperationFailed/ : new RegExp(name),
    );
    const headers = x.last_response_headers as Record<string, string> | undefined;
    if ('retryAfterSec' in fault) expect(headers?.['Retry-After']).toBe('7');
    expect((await x.fetchOrderBook(SYMBOL)).bids.length).toBeGreaterThan(0);
  });

  it('a page of HTML and half a reply, both with status 200', async () => {
    const url = `http://127.0.0.1:${bench.venue.port}/api/v3/time`;
    await bench.fault({ fault: 'html', path: '/api/v3/time', count: 1 });
    const page = await fetch(url);
    expect([page.status, (await page.text()).slice(0, 15)]).toEqual([200, '<!DOCTYPE html>']);
    await bench.fault({ fault: 'truncate', path: '/api/v3/time', count: 1 });
    const half = await fetch(url);
    expect(half.status).toBe(200);
    await expect(half.json()).rejects.toThrow(SyntaxError);
  });

  it('hang and delay', async () => {
    const impatient = await bench.connect();
    impatient.timeout = 300;
    await bench.fault({ fault: 'hang', path: '/api/v3/time', count: 1 });
    expect((await failure(impatient.fetchTime())).name).toBe('RequestTimeout');
    await bench.fault({ fault: 'delay', delayMs: 100, path: '/api/v3/time', count: 1 });
    const startedMs = performance.now();
    await impatient.fetchTime();
    expect(performance.now() - startedMs).toBeGreaterThan(95);
  });

  it('an accepted order whose reply is lost is on the venue, once', async () => {
    await bench.fault({ fault: 'reset-after-accept', method: 'POST', path: '/api/v3/order', count: 1 });
    const price = Number((await x.fetchTicker(SYMBOL)).last) * 0.9;
    const error = await failure(x.createOrder(SYMBOL, 'limit', 'buy', 0.01, price, { clientOrderId: 'lost-1' }));
    expect(error.name).toBe('NetworkError');
    const found = await x.fetchOrder('', SYMBOL, { clientOrderId: 'lost-1' });
    expect(found.status).toBe('open');
    await x.cancelOrder(found.id!, SYMBOL);
  });

  it('a skewed clock', async () => {
    await bench.fault({ fault: 'clock-skew', skewMs: 60_000 });
    expect((await failure(x.fetchBalance())).name).toBe('InvalidNonce');
    await x.loadTimeDifference();
    expect((await x.fetchBalance())['USDT']!.free).toBeGreaterThan(0);
    x.options['timeDifference'] = 0;
  });

  it.each(['before', 'after'] as const)('private events %s the reply', async (when) => {
    const updates = x.watchOrders(SYMBOL);
    await pause(200);
    await bench.fault({ fault: 'private-order', when });
    const arrived: string[] = [];
    const event = updates.then(() => arrived.push('event'));
    await x.createOrder(SYMBOL, 'market', 'buy', 0.01).then(() => arrived.push('reply'));
    await event;
    expect(arrived).toEqual(when === 'before' ? ['event', 'reply'] : ['reply', 'event']);
  });
});

describe('streams', () => {
  it('terminate and close end a pending watch, and the next one lives', async () => {
    for (const fault of [{ fault: 'terminate' }, { fault: 'close', code: 1001 }]) {
      await x.watchTrades(SYMBOL);
      const pending = failure(x.watchTrades(SYMBOL));
      await bench.fault({ ...fault, channel: 'stream' });
      expect((await pending).name).toBe('NetworkError');
      expect((await x.watchTrades(SYMBOL)).length).toBeGreaterThan(0);
    }
  });

  it('a refused upgrade', async () => {
    await bench.fault({ fault: 'refuse-upgrade', status: 429, count: 1 });
    const fresh = await bench.connect();
    expect((await failure(fresh.watchTrades(SYMBOL))).name).toBe('NetworkError');
    expect((await fresh.watchTrades(SYMBOL)).length).toBeGreaterThan(0);
  });

  it('a gap in the book is noticed and healed', async () => {
    await x.watchOrderBook(SYMBOL);
    await bench.fault({ fault: 'gap', stream: '@depth', count: 1 });
    const error = await failure(
      (async () => {
        for (let i = 0; i < 100; i += 1) await x.watchOrderBook(SYMBOL);
      })(),
    );
    expect(error.name).toBe('ChecksumError');
    expect((await x.watchOrderBook(SYMBOL)).bids.length).toBeGreaterThan(0);
  });

  it('a failed snapshot ends the watch with its error', async () => {
    await bench.fault({ fault: 'http-status', status: 503, path: '/api/v3/depth' });
    const fresh = await bench.connect();
    expect((await failure(fresh.watchOrderBook(SYMBOL))).name).toBe('OperationFailed');
    await bench.control('DELETE', '/_faults');
    expect((await fresh.watchOrderBook(SYMBOL)).bids.length).toBeGreaterThan(0);
  });

  it('a malformed frame', async () => {
    await x.watchTrades(SYMBOL);
    await bench.fault({ fault: 'malformed', stream: '@trade', count: 1 });
    const error = await failure(
      (async () => {
        for (let i = 0; i < 20; i += 1) await x.watchTrades(SYMBOL);
      })(),
    );
    expect(error.name).toMatch(/Error/);
    expect((await x.watchTrades(SYMBOL)).length).toBeGreaterThan(0);
  });

  it('a trade told twice, and two told in the wrong order', async () => {
    await bench.fault({ fault: 'duplicate', stream: 'ethusdt@trade', count: 1 });
    await bench.fault({ fault: 'reorder', stream: 'bnbusdt@trade', count: 1 });
    const ids = await listen('ethusdt@trade', 'bnbusdt@trade');
    expect(new Set(ids.ETHUSDT).size).toBe(ids.ETHUSDT!.length - 1);
    expect(ids.BNBUSDT![0]).toBeGreaterThan(ids.BNBUSDT![1]!);
  });

  it('silence: no data, no pong, no acknowledgement', async () => {
    await x.watchTrades(SYMBOL);
    await bench.fault({ fault: 'mute-data', stream: '@trade', durationMs: 1_500 });
    const startedMs = performance.now();
    await x.watchTrades(SYMBOL);
    await x.watchTrades(SYMBOL);
    expect(performance.now() - startedMs).toBeGreaterThan(1_000);
    await bench.fault({ fault: 'mute-ack', count: 1 });
    const fresh = await bench.connect();
    expect(
      await Promise.race([fresh.watchOrderBook(SYMBOL).catch(() => 'failed'), pause(800).then(() => 'nothing')]),
    ).toBe('nothing');
    await bench.fault({ fault: 'mute-pong' });
    const nervous = await bench.connect({ ws: { cost: 0.01, keepAlive: 150, connectionTimeout: 2_000 } });
    const error = await failure(
      (async () => {
        for (let i = 0; i < 20; i += 1) await nervous.watchTrades(SYMBOL);
      })(),
    );
    expect(error.name).toBe('RequestTimeout');
  });

  it('latency delays and never reorders', async () => {
    await bench.fault({ fault: 'latency', stream: 'ethusdt@trade', delayMs: 400, durationMs: 4_000 });
    const seen: number[] = [];
    while (seen.length < 4) {
      for (const trade of await x.watchTrades('ETH/USDT')) {
        seen.push(Number(trade.id));
        expect(Date.now() - Number(trade.timestamp)).toBeGreaterThan(390);
      }
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});

describe('the private stream', () => {
  it('a failed login', async () => {
    await bench.fault({ fault: 'login-fail', count: 1 });
    const fresh = await bench.connect();
    expect((await failure(fresh.watchOrders(SYMBOL))).name).toBe('AuthenticationError');
  });

  it('a terminated subscription falls silent', async () => {
    const fresh = await bench.connect();
    const pending = fresh.watchOrders(SYMBOL);
    await pause(300);
    await bench.fault({ fault: 'stream-terminated' });
    await fresh.createOrder(SYMBOL, 'market', 'buy', 0.01);
    expect(await Promise.race([pending.then(() => 'told'), pause(500).then(() => 'silent')])).toBe('silent');
  });
});

describe('limits of the exchange itself', () => {
  it('weight is counted in headers, then 429 with Retry-After, then a ban', async () => {
    const small = await openVenueBench({ rateLimits: { weightPerMinute: 60 } });
    const url = `http://127.0.0.1:${small.venue.port}/api/v3/trades?symbol=BTCUSDT`;
    const statuses: number[] = [];
    let retryAfter: string | null = null;
    for (let i = 0; i < 26; i += 1) {
      const reply = await fetch(url);
      statuses.push(reply.status);
      if (i === 0) expect(reply.headers.get('x-mbx-used-weight-1m')).toBe('25');
      retryAfter = reply.headers.get('retry-after') ?? retryAfter;
      await reply.text();
    }
    expect(statuses.slice(0, 3)).toEqual([200, 200, 429]);
    expect(statuses.at(-1)).toBe(418);
    expect(Number(retryAfter)).toBeGreaterThan(60);
    await small.close();
  });

  it('orders are counted too', async () => {
    const small = await openVenueBench({ rateLimits: { ordersPer10Sec: 3 } });
    const client = await small.connect();
    const names: string[] = [];
    for (let i = 0; i < 8; i += 1) {
      names.push(
        await client.createOrder(SYMBOL, 'market', 'buy', 0.001).then(
          () => 'ok',
          (error: Error) => error.name,
        ),
      );
    }
    expect(names.slice(0, 3)).toEqual(['ok', 'ok', 'ok']);
    expect(names).toContain('DDoSProtection');
    await small.close();
  });

  it('malformed and oversized requests are answered, not fatal', async () => {
    const url = `http://127.0.0.1:${bench.venue.port}`;
    expect((await fetch(`${url}/api/v3/order`, { method: 'POST', body: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await fetch(`${url}/api/v3/klines?symbol=%ZZ&interval=1m`)).status).toBe(400);
    expect((await fetch(`${url}/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=-3`)).status).toBe(400);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    expect(await x.fetchTime()).toBeGreaterThan(0);
  });
});
