import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { EngineEvent, Reconciled } from '../../../main/engine/domain/events.ts';
import { isInput } from '../../../main/engine/kernel/durability.ts';
import { isOpen, isStop, remainingLots } from '../../../main/practice/matching/order.ts';
import { baseAtoms } from '../../../main/practice/matching/rules.ts';
import { hold } from './bookkeeper.ts';
import { checkBooks } from './checks.ts';
import { nameOf } from './sim-venue.ts';
import type { World } from './world.ts';

/**
 * Once nothing is wrong any more, everything must have come to rest within this; counted from the last fill, for a thin book
 * takes a large target bit by bit.
 */
const REST_MS_MAX = 300_000;
/** Trades whose own stop the venue would not take any more: each may leave so much unprotected. */
const DUST_QUOTE = 6n * 10n ** 18n;
/** The same where the venue has changed its rules: below its largest smallest order, by less than its largest lot. */
const DUST_QUOTE_CHANGED = 17n * 10n ** 18n;

const isQuiet = (world: World): boolean => {
  const { execution } = world.engine.pipeline;
  if (!world.life.connector.isLive || !execution.view.isReconciled()) return false;
  if (execution.view.privateStream() !== 'live' || world.wire.underWay > 0) return false;
  const open = execution.orders.open();
  const isPassing = ({ state, purpose }: (typeof open)[number]): boolean =>
    (state !== 'acknowledged' && state !== 'partially-filled') || purpose === 'target' || purpose === 'flatten';
  if (open.some(isPassing)) return false;
  if (open.some(({ clientOrderId }) => execution.view.order(clientOrderId)?.cancelRequested)) return false;
  return world.venue.listings.every(({ record }) => {
    const { state, text } = execution.view.protection(record.id);
    return state === 'none' || state === 'on-venue' || isStanding(text);
  });
};

/** Reasons for a missing stop that time alone does not take away. */
const isStanding = (text: string): boolean => text.startsWith('Too little') || text.includes('made room for a sale');

/** Heals everything, waits until the world is quiet and holds engine, log and venue against one another. @throws Violation */
export async function settle(world: World): Promise<void> {
  // A ban runs its course: the venue said how long it lasts, and the engine keeps to that.
  await world.pass(Math.max(0, (world.wire.ban?.untilMs ?? 0) - world.time.nowMs));
  world.wire.heal();
  world.disk.disarm();
  world.sendCrash = null;
  world.frozenUntilMs.clear();
  world.feedDownUntilMs.clear();
  for (const listing of world.venue.listings) world.life.connector.feed(listing, 'live');
  world.marketStill = true;
  world.request({ kind: 'MandateSet', mandate: null });
  let [fromMs, fills] = [world.time.nowMs, world.venue.fills.length];
  await world.pass(10_000);
  // An audit may find what is then put right: at rest is what it leaves alone.
  do {
    while (!isQuiet(world) || world.books.differing.size > 0) {
      if (world.venue.fills.length > fills) [fromMs, fills] = [world.time.nowMs, world.venue.fills.length];
      const stuck = (): string => describeOpen(world);
      hold(world.time.nowMs - fromMs < REST_MS_MAX, 'comes-to-rest', stuck);
      await world.pass(2_000);
      world.books.readOn(world.disk.ledger, world.disk.synced);
    }
    await auditOnce(world);
    await world.pass(1_000);
    world.books.readOn(world.disk.ledger, world.disk.synced);
  } while (!isQuiet(world));
  checkEverything(world);
  await checkTwice(world);
  world.marketStill = false;
}

/** The venue's books read again change nothing: the audit leads to its own end and to nothing else. */
async function checkTwice(world: World): Promise<void> {
  let came: EngineEvent[] = [];
  const stop = world.engine.onEvent(({ event }) => {
    if (event.kind === 'AuditReceived') came = [event];
    else if (came.length > 0 && !isInput(event)) came.push(event);
    else if (came.length > 0) audits.push(came.splice(0));
  });
  const audits: EngineEvent[][] = [];
  const isStill = (events: readonly EngineEvent[]): boolean => events.length === 2;
  // What was due at that very moment all the same may come with one of them.
  for (let tries = 0; tries < 8 && !audits.some(isStill); tries += 1) {
    const before = `${world.sent.size} ${world.venue.fills.length}`;
    const { repairs } = await auditOnce(world);
    await world.pass(1_000);
    // A target that was reached meanwhile trades all the same: then the audit was no second one.
    const isSecond = before === `${world.sent.size} ${world.venue.fills.length}`;
    hold(repairs.length === 0 || !isSecond, 'reconciling-twice', () => repairs.join('; '));
    if (!isSecond) await world.pass(5_000);
  }
  stop();
  hold(audits.some(isStill), 'reconciling-twice', () => JSON.stringify(audits.at(-1)?.slice(1)));
}

async function auditOnce(world: World): Promise<Reconciled> {
  let last: Reconciled | null = null;
  const stop = world.engine.onEvent(({ event }) => {
    if (event.kind === 'Reconciled') last = event;
  });
  world.life.connector.audit();
  for (let tries = 0; last === null && tries < 120; tries += 1) await world.pass(500);
  stop();
  hold(last !== null, 'comes-to-rest', () => 'an audit never ends');
  return last;
}

function checkEverything(world: World): void {
  const { books, venue, engine } = world;
  books.readOn(world.disk.ledger, world.disk.synced);
  checkBooks(books, engine);
  const missing = venue.fills.filter(({ orderId, symbol, tradeId }) => {
    const order = venue.order({ orderId });
    const ours = order !== undefined && books.orders.has(nameOf(order));
    return ours && !books.isBooked(`${venue.listing(symbol).record.id} ${tradeId}`);
  });
  hold(missing.length === 0, 'every-fill-is-booked', () => `fill ${missing[0]?.tradeId} of ours is not booked`);
  for (const [asset, amount] of venue.totals()) {
    const ours = formatDecimal(books.balances.get(asset) ?? 0n);
    hold(ours === amount, 'ledger-is-the-venues', () => `${asset}: ours ${ours}, the venue's ${amount}`);
  }
  const ours = engine.pipeline.execution.orders.open().map(({ clientOrderId }) => clientOrderId);
  const theirs = [...new Set(venue.openOrders().map(nameOf))];
  const [a, b] = [ours.sort().join(' '), theirs.sort().join(' ')];
  hold(a === b, 'no-order-forgotten', () => `engine: ${a}; venue: ${b}`);
  checkStates(world);
  checkKilled(world);
  checkProtection(world);
  world.reader.check(world);
}

/** With the kill switch on nothing of ours that adds risk may stay at the venue. */
function checkKilled(world: World): void {
  if (!world.books.killed) return;
  const buys = world.venue
    .openOrders()
    .filter(({ side, clientOrderId }) => side === 'buy' && world.books.orders.has(clientOrderId));
  hold(buys.length === 0, 'kill-switch', () => `${buys[0]?.clientOrderId} still rests with the kill switch on`);
}

/** What the engine says of each of its orders is what became of it. */
function checkStates(world: World): void {
  for (const [id, { state }] of world.books.orders) {
    const truth = world.venue.known(id);
    const wanted = truth?.status === 'new' ? 'acknowledged' : (truth?.status ?? null);
    if (truth && isOpen(truth)) hold(state === wanted, 'order-states', () => `${id}: ours ${state}, theirs ${wanted}`);
    else if (truth?.status === 'filled')
      hold(state === 'filled', 'order-states', () => `${id}: ours ${state}, theirs filled`);
    else if (truth) hold(OVER.has(state), 'order-states', () => `${id}: ours ${state}, theirs ${truth.status}`);
    else hold(NEVER_THERE.has(state), 'order-states', () => `${id}: ours ${state}, never there`);
  }
}

/** A signature whose order a crash kept off the disk was never sent: the engine says that it is void. */
const NEVER_THERE: ReadonlySet<string> = new Set(['rejected', 'cancelled', 'void']);
const OVER: ReadonlySet<string> = new Set(['cancelled', 'expired', 'rejected']);

/** All that signatures promised to protect rests under a stop, but for dust and what a sale has taken the place of. */
function checkProtection(world: World): void {
  for (const { rules, record, lastTicks } of world.venue.listings) {
    const promised = world.books.promised.get(record.id) ?? 0n;
    const open = world.venue.openOrders(rules.symbol);
    const ours = open.filter((order) => world.books.orders.has(nameOf(order)));
    if (open.some((order) => order.side === 'sell' && !isStop(order) && order.orderListId < 0)) continue;
    const stops = ours.filter(isStop).reduce((sum, stop) => sum + baseAtoms(rules, remainingLots(stop)), 0n);
    const held = world.books.held(record.id);
    hold(stops <= held, 'stop-within-held', () => `${record.id}: ${formatDecimal(stops)} of ${formatDecimal(held)}`);
    const price = parseDecimal((lastTicks * rules.tickSize).toFixed(2));
    const entries = [...world.books.orders.values()].filter(
      ({ order, state }) => order.purpose === 'entry' && order.instrumentId === record.id && state !== 'rejected',
    );
    const bare = promised - stops;
    const dustQuote = world.faults.struck.has('rules-changed') ? DUST_QUOTE_CHANGED : DUST_QUOTE;
    const dust = (dustQuote * 10n ** 18n) / price;
    const text = (): string =>
      `${record.id}: promised ${formatDecimal(promised)}, under stops ${formatDecimal(stops)}, held ${formatDecimal(held)}; the engine says ${JSON.stringify(world.engine.pipeline.execution.view.protection(record.id))}`;
    hold(bare <= dust * BigInt(Math.max(1, entries.length)), 'stop-present', text);
  }
}

function describeOpen(world: World): string {
  const { execution } = world.engine.pipeline;
  const orders = execution.orders
    .open()
    .map(
      ({ clientOrderId: id, purpose, state }) =>
        `${id} ${purpose} ${state} ${execution.view.order(id)?.cancelRequested ? 'leaving' : ''}`,
    );
  const protections = world.venue.listings.map(({ record }) => {
    const { state, text } = execution.view.protection(record.id);
    return `${record.id}: ${state} ${text}`;
  });
  const { view } = execution;
  return `reconciled ${view.isReconciled()}, stream ${view.privateStream()}, under way ${world.wire.underWay}, differing ${[...world.books.differing].join(' ')}; ${orders.join('; ')}; ${protections.join('; ')}`;
}
