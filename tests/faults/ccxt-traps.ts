import { expect } from 'vitest';
import type { VenueHealth } from '../../main/engine/venues/venue-port.ts';
import { type BareCcxt, bareCcxt } from '../support/venues/bare-ccxt.ts';
import { ignoringCcxtLeaks } from '../support/venues/ccxt-leaks.ts';
import type { FaultCase, FaultPart } from './case.ts';
import type { LiveDesk } from './live-desk.ts';
import { sharedDesk } from './shared-desk.ts';

export const ccxtTrapsDesk = sharedDesk(35);

type Bare = BareCcxt['exchange'];

/** The trap itself, shown with ccxt as it comes; then what the desk makes of it. */
function trap(
  ours: (desk: LiveDesk) => Promise<void>,
  theirs: (exchange: Bare, desk: LiveDesk) => Promise<void> = async () => {},
  options: Readonly<Record<string, unknown>> = {},
): () => Promise<void> {
  return ccxtTrapsDesk.on(async (desk) => {
    const { exchange, close } = await bareCcxt(desk.venue, options);
    await ignoringCcxtLeaks(async () => {
      try {
        await theirs(exchange, desk);
      } finally {
        await close();
        await desk.venue.clearFaults();
      }
    });
    await ours(desk);
  });
}

const health = (desk: LiveDesk): VenueHealth | undefined => desk.toldSince(0, 'VenueHealth').at(-1);
const POST_ORDER = { method: 'POST', path: '/api/v3/order' };

/** The order stream is lost by this, said to be down, and comes back by itself. */
async function comesBack(desk: LiveDesk, ...faults: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const from = desk.told.length;
  for (const fault of faults) await desk.venue.fault(fault);
  const said = (status: string) =>
    desk.toldSince(from, 'PrivateStreamChanged').some((event) => event.status === status);
  await desk.until('the order stream to be down', () => said('down'));
  await desk.until('the order stream to be live', () => said('live'));
  await desk.well();
}

async function poisonedMarkets(exchange: Bare, { venue }: LiveDesk): Promise<void> {
  await venue.fault({ fault: 'http-status', status: 503, path: '/api/v3/exchangeInfo' });
  await expect(exchange.loadMarkets()).rejects.toThrow();
  const asked = await venue.struck('http-status');
  await expect(exchange.loadMarkets()).rejects.toThrow();
  expect(await venue.struck('http-status'), 'the second call asks nobody').toBe(asked);
  await venue.clearFaults();
  await expect(exchange.loadMarkets(), 'the venue is well again').rejects.toThrow();
  await exchange.loadMarkets(true);
}

/** A program that starts while the venue's list cannot be had. */
async function startsAgainstFailingList({ venue }: LiveDesk): Promise<void> {
  await venue.fault({ fault: 'http-status', status: 503, path: '/api/v3/exchangeInfo', count: 2 });
  await ccxtTrapsDesk.restarted(async (fresh) => {
    await fresh.well();
    // Told once a second: what is known last may be of before.
    const failures = () => health(fresh)?.quarantine.find(({ why }) => why.startsWith('exchange info: '))?.count;
    await fresh.until('both failures to be told', () => failures() === 2);
  });
}

async function leakedRejections(desk: LiveDesk): Promise<void> {
  const from = health(desk)?.strayRejections ?? 0;
  await comesBack(desk, { fault: 'login-fail', count: 2 }, { fault: 'terminate', channel: 'ws-api' });
  expect(desk.toldSince(0, 'WorkerStatus').map(({ status }) => status)).toEqual(['starting', 'running']);
  await desk.until('the leak to be counted', () => (health(desk)?.strayRejections ?? 0) > from);
}

async function reconnects(desk: LiveDesk): Promise<void> {
  const from = desk.told.length;
  await comesBack(desk, { fault: 'terminate' });
  const feed = desk.toldSince(from, 'FeedStatusChanged').map(({ status }) => status);
  expect(feed).toContain('down');
  expect(feed.at(-1)).toBe('live');
}

async function findsGap(desk: LiveDesk): Promise<void> {
  const before = desk.feed()?.resyncs ?? 0;
  const from = desk.told.length;
  desk.watchBook(true);
  await desk.until('a book', () => desk.toldSince(from, 'BookTop')[0]);
  await desk.venue.fault({ fault: 'gap', stream: 'btcusdt@depth', count: 1 });
  await desk.until('a resync', () => (desk.feed()?.resyncs ?? 0) > before);
  const after = desk.told.length;
  await desk.until('a book again', () => desk.toldSince(after, 'BookTop')[0]);
  desk.watchBook(false);
}

async function unansweredLogin(desk: LiveDesk): Promise<void> {
  await comesBack(desk, { fault: 'mute-ack', channel: 'ws-api', count: 1 }, { fault: 'terminate', channel: 'ws-api' });
}

async function rawTypeError(exchange: Bare, { venue }: LiveDesk): Promise<void> {
  await exchange.loadMarkets();
  await venue.fault({ fault: 'html', path: '/api/v3/ticker/24hr' });
  await expect(exchange.fetchTicker('BTC/USDT')).rejects.toThrow(TypeError);
}

async function garbageIsNoAnswer(desk: LiveDesk): Promise<void> {
  await desk.venue.fault({ fault: 'html', ...POST_ORDER, count: 1 });
  const id = await desk.order({ type: 'limit', bps: -500 });
  await desk.untilState(id, 'unknown');
  await desk.untilState(id, 'rejected');
  expect(desk.row(id)?.note).toContain('it never arrived');
  await desk.venue.fault({ fault: 'html', path: '/api/v3/account' });
  await desk.until('the audit’s trouble', () => health(desk)?.audit.problem);
  const audits = desk.toldSince(0, 'AuditReceived').length;
  await desk.venue.clearFaults();
  await desk.until('a whole audit', () => desk.toldSince(0, 'AuditReceived').length > audits);
  expect(desk.toldSince(0, 'AuditReceived').every(({ balances }) => balances.length > 0)).toBe(true);
}

/** What the venue has of an order, by its client order id. */
async function atVenue(desk: LiveDesk, id: string) {
  return desk.until('the order at the venue', async () => {
    return (await desk.rest.allOrders('BTCUSDT')).find(({ clientOrderId }) => clientOrderId === id);
  });
}

async function priceBecomesQuote(exchange: Bare, desk: LiveDesk): Promise<void> {
  await exchange.loadMarkets();
  const order = await exchange.createOrder('BTC/USDT', 'market', 'buy', 0.001, Number(desk.price(10_000)));
  expect(Number(order.info.executedQty), 'twice what was asked for').toBeGreaterThan(0.0019);
}

async function quantityStaysQuantity(desk: LiveDesk): Promise<void> {
  const id = `market-${desk.told.length}`;
  await desk.submitBelowTheGate(id, desk.price(10_000));
  expect(Number((await atVenue(desk, id)).executedQty)).toBe(0.001);
}

async function brokersId(exchange: Bare, desk: LiveDesk): Promise<void> {
  await exchange.loadMarkets();
  const order = await exchange.createOrder('BTC/USDT', 'limit', 'buy', 0.001, Number(desk.price(-500)), {});
  expect(order.clientOrderId).toMatch(/^x-/);
  await exchange.cancelOrder(String(order.id), 'BTC/USDT');
  // What follows looks at what the desk is told from then on.
  await desk.until('the end of that order', () =>
    desk
      .toldSince(0, 'OrderReported')
      .find(({ report }) => report.clientOrderId === order.clientOrderId && /cancel/i.test(report.status)),
  );
}

async function ourIdAlways(desk: LiveDesk): Promise<void> {
  const from = desk.told.length;
  const resting = await desk.order({ type: 'limit', bps: -500 });
  await desk.untilState(resting, 'acknowledged');
  const entry = await desk.order({ type: 'limit', bps: 10, stopBps: -500 });
  const stop = await desk.until('the stop', () =>
    desk.desk().orders.find(({ purpose, state }) => purpose === 'stop' && state === 'acknowledged'),
  );
  for (const id of [resting, entry, stop.clientOrderId]) expect((await atVenue(desk, id)).clientOrderId).toBe(id);
  desk.engine.request({ kind: 'CancelRequested', clientOrderId: resting });
  await desk.untilState(resting, 'cancelled');
  desk.engine.request({ kind: 'FlattenRequested', instrumentId: null });
  await desk.until('nothing held that can be sold', () => desk.held() < 0.0001);
  const ids = desk.toldSince(from, 'OrderReported').map(({ report }) => report.clientOrderId);
  expect(ids.filter((id) => id.startsWith('x-'))).toEqual([]);
}

async function retriesOrders(exchange: Bare, { venue }: LiveDesk): Promise<void> {
  await exchange.loadMarkets();
  await venue.fault({ fault: 'http-status', status: 503, ...POST_ORDER });
  await expect(exchange.createOrder('BTC/USDT', 'limit', 'buy', 0.001, 100)).rejects.toThrow();
  expect(await venue.struck('http-status'), 'one order, asked for three times').toBe(3);
}

async function sendsOnce(desk: LiveDesk): Promise<void> {
  await desk.venue.fault({ fault: 'http-status', status: 503, ...POST_ORDER });
  const id = await desk.order({ type: 'limit', bps: -500 });
  await desk.untilState(id, 'unknown');
  await desk.untilState(id, 'rejected');
  expect(await desk.venue.struck('http-status')).toBe(1);
}

async function mergesStates(exchange: Bare, desk: LiveDesk): Promise<void> {
  await exchange.loadMarkets();
  const seen: (string | undefined)[] = [];
  const id = `merged-${desk.told.length}`;
  const loop = (async () => {
    while (!seen.includes('closed')) {
      const rows = await exchange.watchOrders();
      seen.push(...rows.filter(({ clientOrderId }) => clientOrderId === id).map(({ status }) => status));
    }
  })();
  await desk.until('the login', () => Object.keys(exchange.clients).length > 0);
  await Promise.all(Object.values(exchange.clients).map(({ futures }) => futures['authenticate:signature:spot']));
  await exchange.createOrder('BTC/USDT', 'market', 'buy', 0.001, undefined, { newClientOrderId: id });
  await loop;
  expect(seen, 'never seen open').toEqual(['closed']);
}

async function everyStateSeen(desk: LiveDesk): Promise<void> {
  const id = await desk.order({ type: 'market' });
  await desk.untilState(id, 'filled');
  const states = () =>
    desk.toldSince(0, 'OrderReported').flatMap(({ report }) => (report.clientOrderId === id ? [report.status] : []));
  await desk.until('every state', () => states().includes('open') && states().includes('filled'));
}

const CASES: readonly FaultCase[] = [
  {
    id: 'trap-1-poisoned-markets',
    title: 'the venue’s list of instruments fails once; ccxt remembers that for ever and asks no more',
    injected: 'practice venue: 503 for exchange info, with unmodified ccxt and with the connector',
    holds: 'The connector loads anew each time, with growing pauses, until it has the list.',
    seen: 'No feed yet, and the reason with its count among what was put aside; then a desk that is well.',
    check: trap(startsAgainstFailingList, poisonedMarkets),
  },
  {
    id: 'trap-2-leaked-rejections',
    title: 'ccxt leaves promises unhandled when a login is refused; Node ends a process for that',
    injected: 'practice venue: the socket broken, the next two logins refused',
    holds: 'The worker lives on and logs in again; the leaks are counted.',
    seen: 'The order stream down and live again; no restart of the venue connector.',
    check: trap(leakedRejections),
  },
  {
    id: 'trap-3-no-reconnect',
    title: 'nothing in ccxt connects again by itself',
    injected: 'practice venue: every socket terminated',
    holds: 'Each stream is watched for as long as the program runs: all come back.',
    seen: 'Feed and order stream down, then live.',
    check: trap(reconnects),
  },
  {
    id: 'trap-4-book-gaps',
    title: 'a lost book message; most venues’ connectors in ccxt do not notice, Binance’s does',
    injected: 'practice venue: gap on the depth stream',
    holds: 'The book is given up and begins again from a snapshot.',
    seen: 'The resync counted in system health.',
    check: trap(findsGap),
  },
  {
    id: 'trap-5-unanswered-request',
    title: 'a request over a socket that lives is never answered; ccxt waits for ever',
    injected: 'practice venue: the answer to the login swallowed (silent feeds: `heartbeats-without-data`)',
    holds: 'After the connector’s time limit the socket is given up and the login tried again.',
    seen: 'The order stream down, then live.',
    check: trap(unansweredLogin),
  },
  {
    id: 'trap-6-garbage-with-200',
    title: 'a web page with status 200: ccxt throws a bare TypeError, or believes it',
    injected: 'practice venue: HTML for a ticker, for a new order, for the account',
    holds: 'The order is in doubt until the venue answers; half an audit is none; nothing of the page is believed.',
    seen: 'The order as “unknown”, then rejected: “it never arrived”; the audit’s trouble in system health.',
    check: trap(garbageIsNoAnswer, rawTypeError),
  },
  {
    id: 'trap-7-price-on-market-order',
    title: 'a market order with a price: ccxt makes an amount of quote of the two',
    injected: 'unmodified ccxt and the connector, each given twice the market’s price',
    holds: 'The connector passes no price on: the venue gets the quantity that was signed.',
    seen: 'The order filled with exactly its quantity.',
    check: trap(quantityStaysQuantity, priceBecomesQuote),
  },
  {
    id: 'trap-8-brokers-id',
    title: 'an order without a client id gets one with ccxt’s broker prefix',
    injected: 'unmodified ccxt; the connector with a limit, a stop and a flatten',
    holds: 'Every order carries the id under which it was signed.',
    seen: 'The same id on the order here and at the venue.',
    check: trap(ourIdAlways, brokersId),
  },
  {
    id: 'trap-9-retried-order',
    title: 'ccxt’s retries also repeat orders',
    injected: 'practice venue: 503 for every new order; ccxt with two retries, and the connector',
    holds: 'The connector sends an order once, and asks what became of it.',
    seen: 'The order as “unknown”, then as rejected.',
    check: trap(sendsOnce, retriesOrders, { maxRetriesOnFailure: 2, maxRetriesOnFailureDelay: 1 }),
  },
  {
    id: 'trap-10-merged-states',
    title: 'an order that fills at once: ccxt tells only its end',
    injected: 'a market order, with unmodified ccxt and with the connector',
    holds: 'Every report of the venue is taken in the order it came.',
    seen: 'The order as filled, its fill in the journal.',
    check: trap(everyStateSeen, mergesStates),
  },
  {
    id: 'traps-of-other-venues',
    title:
      'the same traps as OKX, Bybit, Kraken and Coinbase have them: gaps, garbage, market orders by cost, dropped ids',
    injected: '',
    holds: '',
    seen: '',
    open: 'there is no connector for these venues yet',
  },
];

export const CCXT_TRAPS: FaultPart = { title: 'What the exchange library does', cases: CASES };
