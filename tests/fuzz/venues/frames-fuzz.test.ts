import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBookDiff, readTrade } from '../../../main/engine/venues/binance/convert.ts';
import { TappedBinance, type Taps } from '../../../main/engine/venues/binance/tapped-binance.ts';
import { createRequestBudget } from '../../../main/engine/venues/request-budget.ts';
import { anyJson, damaged } from '../../support/damaged.ts';

/** ccxt leaves rejections of its own unhandled; the venue worker counts them. */
process.on('unhandledRejection', () => {});

const BTC = 'binance:BTC/USDT';
const instrumentOf = (symbol: string): string | undefined => (symbol === 'BTCUSDT' ? BTC : undefined);
const TRADE = { e: 'trade', E: 1, s: 'BTCUSDT', t: 1, p: '100.5', q: '0.01', T: 1, m: true };
const DIFF = {
  e: 'depthUpdate',
  E: 5,
  s: 'BTCUSDT',
  U: 101,
  u: 101,
  b: [
    ['100.0', '2.5'],
    ['99.5', '0'],
  ],
  a: [['100.5', '1.5']],
};
const FRAMES = [
  TRADE,
  DIFF,
  {
    e: 'kline',
    E: 1,
    s: 'BTCUSDT',
    k: { t: 60_000, i: '1m', f: 1, L: 2, o: '1', c: '1', h: '1', l: '1', v: '1', x: false },
  },
  { u: 5, s: 'BTCUSDT', b: '100', B: '1', a: '101', A: '1' },
  { e: '24hrTicker', s: 'BTCUSDT', c: '101', o: '100', q: '1000' },
  { subscriptionId: 0, event: { e: 'executionReport', s: 'BTCUSDT', c: 'cs-1', X: 'NEW', x: 'NEW' } },
  { e: 'eventStreamTerminated', E: 1 },
  { result: null, id: 1 },
  { id: '1', status: 200, result: { subscriptionId: 0 } },
  { id: '1', status: 400, error: { code: -1100, msg: 'no' } },
  [{ e: '24hrTicker', s: 'BTCUSDT', c: '101', o: '100', q: '1000' }],
];

let sockets = 0;
/** What arrives on a socket of its own; nothing is ever dialled. */
function hearOn(exchange: TappedBinance): (frame: string | Uint8Array) => void {
  sockets += 1;
  const client = exchange.client(`wss://stream.binance.com:9443/ws/${sockets}`);
  return (frame) => client.onMessage({ data: frame });
}

function listen(): { readonly exchange: TappedBinance; readonly prints: unknown[] } {
  const prints: unknown[] = [];
  const nothing = (): void => undefined;
  const taps: Taps = {
    frame: nothing,
    trade: (message) => prints.push(message),
    kline: nothing,
    quote: nothing,
    ticker: nothing,
    bookDiff: (message) => readBookDiff(message, instrumentOf).ok,
    executionReport: nothing,
    privateStreamLive: nothing,
    privateStreamEnded: nothing,
    malformedFrame: nothing,
    response: nothing,
    socketRefusal: nothing,
  };
  const exchange = new TappedBinance(
    {
      loopbackPort: 1,
      credentials: { apiKey: 'key', secret: 'secret' },
      timeoutMs: 100,
      redialMs: 50,
      redialMsMax: 100,
      keepAliveMs: 1_000,
      sockets: 1,
      recvWindowMs: 1_000,
    },
    createRequestBudget(
      { weightMax: 1, windowMs: 1_000, waitingMax: 1 },
      { nowMs: () => 0, after: () => () => undefined },
    ),
    taps,
  );
  exchange.setMarkets([
    { id: 'BTCUSDT', symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', type: 'spot', spot: true, active: true },
  ]);
  return { exchange, prints };
}

describe('frames on the sockets', () => {
  it('of any content reach the taps or nobody: the next good one is heard', () => {
    const frame = fc.oneof(
      fc.constantFrom(...FRAMES).chain((sample) => damaged(sample).map((value) => JSON.stringify(value))),
      anyJson.map((value) => JSON.stringify(value)),
      fc.string(),
      fc.constantFrom('', '{', '[1', 'null', '<html></html>', `${'['.repeat(2_000)}`),
      fc.uint8Array({ maxLength: 60 }),
    );
    const ear = listen();
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), (frames) => {
        const hear = hearOn(ear.exchange);
        for (const each of frames) hear(each);
        const before = ear.prints.length;
        // Nothing is heard any more on a socket that the venue has said it ends.
        const ended = frames.some((each) => typeof each === 'string' && each.includes('"eventStreamTerminated"'));
        (ended ? hearOn(ear.exchange) : hear)(JSON.stringify(TRADE));
        expect(ear.prints).toHaveLength(before + 1);
        expect(readTrade(ear.prints.at(-1), instrumentOf).ok).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('[V10] a damaged change of the book leaves every level of it a number, and a gap where it was left out', () => {
    const { exchange } = listen();
    fc.assert(
      fc.property(damaged(DIFF), (diff) => {
        const book = exchange.orderBook({});
        book.reset({ symbol: 'BTC/USDT', bids: [[100, 1]], asks: [[101, 1]], nonce: 100, timestamp: 1 });
        exchange.orderbooks = { 'BTC/USDT': book } as typeof exchange.orderbooks;
        hearOn(exchange)(JSON.stringify(diff));
        for (const side of [book['bids'], book['asks']] as unknown as [number, number][][]) {
          for (const [price, qty] of side) {
            expect(Number.isFinite(price) && price >= 0, `price ${price}`).toBe(true);
            expect(Number.isFinite(qty) && qty > 0, `quantity ${qty}`).toBe(true);
          }
        }
        if (!readBookDiff(diff, instrumentOf).ok && exchange.orderbooks['BTC/USDT']) expect(book['nonce']).toBe(100);
      }),
      { numRuns: 600 },
    );
  });
});
