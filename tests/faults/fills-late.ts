import { expect } from 'vitest';
import type { FaultCase } from './case.ts';
import { BTC, Scene } from './scene.ts';

const RESTING = { qty: '0.01', bps: -20, stopBps: 100 } as const;

async function resting(scene: Scene): Promise<string> {
  const id = scene.ticket(RESTING) as string;
  await scene.until('the order', () => scene.order(id).state === 'acknowledged');
  return id;
}

const position = (scene: Scene) => scene.desk().positions.find((row) => row.instrumentId === BTC);
const booked = (scene: Scene) => scene.events.filter((event) => event.kind === 'FillBooked');
const statesOf = (scene: Scene, id: string): string[] =>
  scene.events.flatMap((event) => (event.kind === 'OrderStateChanged' && event.clientOrderId === id ? [event.to] : []));

/** The stream tells of the fill while the answer to the submit is still on its way. */
async function beforeAcknowledgement(): Promise<void> {
  const scene = await Scene.open();
  scene.world.wire.repliesLateMs = 4_000;
  // The report of the acceptance comes later than those of the fills.
  scene.world.faults.plan('report-late');
  const id = scene.ticket({ qty: '0.01', stopBps: 100 }) as string;
  await scene.until('the fill', () => scene.order(id).state === 'filled');
  expect(scene.events.some(({ kind }) => kind === 'SubmitAnswered')).toBe(false);
  await scene.pass(8_000);
  const answers = scene.events.filter((event) => event.kind === 'SubmitAnswered' && event.clientOrderId === id);
  expect(answers).toHaveLength(1);
  expect(statesOf(scene, id)).not.toContain('acknowledged');
  expect(scene.order(id)).toMatchObject({ state: 'filled', filledBase: '0.01' });
  scene.world.wire.repliesLateMs = 0;
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  await scene.rest();
}

/** Two parts whose reports overtake one another. */
async function outOfOrder(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  scene.world.faults.plan('report-late');
  scene.move(-20, BTC, 300);
  scene.move(0, BTC, 500);
  await scene.until('the second part', () => booked(scene).length === 1);
  expect(booked(scene)[0]).toMatchObject({ fill: { qtyBase: '0.005' } });
  expect(scene.order(id)).toMatchObject({ state: 'partially-filled', filledBase: '0.008' });
  await scene.until('the first part', () => booked(scene).length === 2);
  expect(booked(scene)[1]).toMatchObject({ fill: { qtyBase: '0.003' } });
  expect(scene.order(id)).toMatchObject({ state: 'partially-filled', filledBase: '0.008' });
  await scene.rest();
}

/** The stream is up and tells of everything but one fill. */
async function missingOnHealthyStream(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  scene.world.faults.plan('report-lost');
  scene.move(-25);
  await scene.pass(2_000);
  expect(scene.atVenue(id)?.status).toBe('filled');
  expect(scene.order(id).state).toBe('acknowledged');
  expect(scene.desk().health.privateStream).toBe('live');
  await scene.until('the audit', () => scene.order(id).state === 'filled', 62_000);
  expect(booked(scene)).toMatchObject([{ via: 'audit', fill: { qtyBase: '0.01' } }]);
  expect(scene.journal().join('\n')).toContain('(found by the audit)');
  const repairs = scene.desk().health.repairs.map(({ text }) => text);
  expect(repairs).toContainEqual(expect.stringContaining('Booked a fill that the stream had not brought'));
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  await scene.rest();
}

/** The order's state says that more of it filled than the fills that came: they are asked for at once, not in a minute. */
async function fillMissingBehindState(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  scene.world.faults.plan('report-lost');
  scene.move(-20, BTC, 300);
  await scene.pass(500);
  scene.move(-20, BTC, 20_000);
  await scene.until('the second part', () => booked(scene).length >= 1);
  expect(scene.order(id)).toMatchObject({ filledBase: '0.01' });
  await scene.until('the first part', () => booked(scene).length === 2, 10_000);
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  await scene.rest();
}

/** Fills of an order in doubt come without its name: they wait until it is known whose they are. */
async function ofAnOrderInDoubt(): Promise<void> {
  const scene = await Scene.open();
  scene.world.faults.plan('submit-reply-lost');
  const id = scene.ticket({ qty: '0.01', stopBps: 100 }) as string;
  scene.breakStream(45_000);
  await scene.until('the fill', () => scene.order(id).state === 'filled');
  expect(scene.desk().orders.filter(({ purpose }) => purpose === 'foreign')).toEqual([]);
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  await scene.rest();
}

/**
 * The stop of the second of three trades has sold, and nobody says so until the third is open. The first, whose promise is
 * the oldest, and the third, which is the newest, keep their whole stops.
 */
async function oldStopsFill(): Promise<void> {
  const scene = await Scene.open();
  const stopOf = (coveredQty: string) =>
    scene.desk().orders.find(({ purpose, qtyBase }) => purpose === 'stop' && qtyBase === coveredQty);
  const rests = (qty: string): boolean => stopOf(qty)?.state === 'acknowledged';
  scene.ticket({ qty: '0.015', stopBps: 400 });
  await scene.until('the first stop', () => rests('0.01498'));
  scene.ticket({ qty: '0.01', stopBps: 100 });
  await scene.until('the second stop', () => rests('0.00999'));
  const old = stopOf('0.00999')?.clientOrderId as string;
  // The stop triggers and sells; neither report reaches us.
  scene.world.faults.plan('report-lost');
  scene.world.faults.plan('report-lost');
  scene.move(-110);
  await scene.pass(1_000);
  expect(scene.atVenue(old)?.status).toBe('filled');
  expect(scene.order(old).state).toBe('acknowledged');
  scene.ticket({ qty: '0.02', stopBps: 200 });
  await scene.until('the third stop', () => rests('0.01998'));
  await scene.until('the audit', () => scene.order(old).state === 'filled', 62_000);
  await scene.pass(10_000);
  for (const qty of ['0.01498', '0.01998']) {
    expect(scene.atVenue(stopOf(qty)?.clientOrderId as string)?.status).toBe('new');
  }
  expect(scene.desk().orders.filter(({ purpose }) => purpose === 'stop')).toHaveLength(3);
  expect(position(scene)?.stopState).toBe('on-venue');
  const sale = booked(scene).find(({ fill }) => fill.side === 'sell');
  expect(sale).toMatchObject({ purpose: 'stop', fill: { clientOrderId: old } });
  await scene.rest();
}

export const LATE_FILLS: readonly FaultCase[] = [
  {
    id: 'fill-before-acknowledgement',
    title: 'the stream tells of the fill before the venue has answered the submit',
    injected: 'simulated wire: answers take four seconds, the report of the acceptance comes late',
    holds: 'Booked at once; the later answer takes nothing back.',
    seen: 'The order as filled, never back to acknowledged.',
    check: beforeAcknowledgement,
  },
  {
    id: 'reports-out-of-order',
    title: 'the reports of two parts overtake one another',
    injected: 'simulated wire: the first part’s report comes late',
    holds: 'Both are booked once; a later word on the order is not taken back by an earlier one.',
    seen: 'The order with 0.008 filled from the second part’s report on.',
    check: outOfOrder,
  },
  {
    id: 'fill-missing-on-a-healthy-stream',
    title: 'the stream is live and leaves out a fill',
    injected: 'simulated wire: one report is lost',
    holds: 'The audit that reads the venue’s books every minute finds it; its stop is placed.',
    seen: 'The fill as found by the audit, and the repair on the health screen.',
    check: missingOnHealthyStream,
  },
  {
    id: 'fill-missing-behind-the-state',
    title: 'a fill is left out, and the next report says how much has filled',
    injected: 'simulated wire: the first part’s report is lost',
    holds: 'What the venue states and nobody brought is asked for within seconds.',
    seen: 'The order with all that filled; the missing fill as found by the audit.',
    check: fillMissingBehindState,
  },
  {
    id: 'fill-of-an-order-in-doubt',
    title: 'an order in doubt fills, and the venue’s list of fills names no order of ours',
    injected: 'simulated wire: the answer is lost, the stream is down',
    holds: 'Its fills wait until it is known whose they are, and are never booked as somebody else’s.',
    seen: 'The order as filled, the position with its stop, nothing as made elsewhere.',
    check: ofAnOrderInDoubt,
  },
  {
    id: 'old-stops-fill',
    title: 'a trade’s stop has sold, and its fill comes when a new trade is open, beside an older one',
    injected: 'simulated wire: the reports of the stop are lost; the market falls through it',
    holds: 'It takes from its own trade alone: the others keep their whole stops, which never leave the venue.',
    seen: 'The old stop as filled (found by the audit), the other trades’ stops as they were.',
    check: oldStopsFill,
  },
];
