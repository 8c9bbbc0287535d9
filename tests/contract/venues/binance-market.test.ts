import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createMarketStage } from '../../../main/engine/market/market-stage.ts';
import { BINANCE_DEFAULTS } from '../../../main/engine/venues/binance/connector.ts';
import { openCandleStore } from '../../../main/engine/venues/candle-store/candle-store.ts';
import { createInProcessVenuePort } from '../../../main/engine/venues/in-process-port.ts';
import { isNotice } from '../../../main/engine/venues/venue-port.ts';
import { VenueRest } from '../../support/venue-rest.ts';
import { BTC, type OpenConnector, openConnector } from '../../support/venues/open-connector.ts';
import { type PracticeProcess, startPracticeProcess } from '../../support/venues/practice-process.ts';

let venue: PracticeProcess;
let connector: OpenConnector | null = null;
beforeAll(async () => {
  venue = await startPracticeProcess(21);
});
afterAll(() => venue.stop());
afterEach(async () => {
  await venue.clearFaults();
  await connector?.close();
  connector = null;
});
const open = (...args: Parameters<typeof openConnector> extends [unknown, ...infer R] ? R : never): OpenConnector => {
  connector = openConnector(venue, ...args);
  return connector;
};

describe('market data over unmodified ccxt', () => {
  test('rules, history, quotes, prints, open candles and the watched book arrive', async () => {
    const { next, port, candleStorePath } = open({ symbols: ['BTC/USDT', 'ETH/USDT'] });
    port.send({ kind: 'watchBook', instrumentId: BTC });
    const loaded = await next('InstrumentsLoaded', undefined, 0);
    expect(loaded.instruments[0]).toMatchObject({ id: BTC, tickSize: '0.01', minNotional: '5' });
    const history = await next('HistoryLoaded', (event) => event.instrumentId === BTC && event.timeframe === '1m', 0);
    expect(history.candles).toHaveLength(720);
    const batch = await next('MarketBatchReceived', (event) => event.quote !== null, 0);
    expect(Number(batch.quote?.bid)).toBeLessThan(Number(batch.quote?.ask));
    await next('MarketBatchReceived', (event) => event.trades !== null, 0);
    await next('OpenCandleReceived', (event) => event.timeframe === '1d', 0);
    const book = await next('BookTop', undefined, 0);
    expect(book.bids.length).toBeGreaterThan(20);
    expect(book.bids.length).toBeLessThanOrEqual(50);
    await next('Ticker24h', undefined, 0);
    await next('HistoryStored', (event) => event.timeframe === '1d', 0);
    const reader = openCandleStore(candleStorePath, { readOnly: true, onProblem: () => undefined });
    expect(reader.readBefore(BTC, '1m', Number.MAX_SAFE_INTEGER, 5_000).close.length).toBeGreaterThanOrEqual(1_500);
    reader.close();
  });

  test('the market stage, fed by the connector, closes the seconds that the venue has', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connector-'));
    const { port: loopbackPort, apiKey, secret } = venue;
    const port = createInProcessVenuePort({
      candleStorePath: join(folder, 'candles.db'),
      connector: { ...BINANCE_DEFAULTS, loopbackPort, credentials: { apiKey, secret }, symbols: ['BTC/USDT'] },
      onProblem: () => undefined,
    });
    const stage = createMarketStage();
    const ours = new Map<number, readonly number[]>();
    port.onEvent((event, nowMs) => {
      if (isNotice(event)) return;
      stage.apply(event, nowMs);
      stage.handle(event, {
        nowMs,
        emit: (output) => {
          if (output.kind === 'CandleClosed' && output.timeframe === '1s') ours.set(output.candle[0], output.candle);
        },
        perform: () => undefined,
        newId: () => 'x',
      });
    });
    port.start();
    // Without the clock only prints close bars, so that a slow test machine changes nothing; ours come whatever the hour.
    await vi.waitUntil(() => ours.size >= 1, { timeout: 40_000, interval: 100 });
    const rest = new VenueRest(venue);
    const { askPrice } = await rest.bookTicker('BTCUSDT');
    for (let n = 0; n < 40 && ours.size < 6; n += 1) {
      await rest.placeLimit('BTCUSDT', 'BUY', '0.001', (Number(askPrice) * 1.01).toFixed(2), `second-${n}`);
      await sleep(500);
    }
    expect(ours.size).toBeGreaterThanOrEqual(6);
    await port.stop();
    rmSync(folder, { recursive: true });
    const times = [...ours.keys()].sort((a, b) => a - b);
    const query = `symbol=BTCUSDT&interval=1s&startTime=${times[0]}&endTime=${(times.at(-1) ?? 0) + 999}&limit=100`;
    const theirs = (await venue.get(`/api/v3/klines?${query}`)) as [number, string, string, string, string, string][];
    expect(times.map((time) => ours.get(time))).toEqual(theirs.map((row) => [row[0], ...row.slice(1, 6).map(Number)]));
  });

  test.each([
    ['503', { fault: 'http-status', status: 503 }, /^exchange info: /],
    ['a web page with status 200', { fault: 'html' }, /^the venue lists none/],
    ['a cut answer', { fault: 'truncate' }, /^(exchange info: |the venue lists none)/],
  ])('exchange info that is %s at first: ccxt’s remembered failure does not stick', async (_name, fault, why) => {
    await venue.fault({ ...fault, path: '/api/v3/exchangeInfo', count: 2 });
    const { next } = open();
    await next('InstrumentsLoaded', undefined, 0);
    const health = await next('VenueHealth', (event) => event.messagesReceived > 0, 0);
    expect(health.quarantine.find((entry) => why.test(entry.why))).toMatchObject({ count: 2 });
  });

  test('candles that are a web page with status 200 are fetched again', async () => {
    await venue.fault({ fault: 'html', path: '/api/v3/klines', count: 3 });
    const { next } = open();
    const history = await next('HistoryLoaded', undefined, 0);
    expect(history.candles.length).toBe(720);
  });

  test('a socket that lives but says nothing: stale on screen, redialled, live again', async () => {
    const { next, follow } = open({ silence: { quoteMs: 700, owedMs: 20_000, quietMs: 180_000 } });
    await next('FeedStatusChanged', (event) => event.status === 'live', 0);
    const told = follow();
    await venue.fault({ fault: 'mute-data', stream: 'btcusdt@bookTicker' });
    await told.next('FeedStatusChanged', (event) => event.status === 'stale');
    await venue.clearFaults();
    await told.next('FeedStatusChanged', (event) => event.status === 'live');
  });

  test('prints that stop while the candles move on: the socket of prints is redialled', async () => {
    const { next, follow } = open({ silence: { quoteMs: 20_000, owedMs: 1_500, quietMs: 180_000 } });
    await next('MarketBatchReceived', (event) => event.trades !== null, 0);
    const told = follow();
    await venue.fault({ fault: 'mute-data', stream: 'btcusdt@trade' });
    await told.next(
      'FeedStatusChanged',
      (event) => event.status === 'down' && /no prints of BTC\/USDT/.test(event.why),
    );
    await venue.clearFaults();
    await told.next('MarketBatchReceived', (event) => event.trades !== null);
  }, 100_000);

  test('a broken socket of prints: down, live again, and the open candle is passed anew', async () => {
    const { next, follow } = open();
    await next('MarketBatchReceived', (event) => event.trades !== null, 0);
    await next('OpenCandleReceived', undefined, 0);
    const told = follow();
    await venue.fault({ fault: 'terminate', channel: 'stream' });
    await told.next('FeedStatusChanged', (event) => event.status === 'down');
    await told.next('FeedStatusChanged', (event) => event.status === 'live');
    await told.next('OpenCandleReceived', (event) => event.timeframe === '1m');
  });

  test('a lost book message is found, counted, and the book comes back whole', async () => {
    // Found by its number: nobody waits until the book has been silent for too long.
    const { next, follow, port } = open({ silence: { quoteMs: 10_000, owedMs: 600_000, quietMs: 600_000 } });
    port.send({ kind: 'watchBook', instrumentId: BTC });
    await next('BookTop', undefined, 0);
    const told = follow();
    await venue.fault({ fault: 'gap', stream: 'btcusdt@depth', count: 1 });
    const health = await told.next('VenueHealth', (event) => event.resyncs.length > 0);
    expect(health.resyncs).toMatchObject([{ instrumentId: BTC }]);
    const book = await told.next('BookTop');
    expect(Number(book.bids[0]?.[0])).toBeLessThan(Number(book.asks[0]?.[0]));
  });

  test('a book that falls silent is asked for anew; the sockets, which carry prints too, stay', async () => {
    // So many that the book shares its socket with somebody's prints.
    const symbols = ['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'LINK', 'AVAX'].map((base) => `${base}/USDT`);
    const { next, follow, port, of } = open({ symbols, silence: { quoteMs: 60_000, owedMs: 5_000, quietMs: 600_000 } });
    port.send({ kind: 'watchBook', instrumentId: BTC });
    await next('BookTop', undefined, 0);
    const told = follow();
    await venue.fault({ fault: 'mute-data', stream: 'btcusdt@depth' });
    await told.next('VenueHealth', (event) => event.resyncs.length > 0);
    await venue.clearFaults();
    await follow().next('BookTop');
    expect(of('FeedStatusChanged').filter(({ why }) => why.includes('no book of'))).toEqual([]);
  });

  test('cut frames are put aside and counted; quotes go on', async () => {
    const { next } = open();
    await next('FeedStatusChanged', (event) => event.status === 'live', 0);
    await venue.fault({ fault: 'malformed', stream: 'btcusdt@bookTicker', count: 3 });
    await next('VenueHealth', (event) => event.quarantine.some(({ why }) => why === 'frame: not JSON'));
    await venue.clearFaults();
    await next('MarketBatchReceived', (event) => event.quote !== null);
  });

  test('older history on request', async () => {
    const { next, port, candleStorePath } = open();
    await next('InstrumentsLoaded', undefined, 0);
    const beforeMs = Math.floor(Date.now() / 86_400_000 - 30) * 86_400_000;
    port.send({ kind: 'history', requestId: 'h1', instrumentId: BTC, timeframe: '1h', beforeMs, limit: 300 });
    expect(await next('HistoryStored', (event) => event.requestId === 'h1')).toMatchObject({ problem: '' });
    const reader = openCandleStore(candleStorePath, { readOnly: true, onProblem: () => undefined });
    expect(reader.readBefore(BTC, '1h', beforeMs, 300).close).toHaveLength(300);
    reader.close();
  });
});
