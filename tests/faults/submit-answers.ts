import { expect } from 'vitest';
import type { RequestFault } from '../simulation/engine/faults.ts';
import { refusal } from '../simulation/engine/sim-wire.ts';
import type { FaultCase } from './case.ts';
import { Scene } from './scene.ts';

/** A limit buy that rests until the market comes to it. */
const RESTING = { qty: '0.01', bps: -20, stopBps: 100 } as const;

/** In doubt until the venue itself has answered: sent once, and nothing new in the instrument meanwhile. */
async function inDoubt(fault: RequestFault, ends: string, streamDownMs = 0): Promise<void> {
  const scene = await Scene.open();
  scene.world.faults.plan(fault);
  const id = scene.ticket(RESTING) as string;
  if (streamDownMs > 0) {
    scene.breakStream(streamDownMs);
    // So that the doubt is to be seen: the lookup would end it at once.
    for (let reads = 0; reads < 8; reads += 1) scene.world.faults.plan('read-slow');
  }
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

const statesOf = (scene: Scene, id: string): string[] =>
  scene.events.flatMap((event) => (event.kind === 'OrderStateChanged' && event.clientOrderId === id ? [event.to] : []));

/** The venue says with a code of its own that it does not know what became of the order. */
async function venueDoesNotKnow(status: number, code: number): Promise<void> {
  const scene = await Scene.open();
  scene.world.wire.answerInstead = (kind, reply) =>
    kind === 'submit' ? refusal(code, 'execution status unknown', status) : reply;
  const id = scene.ticket(RESTING) as string;
  scene.breakStream(30_000);
  await scene.until('the order', () => scene.order(id).state === 'acknowledged');
  expect(statesOf(scene, id)).toEqual(['sent', 'unknown', 'acknowledged']);
  await scene.rest();
  expect(scene.world.sent.size).toBe(1);
}

/** The venue's readers deny an order that is still on its way: their word counts only once it can no longer be taken. */
async function straggler(): Promise<void> {
  const scene = await Scene.open();
  scene.world.wire.straysForMs = 4_500;
  const id = scene.ticket(RESTING) as string;
  await scene.pass(4_000);
  expect(scene.order(id).state).toBe('unknown');
  expect(scene.ticket(RESTING)).toBeNull();
  await scene.until('the order', () => scene.order(id).state === 'acknowledged');
  expect(statesOf(scene, id)).toEqual(['sent', 'unknown', 'acknowledged']);
  await scene.rest();
  expect(scene.world.sent.size).toBe(1);
}

/** A definite no: the order is over at once, in words, and the next one may go. */
async function refused(fault: RequestFault, words: string): Promise<void> {
  const scene = await Scene.open();
  scene.world.faults.plan(fault);
  const id = scene.ticket(RESTING) as string;
  await scene.until('the no', () => scene.order(id).state === 'rejected');
  expect(scene.order(id).note).toContain(words);
  expect(scene.atVenue(id)).toBeUndefined();
  const next = scene.ticket(RESTING) as string;
  await scene.until('the next one', () => scene.order(next).state === 'acknowledged');
  await scene.rest();
  expect(scene.world.sent.size).toBe(2);
}

/** Called not found by every reader of the venue, it fills there and shows up minutes later. */
async function reappears(): Promise<void> {
  const scene = await Scene.open();
  scene.world.wire.hidesForMs = 240_000;
  scene.world.faults.plan('submit-hidden');
  const id = scene.ticket({ qty: '0.01', stopBps: 100 }) as string;
  await scene.until('not found', () => scene.order(id).state === 'rejected');
  expect(scene.order(id).note).toContain('does not know the order');
  expect(scene.atVenue(id)?.status).toBe('filled');
  await scene.until('the difference in the balance', () => scene.holds().includes('halted'));
  expect(scene.ticket(RESTING)).toBeNull();
  await scene.until('the order', () => scene.order(id).state === 'filled', 300_000);
  expect(scene.journal().join('\n')).toContain('is on the venue after all: it counts again');
  await scene.until('its stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  await scene.until('the end of the difference', () => scene.holds().length === 0);
  await scene.rest();
  expect([...scene.world.sent].filter((sent) => sent === id)).toHaveLength(1);
}

/** Called not found, it rests at the venue all the while and shows up minutes later: it counts again and can be taken back. */
async function restsUnseen(): Promise<void> {
  const scene = await Scene.open();
  scene.world.wire.hidesForMs = 240_000;
  scene.world.faults.plan('submit-hidden');
  const id = scene.ticket(RESTING) as string;
  await scene.until('not found', () => scene.order(id).state === 'rejected');
  expect(scene.atVenue(id)?.status).toBe('new');
  await scene.until('the order', () => scene.order(id).state === 'acknowledged', 300_000);
  expect(scene.journal().join('\n')).toContain('is on the venue after all: it counts again');
  scene.world.request({ kind: 'CancelRequested', clientOrderId: id });
  await scene.until('the cancel', () => scene.atVenue(id)?.status === 'cancelled');
  await scene.rest();
  expect(scene.world.sent.size).toBe(1);
}

/** A cancel that gets no answer is sent again until one comes: twice does no harm. */
async function cancelUnanswered(fault: RequestFault): Promise<void> {
  const scene = await Scene.open();
  const id = scene.ticket(RESTING) as string;
  await scene.until('the order', () => scene.order(id).state === 'acknowledged');
  scene.world.faults.plan(fault);
  scene.world.faults.plan('report-lost');
  scene.world.request({ kind: 'CancelRequested', clientOrderId: id });
  await scene.pass(1_000);
  expect(scene.order(id)).toMatchObject({ state: 'acknowledged', cancelRequested: true });
  await scene.until('the cancel', () => scene.order(id).state === 'cancelled');
  expect(scene.atVenue(id)?.status).toBe('cancelled');
  await scene.rest();
}

export const SUBMIT_ANSWERS: readonly FaultCase[] = [
  {
    id: 'reply-lost-placed',
    title: 'no answer comes, and the order rests at the venue all the same',
    injected: 'simulated wire: the answer to the submit is lost, ten seconds of silence',
    holds: 'The private stream tells of the order; the silence changes nothing any more, and it is never sent again.',
    seen: 'The order as acknowledged, as soon as the stream has told of it.',
    check: () => knownFromTheStream('submit-reply-lost'),
  },
  {
    id: 'reply-lost-stream-down',
    title: 'no answer comes, and the private stream is down as well',
    injected: 'simulated wire: the answer to the submit is lost, the stream broken for a minute',
    holds:
      'Unknown until the venue is asked and shows the order; never sent again, nothing new in the instrument meanwhile.',
    seen: 'The order as “unknown”, then as acknowledged.',
    check: () => inDoubt('submit-reply-lost', 'acknowledged', 60_000),
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
  {
    id: 'gateway-timeout-placed',
    title: 'a gateway answers 504, and the order rests at the venue all the same',
    injected: 'simulated wire: 504 in HTML after the order was placed',
    holds: 'The private stream or a lookup tells of the order; it is never sent again.',
    seen: 'The order as acknowledged, as soon as the stream has told of it.',
    check: () => knownFromTheStream('submit-5xx-placed'),
  },
  {
    id: 'gateway-error-not-placed',
    title: 'a gateway answers 503, and the order never got through',
    injected: 'simulated wire: 503 in HTML, nothing placed',
    holds: 'Unknown until every reader of the venue has said that there is none; then rejected, and not sent again.',
    seen: 'The order as “unknown”, then as rejected with the reason that the venue does not know it.',
    check: () => inDoubt('submit-5xx-not-placed', 'rejected'),
  },
  {
    id: 'venue-fails-inside',
    title: 'the venue fails inside with a refusal in words, and the order rests all the same',
    injected: 'simulated wire: 503 with a code (-1099) after the order was placed, the stream down',
    holds:
      'A 5xx is no definite no, whatever its code says: unknown until the venue shows the order; never sent again.',
    seen: 'The order as “unknown”, then as acknowledged.',
    check: () => venueDoesNotKnow(503, -1099),
  },
  {
    id: 'venue-does-not-know',
    title: 'the venue itself says that it does not know what became of the order',
    injected: 'simulated wire: 400 with -1007 after the order was placed, the stream down',
    holds: 'A 4xx is no definite no with such a code: unknown until the venue shows the order; never sent again.',
    seen: 'The order as “unknown”, then as acknowledged.',
    check: () => venueDoesNotKnow(400, -1007),
  },
  {
    id: 'straggler',
    title: 'the connection breaks as the order goes out, and the order arrives seconds later',
    injected: 'simulated wire: reset at once, 4.5 s on the way',
    holds: '“Not found” counts only once the venue could no longer take the order (recvWindow and a margin).',
    seen: 'The order as “unknown” all the while, then as acknowledged.',
    check: straggler,
  },
  {
    id: 'page-for-an-answer',
    title: 'a web page with status 200 comes in place of the answer, and the order rests',
    injected: 'simulated wire: HTML with 200 after the order was placed',
    holds: 'A page is no answer: the stream or a lookup tells of the order; it is never sent again.',
    seen: 'The order as acknowledged, as soon as the stream has told of it.',
    check: () => knownFromTheStream('submit-html'),
  },
  {
    id: 'connection-refused',
    title: 'the venue takes no connection',
    injected: 'simulated wire: connection refused',
    holds: 'Not a byte left: a definite no at once. The next order may go.',
    seen: 'The order as rejected: the venue could not be reached, nothing was sent.',
    check: () => refused('submit-connection-refused', 'nothing was sent'),
  },
  {
    id: 'arrived-too-late',
    title: 'the order is held up on its way for longer than the venue allows',
    injected: 'simulated wire: 5.2 s on the way, recvWindow 5 s',
    holds: 'The venue’s -1021 is a definite no. Never sent again; the next order may go.',
    seen: 'The order as rejected with the venue’s words.',
    check: () => refused('submit-late', 'recvWindow'),
  },
  {
    id: 'cancel-lost',
    title: 'a cancel never arrives, and nobody says so',
    injected: 'simulated wire: the cancel is dropped, ten seconds of silence',
    holds: 'Sent again until it is answered.',
    seen: 'The order as being cancelled, then as cancelled.',
    check: () => cancelUnanswered('cancel-lost'),
  },
  {
    id: 'cancel-reply-lost',
    title: 'a cancel is carried out, and neither answer nor report comes',
    injected: 'simulated wire: answer and report are lost',
    holds: 'Sent again; “unknown order” is looked up and taken as what the venue says became of it.',
    seen: 'The order as being cancelled, then as cancelled.',
    check: () => cancelUnanswered('cancel-reply-lost'),
  },
  {
    id: 'not-found-reappears',
    title: 'the venue knows nothing of the order for minutes, while it fills there',
    injected: 'simulated wire: 504, then order, open orders, trades and stream keep silent of it for four minutes',
    holds:
      'Taken as rejected once every reader has denied it. The balances give it away and hold entries; when it shows up it counts again, its fills are booked and its stop is placed.',
    seen: 'The order as rejected; the balance that no known fill explains; then a line that it is on the venue after all, and the position with its stop.',
    check: reappears,
  },
  {
    id: 'not-found-rests',
    title: 'the venue knows nothing of the order for minutes, while it rests there',
    injected: 'simulated wire: 504, then order, open orders, trades and stream keep silent of it for four minutes',
    holds: 'Taken as rejected once every reader has denied it; when it shows up it counts again and can be cancelled.',
    seen: 'The order as rejected; then a line that it is on the venue after all, and the order as acknowledged.',
    check: restsUnseen,
  },
];
