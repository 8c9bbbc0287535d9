import { expect } from 'vitest';
import type { FaultCase } from './case.ts';
import { Scene } from './scene.ts';

/** A limit buy that rests until the market comes to it. */
const RESTING = { qty: '0.01', bps: -20, stopBps: 100 } as const;

/** Dies around the sending of an order, and comes back: what the disk has of it is asked of the venue, never sent again. */
async function crashAtSend(before: boolean, power: boolean, ends: string): Promise<Scene> {
  const scene = await Scene.open();
  scene.world.crashPlan = { power, share: 0, downMs: 2_000 };
  scene.world.sendCrash = { left: 1, before };
  scene.ticket(RESTING);
  await scene.pass(250);
  expect(scene.world.sessions).toBe(2);
  const [order] = scene.desk().orders;
  expect(order).toMatchObject({ state: 'unknown', note: 'The engine restarted before an answer came' });
  const id = order?.clientOrderId as string;
  await scene.until('the answer', () => scene.order(id).state === ends);
  await scene.rest();
  expect(scene.world.sent.size).toBe(before ? 0 : 1);
  return scene;
}

async function crashBeforeSent(): Promise<void> {
  const scene = await Scene.open();
  // Of what the click leads to, all but its last event is on the disk: the order itself, and not yet that it is sent.
  scene.world.crashPlan = { power: false, share: 0, downMs: 2_000 };
  scene.world.disk.cutBefore('OrderStateChanged');
  scene.ticket(RESTING);
  await scene.pass(250);
  const [order] = scene.desk().orders;
  expect(order).toMatchObject({ state: 'cancelled', note: 'The engine stopped before it was sent' });
  await scene.rest();
  expect(scene.world.sent.size).toBe(0);
  expect(scene.world.venue.orders()).toEqual([]);
}

export const SUBMIT_CRASHES: readonly FaultCase[] = [
  {
    id: 'crash-before-sent-is-durable',
    title: 'the process dies with the order on the disk and before it is marked as sent',
    injected: 'simulated disk: the write ends within the click’s own events',
    holds: '“Sent” is on the disk before a byte goes out, so this one never went: over at the restart, not sent late.',
    seen: 'The order as cancelled: the engine stopped before it was sent.',
    check: crashBeforeSent,
  },
  {
    id: 'crash-before-send',
    title: 'the process dies between making the order durable and sending it',
    injected: 'simulated process: dies as the order is handed to the connector',
    holds: 'In doubt after the restart, until the venue knows of none; not sent late.',
    seen: 'The order as “unknown”, then as rejected: it never arrived.',
    check: async () => {
      const scene = await crashAtSend(true, false, 'rejected');
      expect(scene.world.venue.orders()).toEqual([]);
    },
  },
  {
    id: 'crash-after-send',
    title: 'the process dies between sending the order and its answer',
    injected: 'simulated process: dies as soon as the request is on its way',
    holds: 'In doubt after the restart, found at the venue, never sent again.',
    seen: 'The order as “unknown”, then as acknowledged.',
    check: async () => {
      await crashAtSend(false, false, 'acknowledged');
    },
  },
  {
    id: 'power-cut-after-send',
    title: 'the power fails between sending the order and its answer',
    injected: 'simulated power: what was not on the platter is gone',
    holds: 'What was sent was on the platter before: found at the venue, never sent again.',
    seen: 'The order as “unknown”, then as acknowledged.',
    check: async () => {
      await crashAtSend(false, true, 'acknowledged');
    },
  },
];
