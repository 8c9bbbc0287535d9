import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BTC_PERPETUAL, type OpenConnector, openConnector } from '../../support/venues/open-connector.ts';
import { type PracticeProcess, startPracticeProcess } from '../../support/venues/practice-process.ts';
import { tellingUsdm } from '../../support/venues/quiet-exchange.ts';

let venue: PracticeProcess;
let connector: OpenConnector;
let ids = 0;
const newId = (): string => `u-${process.pid}-${ids++}`;
const instrumentId = BTC_PERPETUAL;
beforeAll(async () => {
  venue = await startPracticeProcess(31);
});
afterAll(() => venue.stop());
beforeEach(async () => {
  connector = openConnector(venue, { market: 'usdm' });
  await connector.next('AuditReceived', undefined, 0);
});
afterEach(async () => {
  await venue.clearFaults();
  await connector.close();
});

async function price(): Promise<number> {
  await connector.next('MarketBatchReceived', (event) => event.quote !== null, 0);
  return Number(connector.of('MarketBatchReceived').findLast((event) => event.quote)?.quote?.bid);
}
const answerOf = (id: string) => connector.next('SubmitAnswered', (event) => event.clientOrderId === id, 0);
async function accepted(order: Parameters<OpenConnector['submit']>[1]): Promise<string> {
  const id = newId();
  connector.submit(id, order);
  expect(await answerOf(id)).toMatchObject({ outcome: 'accepted', code: '' });
  return id;
}
const reportOf = (id: string, status: string) =>
  connector.next('OrderReported', ({ report }) => report.clientOrderId === id && report.status === status, 0);
const audit = async () => {
  const told = connector.follow();
  connector.port.send({ kind: 'audit', why: 'test', believedOpen: [], fillsSinceMs: null });
  return told.next('AuditReceived');
};
const shock = async (bps: number): Promise<void> => {
  const reply = await fetch(`http://127.0.0.1:${venue.port}/_market/shock`, {
    method: 'POST',
    headers: { 'x-control-token': venue.controlToken },
    body: JSON.stringify({ symbol: 'BTC/USDT', bps }),
  });
  expect(reply.status).toBe(200);
};
const cancel = (clientOrderId: string, venueOrderId: string | null = null): void =>
  connector.port.send({ kind: 'cancel', clientOrderId, venueOrderId, instrumentId, type: 'limit' });
const flatten = async (): Promise<void> => {
  const { positions = [] } = await audit();
  for (const { qtyBase } of positions) {
    const side = qtyBase.startsWith('-') ? 'buy' : 'sell';
    await accepted({ purpose: 'flatten', side, qtyBase: qtyBase.replace('-', '') });
  }
};

// First: later connectors find the venue's budget of the minute used up by those before, and wait.
describe('the private stream of perpetuals', () => {
  test('when the venue ends the private stream a new one is opened, and an audit follows', async () => {
    await connector.next('PrivateStreamChanged', (event) => event.status === 'live', 0);
    const told = connector.follow();
    await venue.fault({ fault: 'stream-terminated' });
    await told.next('PrivateStreamChanged', (event) => event.status === 'down');
    await told.next('PrivateStreamChanged', (event) => event.status === 'live');
    await told.next('AuditReceived');
    const id = await accepted({ side: 'buy', qtyBase: '0.01' });
    await connector.next('FillReported', (event) => event.fill.clientOrderId === id, 0);
    await flatten();
  });

  test('its key does not wait behind candles and books', async () => {
    const asked: string[] = [];
    const live = Promise.withResolvers<void>();
    const exchange = await tellingUsdm(venue, { asks: (requestClass) => asked.push(requestClass), live: live.resolve });
    await exchange.loadMarkets();
    expect(new Set(asked)).toEqual(new Set(['market']));
    asked.length = 0;
    const orders = exchange.watchOrders().catch(() => undefined);
    await live.promise;
    expect(asked).toEqual(['query']);
    await exchange.keepAliveListenKey({ type: 'future' });
    expect(asked).toEqual(['query', 'query']);
    await exchange.shutDown();
    await orders;
  });
});

describe('market data of perpetuals over unmodified ccxt', () => {
  test('instruments with their rules, quotes, prints, candles and the book arrive', async () => {
    connector.port.send({ kind: 'watchBook', instrumentId });
    const { instruments } = await connector.next('InstrumentsLoaded', undefined, 0);
    expect(instruments).toMatchObject([
      {
        id: instrumentId,
        venue: 'binance-usdm',
        symbol: 'BTC/USDT:USDT',
        base: 'BTC',
        quote: 'USDT',
        minNotional: '5',
      },
    ]);
    expect(await price()).toBeGreaterThan(0);
    await connector.next('MarketBatchReceived', (event) => (event.trades?.price.length ?? 0) > 0, 0);
    const history = await connector.next('HistoryLoaded', (event) => event.timeframe === '1m', 0);
    expect(history.candles.length).toBeGreaterThan(500);
    const book = await connector.next('BookTop', undefined, 0);
    expect(Number(book.bids[0]?.[0])).toBeLessThan(Number(book.asks[0]?.[0]));
    expect(await connector.next('FeedStatusChanged', (event) => event.status === 'live', 0)).toBeDefined();
    const health = await connector.next('VenueHealth');
    // What a slow machine answers too late is asked again; nothing that was answered may have been unreadable.
    expect(health.quarantine.filter(({ why }) => !/^(backfill|exchange info):/.test(why))).toEqual([]);
  });
});

describe('[V19] what moves the wallet of perpetuals', () => {
  test('mark price and next funding arrive every second', async () => {
    const { perpetual } = await connector.next('MarkPriceReceived', (event) => event.instrumentId === instrumentId, 0);
    expect(Number(perpetual.markPrice)).toBeGreaterThan(0);
    expect(perpetual.fundingRate).toBe('0.0001');
    expect(perpetual.nextFundingMs % (8 * 3_600_000)).toBe(0);
  });

  test('a close says what it realized, on the stream and in the audit; funding that is paid asks for an audit that has it', async () => {
    await price();
    await accepted({ side: 'sell', qtyBase: '0.01' });
    const close = await accepted({ purpose: 'exit', side: 'buy', qtyBase: '0.004' });
    const { fill } = await connector.next('FillReported', (event) => event.fill.clientOrderId === close, 0);
    const told = connector.follow();
    const reply = await fetch(`http://127.0.0.1:${venue.port}/_usdm/funding`, {
      method: 'POST',
      headers: { 'x-control-token': venue.controlToken },
      body: JSON.stringify({ symbol: 'BTC/USDT', ratePpm: 1_000 }),
    });
    expect(reply.status).toBe(200);
    const { incomes = [], fills } = await told.next('AuditReceived', (event) => (event.incomes?.length ?? 0) > 0);
    expect(incomes.at(-1)).toMatchObject({ kind: 'funding', instrumentId });
    expect(Number(incomes.at(-1)?.amountQuote)).toBeGreaterThan(0);
    expect(fills.find(({ fillId }) => fillId === fill.fillId)?.realizedQuote).toBe(fill.realizedQuote);
    await flatten();
  });
});

describe('orders on perpetuals over unmodified ccxt', () => {
  test('market, limit and post-only reach the venue; a short is a position like a long', async () => {
    const bid = await price();
    const sold = await accepted({ side: 'sell', qtyBase: '0.01' });
    const { fill } = await connector.next('FillReported', (event) => event.fill.clientOrderId === sold, 0);
    expect(fill).toMatchObject({ side: 'sell', liquidity: 'taker', feeAsset: 'USDT' });
    const limit = await accepted({ type: 'limit', limitPrice: (bid * 0.9).toFixed(2) });
    const post = await accepted({ type: 'post-only', limitPrice: (bid * 0.8).toFixed(2) });
    const read = await audit();
    expect(read.positions).toMatchObject([{ instrumentId, qtyBase: '-0.01' }]);
    expect(read.openOrders.map((order) => [order.clientOrderId, order.type]).sort()).toEqual(
      [
        [limit, 'limit'],
        [post, 'post-only'],
      ].sort(),
    );
    expect(read.fills.map((one) => one.side)).toContain('sell');
    expect(read.balances.map(({ asset }) => asset)).toEqual(['USDT']);
    for (const id of [limit, post]) {
      cancel(id);
      expect(await connector.next('CancelAnswered', (event) => event.clientOrderId === id, 0)).toMatchObject({
        outcome: 'cancelled',
      });
    }
    await flatten();
  });

  test('an order that is no entry cannot open a position', async () => {
    const id = newId();
    connector.submit(id, { purpose: 'exit', side: 'sell', qtyBase: '0.01' });
    expect(await answerOf(id)).toMatchObject({ outcome: 'rejected', code: '-2022' });
    expect((await audit()).positions).toEqual([]);
  });

  test('a stop waits at the venue, is cancelled under its name, and is gone for a second cancel', async () => {
    const trigger = ((await price()) * 0.9).toFixed(2);
    const id = await accepted({
      purpose: 'stop',
      side: 'sell',
      type: 'stop-loss',
      qtyBase: '0.01',
      triggerPrice: trigger,
    });
    const { report } = await reportOf(id, 'open');
    expect(report).toMatchObject({ type: 'stop-loss', triggerPrice: String(Number(trigger)) });
    expect((await audit()).openOrders).toMatchObject([{ clientOrderId: id, venueOrderId: report.venueOrderId }]);
    cancel(id, report.venueOrderId);
    expect(await connector.next('CancelAnswered', (event) => event.clientOrderId === id, 0)).toMatchObject({
      outcome: 'cancelled',
    });
    await reportOf(id, 'cancelled');
    cancel(id);
    await connector.next('CancelAnswered', (event) => event.clientOrderId === id && event.outcome === 'gone', 0);
  });

  test('a stop that goes by another name with us is cancelled by the venue’s id', async () => {
    const triggerPrice = ((await price()) * 0.9).toFixed(2);
    const id = await accepted({ purpose: 'stop', side: 'sell', type: 'stop-loss', qtyBase: '0.01', triggerPrice });
    const { report } = await reportOf(id, 'open');
    cancel('web_1-7@elsewhere', report.venueOrderId);
    await connector.next('CancelAnswered', (event) => event.outcome === 'cancelled', 0);
    await reportOf(id, 'cancelled');
  });

  test('a stop that fires is told under the name that we gave it: fills on the stream, in the audit and when asked', async () => {
    await accepted({ side: 'buy', qtyBase: '0.01' });
    const trigger = ((await price()) * 0.98).toFixed(2);
    const id = await accepted({
      purpose: 'stop',
      side: 'sell',
      type: 'stop-loss',
      qtyBase: '0.01',
      triggerPrice: trigger,
    });
    await shock(-300);
    const { fill } = await connector.next('FillReported', (event) => event.fill.clientOrderId === id, 0);
    const { report } = await reportOf(id, 'filled');
    expect(report).toMatchObject({ type: 'stop-loss', filledBase: '0.01', venueOrderId: fill.venueOrderId });
    expect(connector.of('OrderReported').map((event) => event.report.clientOrderId)).not.toContainEqual(
      expect.stringMatching(/^conditional/),
    );
    // A connection that was not there when it fired knows it too.
    const later = openConnector(venue, { market: 'usdm' });
    try {
      const read = await later.next('AuditReceived', undefined, 0);
      expect(read.positions).toEqual([]);
      expect(read.fills.find(({ fillId }) => fillId === fill.fillId)).toMatchObject({
        clientOrderId: id,
        venueOrderId: fill.venueOrderId,
      });
      later.port.send({
        kind: 'query',
        clientOrderId: id,
        venueOrderId: null,
        instrumentId,
        type: 'stop-loss',
        sentAtMs: Date.now(),
      });
      expect(await later.next('OrderQueried', (event) => event.clientOrderId === id, 0)).toMatchObject({
        outcome: 'found',
        report: { status: 'filled', filledBase: '0.01' },
      });
    } finally {
      await later.close();
      await shock(300);
    }
  });

  test('refusals are the venue’s own: margin, a client id that lives, post-only that would take', async () => {
    const bid = await price();
    const refused = async (order: Parameters<OpenConnector['submit']>[1], id = newId()) => {
      connector.submit(id, order);
      return answerOf(id);
    };
    expect(await refused({ qtyBase: '500' })).toMatchObject({ outcome: 'rejected', code: '-2019' });
    const taking = { type: 'post-only', limitPrice: (bid * 1.02).toFixed(2) } as const;
    expect(await refused(taking)).toMatchObject({ outcome: 'rejected', code: '-5022' });
    const past = { purpose: 'stop', side: 'sell', type: 'stop-loss', triggerPrice: (bid * 1.05).toFixed(2) } as const;
    expect(await refused(past)).toMatchObject({ outcome: 'rejected', code: '-2021' });
    const resting = { type: 'limit', limitPrice: (bid * 0.8).toFixed(2) } as const;
    const id = await accepted(resting);
    const told = connector.follow();
    connector.submit(id, resting);
    // Whose the living order is stays open: it may be the one whose answer was lost.
    const again = await told.next('SubmitAnswered', (event) => event.clientOrderId === id);
    expect(again).toMatchObject({ outcome: 'unknown', code: '-4116' });
    cancel(id);
    await connector.next('CancelAnswered', (event) => event.clientOrderId === id && event.outcome === 'cancelled', 0);
  });

  test('an order whose answer is lost is unknown, and found by its name: in either list', async () => {
    const bid = await price();
    for (const [path, order] of [
      ['/fapi/v1/order', { type: 'limit', limitPrice: (bid * 0.9).toFixed(2) }],
      [
        '/fapi/v1/algoOrder',
        { purpose: 'stop', side: 'sell', type: 'stop-loss', triggerPrice: (bid * 0.9).toFixed(2) },
      ],
    ] as const) {
      const id = newId();
      await venue.fault({ fault: 'reset-after-accept', method: 'POST', path, count: 1 });
      connector.submit(id, order);
      expect(await answerOf(id)).toMatchObject({ outcome: 'unknown' });
      const asked = { kind: 'query', clientOrderId: id, venueOrderId: null, instrumentId, type: 'limit' } as const;
      connector.port.send({ ...asked, sentAtMs: Date.now() });
      expect(await connector.next('OrderQueried', (event) => event.clientOrderId === id, 0)).toMatchObject({
        outcome: 'found',
        report: { status: 'open' },
      });
      cancel(id);
      await connector.next('CancelAnswered', (event) => event.clientOrderId === id && event.outcome === 'cancelled', 0);
    }
  });
});
