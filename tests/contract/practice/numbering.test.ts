import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGeneratedSource } from '../../../main/practice/market/index.ts';
import { tinySource } from '../../support/practice/tiny-source.ts';
import { type Binance, openVenueBench, type VenueBench } from '../../support/practice/venue-bench.ts';

process.on('unhandledRejection', () => {});

const SYMBOL = 'BTC/USDT';
const dataDir = mkdtempSync(join(tmpdir(), 'practice-numbering-'));
const balances = { USDT: '1000000', BTC: '5' };
let bench: VenueBench;
let x: Binance;

beforeAll(async () => {
  bench = await openVenueBench({ balances });
  x = await bench.connect();
});
afterAll(async () => {
  await bench.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Kline {
  t: number;
  f: number;
  L: number;
  n: number;
  v: string;
  q: string;
  V: string;
  Q: string;
}

const rest = async (venue: VenueBench['venue'], path: string): Promise<unknown> =>
  (await fetch(`http://127.0.0.1:${venue.port}${path}`)).json();

/** What one stream says while `work` is done, and until it said `least` things. */
async function hear<T>(
  stream: string,
  least: number,
  work: () => Promise<unknown> = async () => {},
  at = bench,
): Promise<T[]> {
  const socket = new WebSocket(`ws://127.0.0.1:${at.venue.port}/ws/${stream}`);
  const heard: T[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data)) as T));
  await expect.poll(() => socket.readyState).toBe(WebSocket.OPEN);
  await work();
  await expect.poll(() => heard.length, { timeout: 8_000 }).toBeGreaterThanOrEqual(least);
  socket.terminate();
  return heard;
}

describe('trade ids', () => {
  it('are consecutive on the stream, own trades among them, and the same in REST, in own trades and by id', async () => {
    const heard = await hear<{ t: number; T: number }>('btcusdt@trade', 6, async () => {
      await x.createOrder(SYMBOL, 'market', 'buy', 3);
      await x.createOrder(SYMBOL, 'limit', 'buy', 0.02, Number((await x.fetchOrderBook(SYMBOL, 5)).bids[0]![0]));
      await x.createOrder(SYMBOL, 'market', 'sell', 2);
      await new Promise((done) => setTimeout(done, 1_500));
    });
    heard.slice(1).forEach(({ t }, i) => {
      expect(t).toBe(heard[i]!.t + 1);
    });
    const ids = new Set(heard.map(({ t }) => String(t)));
    const own = await x.fetchMyTrades(SYMBOL, undefined, 1_000);
    expect(own.length).toBeGreaterThan(1);
    expect(own.filter(({ id }) => !ids.has(String(id)))).toEqual([]);
    const first = heard[0]!.t;
    const page = (await rest(bench.venue, `/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${first}&limit=5`)) as {
      id: number;
      time: number;
    }[];
    expect(page.map(({ id, time }) => [id, time])).toEqual(heard.slice(0, 5).map(({ t, T }) => [t, T]));
    const later = Number(own[1]!.id);
    const [byId] = await x.fetchMyTrades(SYMBOL, undefined, 1, { fromId: later });
    expect(byId!.id).toBe(String(later));
  });

  it('are consecutive over minutes and midnights of the past', async () => {
    const midnightMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    const trades = (await rest(
      bench.venue,
      `/api/v3/aggTrades?symbol=BTCUSDT&startTime=${midnightMs - 120_000}&endTime=${midnightMs + 120_000}&limit=1000`,
    )) as { a: number }[];
    expect(trades.length).toBeGreaterThan(400);
    trades.slice(1).forEach(({ a }, i) => {
      expect(a).toBe(trades[i]!.a + 1);
    });
  });

  it('are the same after a restart', async () => {
    const options = { dataDir, balances, source: createGeneratedSource({ seed: 3 }) };
    const untilMs = Date.now();
    const path = `/api/v3/aggTrades?symbol=ETHUSDT&startTime=${untilMs - 600_000}&endTime=${untilMs}&limit=1000`;
    const { createPracticeVenue } = await import('../../../main/practice/venue.ts');
    const before = await createPracticeVenue(options);
    const told = await rest(before, path);
    await before.close();
    const after = await createPracticeVenue({ ...options, source: createGeneratedSource({ seed: 3 }) });
    expect(await rest(after, path)).toEqual(told);
    await after.close();
  });
});

describe('candles', () => {
  it('are told every second also while nothing trades', async () => {
    const silent = await openVenueBench({
      source: {
        ...tinySource(),
        tape: () => [],
        tradeCounts: () => new Int32Array(1_440),
        tapeTotals: () => ({ quote: 0, buyLots: 0, buyQuote: 0 }),
      },
    });
    const heard = await hear<{ E: number; k: Kline }>('bnbusdt@kline_1m', 4, async () => {}, silent);
    heard.slice(1).forEach(({ E }, i) => {
      expect(E - heard[i]!.E).toBeLessThan(2_000);
    });
    expect(heard.at(-1)!.k).toMatchObject({ n: 0, f: -1, L: -1 });
    await silent.close();
  });

  it('tell on the stream which prints they are made of', async () => {
    const heard = await hear<{ E: number; k: Kline }>('bnbusdt@kline_1d', 2);
    const { k } = heard.at(-1)!;
    expect(k.L - k.f + 1).toBe(k.n);
    const [first] = (await rest(bench.venue, `/api/v3/historicalTrades?symbol=BNBUSDT&fromId=${k.f}&limit=1`)) as {
      id: number;
      time: number;
    }[];
    expect(first!.id).toBe(k.f);
    expect(first!.time - k.t).toBeLessThan(1_000);
  });

  it('have quote volume, count and taker volumes of their prints', async () => {
    const openMs = Math.floor(Date.now() / 60_000 - 3) * 60_000;
    const [row] = (await rest(
      bench.venue,
      `/api/v3/klines?symbol=ETHUSDT&interval=1m&startTime=${openMs}&limit=1`,
    )) as (string | number)[][];
    const prints = (await rest(
      bench.venue,
      `/api/v3/trades?symbol=ETHUSDT&startTime=${openMs}&endTime=${openMs + 59_999}&limit=1000`,
    )) as { quoteQty: string; qty: string; isBuyerMaker: boolean }[];
    const atoms = (texts: string[]): bigint => texts.reduce((sum, one) => sum + BigInt(one.replace('.', '')), 0n);
    const bought = prints.filter(({ isBuyerMaker }) => !isBuyerMaker);
    const figures = [row![5], row![7], row![9], row![10]].map((one) => atoms([String(one)]));
    expect(figures).toEqual([
      atoms(prints.map(({ qty }) => qty)),
      atoms(prints.map(({ quoteQty }) => quoteQty)),
      atoms(bought.map(({ qty }) => qty)),
      atoms(bought.map(({ quoteQty }) => quoteQty)),
    ]);
    expect(row![8]).toBe(prints.length);
  });
});

describe('which market it is', () => {
  it('is told to anybody, without secrets', async () => {
    const about = await rest(bench.venue, '/_about');
    expect(about).toEqual({
      kind: 'generated',
      description: 'tiny test market',
      symbols: ['BTC/USDT', 'ETH/USDT', 'BNB/USDT'],
    });
    const posted = await fetch(`http://127.0.0.1:${bench.venue.port}/_about`, { method: 'POST' });
    expect(posted.status).toBe(405);
  });
});
