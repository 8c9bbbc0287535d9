import { expect } from 'vitest';
import type { FaultCase, FaultPart } from './case.ts';
import { killFromSecondScreen } from './frozen-screen.ts';
import { mandate, nothingSent, predict, proposal, proposed, signedFor, waiting } from './proposals.ts';
import { BTC, Scene } from './scene.ts';

const MINUTE_MS = 60_000;
/** A limit buy that rests until the market comes to it. */
const RESTING = { qty: '0.01', bps: -20, stopBps: 100 } as const;

const passTo = (scene: Scene, timeMs: number): Promise<void> => scene.pass(timeMs - scene.world.time.nowMs);
const lastLine = (scene: Scene): string => scene.journal().at(-1) ?? '';

async function personAway(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 60_000 });
  scene.world.marketStill = false;
  const ids = scene.world.venue.listings.map(({ record }) => record.id);
  for (let minute = 0; minute < 60; minute += 1) {
    for (const instrumentId of ids) predict(scene, { instrumentId });
    const open = waiting(scene);
    expect(new Set(open.map(({ instrumentId }) => instrumentId)).size).toBe(open.length);
    await scene.pass(MINUTE_MS);
  }
  await scene.until('an empty queue', () => waiting(scene).length === 0);
  const rows = scene.desk().proposals;
  expect(rows.length).toBeGreaterThan(20);
  expect(new Set(rows.map(({ state, stateNote }) => `${state}: ${stateNote}`))).toEqual(
    new Set(['lapsed: nobody answered in time']),
  );
  expect(nothingSent(scene)).toBe(true);
  await scene.rest();
}

/** The scene opens at 11:50 UTC. */
async function mandateHoursEnd(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 60_000 });
  const [first, second] = scene.world.venue.listings.map(({ record }) => record.id) as [string, string];
  const hours = mandate(scene, { fromHourUtc: 11, toHourUtc: 12, notionalQuoteMax: '20000' });
  scene.world.request({ kind: 'MandateSet', mandate: hours });
  const within = proposed(scene, { instrumentId: first }).id;
  await scene.pass(1_000);
  expect(proposal(scene, within)).toMatchObject({ state: 'signed', signedBy: 'mandate small ones' });
  await passTo(scene, Date.UTC(2026, 0, 5, 12, 0, 1));
  const after = proposed(scene, { instrumentId: second }).id;
  await scene.pass(50_000);
  expect(proposal(scene, after).state).toBe('pending');
  expect(scene.desk().mandate).toMatchObject({ fromHourUtc: 11, toHourUtc: 12 });
  await scene.until('the end of the question', () => proposal(scene, after).state === 'lapsed');
  expect(signedFor(scene, after)).toBeNull();
  await scene.rest();
}

async function mandateEndsWhileAsked(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 20_000 });
  const { id } = proposed(scene);
  // No tick lies between the proposal and the end of the mandate.
  scene.world.request({ kind: 'MandateSet', mandate: mandate(scene, { validUntilMs: scene.world.time.nowMs + 1 }) });
  await scene.kill();
  await scene.pass(5 * MINUTE_MS);
  const { id: later } = proposed(scene);
  await scene.until('the end of the question', () => proposal(scene, later).state === 'lapsed');
  expect([signedFor(scene, id), signedFor(scene, later)]).toEqual([null, null]);
  await scene.rest();
}

async function killHalfDown(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 60_000 });
  const [, other] = scene.world.venue.listings.map(({ record }) => record.id) as [string, string];
  const held = scene.ticket({ instrumentId: other, type: 'market', qty: '0.5', stopBps: 200 }) as string;
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  const entry = scene.ticket(RESTING) as string;
  await scene.until('the order at the venue', () => scene.order(entry).state === 'acknowledged');
  const id = proposedElsewhere(scene, [BTC, other]);
  const sentBefore = scene.world.sent.size;
  for (let lost = 0; lost < 4; lost += 1) scene.world.faults.plan('cancel-lost');
  scene.world.request({ kind: 'KillSwitchSet', on: true });
  expect(scene.desk().safety.killSwitch).toBe(true);
  expect(proposal(scene, id)).toMatchObject({ state: 'lapsed', stateNote: 'the kill switch is on' });
  expect(scene.order(entry)).toMatchObject({ state: 'acknowledged', cancelRequested: true });
  expect(scene.ticket(RESTING)).toBeNull();
  expect(lastLine(scene)).toBe('the kill switch is on');
  await scene.pass(5_000);
  expect([scene.order(entry).state, scene.atVenue(entry)?.status]).toEqual(['acknowledged', 'new']);
  await scene.until('the cancel', () => scene.order(entry).state === 'cancelled');
  expect(scene.atVenue(entry)?.status).toBe('cancelled');
  expect(scene.desk().positions[0]).toMatchObject({ instrumentId: other, stopState: 'on-venue' });
  expect(scene.order(held).state).toBe('filled');
  expect(scene.world.sent.size).toBe(sentBefore);
  await scene.rest();
}

/** A proposal in an instrument that none of these is. */
function proposedElsewhere(scene: Scene, taken: readonly string[]): string {
  const free = scene.world.venue.listings.map(({ record }) => record.id).find((id) => !taken.includes(id));
  return proposed(scene, { instrumentId: free as string }).id;
}

async function killAcrossRestart(): Promise<void> {
  const scene = await Scene.open();
  const entry = scene.ticket(RESTING) as string;
  await scene.until('the order at the venue', () => scene.order(entry).state === 'acknowledged');
  for (let lost = 0; lost < 2; lost += 1) scene.world.faults.plan('cancel-lost');
  scene.world.request({ kind: 'KillSwitchSet', on: true });
  await scene.pass(1_000);
  await scene.kill();
  await scene.pass(1_000);
  expect(scene.desk().safety.killSwitch).toBe(true);
  await scene.until('the cancel', () => scene.order(entry).state === 'cancelled');
  scene.world.request({ kind: 'ArmSet', armed: true });
  expect(scene.ticket(RESTING)).toBeNull();
  expect(lastLine(scene)).toBe('the kill switch is on');
  expect(scene.world.sent.size).toBe(1);
  await scene.rest();
}

const CASES: readonly FaultCase[] = [
  {
    id: 'person-away',
    title: 'nobody is there for an hour, and the models go on proposing',
    injected: 'a simulated hour in which every model speaks every minute',
    holds: 'At most one question per instrument is open at any time; each lapses; nothing is signed or sent.',
    seen: 'Every proposal as lapsed, “nobody answered in time”, and no more than one waiting per instrument.',
    check: personAway,
  },
  {
    id: 'mandate-hours-end',
    title: 'the hours of a mandate end while nobody is there',
    injected: 'a mandate for 11 to 12 UTC, a simulated clock that passes noon',
    holds: 'It signs at 11:50 and not at 12:00; what comes then waits for a person and lapses.',
    seen: 'The first proposal as signed by the mandate, the second waiting, then lapsed.',
    check: mandateHoursEnd,
  },
  {
    id: 'mandate-ended-while-down',
    title: 'a mandate ends while the program is down',
    injected: 'a mandate that ends a millisecond after it was given; the process is killed',
    holds: 'It signs neither what waited nor what is proposed after the start.',
    seen: 'The proposals as lapsed, none signed by a mandate.',
    check: mandateEndsWhileAsked,
  },
  {
    id: 'kill-switch-cancels-lost',
    title: 'the kill switch is pressed while requests to the venue get no answer and its streams go on',
    injected: 'simulated wire: four cancels in a row are dropped, ten seconds of silence each',
    holds:
      'The cancel is sent until the venue has it; proposals lapse; nothing new goes out; stops stay where they rest.',
    seen: 'The switch as on, the order as being cancelled, then cancelled; refusals with “the kill switch is on”.',
    check: killHalfDown,
  },
  {
    id: 'kill-switch-across-crash',
    title: 'the program is killed right after the kill switch, before the venue has heard of it',
    injected: 'simulated wire: cancels dropped; simulated process: killed and started again',
    holds: 'The switch is still on and the cancel is taken up again; an armed ticket is refused.',
    seen: 'The switch as on after the start, the order as cancelled.',
    check: killAcrossRestart,
  },
  {
    id: 'kill-switch-frozen-screen',
    title: 'the screen hangs and half of the network is down when the kill switch is wanted',
    injected: 'a page that never gives its thread back; practice venue: requests for orders hang, streams go on',
    holds:
      'The switch on a second screen is on at once; nothing new goes out; the cancel is sent until the venue answers.',
    seen: 'The second screen: the switch as on, the order as being cancelled, then cancelled.',
    check: killFromSecondScreen,
    limitMs: 300_000,
  },
];

export const PERSON: FaultPart = { title: 'The person', cases: CASES };
