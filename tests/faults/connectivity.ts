import { expect } from 'vitest';
import type { FaultCase, FaultPart } from './case.ts';
import type { LiveDesk } from './live-desk.ts';
import { nameNotResolved, nameNotResolvedAtStop, resolverSaysNo } from './name-resolution.ts';
import { sharedDesk } from './shared-desk.ts';

export const connectivityDesk = sharedDesk(31);
const live = connectivityDesk.on;

const heldBack = (desk: LiveDesk, words: RegExp) => (): boolean => words.test(desk.holds());

/** A resting buy that the venue fills while it cannot tell us, or does not. */
async function fillUnseen(desk: LiveDesk): Promise<string> {
  const id = await desk.order({ type: 'limit', bps: -100 });
  await desk.untilState(id, 'acknowledged');
  return id;
}

async function portClosed(desk: LiveDesk): Promise<void> {
  const resting = await desk.order({ type: 'limit', bps: -500 });
  await desk.untilState(resting, 'acknowledged');
  const from = desk.told.length;
  await desk.venue.kill();
  try {
    await desk.until('the hold', heldBack(desk, /order stream to the venue is down/));
    await desk.until('the feed to be down', () => desk.feed()?.status === 'down');
    const { id, words } = desk.click({ type: 'market' });
    expect(id).toBeNull();
    expect(words).toMatch(/order stream to the venue is down/);
    // What the connector makes of a submit now: the gate above lets none through.
    const answer = await desk.submitBelowTheGate(`closed-${from}`);
    expect(answer).toMatchObject({ outcome: 'rejected', code: 'CONNECTION_REFUSED', putOff: true });
  } finally {
    await desk.venue.restart();
  }
  await desk.well();
  expect(desk.row(resting)?.state).toBe('acknowledged');
  desk.engine.request({ kind: 'CancelRequested', clientOrderId: resting });
  await desk.untilState(resting, 'cancelled');
}

async function halfOpenOrderStream(desk: LiveDesk): Promise<void> {
  const id = await fillUnseen(desk);
  const from = desk.events.length;
  await desk.venue.fault({ fault: 'mute-data', channel: 'ws-api' });
  await desk.venue.fault({ fault: 'mute-ack', channel: 'ws-api' });
  await desk.venue.fault({ fault: 'mute-pong', channel: 'ws-api' });
  await desk.rest.shock('BTCUSDT', -300);
  await desk.until('the hold', heldBack(desk, /order stream/));
  expect(desk.journal(from).join(' ')).toMatch(/The order stream to the venue is down: .*(keepalive|login)/);
  await desk.venue.clearFaults();
  await desk.untilState(id, 'filled');
  await desk.well();
  expect(desk.events.filter((event) => event.kind === 'FillBooked' && event.fill.clientOrderId === id)).not.toEqual([]);
}

async function silentFeed(desk: LiveDesk, alsoPongs: boolean): Promise<void> {
  await desk.venue.fault({ fault: 'mute-data', channel: 'stream' });
  if (alsoPongs) await desk.venue.fault({ fault: 'mute-pong', channel: 'stream' });
  await desk.until('a feed that is not live', () => desk.feed()?.status !== 'live');
  expect(desk.feed()?.why).not.toBe('');
  const { id, words } = desk.click({ type: 'market' });
  expect(id).toBeNull();
  expect(words).toMatch(/the market feed is (stale|down)/);
  await desk.venue.clearFaults();
  await desk.well();
}

async function orderStreamWithoutData(desk: LiveDesk): Promise<void> {
  const id = await fillUnseen(desk);
  await desk.venue.fault({ fault: 'mute-data', channel: 'ws-api' });
  const from = desk.events.length;
  await desk.rest.shock('BTCUSDT', -300);
  await desk.untilState(id, 'filled');
  expect(desk.events.slice(from).some((event) => event.kind === 'PrivateStreamChanged')).toBe(false);
  expect(desk.journal(from).join(' ')).toContain('(found by the audit)');
}

async function streamsDownRestUp(desk: LiveDesk): Promise<void> {
  const bought = await desk.order({ type: 'market' });
  await desk.untilState(bought, 'filled');
  const resting = await desk.order({ type: 'limit', bps: -500 });
  await desk.untilState(resting, 'acknowledged');
  await desk.venue.fault({ fault: 'refuse-upgrade', status: 503 });
  await desk.venue.fault({ fault: 'terminate' });
  await desk.until('the hold', heldBack(desk, /order stream to the venue is down/));
  await desk.until('the feed to be down', () => desk.feed()?.status === 'down');
  expect(desk.click({ type: 'market' }).id).toBeNull();
  desk.engine.request({ kind: 'CancelRequested', clientOrderId: resting });
  await desk.untilState(resting, 'cancelled');
  desk.engine.request({ kind: 'FlattenRequested', instrumentId: null });
  await desk.until('nothing held that can be sold', () => desk.held() < 0.0001);
  expect(await desk.rest.openOrders('BTCUSDT')).toEqual([]);
  await desk.venue.clearFaults();
  await desk.well();
}

async function streamsUpRestDown(desk: LiveDesk): Promise<void> {
  await desk.venue.fault({ fault: 'reset' });
  const id = await desk.order({ type: 'limit', bps: -500 });
  await desk.untilState(id, 'unknown');
  const from = desk.told.length;
  await desk.until('quotes', () => desk.toldSince(from, 'MarketBatchReceived').some(({ quote }) => quote));
  expect(desk.click({ type: 'market' }).words).toContain('no known outcome yet');
  await desk.until('the audit’s trouble', () => desk.desk().health.venue?.audit.problem);
  await desk.venue.clearFaults();
  await desk.untilState(id, 'rejected');
  expect((await desk.rest.allOrders('BTCUSDT')).some(({ clientOrderId }) => clientOrderId === id)).toBe(false);
  await desk.well();
}

/** The book on screen is the venue's own, level by level, at one and the same update. */
async function bookIsTheVenues(desk: LiveDesk, from: number): Promise<void> {
  await desk.until('a book that can be compared', async () => {
    type Depth = { lastUpdateId: number; bids: [string, string][]; asks: [string, string][] };
    const depth = (await desk.venue.get('/api/v3/depth?symbol=BTCUSDT&limit=100')) as Depth;
    const shown = desk.toldSince(from, 'BookTop').find(({ updateId }) => updateId === depth.lastUpdateId);
    if (!shown) return false;
    const levels = (side: readonly (readonly [string, string])[]) =>
      side.slice(0, 50).map((level) => level.map(Number));
    expect(levels(shown.bids)).toEqual(levels(depth.bids));
    expect(levels(shown.asks)).toEqual(levels(depth.asks));
    return true;
  });
}

async function withBook(desk: LiveDesk, check: () => Promise<void>): Promise<void> {
  const from = desk.told.length;
  desk.watchBook(true);
  try {
    await desk.until('a book', () => desk.toldSince(from, 'BookTop')[0]);
    await check();
  } finally {
    desk.watchBook(false);
  }
}

const bookGap = (desk: LiveDesk): Promise<void> =>
  withBook(desk, async () => {
    const before = desk.feed()?.resyncs ?? 0;
    await desk.venue.fault({ fault: 'gap', stream: 'btcusdt@depth', count: 1 });
    await desk.until('a resync', () => (desk.feed()?.resyncs ?? 0) > before);
    await bookIsTheVenues(desk, desk.told.length);
  });

const ghostLevels = (desk: LiveDesk): Promise<void> =>
  withBook(desk, async () => {
    const before = desk.books().at(-1);
    await desk.venue.fault({ fault: 'refuse-upgrade', status: 503, channel: 'stream' });
    await desk.venue.fault({ fault: 'terminate', channel: 'stream' });
    await desk.until('the feed to be down', () => desk.feed()?.status === 'down');
    const from = desk.told.length;
    await desk.rest.shock('BTCUSDT', 40);
    await desk.venue.clearFaults();
    await bookIsTheVenues(desk, from);
    const after = desk.books().at(-1);
    expect(Number(after?.bids[0]?.[0])).toBeGreaterThan(Number(before?.bids[0]?.[0]));
    await desk.well();
  });

const CASES: readonly FaultCase[] = [
  {
    id: 'dns-gone-at-submit',
    title: 'the venue’s name is not resolved any more while an order goes out; the streams that stand live on',
    injected: 'simulated wire: ENOTFOUND, EAI_AGAIN; the same codes from a resolver under the real HTTP client',
    holds:
      'Not a byte was sent, and that is known: a definite no, in doubt for nobody. The next order after it goes out.',
    seen: 'The order as rejected: “The venue could not be reached; nothing was sent.”',
    check: async () => {
      for (const code of ['ENOTFOUND', 'EAI_AGAIN'] as const) {
        await resolverSaysNo(code);
        await nameNotResolved(code);
      }
    },
  },
  {
    id: 'dns-gone-at-stop',
    title: 'an entry fills while the venue’s name is not resolved: its stop cannot be sent',
    injected: 'simulated wire: ENOTFOUND for 40 s from before the fill',
    holds: 'The stop is tried for as long as it takes; nothing is sold for want of it; it rests once the name is back.',
    seen: 'The position’s stop as on its way or missing, then as resting on the venue.',
    check: nameNotResolvedAtStop,
  },
  {
    id: 'venue-port-closed',
    title: 'the venue is gone altogether: its port is closed',
    injected: 'practice venue: kill -9, and started again on its port',
    holds:
      'New entries wait; what would be sent is known not to have been. When it is back all comes back, orders included.',
    seen: 'Feed down and “the order stream to the venue is down” in the holds, the ticket’s refusal in the same words.',
    check: live(portClosed),
  },
  {
    id: 'half-open-order-stream',
    title: 'the order stream’s socket is half open: no pong, no data, no end; an order fills meanwhile',
    injected: 'practice venue: mute-pong, mute-data and mute-ack on the WebSocket API',
    holds:
      'The missing pong ends it; new entries wait; a login that nobody answers is given up and tried again; the fill is booked.',
    seen: 'The hold, the journal’s “The order stream to the venue is down”, later the fill.',
    check: live(halfOpenOrderStream),
  },
  {
    id: 'half-open-market-stream',
    title: 'the market stream’s sockets are half open: no pong, no data, no end',
    injected: 'practice venue: mute-pong and mute-data on the streams',
    holds: 'The feed is not live from then on and new risk is refused; sockets are dialled again until data comes.',
    seen: 'The feed as stale or down with the reason, the ticket’s refusal “the market feed is stale”.',
    check: live((desk) => silentFeed(desk, true)),
  },
  {
    id: 'heartbeats-without-data',
    title: 'pings are answered, and no market data comes',
    injected: 'practice venue: mute-data on the streams',
    holds: 'As if the socket were dead: the watchdog counts data, not heartbeats.',
    seen: 'The feed as stale with the reason, the ticket’s refusal.',
    check: live((desk) => silentFeed(desk, false)),
  },
  {
    id: 'heartbeats-without-fills',
    title: 'the order stream answers pings and keeps a fill to itself',
    injected: 'practice venue: mute-data on the WebSocket API while a resting order fills',
    holds: 'The periodic audit finds the fill; it is booked once.',
    seen: 'The order as filled, the fill in the journal with “(found by the audit)”.',
    check: live(orderStreamWithoutData),
  },
  {
    id: 'streams-down-rest-up',
    title: 'no stream can be opened, REST works',
    injected: 'practice venue: terminate, and 503 to every upgrade',
    holds: 'New entries wait; cancel and flatten go out and are seen to work over REST alone.',
    seen: 'Feed down, the hold, the cancelled order, nothing held.',
    check: live(streamsDownRestUp),
  },
  {
    id: 'streams-up-rest-down',
    title: 'REST is dead, the streams live',
    injected: 'practice venue: every request reset',
    holds:
      'An order sent into it is in doubt and blocks new risk in its instrument until the venue answers; quotes go on.',
    seen: 'The order as “unknown”, the audit’s trouble in system health, then the order as rejected.',
    check: live(streamsUpRestDown),
  },
  {
    id: 'book-gap',
    title: 'the book’s stream loses a message',
    injected: 'practice venue: gap on the depth stream',
    holds: 'The gap is found and the book is taken anew from a snapshot: level by level the venue’s own.',
    seen: 'The resync counted in system health.',
    check: live(bookGap),
  },
  {
    id: 'ghost-levels',
    title: 'the stream breaks, the market moves on, the stream comes back: levels of before must not stay',
    injected: 'practice venue: terminate with refused upgrades, a shock of 40 bps meanwhile',
    holds: 'The book begins again from a snapshot: no level that the venue does not have.',
    seen: 'The feed as down, then a book that is the venue’s own level by level.',
    check: live(ghostLevels),
  },
];

export const CONNECTIVITY: FaultPart = { title: 'Connection to the venue', cases: CASES };
