import { expect } from 'vitest';
import { type OpenConnector, openConnector } from '../support/venues/open-connector.ts';
import type { FaultCase, FaultPart } from './case.ts';
import type { LiveDesk } from './live-desk.ts';
import { sharedDesk } from './shared-desk.ts';

export const venueAccessDesk = sharedDesk(32);
const live = venueAccessDesk.on;

const bar = (desk: LiveDesk, code: 'maintenance' | 'key-refused') =>
  desk.desk().safety.holds.find((hold) => hold.code === code)?.text;

async function hold(desk: LiveDesk): Promise<void> {
  await desk.untilState(await desk.order({ type: 'market' }), 'filled');
}
async function rest(desk: LiveDesk): Promise<string> {
  const id = await desk.order({ type: 'limit', bps: -500 });
  await desk.untilState(id, 'acknowledged');
  return id;
}
async function isOpenAtVenue(desk: LiveDesk, id: string): Promise<boolean> {
  return (await desk.rest.openOrders('BTCUSDT')).some(({ clientOrderId }) => clientOrderId === id);
}

async function plannedMaintenance(desk: LiveDesk): Promise<void> {
  const resting = await rest(desk);
  const from = desk.events.length;
  await desk.venue.fault({ fault: 'maintenance', msg: 'Wallet and matching are upgraded until 08:00 UTC' });
  await desk.until('the word', () => bar(desk, 'maintenance'));
  expect(bar(desk, 'maintenance')).toBe(
    'the venue is in maintenance: Wallet and matching are upgraded until 08:00 UTC',
  );
  await desk.until('the feed to be down', () => desk.feed()?.status !== 'live');
  const { id, words } = desk.click({ type: 'market' });
  expect(id).toBeNull();
  expect(words).toContain('the venue is in maintenance');
  expect(await desk.submitBelowTheGate(`maintenance-${from}`)).toMatchObject({ outcome: 'unknown', code: '-1008' });
  await desk.venue.clearFaults();
  await desk.well();
  expect(desk.journal(from)).toContain('The venue is out of maintenance.');
  expect(desk.row(resting)?.state).toBe('acknowledged');
  desk.engine.request({ kind: 'CancelRequested', clientOrderId: resting });
  await desk.untilState(resting, 'cancelled');
}

async function keyRevoked(desk: LiveDesk): Promise<void> {
  await hold(desk);
  const resting = await rest(desk);
  const from = desk.told.length;
  await desk.venue.fault({ fault: 'key-refused' });
  await desk.venue.fault({ fault: 'stream-terminated' });
  await desk.until('the word', () => bar(desk, 'key-refused'));
  expect(bar(desk, 'key-refused')).toMatch(/^the venue refuses the API key \(Invalid API-key.*-2015\)$/);
  expect(desk.click({ type: 'market' }).words).toContain('refuses the API key');
  // Data goes on, and what takes risk away is tried all the same.
  const refusals = await desk.venue.struck('key-refused');
  await desk.until('quotes', () => desk.toldSince(from, 'MarketBatchReceived').some(({ quote }) => quote));
  expect(desk.feed()?.status).toBe('live');
  desk.engine.request({ kind: 'CancelRequested', clientOrderId: resting });
  await desk.until('tries', async () => (await desk.venue.struck('key-refused')) > refusals);
  expect(desk.row(resting)?.state).toBe('acknowledged');
  await desk.venue.clearFaults();
  await desk.untilState(resting, 'cancelled');
  await desk.well();
  expect(desk.journal()).toContain('The venue takes the API key again.');
}

async function keyNarrowed(desk: LiveDesk): Promise<void> {
  await hold(desk);
  const resting = await rest(desk);
  await desk.venue.fault({ fault: 'key-refused', only: 'trading' });
  // The gate may have learnt of it already, from what the venue says of the key.
  const refused = await desk.submitBelowTheGate(`narrowed-${desk.events.length}`);
  expect(refused).toMatchObject({ outcome: 'rejected', code: '-2015', putOff: true });
  await desk.until('the word', () => bar(desk, 'key-refused'));
  expect(bar(desk, 'key-refused')).toMatch(/^the venue lets the API key read but not trade \(/);
  expect(desk.click({ type: 'market' }).words).toContain('read but not trade');
  const before = desk.held();
  desk.engine.request({ kind: 'CancelRequested', clientOrderId: resting });
  desk.engine.request({ kind: 'FlattenRequested', instrumentId: null });
  const refusals = await desk.venue.struck('key-refused');
  await desk.until('further tries', async () => (await desk.venue.struck('key-refused')) > refusals + 2);
  expect(desk.held()).toBe(before);
  expect(await isOpenAtVenue(desk, resting)).toBe(true);
  expect(desk.feed()?.status).toBe('live');
  await desk.venue.clearFaults();
  await desk.untilState(resting, 'cancelled');
  await desk.until('the flatten that went on trying', () => desk.held() < 0.0001);
  await desk.well();
}

/** Nobody sends an order: what the venue says of the key is read with the periodic audit, and at a start. */
async function keyNarrowedUnasked(desk: LiveDesk): Promise<void> {
  const word = (connector: OpenConnector, why: RegExp | null) =>
    connector.next('VenueAccessChanged', (event) => (why === null ? event.why === null : why.test(event.why ?? '')), 0);
  const running = openConnector(desk.venue, { auditEveryMs: 500 });
  try {
    await running.next('AuditReceived', undefined, 0);
    expect(running.of('VenueAccessChanged')).toEqual([]);
    await desk.venue.fault({ fault: 'key-refused', only: 'trading' });
    await word(running, /read but not trade \(it has no right to trade/);
    const started = openConnector(desk.venue);
    await word(started, /read but not trade/).finally(() => started.close());
    await desk.venue.clearFaults();
    await word(running, null);
  } finally {
    await running.close();
  }
  await desk.well();
}

/** The entry's stop cannot be placed for want of a right: the venue has judged nothing, so nothing is sold for it. */
async function keyNarrowedBeforeStop(desk: LiveDesk): Promise<void> {
  const id = await desk.order({ type: 'limit', bps: -60, stopBps: -900 });
  await desk.untilState(id, 'acknowledged');
  await desk.venue.fault({ fault: 'key-refused', only: 'trading' });
  await desk.rest.shock('BTCUSDT', -300);
  await desk.untilState(id, 'filled');
  const stops = () => desk.desk().orders.filter(({ purpose, state }) => purpose === 'stop' && state === 'rejected');
  await desk.until('stops that were refused', () => stops().length >= 3);
  expect(desk.desk().positions[0]?.stopState).not.toBe('on-venue');
  const sold = desk.desk().orders.filter(({ side, type, createdAtMs }) => {
    return side === 'sell' && type === 'market' && createdAtMs >= (desk.row(id)?.createdAtMs ?? 0);
  });
  expect(sold).toEqual([]);
  await desk.venue.clearFaults();
  await desk.until('the stop', () => desk.desk().positions[0]?.stopState === 'on-venue');
  desk.engine.request({ kind: 'FlattenRequested', instrumentId: null });
  await desk.until('nothing held that can be sold', () => desk.held() < 0.0001);
}

const CASES: readonly FaultCase[] = [
  {
    id: 'planned-maintenance',
    title: 'the venue closes for maintenance, and opens again',
    injected: 'practice venue: the maintenance switch (REST 503 with code -1008, streams closed, system status 1)',
    holds:
      'New entries wait; what an order sent into it became is not guessed; what rests stays; the end is noticed by itself.',
    seen: '“the venue is in maintenance” with the venue’s own words in the holds, the refusal and the journal; the end, too.',
    check: live(plannedMaintenance),
  },
  {
    id: 'key-revoked',
    title: 'the API key is revoked in the middle of the session, and made valid again',
    injected: 'practice venue: the key-refused switch (-2015 to every signed request and login), private stream ended',
    holds:
      'New entries wait; market data goes on; cancels are still tried and get through once the key is valid again.',
    seen: 'The hold “the venue refuses the API key” with the venue’s words, the same on the ticket, the end in the journal.',
    check: live(keyRevoked),
  },
  {
    id: 'key-narrowed',
    title: 'the API key may read but no longer trade',
    injected: 'practice venue: the key-refused switch for trading alone',
    holds: 'The refused order is over; entries wait; cancel and flatten go on trying and get through once they may.',
    seen: 'The hold “the venue lets the API key read but not trade” with the venue’s words, the same on the ticket.',
    check: live(keyNarrowed),
  },
  {
    id: 'key-narrowed-unasked',
    title: 'the API key loses the right to trade, and nobody sends an order meanwhile',
    injected: 'practice venue: the key-refused switch for trading alone, which its own page on the key says too',
    holds:
      'What the key may do is read with every periodic audit and at a start: entries are held before one is refused.',
    seen: 'The hold “the venue lets the API key read but not trade (it has no right to trade)”, and its end.',
    check: live(keyNarrowedUnasked),
  },
  {
    id: 'key-narrowed-before-stop',
    title: 'an entry fills after the key lost the right to trade: its stop is refused',
    injected: 'practice venue: the key-refused switch for trading alone, a shock that fills the entry',
    holds: 'The venue judged nothing: nothing is sold, the stop is tried with growing pauses and rests once it may.',
    seen: 'The position’s stop as missing, the refusals among the orders, then the stop as resting.',
    check: live(keyNarrowedBeforeStop),
  },
];

export const VENUE_ACCESS: FaultPart = { title: 'The venue lets nobody in', cases: CASES };
