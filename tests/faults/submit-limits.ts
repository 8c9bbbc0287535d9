import { expect } from 'vitest';
import type { FaultCase } from './case.ts';
import { BTC, Scene } from './scene.ts';

const ETH = 'binance:ETH/USDT';
const BNB = 'binance:BNB/USDT';
const RESTING = { qty: '0.01', bps: -20, stopBps: 100 } as const;

/** What goes out from now on, oldest first. */
function watchRequests(scene: Scene): string[] {
  const { wire } = scene.world;
  const send = wire.send.bind(wire);
  const out: string[] = [];
  wire.send = (kind, ...rest) => {
    out.push(kind);
    return send(kind, ...rest);
  };
  return out;
}

function ban(scene: Scene, status: 429 | 418, ms: number): void {
  scene.world.wire.ban = { status, untilMs: scene.world.time.nowMs + ms };
  scene.world.faults.strike(`ban-${status}`);
}

async function entriesUnanswered(): Promise<void> {
  const scene = await Scene.open();
  scene.ticket({ qty: '0.01', stopBps: 100 });
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  for (const instrumentId of [ETH, ETH, BNB]) {
    // One in doubt at a time in an instrument: the second goes once the venue has said that there is none.
    await scene.until('the word on it', () => scene.desk().orders.every(({ state }) => state !== 'unknown'), 20_000);
    scene.world.faults.plan('submit-5xx-not-placed');
    scene.ticket({ instrumentId, qty: '0.1', bps: -20 });
    await scene.pass(1_000);
  }
  await scene.until('the hold', () => scene.holds().includes('not-answering'), 10_000);
  expect(scene.ticket({ qty: '0.001' })).toBeNull();
  expect(scene.journal().at(-1)).toContain('orders to the venue have had no answer (HTTP 503)');
  scene.world.request({ kind: 'FlattenRequested', instrumentId: BTC });
  await scene.until('the sale', () => scene.desk().positions.length === 0, 3_000);
  await scene.until('the end of the pause', () => scene.holds().length === 0, 10_000);
  const trial = scene.ticket({ qty: '0.01', bps: -20 }) as string;
  await scene.until('the trial', () => scene.order(trial).state === 'acknowledged');
  await scene.rest();
}

/** While banned nothing goes out; entries are not sent late; the cancel is the first to go. */
async function banned(status: 429 | 418, banMs: number): Promise<void> {
  const scene = await Scene.open();
  const resting = scene.ticket(RESTING) as string;
  await scene.until('the order', () => scene.order(resting).state === 'acknowledged');
  ban(scene, status, banMs);
  const first = scene.ticket(RESTING) as string;
  await scene.until('the ban', () => scene.order(first).state === 'rejected');
  expect(scene.order(first).note).toBe('The venue refused: too many requests.');
  const sent = watchRequests(scene);
  const second = scene.ticket(RESTING) as string;
  await scene.pass(banMs / 2);
  expect(scene.order(second)).toMatchObject({ state: 'rejected', note: expect.stringContaining('Not sent') });
  // Behind the reads that wait already.
  scene.world.request({ kind: 'CancelRequested', clientOrderId: resting });
  await scene.pass(5_000);
  expect(scene.order(resting)).toMatchObject({ state: 'acknowledged', cancelRequested: true });
  expect(sent).toEqual([]);
  await scene.until('the cancel', () => scene.order(resting).state === 'cancelled', banMs);
  expect(sent[0]).toBe('cancel');
  expect(scene.atVenue(second)).toBeUndefined();
  const after = scene.ticket(RESTING) as string;
  await scene.until('the next order', () => scene.order(after).state === 'acknowledged');
  await scene.rest();
}

/** An entry fills while we are banned: its stop waits for the end of the ban, goes first, and nothing is sold for it. */
async function stopInBan(): Promise<void> {
  const scene = await Scene.open();
  const id = scene.ticket(RESTING) as string;
  await scene.until('the order', () => scene.order(id).state === 'acknowledged');
  ban(scene, 429, 60_000);
  scene.ticket({ ...RESTING, instrumentId: 'binance:ETH/USDT', qty: '0.1' });
  await scene.pass(2_000);
  const sent = watchRequests(scene);
  scene.move(-25);
  await scene.until('the fill', () => scene.order(id).state === 'filled');
  await scene.pass(30_000);
  expect(scene.desk().positions[0]?.stopState).toBe('placing');
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  expect(sent[0]).toBe('stop');
  expect(scene.world.venue.fills.filter(({ side }) => side === 'sell')).toEqual([]);
  await scene.rest();
}

/** The venue says that nearly all weight is used: entries find no room, cancel and flatten do. */
async function budgetSpent(): Promise<void> {
  const scene = await Scene.open();
  const held = scene.ticket({ qty: '0.01', stopBps: 100 }) as string;
  const resting = scene.ticket(RESTING) as string;
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  await scene.until('the order', () => scene.order(resting).state === 'acknowledged');
  expect(scene.order(held).state).toBe('filled');
  scene.world.wire.weightStated = 5_980;
  scene.world.life.connector.audit();
  await scene.pass(5_000);
  const entry = scene.ticket({ ...RESTING, instrumentId: 'binance:ETH/USDT', qty: '0.1' }) as string;
  scene.world.request({ kind: 'CancelRequested', clientOrderId: resting });
  scene.world.request({ kind: 'FlattenRequested', instrumentId: BTC });
  await scene.until('the cancel', () => scene.order(resting).state === 'cancelled', 5_000);
  await scene.until('the sale', () => scene.desk().positions.length === 0 || isDust(scene), 10_000);
  await scene.until('the entry’s end', () => scene.order(entry).state === 'rejected', 10_000);
  expect(scene.order(entry).note).toContain('Not sent: the request budget gave no room');
  expect(scene.atVenue(entry)).toBeUndefined();
  await scene.rest();
}

/** What is left once the fee was taken in the coin. */
const isDust = (scene: Scene): boolean => Number(scene.desk().positions[0]?.qtyBase) < 0.00001;

export const SUBMIT_LIMITS: readonly FaultCase[] = [
  {
    id: 'too-many-requests',
    title: 'the venue says “too many requests” for half a minute',
    injected: 'simulated wire: 429 with Retry-After',
    holds: 'Nothing goes out until then. Entries are refused, not sent late; the cancel waits and is the first to go.',
    seen: 'Entries as rejected: too many requests, or not sent; the cancel as under way, then done.',
    check: () => banned(429, 30_000),
  },
  {
    id: 'address-banned',
    title: 'the venue bans our address for two minutes',
    injected: 'simulated wire: 418 with Retry-After',
    holds: 'Nothing goes out until then. Entries are refused, not sent late; the cancel waits and is the first to go.',
    seen: 'Entries as rejected: too many requests, or not sent; the cancel as under way, then done.',
    check: () => banned(418, 120_000),
  },
  {
    id: 'entries-without-an-answer',
    title: 'the venue leaves three orders in a row without an answer',
    injected: 'simulated wire: 503 to three entries',
    holds: 'Entries are held for the pause; cancels, closes and stops are not. The next entry after it is the trial.',
    seen: 'The hold “orders to the venue have had no answer” on the desk, the ticket and in the journal, and its end.',
    check: entriesUnanswered,
  },
  {
    id: 'stop-during-a-ban',
    title: 'an entry fills while the venue takes no requests from us',
    injected: 'simulated wire: 429 for a minute; the market reaches the entry',
    holds: 'The stop goes out first when the ban ends; nothing is sold for its absence.',
    seen: 'The position with its stop being placed until it rests.',
    check: stopInBan,
  },
  {
    id: 'request-weight-spent',
    title: 'nearly all of the venue’s request weight is used up',
    injected: 'simulated venue: states 5,980 of 6,000 with every answer',
    holds:
      'Cancels, stops and Flatten keep a tenth to themselves and go at once; entries find no room and are not sent.',
    seen: 'Cancel and Flatten done; the entry as rejected: not sent, the request budget gave no room.',
    check: budgetSpent,
  },
];
