import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { EngineEvent, Reconciled } from '../../../main/engine/domain/events.ts';
import { isPerpetual, SPOT_VENUE } from '../../../main/engine/domain/instrument.ts';
import { isInput } from '../../../main/engine/kernel/durability.ts';
import { isOpen, isStop, remainingLots } from '../../../main/practice/matching/order.ts';
import { baseAtoms } from '../../../main/practice/matching/rules.ts';
import { hold } from './bookkeeper.ts';
import { checkBooks } from './checks.ts';
import { checkGuards } from './dead-man-checks.ts';
import { COUNTDOWN_MS } from './life.ts';
import type { SimMarket } from './sim-market.ts';
import type { SimPerpetuals } from './sim-perpetuals.ts';
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
  if (!world.life.connectors.every(({ isLive }) => isLive)) return false;
  for (const { venue, wire } of world.sides) {
    // Around a full hour an account with positions is opened a minute later.
    if (!execution.view.isReconciled(venue.name) || !world.books.opened.has(venue.name)) return false;
    if (execution.view.privateStream(venue.name) !== 'live' || wire.underWay > 0) return false;
  }
  const open = execution.orders.open();
  const isPassing = ({ state, purpose, instrumentId }: (typeof open)[number]): boolean => {
    if (state !== 'acknowledged' && state !== 'partially-filled') return true;
    return purpose === 'flatten' || (purpose === 'target' && !isPerpetual(instrumentId));
  };
  if (open.some(isPassing)) return false;
  if (open.some(({ clientOrderId }) => execution.view.order(clientOrderId)?.cancelRequested)) return false;
  return world.listings.every(({ record }) => {
    const { state, text } = execution.view.protection(record.id);
    return state === 'none' || (state === 'on-venue' && !isTooSmall(text)) || isStanding(text);
  });
};

/** Longer than what was refused waits for its next try: who tries for ever is not at rest. */
const STILL_MS = 6_000;

/** Said of a stop that covers a part, where the rest is still to come. */
export const isTooSmall = (text: string): boolean => /more (follow|are bare)/.test(text);

/** Reasons for a missing stop that time alone does not take away. */
const isStanding = (text: string): boolean => text.startsWith('Too little') || text.includes('made room for a sale');

/** Heals everything, waits until the world is quiet and holds engine, log and venue against one another. @throws Violation */
export async function settle(world: World): Promise<void> {
  // A ban runs its course: the venue said how long it lasts, and the engine keeps to that.
  const bannedUntilMs = Math.max(...world.sides.map(({ wire }) => wire.ban?.untilMs ?? 0));
  await world.pass(Math.max(0, bannedUntilMs - world.time.nowMs));
  // What was wrong until now is not forgotten with it.
  world.lastFaultMs = Math.min(world.time.nowMs, world.wellSinceMs());
  for (const { wire } of world.sides) wire.heal();
  world.disk.disarm();
  world.sendCrash = null;
  world.frozenUntilMs.clear();
  world.feedDownUntilMs.clear();
  for (const listing of world.listings) world.connectorOf(listing.record.id).feed(listing, 'live');
  world.marketStill = true;
  world.request({ kind: 'MandateSet', mandate: null });
  let [fromMs, fills] = [world.time.nowMs, fillsOf(world)];
  let done = '';
  await world.pass(10_000);
  // An audit may find what is then put right: at rest is what it leaves alone.
  do {
    while (!isQuiet(world) || world.books.differing.size > 0) {
      if (fillsOf(world) > fills) [fromMs, fills] = [world.time.nowMs, fillsOf(world)];
      const stuck = (): string => describeOpen(world);
      hold(world.time.nowMs - fromMs < REST_MS_MAX, 'comes-to-rest', stuck);
      await world.pass(2_000);
      world.books.readOn(world.disk.ledger, world.disk.synced);
    }
    done = doneBy(world);
    await auditOnce(world);
    await world.pass(STILL_MS);
    world.books.readOn(world.disk.ledger, world.disk.synced);
    hold(world.time.nowMs - fromMs < REST_MS_MAX, 'comes-to-rest', () => describeOpen(world));
  } while (!isQuiet(world) || doneBy(world) !== done);
  checkEverything(world);
  await checkTwice(world);
  if (world.books.deadMan !== 'off') await checkRefreshed(world);
  world.marketStill = false;
}

/** What was sent and filled so far: a stop that follows a fill takes a moment of its own. */
const doneBy = (world: World): string => `${world.sent.size} ${fillsOf(world)}`;

const fillsOf = ({ sides }: World): number => sides.reduce((sum, { venue }) => sum + venue.fills.length, 0);

/** The dead-man switch stands where it is wanted, and is kept from running out. */
async function checkRefreshed(world: World): Promise<void> {
  // What was asked for a moment ago may still be on its way.
  await world.pass(COUNTDOWN_MS / 2);
  checkGuards(world);
  const isSet = world.listings.some(({ rules }) => world.perpetuals?.countdowns.firesAtMs(rules.symbol) != null);
  if (isSet) await world.pass(COUNTDOWN_MS * 1.2);
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
    const before = doneBy(world);
    const { repairs } = await auditOnce(world);
    await world.pass(1_000);
    // A target that was reached meanwhile trades all the same: then the audit was no second one.
    const isSecond = before === doneBy(world);
    hold(repairs.length === 0 || !isSecond, 'reconciling-twice', () => repairs.join('; '));
    if (!isSecond) await world.pass(5_000);
  }
  stop();
  hold(audits.some(isStill), 'reconciling-twice', () => JSON.stringify(audits.at(-1)?.slice(1)));
}

/** Reads the books of every venue once, and says what was put right. */
async function auditOnce(world: World): Promise<{ readonly repairs: readonly string[] }> {
  const ended = new Map<string, Reconciled>();
  const stop = world.engine.onEvent(({ event }) => {
    if (event.kind === 'Reconciled') ended.set(event.venue ?? SPOT_VENUE, event);
  });
  for (const connector of world.life.connectors) connector.audit();
  for (let tries = 0; ended.size < world.sides.length && tries < 120; tries += 1) await world.pass(500);
  stop();
  hold(ended.size === world.sides.length, 'comes-to-rest', () => 'an audit never ends');
  return { repairs: [...ended.values()].flatMap(({ repairs }) => repairs) };
}

function checkEverything(world: World): void {
  const { books, engine } = world;
  books.readOn(world.disk.ledger, world.disk.synced);
  checkBooks(books, engine);
  for (const { venue } of world.sides) checkVenue(world, venue);
  const ours = engine.pipeline.execution.orders.open().map(({ clientOrderId }) => clientOrderId);
  const theirs = world.sides.flatMap(({ venue }) => venue.openNames());
  const [a, b] = [ours.sort().join(' '), theirs.sort().join(' ')];
  hold(a === b, 'no-order-forgotten', () => `engine: ${a}; venue: ${b}`);
  checkStates(world);
  checkKilled(world);
  checkTakenBack(world);
  checkProtection(world);
  checkPerpetualProtection(world);
  world.reader.check(world);
}

/** Every fill of ours is booked, and the books come to what the venue has. */
function checkVenue({ books }: World, venue: SimMarket): void {
  const missing = venue.fills.find(({ orderId, symbol, tradeId }) => {
    const order = venue.order({ orderId });
    const ours = order !== undefined && books.orders.has(venue.ownerOf(order));
    return ours && !books.isBooked(`${venue.listing(symbol).record.id} ${tradeId}`);
  });
  hold(missing === undefined, 'every-fill-is-booked', () => `fill ${missing?.tradeId} of ours is not booked`);
  for (const [asset, amount] of venue.totals()) {
    const ours = formatDecimal(books.balances.get(asset) ?? 0n);
    hold(ours === amount, 'ledger-is-the-venues', () => `${asset}: ours ${ours}, the venue's ${amount}`);
  }
}

/** With the kill switch on nothing of ours that adds risk may stay at the venue. */
function checkTakenBack({ books }: World): void {
  const left = books.live().find(({ order }) => order.proposalId !== null && books.takenBack.has(order.proposalId));
  hold(left === undefined, 'taken-back', () => `${left?.order.clientOrderId} rests, and its strategy took it back`);
}

function checkKilled(world: World): void {
  if (!world.books.killed) return;
  const names = world.sides.flatMap(({ venue }) => venue.openNames());
  const entry = names.find((name) => world.books.orders.get(name)?.order.purpose === 'entry');
  hold(entry === undefined, 'kill-switch', () => `${entry} still rests with the kill switch on`);
}

/** What the engine says of each of its orders is what became of it. */
function checkStates(world: World): void {
  for (const [id, { state, order }] of world.books.orders) {
    const truth = world.sideOf(order.instrumentId).venue.known(id);
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

/**
 * Of a perpetual, all that was promised a stop rests under stops that close no more than there is; where the venue's lot grew,
 * but for less than a lot to each entry.
 */
function checkPerpetualProtection({ perpetuals, books, faults, engine }: World): void {
  for (const listing of perpetuals?.listings ?? []) {
    const { rules, record } = listing;
    const held = books.held(record.id);
    const closing = held > 0n ? 'sell' : 'buy';
    const legs = (perpetuals as SimPerpetuals)
      .waiting(rules.symbol)
      .filter(({ clientAlgoId }) => books.orders.has(clientAlgoId));
    const astray = legs.find(({ side }) => held === 0n || side !== closing);
    hold(astray === undefined, 'stop-within-held', () => `${astray?.clientAlgoId} waits and there is nothing to close`);
    const resting = (type: string): bigint =>
      legs.reduce((sum, leg) => (leg.type === type ? sum + baseAtoms(rules, leg.qtyLots ?? 0) : sum), 0n);
    const [stops, targets] = [resting('stop-market'), resting('take-profit-market')];
    const size = held < 0n ? -held : held;
    const text = (): string =>
      `${record.id}: promised ${formatDecimal(books.promised.get(record.id) ?? 0n)}, under stops ${formatDecimal(stops)}, at targets ${formatDecimal(targets)}, held ${formatDecimal(held)}; the engine says ${JSON.stringify(engine.pipeline.execution.view.protection(record.id))}`;
    hold(stops <= size && targets <= size, 'stop-within-held', text);
    const entries = [...books.orders.values()].filter(
      ({ order }) => order.purpose === 'entry' && order.instrumentId === record.id,
    );
    const lot = faults.struck.has('rules-changed') ? 10n * rules.lotAtoms : 0n;
    const bare = (books.promised.get(record.id) ?? 0n) - stops;
    hold(bare <= lot * BigInt(entries.length), 'stop-present', text);
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
  const protections = world.listings.map(({ record }) => {
    const { state, text } = execution.view.protection(record.id);
    return `${record.id}: ${state} ${text}`;
  });
  const { view } = execution;
  const sides = world.sides.map(
    ({ venue: { name }, wire }) =>
      `${name}: reconciled ${view.isReconciled(name)}, stream ${view.privateStream(name)}, under way ${wire.underWay}`,
  );
  return `${sides.join('; ')}, differing ${[...world.books.differing].join(' ')}; ${orders.join('; ')}; ${protections.join('; ')}`;
}
