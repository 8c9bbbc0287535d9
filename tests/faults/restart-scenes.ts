import { expect } from 'vitest';
import type { FaultCase } from './case.ts';
import { BTC, Scene } from './scene.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Filled at once, its stop far below. */
const BOUGHT = { qty: '0.02', bps: 10, stopBps: 300 } as const;
/** Rests far below the market. */
const WAITING = { qty: '0.01', bps: -200, stopBps: 300 } as const;

interface Elsewhere {
  readonly side: 'buy' | 'sell';
  readonly lots: number;
  /** Rests so far from the price; null trades at once. */
  readonly bps: number | null;
}

/** Somebody trades on the same account with another program. */
function tradeElsewhere(scene: Scene, id: string, { side, lots, bps }: Elsewhere): void {
  const { rules, lastTicks } = scene.listing();
  const placed = scene.world.venue.place({
    symbol: rules.symbol,
    side,
    type: bps === null ? 'market' : 'limit',
    timeInForce: bps === null ? 'ioc' : 'gtc',
    priceTicks: bps === null ? null : Math.round(lastTicks * (1 + bps / 10_000)),
    stopTicks: null,
    qtyLots: lots,
    quoteBudgetAtoms: null,
    clientOrderId: `web-${id}`,
    orderListId: -1,
  });
  if ('kind' in placed) throw new Error(`the venue refused what was ordered elsewhere: ${placed.kind}`);
}

/** A world in the middle of a trade: a position under its stop, and an order that waits. */
async function inTrade(): Promise<{ scene: Scene; waiting: string }> {
  const scene = await Scene.open();
  scene.ticket(BOUGHT);
  const waiting = scene.ticket(WAITING) as string;
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  await scene.until('the order', () => scene.order(waiting).state === 'acknowledged');
  return { scene, waiting };
}

const position = (scene: Scene) => scene.desk().positions.find(({ instrumentId }) => instrumentId === BTC);
const repairs = (scene: Scene): string[] => scene.desk().health.repairs.map(({ text }) => text);
const stopOf = (scene: Scene) => scene.world.venue.openOrders('BTCUSDT').find(({ type }) => type === 'stop-loss');

const reconciled = (scene: Scene): Promise<void> => scene.until('reconciled', () => scene.holds().length === 0);

/** The process dies, what happens meanwhile happens, another one starts and reads the venue's books. */
async function away(scene: Scene, downMs: number, meanwhile: () => void): Promise<void> {
  scene.world.time.after(downMs / 2, meanwhile);
  await scene.kill(downMs);
  await reconciled(scene);
}

async function tradedElsewhere(): Promise<void> {
  const { scene, waiting } = await inTrade();
  await away(scene, 60_000, () => {
    tradeElsewhere(scene, 'rests', { side: 'buy', lots: 500, bps: -150 });
    tradeElsewhere(scene, 'trades', { side: 'buy', lots: 300, bps: null });
    const ours = scene.atVenue(waiting);
    scene.world.venue.cancel(ours?.orderId as number, 'web-cancels');
  });
  expect(scene.order('web-rests')).toMatchObject({ state: 'acknowledged', signedBy: 'elsewhere', purpose: 'foreign' });
  expect(scene.order(waiting).state).toBe('cancelled');
  expect(Number(position(scene)?.qtyBase)).toBeGreaterThan(0.0225);
  expect(repairs(scene)).toEqual([
    'Adopted an order made elsewhere: BUY 0.005 BTC/USDT',
    'BUY 0.01 BTC/USDT (entry) is cancelled, we had it as acknowledged',
    'Adopted an order made elsewhere: BUY 0.003 BTC/USDT',
    expect.stringMatching(/^Booked a fill that the stream had not brought: BUY 0.003 BTC\/USDT @ /),
  ]);
  await scene.rest();
}

async function closedElsewhere(): Promise<void> {
  const { scene } = await inTrade();
  const sent = scene.world.sent.size;
  await away(scene, 60_000, () => {
    scene.world.venue.cancel(stopOf(scene)?.orderId as number, 'web-takes-the-stop');
    const { rules } = scene.listing();
    const { free } = scene.world.venue.account.get('BTC');
    tradeElsewhere(scene, 'closes', { side: 'sell', lots: Number(free / rules.lotAtoms), bps: null });
  });
  await scene.pass(30_000);
  // Less than a lot, which nobody can sell.
  expect(Number(position(scene)?.qtyBase ?? 0)).toBeLessThan(0.00001);
  expect(stopOf(scene)).toBeUndefined();
  expect(scene.world.sent.size).toBe(sent);
  expect(repairs(scene).join('\n')).toContain('Booked a fill that the stream had not brought: SELL');
  await scene.rest();
}

async function stopTakenElsewhere(): Promise<void> {
  const { scene } = await inTrade();
  const before = stopOf(scene);
  await away(scene, 60_000, () => void scene.world.venue.cancel(before?.orderId as number, 'web-takes-the-stop'));
  expect(repairs(scene).join('\n')).toMatch(/\(stop\) is cancelled, we had it as acknowledged/);
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  expect(stopOf(scene)).toMatchObject({ stopTicks: before?.stopTicks, qtyLots: before?.qtyLots });
  await scene.rest();
}

/** Nothing on our disk, and at the venue a holding of which it tells no fills any more. */
async function coldStart(): Promise<void> {
  const scene = new Scene({ heldBefore: true });
  tradeElsewhere(scene, 'before', { side: 'buy', lots: 200, bps: null });
  tradeElsewhere(scene, 'rests', { side: 'buy', lots: 500, bps: -150 });
  await reconciled(scene);
  expect(scene.events.filter(({ kind }) => kind === 'FillBooked')).toEqual([]);
  for (const { asset, ledger } of scene.desk().account.balances)
    expect([asset, Number(ledger)]).toEqual([asset, Number(scene.world.venue.totals().get(asset))]);
  expect(position(scene)).toMatchObject({ signedBy: 'opening balance', stopState: 'none' });
  expect(scene.order('web-rests')).toMatchObject({ state: 'acknowledged', signedBy: 'elsewhere' });
  expect(repairs(scene)).toEqual(['Adopted an order made elsewhere: BUY 0.005 BTC/USDT']);
  expect(scene.journal().join('\n')).toMatch(/Opening balances: .*BTC/);
  // And it trades: what was there before can be sold.
  scene.world.request({ kind: 'FlattenRequested', instrumentId: BTC });
  await scene.until('flat', () => Number(position(scene)?.qtyBase ?? 0) < 0.00001);
  await scene.rest();
}

async function reconciledTwice(): Promise<void> {
  const { scene } = await inTrade();
  await away(scene, 60_000, () => tradeElsewhere(scene, 'trades', { side: 'buy', lots: 300, bps: null }));
  expect(repairs(scene)).toHaveLength(2);
  await scene.pass(10_000);
  const before = structuredClone(scene.world.engine.pipeline.execution.view.durableState());
  const from = scene.events.length;
  for (let again = 0; again < 2; again += 1) {
    scene.world.life.connector.audit();
    await scene.pass(5_000);
  }
  const came = scene.events.slice(from).filter(({ kind }) => !WATCHING.has(kind));
  expect(came).toMatchObject([
    { kind: 'Reconciled', repairs: [] },
    { kind: 'Reconciled', repairs: [] },
  ]);
  expect(scene.world.engine.pipeline.execution.view.durableState()).toEqual(before);
  expect(repairs(scene)).toHaveLength(2);
  await scene.rest();
}
/** What comes by itself while nothing happens. */
const WATCHING: ReadonlySet<string> = new Set([
  'AuditReceived',
  'ClockTicked',
  'MarketBatchReceived',
  'CandleClosed',
  'FeaturesComputed',
  'Abstained',
  'VotesCounted',
]);

/** A person presses the key all the while: nothing is signed before what was put right is on the desk. */
async function repairsFirst(): Promise<void> {
  const { scene } = await inTrade();
  scene.world.time.after(30_000, () => tradeElsewhere(scene, 'trades', { side: 'buy', lots: 300, bps: null }));
  await scene.kill(60_000);
  const from = scene.events.length;
  scene.world.request({ kind: 'ArmSet', armed: true });
  let refused = 0;
  for (let tries = 0; scene.ticket(WAITING) === null; tries += 1) {
    expect(tries).toBeLessThan(2_000);
    if (scene.holds().length > 0) {
      refused += 1;
      expect(scene.journal().at(-1)).toMatch(/the order stream to the venue is not up yet|not yet reconciled/);
    }
    await scene.pass(10);
  }
  expect(refused).toBeGreaterThan(3);
  expect(scene.holds()).toEqual([]);
  expect(repairs(scene).at(-1)).toMatch(/^Booked a fill that the stream had not brought: BUY 0.003 BTC\/USDT/);
  const kinds = scene.events.slice(from).map(({ kind }) => kind);
  expect(kinds.indexOf('OrderSigned')).toBeGreaterThan(kinds.indexOf('Reconciled'));
  expect(scene.journal().find((text) => text.startsWith('Reconciled with the venue: '))).toContain(
    'BUY 0.003 BTC/USDT',
  );
  await scene.rest();
}

/** The process dies in the middle of the one write that holds signature and order: the order is not among what was kept. */
async function signedOnly(): Promise<void> {
  const scene = await Scene.open();
  scene.world.disk.cutBefore('OrderPersisted');
  scene.ticket(BOUGHT);
  await scene.pass(1_000);
  await reconciled(scene);
  const why = 'the program ended before its order was on the disk: it was never sent';
  expect(scene.desk().proposals.at(-1)).toMatchObject({ state: 'lapsed', stateNote: `void: ${why}`, signedBy: null });
  expect(scene.journal()).toContain(`Void: the signature to buy 0.02 BTC/USDT; ${why}.`);
  expect(scene.desk().orders).toEqual([]);
  expect(scene.world.venue.orders()).toEqual([]);
  // Said once: another start has nothing to add.
  await scene.kill();
  await reconciled(scene);
  expect(scene.journal().filter((text) => text.startsWith('Void:'))).toHaveLength(1);
  await scene.rest();
}

/** The same with the stop of a position: it is void, and another takes its place. */
async function stopSignedOnly(): Promise<void> {
  const scene = await Scene.open();
  scene.ticket(BOUGHT);
  scene.world.disk.cutBefore('ReductionWanted');
  await scene.until('the crash', () => scene.world.sessions === 2);
  scene.world.disk.cutBefore('OrderPersisted');
  await scene.until('the second crash', () => scene.world.sessions === 3);
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  expect(scene.journal().join('\n')).toContain('Void: the signature to sell 0.01998 BTC/USDT');
  expect(scene.world.venue.openOrders('BTCUSDT').filter(({ type }) => type === 'stop-loss')).toHaveLength(1);
  await scene.rest();
}

/** Longer than any window of time that the venue answers for, with more fills in it than one answer holds. */
async function awayForWeeks(): Promise<void> {
  const { scene, waiting } = await inTrade();
  const { world } = scene;
  const downMs = 45 * DAY_MS;
  world.printEveryMs = 6 * HOUR_MS;
  world.time.after(downMs - DAY_MS, () => {
    world.printEveryMs = 1_000;
  });
  for (let trade = 0; trade < 1_200; trade += 1) {
    const atMs = HOUR_MS + (trade * (downMs - 2 * HOUR_MS)) / 1_200;
    // A little less than was bought: the fee is taken in the coin.
    const what = trade % 2 === 0 ? ({ side: 'buy', lots: 20 } as const) : ({ side: 'sell', lots: 19 } as const);
    world.time.after(atMs, () => tradeElsewhere(scene, `trade-${trade}`, { ...what, bps: null }));
  }
  world.time.after(2 * DAY_MS, () => {
    scene.move(-250);
    scene.move(250);
  });
  await scene.kill(downMs);
  await reconciled(scene);
  // More orders than the desk shows have come since.
  expect(scene.world.engine.pipeline.execution.view.order(waiting)).toMatchObject({ state: 'filled' });
  const booked = scene.events.filter(({ kind }) => kind === 'FillBooked');
  expect(booked.length).toBe(world.venue.fills.length);
  expect(booked.length).toBeGreaterThan(1_200);
  expect(scene.desk().safety.holds).toEqual([]);
  await scene.rest();
}

async function updatedInTrade(): Promise<void> {
  const { scene, waiting } = await inTrade();
  const shown = () => {
    const { orders, positions, fills } = scene.desk();
    const kept = positions.map(({ qtyBase, stopPrice, stopState, signedBy, from }) => [
      qtyBase,
      stopPrice,
      stopState,
      signedBy,
      from,
    ]);
    return { orders: orders.map(({ updatedAtMs: _, ...row }) => row), fills, kept };
  };
  const before = shown();
  const sent = scene.world.sent.size;
  scene.world.build = '9.9.9';
  await scene.kill(20_000);
  await reconciled(scene);
  await scene.pass(5_000);
  expect(shown()).toEqual(before);
  expect(scene.world.sent.size).toBe(sent);
  expect(scene.journal().filter((text) => text.startsWith('Countersign 9.9.9 started'))).toHaveLength(1);
  // The new build goes on with the old one's trade.
  scene.world.request({ kind: 'CancelRequested', clientOrderId: waiting });
  scene.world.request({ kind: 'FlattenRequested', instrumentId: BTC });
  await scene.until('flat', () => Number(position(scene)?.qtyBase ?? 0) < 0.00001);
  expect(scene.order(waiting).state).toBe('cancelled');
  await scene.rest();
}

export const RESTART_SCENES: readonly FaultCase[] = [
  {
    id: 'made-elsewhere-while-away',
    title: 'while the program is not running, somebody trades, orders and cancels on the same account',
    injected: 'simulated world: process killed; a trade, an order and a cancel by another program',
    holds: 'Orders are adopted, fills booked as foreign, our own order’s end is learnt, each once.',
    seen: 'Every one of them among the repairs and in the journal; the other’s order marked “elsewhere”.',
    check: tradedElsewhere,
  },
  {
    id: 'closed-elsewhere-while-away',
    title: 'while the program is not running, the position is closed and its stop cancelled elsewhere',
    injected: 'simulated world: process killed; stop cancelled and everything sold by another program',
    holds: 'The position is gone from the books, too; no stop is placed for what is not there any more.',
    seen: 'No position; the sale among the repairs.',
    check: closedElsewhere,
  },
  {
    id: 'stop-cancelled-while-away',
    title: 'while the program is not running, somebody cancels the stop of an open position',
    injected: 'simulated world: process killed; stop cancelled by another program',
    holds: 'The same stop, same size, is back on the venue after the first audit.',
    seen: 'Among the repairs that the stop was cancelled; the position’s stop on the venue again.',
    check: stopTakenElsewhere,
  },
  {
    id: 'cold-start',
    title: 'nothing is known here, and the venue tells no fills of what the account holds',
    injected: 'simulated world: empty disk; a holding without history, fills of today, a working order',
    holds: 'The venue’s amounts are the opening balances; no fill is made up or booked twice; the order is adopted.',
    seen: 'The position as “opening balance”, the order as “elsewhere”, both in the journal; it can be flattened.',
    check: coldStart,
  },
  {
    id: 'away-for-weeks',
    title: 'the program was off for 45 days, in which the account traded more than a thousand times',
    injected: 'simulated world: process killed for 45 days; 1,200 trades elsewhere, our own order filled',
    holds: 'Every fill since the last reconciliation is booked, however long ago that was; ledger and venue agree.',
    seen: 'Every fill in the journal; no difference in any balance.',
    check: awayForWeeks,
  },
  {
    id: 'reconciled-twice',
    title: 'the venue’s books are read again, and again',
    injected: 'simulated world: two more audits after a restart with repairs',
    holds: 'Nothing changes and nothing is decided: the second and third audit lead to their own end only.',
    seen: 'The same repairs as before, no more.',
    check: reconciledTwice,
  },
  {
    id: 'repairs-before-entries',
    title: 'after a restart the trader presses the key before the books are right',
    injected: 'simulated world: process killed, a trade elsewhere; a ticket every ten milliseconds from the start',
    holds: 'Every entry is refused until the repairs stand on the desk; the next one is signed.',
    seen: 'The hold “reconciling” and each refusal with its reason; then the repairs, and no hold.',
    check: repairsFirst,
  },
  {
    id: 'signed-not-persisted',
    title: 'the process dies between a signature and its order',
    injected: 'simulated disk: the write ends behind the signature',
    holds: 'Nothing is sent for it, then or later.',
    seen: 'The proposal as over and void, with the reason; the same sentence in the journal, once.',
    check: signedOnly,
  },
  {
    id: 'stop-signed-not-persisted',
    title: 'the process dies between a stop’s signature and its order',
    injected: 'simulated disk: the write ends behind the signature of the stop',
    holds: 'One stop for the position rests on the venue after the restart.',
    seen: 'The void signature in the journal; the position’s stop on the venue.',
    check: stopSignedOnly,
  },
  {
    id: 'update-in-trade',
    title: 'a newer build takes over in the middle of a trade',
    injected: 'simulated world: process killed, another build started on the same disk',
    holds: 'Position, stop and working order are as before; nothing is sent twice; the new build can close all of it.',
    seen: 'In the journal which build started; the same desk as before.',
    check: updatedInTrade,
  },
];
