import { expect } from 'vitest';
import type { EngineEvent } from '../../main/engine/domain/events.ts';
import type { FaultCase } from './case.ts';
import { BTC, Scene } from './scene.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const BOUGHT = { qty: '0.02', bps: 10, stopBps: 300 } as const;
const WAITING = { qty: '0.01', bps: -200, stopBps: 300 } as const;

const position = (scene: Scene) => scene.desk().positions.find(({ instrumentId }) => instrumentId === BTC);
const isProtected = (scene: Scene): boolean => position(scene)?.stopState === 'on-venue';
const feed = (scene: Scene) => scene.desk().health.feeds.find(({ instrumentId }) => instrumentId === BTC)?.status;

/** Within the venue's window or just outside of it: an order may be refused once, never twice, and never in doubt. */
async function clockOff(offMs: number): Promise<void> {
  const scene = await Scene.open();
  scene.world.clockOffsetMs = offMs;
  // A quote from before seems to be of the future, or old.
  await scene.pass(2_000);
  const first = scene.ticket(BOUGHT) as string;
  await scene.until('an end', () => ['filled', 'rejected'].includes(scene.order(first).state));
  if (scene.order(first).state === 'rejected') expect(scene.order(first).note).toContain('recvWindow');
  await scene.pass(12_000);
  const second = scene.ticket(BOUGHT) as string;
  await scene.until('the fill', () => scene.order(second).state === 'filled');
  await scene.until('the stop', () => isProtected(scene));
  // Also from the start of a process on.
  await scene.kill();
  await scene.until('reconciled', () => scene.holds().length === 0);
  scene.world.request({ kind: 'ArmSet', armed: true });
  await scene.pass(2_000);
  const third = scene.ticket(WAITING) as string;
  await scene.until('the order', () => scene.order(third).state === 'acknowledged');
  expect(scene.events.filter((event) => event.kind === 'OrderStateChanged' && event.to === 'unknown')).toEqual([]);
  await scene.rest();
}

/** Everything that waits, counts or is measured by the clock goes on, or begins anew; nothing waits for the old time. */
async function clockSetBack(): Promise<void> {
  const scene = await Scene.open();
  scene.ticket(BOUGHT);
  const waiting = scene.ticket(WAITING) as string;
  await scene.until('the stop', () => isProtected(scene));
  const asked = await scene.propose('binance:ETH/USDT');
  scene.world.clockOffsetMs = -HOUR_MS;
  await scene.pass(3_000);
  expect(scene.proposal(asked.id)).toMatchObject({ state: 'lapsed', stateNote: 'nobody answered in time' });
  expect(feed(scene)).toBe('live');
  // The very first order carries the venue's time: by how much the clock was set back is known without asking.
  const next = scene.ticket(WAITING) as string;
  await scene.until('the next order', () => scene.order(next).state === 'acknowledged', 15_000);
  scene.world.request({ kind: 'CancelRequested', clientOrderId: waiting });
  await scene.until('the cancel', () => scene.order(waiting).state === 'cancelled', 10_000);
  scene.world.request({ kind: 'FlattenRequested', instrumentId: BTC });
  await scene.until('flat', () => Number(position(scene)?.qtyBase ?? 0) < 0.00001, 15_000);
  await scene.rest();
}

/** The journal's times are of a clock that was ahead; what happened at the venue meanwhile lies before them. */
async function setBackAndRestarted(): Promise<void> {
  const scene = await Scene.open();
  scene.world.clockOffsetMs = HOUR_MS;
  await scene.pass(2 * MINUTE_MS);
  scene.ticket(BOUGHT);
  await scene.until('the stop', () => isProtected(scene));
  const audits = (): number => scene.events.filter(({ kind }) => kind === 'Reconciled').length;
  const before = audits();
  await scene.until('an audit', () => audits() > before);
  scene.world.time.after(1_000, () => {
    scene.world.clockOffsetMs = 0;
    scene.move(-350);
  });
  await scene.kill(20 * MINUTE_MS);
  await scene.until('the sale', () => Number(position(scene)?.qtyBase ?? 0) < 0.00001, 3 * MINUTE_MS);
  expect(scene.journal().join('\n')).toContain('Booked a fill that the stream had not brought: SELL');
  await scene.rest();
}

/** The account's budget of requests and a ban are measured by the clock, too. */
async function clockSetBackInBan(): Promise<void> {
  const scene = await Scene.open();
  const waiting = scene.ticket(WAITING) as string;
  await scene.until('the order', () => scene.order(waiting).state === 'acknowledged');
  scene.world.wire.ban = { status: 429, untilMs: scene.world.time.nowMs + 20_000 };
  scene.world.life.connector.audit();
  await scene.pass(2_000);
  scene.world.clockOffsetMs = -HOUR_MS;
  scene.world.request({ kind: 'CancelRequested', clientOrderId: waiting });
  await scene.until('the cancel', () => scene.order(waiting).state === 'cancelled', 40_000);
  await scene.rest();
}

async function clockJumps(): Promise<void> {
  const scene = await Scene.open();
  scene.ticket(BOUGHT);
  await scene.until('the stop', () => isProtected(scene));
  scene.world.marketStill = false;
  await scene.pass(10_000);
  const asked = await scene.propose('binance:ETH/USDT');
  const from = scene.events.length;
  scene.world.clockOffsetMs = HOUR_MS;
  await scene.pass(300);
  expect(scene.proposal(asked.id)).toMatchObject({ state: 'lapsed', stateNote: 'nobody answered in time' });
  await scene.pass(90_000);
  scene.world.marketStill = true;
  expect(feed(scene)).toBe('live');
  const next = scene.ticket(WAITING) as string;
  await scene.until('the next order', () => scene.order(next).state === 'acknowledged', 15_000);
  // No candle of an hour that has not been.
  const closed = scene.events.slice(from).filter((event) => event.kind === 'CandleClosed');
  for (const { candle } of closed) expect(candle[0]).toBeLessThan(scene.world.time.nowMs);
  expect(isProtected(scene)).toBe(true);
  await scene.rest();
}

const freeze = (scene: Scene, ms: number): void =>
  void scene.world.frozenUntilMs.set(scene.listing().record.id, scene.world.time.nowMs + ms);

async function staleAtDecision(): Promise<void> {
  const scene = await Scene.open();
  freeze(scene, 60_000);
  await scene.pass(7_000);
  expect(feed(scene)).toBe('stale');
  const { world } = scene;
  world.life.predict(predictionOf(scene));
  await scene.pass(1_000);
  const asked = scene
    .desk()
    .proposals.filter(({ instrumentId, state }) => instrumentId === BTC && state !== 'denied' && state !== 'lapsed');
  expect(asked).toEqual([]);
  expect(scene.events.filter(({ kind }) => kind === 'OrderSigned')).toEqual([]);
  // Nor by hand.
  expect(scene.ticket(BOUGHT)).toBeNull();
  expect(scene.journal().at(-1)).toMatch(/stale/);
  await scene.until('quotes again', () => feed(scene) === 'live');
  expect(scene.ticket(BOUGHT)).not.toBeNull();
  await scene.rest();
}

const predictionOf = (scene: Scene): Extract<EngineEvent, { kind: 'PredictionArrived' }> => ({
  kind: 'PredictionArrived',
  requestId: 'simulated',
  instrumentId: BTC,
  timeframe: '1m',
  candleCloseTimeMs: Math.floor(scene.world.life.process.nowMs() / MINUTE_MS) * MINUTE_MS,
  model: 'simulated',
  version: '1.0.0',
  modelHash: 'simulated',
  rawProbability: 0.9,
  probability: 0.9,
  record: { saidFrom: 0.8, saidTo: 1, rightShare: 0.8, n: 200 },
  edge: 'measured',
  latencyMs: 10,
  late: false,
});

async function staleAtApproval(): Promise<void> {
  const scene = await Scene.open();
  const { id } = await scene.propose();
  freeze(scene, 8_000);
  await scene.pass(6_500);
  const approve = (): void => scene.world.request({ kind: 'ApproveRequested', proposalId: id, portion: 'full' });
  approve();
  expect(scene.proposal(id)).toMatchObject({ state: 'asks-again', stateNote: 'the market feed is stale' });
  expect(scene.world.sent.size).toBe(0);
  await scene.until('quotes again', () => feed(scene) === 'live');
  await scene.pass(600);
  approve();
  expect(scene.proposal(id).state).toBe('signed');
  await scene.until('the stop', () => isProtected(scene));
  await scene.rest();
}

type Closed = Extract<EngineEvent, { kind: 'CandleClosed' }>;
const candlesClosed = (scene: Scene, from: number): Closed[] =>
  scene.events
    .slice(from)
    .filter((event) => event.kind === 'CandleClosed')
    .filter((event) => event.instrumentId === BTC && event.timeframe === '1m');

/** The venue's closed candle comes minutes late, twice, out of order, and once with other numbers. */
async function candlesLateAndTwice(): Promise<void> {
  const scene = await Scene.open();
  const { world } = scene;
  world.marketStill = false;
  const from = scene.events.length;
  await scene.pass(4 * MINUTE_MS);
  const ours = candlesClosed(scene, from).map(({ candle }) => candle);
  expect(ours.length).toBeGreaterThan(2);
  const tell = (candle: (typeof ours)[number]): void =>
    world.request({ kind: 'VenueCandleClosed', instrumentId: BTC, timeframe: '1m', candle });
  const [first, second] = ours as [(typeof ours)[number], (typeof ours)[number]];
  tell(second);
  tell(first);
  tell(first);
  const high = second[2] + 10;
  const told = [second[0], second[1], high, second[3], second[4], second[5]] as const;
  tell(told);
  tell(told);
  world.marketStill = true;
  const closed = candlesClosed(scene, from).map(({ candle }) => candle[0]);
  expect(closed).toEqual([...new Set(closed)].sort((a, b) => a - b));
  const corrected = scene.events.slice(from).filter((event) => event.kind === 'CandleCorrected');
  expect(corrected).toMatchObject([{ timeframe: '1m', ours: second, venues: told }]);
  const shown = world.engine.pipeline.market.lastCandles(BTC, '1m').filter(([openMs]) => openMs === second[0]);
  expect(shown).toEqual([told]);
  await scene.rest();
}

export const TIME_SCENES: readonly FaultCase[] = [
  {
    id: 'clock-2s-ahead',
    title: 'our clock is two seconds ahead of the venue’s',
    injected: 'simulated clock: +2 s while running, and from the start of a process',
    holds: 'At most one entry is refused for it; the clock is measured, and what follows goes through, stops too.',
    seen: 'The refusal with the venue’s words; the distance of the clocks in the health.',
    check: () => clockOff(2_000),
  },
  {
    id: 'clock-2s-behind',
    title: 'our clock is two seconds behind the venue’s',
    injected: 'simulated clock: −2 s while running, and from the start of a process',
    holds: 'Orders, fills and stops go through; nothing is in doubt.',
    seen: 'Nothing but the distance of the clocks in the health.',
    check: () => clockOff(-2_000),
  },
  {
    id: 'clock-set-back',
    title: 'the clock is set back by an hour',
    injected: 'simulated clock: −1 h with a position, a working order and a proposal that asks',
    holds:
      'Quotes are fresh at once, orders and cancels go out within seconds, flatten works: nothing waits for the old time, and no order is refused for it.',
    seen: 'The proposal as lapsed, for nobody knows how long it has been open.',
    check: clockSetBack,
  },
  {
    id: 'clock-set-back-between-sessions',
    title: 'the clock was an hour ahead, is put right, and the program is started again',
    injected: 'simulated clock: +1 h until the kill; the stop is reached before the next start',
    holds: 'Fills are asked for by the venue’s time, as it was at the last audit: the one that nobody saw is found.',
    seen: 'The position gone, a line for the fill that was found.',
    check: setBackAndRestarted,
  },
  {
    id: 'clock-set-back-in-ban',
    title: 'the clock is set back by an hour while the venue keeps us waiting',
    injected: 'simulated wire: 429 for 20 s; simulated clock: −1 h',
    holds: 'The pause and the request budget last no longer for it: the cancel goes out when the ban ends.',
    seen: 'The order as being cancelled, then as cancelled.',
    check: clockSetBackInBan,
  },
  {
    id: 'clock-jumps-ahead',
    title: 'the clock jumps an hour ahead',
    injected: 'simulated clock: +1 h with a position and a proposal that asks',
    holds:
      'No candle of the hour that has not been; after the next quote and measurement of the clock orders go out again.',
    seen: 'The proposal as lapsed; the feeds stale until their next quote.',
    check: clockJumps,
  },
  {
    id: 'stale-quote-at-decision',
    title: 'a model speaks while the last quote is too old',
    injected: 'simulated feed: no quotes for a minute',
    holds: 'Nothing is asked of the person and nothing signed, by hand neither; with quotes again it goes on.',
    seen: 'The feed as stale; the refusal with its reason.',
    check: staleAtDecision,
  },
  {
    id: 'stale-quote-at-approval',
    title: 'the person approves while the last quote is too old',
    injected: 'simulated feed: no quotes between question and answer',
    holds: 'Nothing is sent; it asks again, and with a fresh quote the next approval signs.',
    seen: 'The proposal asks again: “the market feed is stale”.',
    check: staleAtApproval,
  },
  {
    id: 'candles-late-and-twice',
    title: 'the venue’s candles come minutes late, twice, in any order and with other numbers',
    injected: 'simulated feed: closed candles of the past told again and differently',
    holds:
      'Each period is given out once and in order; a difference is corrected once, and the venue’s candle remembered.',
    seen: 'The corrected candle on the chart.',
    check: candlesLateAndTwice,
  },
];
