import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditReceived } from '../../../main/engine/domain/events.ts';
import type { VenueFill, VenueOrderReport } from '../../../main/engine/domain/order.ts';
import type { BelievedOpen } from '../../../main/engine/venues/venue-port.ts';
import { VenueRest } from '../../support/venue-rest.ts';
import { BTC, type OpenConnector, openConnector } from '../../support/venues/open-connector.ts';
import { type PracticeProcess, startPracticeProcess } from '../../support/venues/practice-process.ts';

const PATH = '/api/v3/orderList/oco';

let venue: PracticeProcess;
let rest: VenueRest;
let connector: OpenConnector;
let ids = 0;
const newId = (): string => `p-${process.pid}-${ids++}`;
beforeAll(async () => {
  venue = await startPracticeProcess(23);
  rest = new VenueRest(venue);
  connector = openConnector(venue);
  await connector.next('AuditReceived', undefined, 0);
  connector.submit('bought-before', { qtyBase: '0.1' });
  expect(await answerOf('bought-before')).toMatchObject({ outcome: 'accepted' });
  await connector.close();
});
afterAll(() => venue.stop());
beforeEach(async () => {
  connector = openConnector(venue);
  await connector.next('AuditReceived', undefined, 0);
});
afterEach(async () => {
  await venue.clearFaults();
  await connector.close();
  await rest.cancelAllOf('BTCUSDT').catch(() => undefined);
});

const plain = (price: string): string => String(Number(price));

/** Stop and target around the price that the venue itself has now, on their way. */
async function submitPair(id: string, stopShare = 0.9, targetShare = 1.1) {
  const bid = await calmPrice();
  const [triggerPrice, limitPrice] = [(bid * stopShare).toFixed(2), (bid * targetShare).toFixed(2)];
  connector.submit(id, { purpose: 'stop', side: 'sell', type: 'oco', qtyBase: '0.01', triggerPrice, limitPrice });
  return { triggerPrice: plain(triggerPrice), limitPrice: plain(limitPrice) };
}
const answerOf = (id: string) => connector.next('SubmitAnswered', (event) => event.clientOrderId === id, 0);
const reported = async (id: string, status: VenueOrderReport['status']): Promise<VenueOrderReport> => {
  const isIt = ({ report }: { report: VenueOrderReport }): boolean =>
    report.clientOrderId === id && report.status === status;
  return (await connector.next('OrderReported', isIt, 0)).report;
};
async function rests(id: string): Promise<string> {
  await submitPair(id);
  const { outcome, venueOrderId } = await answerOf(id);
  expect(outcome).toBe('accepted');
  await reported(id, 'open');
  return venueOrderId as string;
}
/** Everything moves there at once; whoever waits for it sees it when the next trade prints. */
const moveMarket = (bps: number): Promise<unknown> => rest.shock('BTCUSDT', bps);
/** The price once the last trade was made where the book is. */
async function calmPrice(): Promise<number> {
  const read = async (): Promise<number> => {
    const traded = (await rest.klines('BTCUSDT', '1s', 1))[0]?.[4] as number;
    const bid = Number((await rest.bookTicker('BTCUSDT')).bidPrice);
    return Math.abs(bid / traded - 1) < 0.01 ? bid : 0;
  };
  await expect.poll(read, { timeout: 20_000, interval: 200 }).toBeGreaterThan(0);
  return read();
}
const nothingRests = () =>
  expect.poll(() => rest.openOrders('BTCUSDT'), { timeout: 20_000, interval: 250 }).toEqual([]);

/** The first audit that shows what is looked for: one may have been under way before. */
const audit = (
  shows: (audit: AuditReceived) => boolean,
  believedOpen: readonly BelievedOpen[] = [],
): Promise<AuditReceived> => {
  const audited = connector.next('AuditReceived', shows);
  connector.port.send({ kind: 'audit', why: 'test', believedOpen, fillsSinceMs: Date.now() - 60_000 });
  return audited;
};

describe('stop and target as one order, over unmodified ccxt', () => {
  test('both rest on one balance, are one order to us, and one cancel takes both', async () => {
    const id = newId();
    const prices = await submitPair(id);
    const { outcome, venueOrderId } = await answerOf(id);
    expect(outcome).toBe('accepted');
    const report = await reported(id, 'open');
    expect(report).toMatchObject({ ...prices, venueOrderId, type: 'oco', side: 'sell', qtyBase: '0.01' });
    const { openOrders, balances } = await audit(({ openOrders }) => openOrders.length > 0);
    expect(openOrders).toMatchObject([{ ...prices, clientOrderId: id, venueOrderId, type: 'oco', status: 'open' }]);
    expect(balances.find(({ asset }) => asset === 'BTC')?.locked).toBe('0.01');
    connector.port.send({ kind: 'cancel', clientOrderId: id, venueOrderId: null, instrumentId: BTC, type: 'oco' });
    expect(await connector.next('CancelAnswered')).toMatchObject({ clientOrderId: id, outcome: 'cancelled' });
    expect(await reported(id, 'cancelled')).toMatchObject({ filledBase: '0' });
    expect(await rest.openOrders()).toEqual([]);
  });

  test.each([
    ['the target is reached', 1_200],
    ['the stop is reached', -1_200],
  ])('%s: its fills are of the one order, and nothing is left', async (_, bps) => {
    const id = newId();
    const venueOrderId = await rests(id);
    await moveMarket(bps);
    expect(await reported(id, 'filled')).toMatchObject({ venueOrderId, filledBase: '0.01' });
    const { fill } = await connector.next('FillReported', (event) => event.fill.clientOrderId === id, 0);
    expect(fill).toMatchObject({ venueOrderId, side: 'sell' });
    const isIt = ({ fillId }: VenueFill): boolean => fillId === fill.fillId;
    const { fills, openOrders } = await audit((each) => each.fills.some(isIt));
    expect(fills.find(isIt)).toMatchObject({ venueOrderId, clientOrderId: id });
    expect(openOrders).toEqual([]);
  });

  test('reached while nobody was connected: the audit of the next start names order and fills as before', async () => {
    const id = newId();
    const venueOrderId = await rests(id);
    await connector.close();
    await moveMarket(1_200);
    await nothingRests();
    connector = openConnector(venue);
    const believed = [{ clientOrderId: id, venueOrderId, instrumentId: BTC }];
    await connector.next('AuditReceived', undefined, 0);
    const { closedOrders, fills } = await audit((each) => each.closedOrders.length > 0, believed);
    expect(closedOrders).toMatchObject([{ clientOrderId: id, venueOrderId, status: 'filled', filledBase: '0.01' }]);
    expect(fills.filter((fill) => fill.venueOrderId === venueOrderId).length).toBeGreaterThan(0);
  });

  test.each([
    ['the reply is lost after the venue took it', { fault: 'reset-after-accept' }, 'found'],
    ['a page with status 200', { fault: 'html' }, 'not-found'],
    ['503', { fault: 'http-status', status: 503 }, 'not-found'],
  ])('%s: unknown, then the query settles it', async (_, fault, outcome) => {
    await venue.fault({ ...fault, method: 'POST', path: PATH, count: 1 });
    const id = newId();
    const sentAtMs = Date.now();
    await submitPair(id);
    expect(await answerOf(id)).toMatchObject({ outcome: 'unknown' });
    connector.port.send({
      kind: 'query',
      clientOrderId: id,
      venueOrderId: null,
      instrumentId: BTC,
      type: 'oco',
      sentAtMs,
    });
    const answer = await connector.next('OrderQueried', (event) => event.clientOrderId === id);
    expect(answer.outcome).toBe(outcome);
    if (outcome === 'found') expect(answer.report).toMatchObject({ clientOrderId: id, type: 'oco', status: 'open' });
  });

  test('prices that do not lie around the last one: a definite no in the venue’s words', async () => {
    const id = newId();
    await submitPair(id, 0.9, 0.95);
    const { outcome, code, text } = await answerOf(id);
    expect([outcome, code]).toEqual(['rejected', '-2010']);
    expect(text).toContain('relationship of the prices');
  });

  test('a pair that others made stays two orders of theirs, and its fills keep the names that the venue gave them', async () => {
    const bid = await calmPrice();
    const priceAt = (share: number): string => (bid * share).toFixed(2);
    await rest.placeOco('BTCUSDT', '0.01', { target: priceAt(1.1), stop: priceAt(0.9), name: 'web' });
    const { openOrders } = await audit((each) => each.openOrders.length > 0);
    expect(openOrders.map(({ clientOrderId, type }) => [clientOrderId, type]).sort()).toEqual([
      ['web-above', 'post-only'],
      ['web-below', 'stop-loss'],
    ]);
    const target = openOrders.find(({ type }) => type === 'post-only') as VenueOrderReport;
    await connector.close();
    await moveMarket(1_200);
    await nothingRests();
    connector = openConnector(venue);
    await connector.next('AuditReceived', undefined, 0);
    await audit(({ fills }) => fills.some(({ venueOrderId }) => venueOrderId === target.venueOrderId));
  });
});
