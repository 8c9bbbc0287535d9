import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BTC, type OpenConnector, openConnector } from '../../support/venues/open-connector.ts';
import { type PracticeProcess, startPracticeProcess } from '../../support/venues/practice-process.ts';

let venue: PracticeProcess;
let connector: OpenConnector;
let ids = 0;
const newId = (): string => `t-${process.pid}-${ids++}`;
beforeAll(async () => {
  venue = await startPracticeProcess(22);
});
afterAll(() => venue.stop());
beforeEach(async () => {
  connector = openConnector(venue);
  await connector.next('AuditReceived', undefined, 0);
});
afterEach(async () => {
  await venue.clearFaults();
  await connector.close();
});
const answerOf = (id: string) => connector.next('SubmitAnswered', (event) => event.clientOrderId === id, 0);
const query = (clientOrderId: string, sentAtMs = Date.now()): void =>
  connector.port.send({
    kind: 'query',
    clientOrderId,
    venueOrderId: null,
    instrumentId: BTC,
    type: 'market',
    sentAtMs,
  });

describe('orders over unmodified ccxt', () => {
  test('market, limit, post-only, stop and target reach the venue as meant', async () => {
    const quote = connector.of('MarketBatchReceived').findLast((event) => event.quote)?.quote;
    const bid = Number(quote?.bid);
    const orders = [
      ['market', { type: 'market', qtyBase: '0.01' }],
      ['limit', { type: 'limit', limitPrice: (bid * 0.9).toFixed(2) }],
      ['post-only', { type: 'post-only', limitPrice: (bid * 0.8).toFixed(2) }],
      ['stop-loss', { type: 'stop-loss', side: 'sell', purpose: 'stop', triggerPrice: (bid * 0.7).toFixed(2) }],
      ['take-profit', { type: 'take-profit', side: 'sell', purpose: 'target', triggerPrice: (bid * 1.4).toFixed(2) }],
    ] as const;
    for (const [type, order] of orders) {
      const id = newId();
      connector.submit(id, order);
      expect(await answerOf(id)).toMatchObject({ outcome: 'accepted', code: '' });
      const { report } = await connector.next('OrderReported', (event) => event.report.clientOrderId === id, 0);
      expect(report.type).toBe(type);
      if ('limitPrice' in order) expect(report.limitPrice).toBe(String(Number(order.limitPrice)));
      if ('triggerPrice' in order) expect(report.triggerPrice).toBe(String(Number(order.triggerPrice)));
      if (type === 'market') {
        const { fill } = await connector.next('FillReported', (event) => event.fill.clientOrderId === id, 0);
        expect(fill).toMatchObject({ side: 'buy', liquidity: 'taker', feeAsset: 'BTC' });
        continue;
      }
      connector.port.send({ kind: 'cancel', clientOrderId: id, venueOrderId: null, instrumentId: BTC, type: 'limit' });
      expect(await connector.next('CancelAnswered', (event) => event.clientOrderId === id, 0)).toMatchObject({
        outcome: 'cancelled',
      });
    }
  });

  test('[E32] a market order with a bound fills up to it, and its rest is expired by the venue', async () => {
    const quote = connector.of('MarketBatchReceived').findLast((event) => event.quote)?.quote;
    const priceAt = (share: number): string => (Number(quote?.bid) * share).toFixed(2);
    const ends = [
      [priceAt(1.05), 'filled', '0.01'],
      [priceAt(0.95), 'expired', '0'],
    ] as const;
    for (const [limitPrice, status, filledBase] of ends) {
      const id = newId();
      connector.submit(id, { type: 'market', qtyBase: '0.01', limitPrice });
      expect(await answerOf(id)).toMatchObject({ outcome: 'accepted', code: '' });
      const isEnd = (event: { report: { clientOrderId: string; status: string } }): boolean =>
        event.report.clientOrderId === id && event.report.status === status;
      expect((await connector.next('OrderReported', isEnd, 0)).report).toMatchObject({ filledBase });
    }
  });

  test('the venue’s refusal is a definite no in the venue’s words', async () => {
    const id = newId();
    connector.submit(id, { qtyBase: '900' });
    expect(await answerOf(id)).toMatchObject({ outcome: 'rejected', code: '-2010' });
  });

  test('cancelling what is not there: gone', async () => {
    connector.port.send({
      kind: 'cancel',
      clientOrderId: 'never-was',
      venueOrderId: null,
      instrumentId: BTC,
      type: 'limit',
    });
    expect(await connector.next('CancelAnswered')).toMatchObject({ outcome: 'gone' });
  });

  test.each([
    ['the reply is lost after the venue took it', { fault: 'reset-after-accept' }, 'found'],
    ['a page with status 200', { fault: 'html' }, 'not-found'],
    ['503', { fault: 'http-status', status: 503 }, 'not-found'],
    ['silence', { fault: 'hang' }, 'not-found'],
    ['a reset before the venue read it', { fault: 'reset' }, 'not-found'],
  ])('%s: unknown, then the query settles it', async (_name, fault, outcome) => {
    await venue.fault({ ...fault, method: 'POST', path: '/api/v3/order', count: 1 });
    const id = newId();
    const sentAtMs = Date.now();
    connector.submit(id);
    expect(await answerOf(id)).toMatchObject({ outcome: 'unknown' });
    query(id, sentAtMs);
    const answer = await connector.next('OrderQueried', (event) => event.clientOrderId === id);
    expect(answer.outcome).toBe(outcome);
    if (outcome === 'not-found') expect(Date.now() - sentAtMs).toBeGreaterThanOrEqual(1_500 + 2_000);
    else expect(answer.report).toMatchObject({ clientOrderId: id, status: 'filled' });
  });

  test('a query that the venue cannot answer is unknown, never not-found', async () => {
    await venue.fault({ fault: 'http-status', status: 503, method: 'GET', path: '/api/v3/myTrades' });
    query('never-was', Date.now() - 60_000);
    expect(await connector.next('OrderQueried')).toMatchObject({ outcome: 'unknown', report: null });
  });

  test('429: the order is refused for certain, and the cancel behind it waits as long as the venue said', async () => {
    await venue.fault({
      fault: 'http-status',
      status: 429,
      code: -1003,
      retryAfterSec: 2,
      method: 'POST',
      path: '/api/v3/order',
      count: 1,
    });
    const id = newId();
    connector.submit(id);
    expect(await answerOf(id)).toMatchObject({ outcome: 'rejected', code: 'HTTP_429' });
    const refusedAtMs = Date.now();
    connector.port.send({
      kind: 'cancel',
      clientOrderId: 'never-was',
      venueOrderId: null,
      instrumentId: BTC,
      type: 'limit',
    });
    await connector.next('CancelAnswered');
    expect(Date.now() - refusedAtMs).toBeGreaterThan(1_500);
  });

  test('a clock that is off: refused for certain, measured, and the next order goes through', async () => {
    await venue.fault({ fault: 'clock-skew', skewMs: 30_000 });
    const id = newId();
    connector.submit(id);
    expect(await answerOf(id)).toMatchObject({ outcome: 'rejected', code: '-1021' });
    const health = await connector.next('VenueHealth', (event) => (event.clockSkewMs ?? 0) < -29_000);
    expect(health.clockSkewMs).toBeGreaterThan(-31_000);
    const second = newId();
    connector.submit(second);
    expect(await answerOf(second)).toMatchObject({ outcome: 'accepted' });
  });
});

describe('breakers', () => {
  const breaker = (name: 'reads' | 'entries', state: 'open' | 'closed') =>
    connector.next('VenueHealth', (event) => event.breakers.some((row) => row.name === name && row.state === state));

  test('[V5] [V7] entries that get no answer are held back; a stop and a cancel go out meanwhile', async () => {
    const bid = Number(connector.of('MarketBatchReceived').findLast((event) => event.quote)?.quote?.bid);
    await venue.fault({ fault: 'http-status', status: 503, method: 'POST', path: '/api/v3/order', count: 3 });
    const opened = breaker('entries', 'open');
    for (let i = 0; i < 3; i += 1) {
      const id = newId();
      connector.submit(id);
      expect(await answerOf(id)).toMatchObject({ outcome: 'unknown' });
    }
    const [held, stop] = [newId(), newId()];
    connector.submit(held);
    expect(await answerOf(held)).toMatchObject({
      outcome: 'rejected',
      code: 'NOT_SENT',
      text: 'Not sent: entries are held back after 3 without an answer: HTTP 503.',
      putOff: true,
    });
    connector.submit(stop, {
      purpose: 'stop',
      type: 'stop-loss',
      triggerPrice: (bid * 1.3).toFixed(2),
    });
    expect(await answerOf(stop)).toMatchObject({ outcome: 'accepted' });
    connector.port.send({ kind: 'cancel', clientOrderId: stop, venueOrderId: null, instrumentId: BTC, type: 'limit' });
    expect(await connector.next('CancelAnswered')).toMatchObject({ outcome: 'cancelled' });
    expect((await opened).breakers).toContainEqual(
      expect.objectContaining({ name: 'entries', state: 'open', why: 'HTTP 503', timesOpened: 1 }),
    );
    const holds = connector.of('VenueAccessChanged').filter(({ code }) => code === 'not-answering');
    expect(holds).toMatchObject([{ why: 'orders to the venue have had no answer (HTTP 503)' }]);
    await connector.next('VenueAccessChanged', ({ code, why }) => code === 'not-answering' && why === null);
    const trial = newId();
    connector.submit(trial);
    expect(await answerOf(trial)).toMatchObject({ outcome: 'accepted' });
    await breaker('entries', 'closed');
  });

  test('[V6] [V8] reads that get no answer are held back, the audit says so, and gets through by itself', async () => {
    await venue.fault({ fault: 'http-status', status: 503, method: 'GET', path: '/api/v3/' });
    for (let index = 0; index < 5; index += 1) {
      const beforeMs = Date.UTC(2020, 0, 1 + index);
      const asked = { requestId: `h-${index}`, instrumentId: BTC, timeframe: '1m', beforeMs, limit: 10 } as const;
      connector.port.send({ kind: 'history', ...asked });
    }
    connector.port.send({ kind: 'audit', why: 'test', believedOpen: [], fillsSinceMs: null });
    const troubled = await connector.next(
      'VenueHealth',
      ({ audit }) => audit.running && /held back/.test(audit.problem),
    );
    expect(troubled.breakers[0]).toMatchObject({ name: 'reads', why: 'HTTP 503', timesOpened: 1 });
    const audited = connector.next('AuditReceived');
    await venue.clearFaults();
    await audited;
    const { breakers } = await connector.next('VenueHealth', ({ audit }) => audit.problem === '');
    expect(breakers[0]).toMatchObject({ name: 'reads', state: 'closed', why: '' });
  });
});

describe('the private stream', () => {
  test.each([
    ['the venue ends the subscription', { fault: 'stream-terminated' }],
    ['the socket breaks', { fault: 'terminate', channel: 'ws-api' }],
  ])('%s: down, live again, and the audit finds what happened meanwhile', async (_name, fault) => {
    const told = connector.follow();
    await venue.fault({ fault: 'refuse-upgrade', status: 503, channel: 'ws-api' });
    await venue.fault(fault);
    await told.next('PrivateStreamChanged', (event) => event.status === 'down');
    const id = newId();
    connector.submit(id, { qtyBase: '0.002' });
    const { venueOrderId } = await answerOf(id);
    await venue.clearFaults();
    await told.next('PrivateStreamChanged', (event) => event.status === 'live');
    const audit = await told.next('AuditReceived');
    expect(audit.fills.find((fill) => fill.venueOrderId === venueOrderId)).toMatchObject({ qtyBase: '0.002' });
    expect(audit.balances.find(({ asset }) => asset === 'USDT')).toBeDefined();
    expect(audit.marks.find(({ asset }) => asset === 'BTC')).toBeDefined();
  });

  test('an order that closed unseen is stated in the audit, when asked about', async () => {
    const id = newId();
    const bid = Number(connector.of('MarketBatchReceived').findLast((event) => event.quote)?.quote?.bid);
    connector.submit(id, { type: 'limit', limitPrice: (bid * 0.9).toFixed(2) });
    await answerOf(id);
    connector.port.send({ kind: 'cancel', clientOrderId: id, venueOrderId: null, instrumentId: BTC, type: 'limit' });
    await connector.next('CancelAnswered');
    const believedOpen = [{ clientOrderId: id, venueOrderId: null, instrumentId: BTC }];
    connector.port.send({ kind: 'audit', why: 'test', believedOpen, fillsSinceMs: null });
    const audit = await connector.next('AuditReceived', (event) => event.closedOrders.length > 0);
    expect(audit.closedOrders).toMatchObject([{ clientOrderId: id, status: 'cancelled' }]);
  });

  test('an audit that is half web page is not passed on; the next whole one is', async () => {
    await venue.fault({ fault: 'html', path: '/api/v3/account', count: 1 });
    connector.port.send({ kind: 'audit', why: 'test', believedOpen: [], fillsSinceMs: null });
    const audit = await connector.next('AuditReceived');
    expect(audit.balances.length).toBeGreaterThan(0);
  });
});

describe('a worker that dies', () => {
  test('an order in flight is unknown, not sent again, and found after the restart', async () => {
    await venue.fault({ fault: 'delay', delayMs: 1_000, method: 'POST', path: '/api/v3/order', count: 1 });
    const id = newId();
    const sentAtMs = Date.now();
    connector.submit(id);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await connector.port.crash();
    expect(await answerOf(id)).toMatchObject({ outcome: 'unknown', code: 'WORKER_DIED' });
    const refused = newId();
    connector.submit(refused);
    expect(await answerOf(refused)).toMatchObject({ outcome: 'rejected', code: 'NOT_CONNECTED' });
    await connector.next('AuditReceived');
    query(id, sentAtMs);
    const answer = await connector.next('OrderQueried');
    expect(connector.of('SubmitAnswered').filter((event) => event.clientOrderId === id)).toHaveLength(1);
    expect(['found', 'not-found']).toContain(answer.outcome);
    const orders = await connector.next('WorkerStatus', (event) => event.restarts === 1, 0);
    expect(orders.status).toBe('restarting');
  });
});
