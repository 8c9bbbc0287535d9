import { expect } from 'vitest';
import type { RequestFault } from '../simulation/engine/faults.ts';
import type { FaultCase, FaultPart } from './case.ts';
import { Scene } from './scene.ts';

/** A limit buy that rests until the market comes to it. */
const RESTING = { qty: '0.01', bps: -20, stopBps: 100 } as const;

/** In doubt until the venue itself has answered: sent once, and nothing new in the instrument meanwhile. */
async function inDoubt(fault: RequestFault, ends: string): Promise<void> {
  const scene = await Scene.open();
  scene.world.faults.plan(fault);
  const id = scene.ticket(RESTING) as string;
  await scene.until('the doubt', () => scene.order(id).state === 'unknown');
  expect(scene.ticket(RESTING)).toBeNull();
  expect(scene.journal().at(-1)).toContain('an order in this instrument has no known outcome yet');
  await scene.until('the answer', () => scene.order(id).state === ends);
  await scene.rest();
  expect(scene.world.sent.size).toBe(1);
}

/** The answer is no answer, but the private stream tells of the order: it is known, and was sent once. */
async function knownFromTheStream(fault: RequestFault): Promise<void> {
  const scene = await Scene.open();
  scene.world.faults.plan(fault);
  const id = scene.ticket(RESTING) as string;
  await scene.pass(30_000);
  expect(scene.order(id).state).toBe('acknowledged');
  expect(scene.atVenue(id)?.status).toBe('new');
  await scene.rest();
  expect(scene.world.sent.size).toBe(1);
}

const CASES: readonly FaultCase[] = [
  {
    id: 'gateway-timeout-placed',
    title: 'a gateway answers 504, and the order rests at the venue all the same',
    injected: 'simulated wire: 504 in HTML after the order was placed',
    holds: 'The private stream or a lookup tells of the order; it is never sent again.',
    seen: 'The order as acknowledged, as soon as the stream has told of it.',
    check: () => knownFromTheStream('submit-5xx-placed'),
  },
  {
    id: 'request-lost',
    title: 'the order never arrives, and nobody says so',
    injected: 'simulated wire: request dropped, ten seconds of silence',
    holds:
      'Unknown until order, open orders and trades have all said that there is none; then rejected, and not sent again.',
    seen: 'The order as “unknown”, then as rejected with the reason that the venue does not know it.',
    check: () => inDoubt('submit-lost', 'rejected'),
  },
];

export const SUBMIT_PATH: FaultPart = { title: 'On the way to the venue', cases: CASES };
