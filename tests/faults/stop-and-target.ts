import { expect } from 'vitest';
import { isOpen } from '../../main/practice/matching/order.ts';
import type { FaultCase } from './case.ts';
import { BTC, Scene } from './scene.ts';

/** A position whose stop lies 1 % below and whose target 0.5 % above. */
const TRADE = { qty: '0.01', bps: 5, stopBps: 100, targetBps: 50 } as const;
const HELD = '0.00999';

const position = (scene: Scene) => scene.desk().positions.find(({ instrumentId }) => instrumentId === BTC);
const protection = (scene: Scene) => scene.world.engine.pipeline.execution.view.protection(BTC);
const stopOrders = (scene: Scene) => scene.desk().orders.filter(({ purpose }) => purpose === 'stop');
const legsAtVenue = (scene: Scene): string[] =>
  scene.world.venue
    .openOrders('BTCUSDT')
    .map(({ type }) => type)
    .sort();
const toTarget = (scene: Scene, lots: number): void => {
  const target = scene.world.venue.openOrders('BTCUSDT').find(({ type }) => type === 'limit-maker');
  scene.world.print(scene.listing(), target?.priceTicks as number, lots);
};

/** @param fault what the stop meets on its way */
async function inTrade(fault?: 'stop-refused' | 'submit-5xx-placed'): Promise<Scene> {
  const scene = await Scene.open();
  scene.ticket(TRADE);
  // The entry is on the wire, and not at the venue yet.
  await scene.pass(1);
  if (fault) scene.world.faults.plan(fault);
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue' && position(scene)?.qtyBase === HELD);
  return scene;
}

async function bothRest(): Promise<void> {
  const scene = await inTrade();
  expect(protection(scene).text).toBe('Stop and target rest on the venue together');
  expect(legsAtVenue(scene)).toEqual(['limit-maker', 'stop-loss']);
  const [pair] = stopOrders(scene);
  const before = scene.world.sent.size;
  scene.move(60);
  await scene.until('the target', () => position(scene) === undefined || Number(position(scene)?.qtyBase) < 0.00001);
  expect(scene.world.sent.size).toBe(before);
  expect(scene.order(pair?.clientOrderId as string)).toMatchObject({ type: 'oco', state: 'filled' });
  const sold = scene.events.filter((event) => event.kind === 'FillBooked' && event.fill.side === 'sell');
  expect(new Set(sold.map((event) => event.kind === 'FillBooked' && event.purpose))).toEqual(new Set(['target']));
  await scene.rest();
}

async function targetInPart(): Promise<void> {
  const scene = await inTrade();
  toTarget(scene, 400);
  await scene.until('one end alone', () => position(scene)?.stopState === 'missing');
  expect(protection(scene).text).toContain('no stop stands behind what is left');
  expect(legsAtVenue(scene)).toEqual(['limit-maker']);
  // The market turns back: the rest does not fill.
  scene.move(-30);
  await scene.until('both again', () => position(scene)?.stopState === 'on-venue', 10_000);
  expect(legsAtVenue(scene)).toEqual(['limit-maker', 'stop-loss']);
  expect(stopOrders(scene).filter(({ state }) => state === 'acknowledged')).toMatchObject([
    { qtyBase: position(scene)?.qtyBase, type: 'oco' },
  ]);
  await scene.rest();
}

async function refusedWhole(): Promise<void> {
  const scene = await inTrade('stop-refused');
  expect(protection(scene).text).toBe('The stop rests on the venue');
  expect(stopOrders(scene).map(({ type, state }) => [type, state])).toEqual([
    ['stop-loss', 'acknowledged'],
    ['oco', 'rejected'],
  ]);
  // The engine watches the target itself: the stop gives way while it sells.
  scene.move(60);
  await scene.until('the sale', () => Number(position(scene)?.qtyBase ?? 0) < 0.00001);
  expect(scene.desk().orders.find(({ purpose }) => purpose === 'target')?.state).toBe('filled');
  await scene.rest();
}

async function inDoubt(): Promise<void> {
  const scene = await inTrade('submit-5xx-placed');
  expect(stopOrders(scene)).toHaveLength(1);
  expect(scene.events.some((event) => event.kind === 'OrderStateChanged' && event.to === 'unknown')).toBe(true);
  expect(legsAtVenue(scene)).toEqual(['limit-maker', 'stop-loss']);
  await scene.rest();
}

/** What happens at the venue while the program is not running. */
async function whileAway(scene: Scene, happens: () => void): Promise<void> {
  scene.world.time.after(1_000, happens);
  await scene.kill(60_000);
  await scene.until('the books', () => scene.world.engine.pipeline.execution.view.isReconciled());
}

async function filledWhileAway(): Promise<void> {
  const scene = await inTrade();
  const [pair] = stopOrders(scene);
  await whileAway(scene, () => scene.move(60));
  await scene.until('the sale', () => Number(position(scene)?.qtyBase ?? 0) < 0.00001);
  expect(scene.order(pair?.clientOrderId as string)).toMatchObject({ type: 'oco', state: 'filled' });
  expect(scene.journal().join('\n')).toContain('Booked a fill that the stream had not brought: SELL');
  await scene.rest();
  expect(stopOrders(scene)).toHaveLength(1);
}

async function oneLegWhileAway(): Promise<void> {
  const scene = await inTrade();
  const [pair] = stopOrders(scene);
  await whileAway(scene, () => {
    toTarget(scene, 400);
    scene.move(-30);
  });
  await scene.until('both again', () => position(scene)?.stopState === 'on-venue' && legsAtVenue(scene).length === 2);
  expect(scene.order(pair?.clientOrderId as string)).toMatchObject({ type: 'oco', state: 'cancelled' });
  await scene.rest();
}

async function legTakenElsewhere(): Promise<void> {
  const scene = await inTrade();
  const target = scene.world.venue.openOrders('BTCUSDT').find(({ type }) => type === 'limit-maker');
  scene.world.venue.cancel(target?.orderId as number, 'web-takes-the-target');
  expect(scene.world.venue.openOrders('BTCUSDT').filter(isOpen)).toEqual([]);
  await scene.until('both again', () => position(scene)?.stopState === 'on-venue' && legsAtVenue(scene).length === 2);
  expect(stopOrders(scene).map(({ state }) => state)).toEqual(['acknowledged', 'cancelled']);
  await scene.rest();
}

export const STOP_AND_TARGET: readonly FaultCase[] = [
  {
    id: 'stop-and-target-together',
    title: 'the market jumps through the target while the stop rests',
    injected: 'simulated market: 60 bps up at one stroke',
    holds: 'Stop and target rest together at the venue, which sells at the target by itself; no moment without a stop.',
    seen: 'One order with two ends, as filled; its fills as the target’s.',
    check: bothRest,
  },
  {
    id: 'target-fills-in-part',
    title: 'the target fills in part, for which the venue takes the stop away, and the market turns',
    injected: 'simulated market: a print of part of it at the target',
    holds: 'What is left is taken off after three seconds, and stop and target are placed anew for it.',
    seen: 'The stop as missing and why, then both on the venue again.',
    check: targetInPart,
  },
  {
    id: 'pair-refused',
    title: 'the venue refuses stop and target together',
    injected: 'simulated venue: refuses the stop once',
    holds: 'The stop goes alone, at once; the engine watches the target, and the stop gives way while it sells.',
    seen: 'The pair as rejected, the stop on the venue.',
    check: refusedWhole,
  },
  {
    id: 'pair-in-doubt',
    title: 'stop and target are placed, and the venue answers with a server error',
    injected: 'simulated wire: 504 after the venue took them',
    holds: 'Both are found by their names; nothing is sent again.',
    seen: 'The stop as on its way, then on the venue.',
    check: inDoubt,
  },
  {
    id: 'pair-filled-while-away',
    title: 'the target is reached while the program does not run',
    injected: 'simulated market: 60 bps up between kill and start',
    holds: 'The audit books the fills on the same order; no stop is placed again.',
    seen: 'The order as filled, a line for the fill that was found.',
    check: filledWhileAway,
  },
  {
    id: 'one-end-left-after-restart',
    title: 'the program starts, and of stop and target only the part-filled target is left',
    injected: 'simulated market: part of the target filled between kill and start',
    holds: 'The rest is taken off, and stop and target are placed anew for what is held.',
    seen: 'Both on the venue for what is left.',
    check: oneLegWhileAway,
  },
  {
    id: 'one-end-cancelled-elsewhere',
    title: 'somebody cancels the target on the venue’s own screen, and the venue takes the stop with it',
    injected: 'simulated venue: the target cancelled by another',
    holds: 'Both are put back.',
    seen: 'The pair as cancelled, a new one on the venue.',
    check: legTakenElsewhere,
  },
];
