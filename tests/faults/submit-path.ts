import { expect } from 'vitest';
import type { ManualOrderRequested } from '../../main/engine/domain/events.ts';
import { openConnector } from '../support/venues/open-connector.ts';
import { startPracticeProcess } from '../support/venues/practice-process.ts';
import type { FaultCase, FaultPart } from './case.ts';
import { Scene } from './scene.ts';
import { SUBMIT_ANSWERS } from './submit-answers.ts';
import { SUBMIT_BOUND } from './submit-bound.ts';
import { SUBMIT_CRASHES } from './submit-crashes.ts';
import { SUBMIT_LIMITS } from './submit-limits.ts';
import { SUBMIT_RULES } from './submit-rules.ts';

/** A limit buy that rests until the market comes to it. */
const RESTING = { qty: '0.01', bps: -20, stopBps: 100 } as const;

async function doubleClick(): Promise<void> {
  const scene = await Scene.open();
  const id = scene.ticket(RESTING, 4) as string;
  expect(scene.events.filter(({ kind }) => kind === 'OrderSigned')).toHaveLength(1);
  const refusals = (): string[] => scene.journal().filter((line) => line.includes('it counts once'));
  expect(refusals()).toHaveLength(3);
  await scene.until('the order', () => scene.order(id).state === 'acknowledged');
  const clicked = scene.events.find((event) => event.kind === 'ManualOrderRequested') as ManualOrderRequested;
  await scene.kill();
  await scene.pass(5_000);
  scene.world.request({ kind: 'ArmSet', armed: true });
  scene.world.request(clicked);
  expect(refusals()).toHaveLength(4);
  expect(scene.world.sent.size).toBe(1);
  await scene.rest();
}

async function keyRepeat(): Promise<void> {
  const scene = await Scene.open();
  const { id } = await scene.propose();
  const press = (): void => scene.world.request({ kind: 'ApproveRequested', proposalId: id, portion: 'full' });
  for (let times = 0; times < 6; times += 1) press();
  await scene.pass(2_000);
  press();
  expect(scene.proposal(id).state).toBe('signed');
  const signed = scene.events.filter((event) => event.kind === 'OrderSigned' && event.order.purpose === 'entry');
  expect(signed).toHaveLength(1);
  const refusals = scene.events.filter((event) => event.kind === 'RequestRefused' && event.code === 'already-signed');
  expect(refusals).toHaveLength(6);
  await scene.rest();
}

async function postOnlyWouldMatch(): Promise<void> {
  const scene = await Scene.open();
  const id = scene.ticket({ qty: '0.01', type: 'post-only', bps: 5, stopBps: 100 }) as string;
  await scene.until('the no', () => scene.order(id).state === 'rejected');
  expect(scene.order(id).note).toContain('immediately match');
  await scene.pass(10_000);
  expect(scene.world.venue.fills).toEqual([]);
  expect(scene.desk().positions).toEqual([]);
  await scene.rest();
  expect(scene.world.sent.size).toBe(1);
}

async function reduceOnlyRefused(): Promise<void> {
  const venue = await startPracticeProcess(32);
  const connector = openConnector(venue, { market: 'usdm' });
  try {
    await connector.next('AuditReceived', undefined, 0);
    connector.submit('exit', { purpose: 'exit', side: 'sell', qtyBase: '0.01' });
    const answer = await connector.next('SubmitAnswered', undefined, 0);
    expect(answer).toMatchObject({ clientOrderId: 'exit', outcome: 'rejected', code: '-2022' });
    expect(answer.text).toContain('ReduceOnly Order is rejected');
    expect(answer.putOff).toBeUndefined();
    const told = connector.follow();
    connector.port.send({ kind: 'audit', why: 'test', believedOpen: [], fillsSinceMs: null });
    expect(await told.next('AuditReceived')).toMatchObject({ openOrders: [], positions: [] });
  } finally {
    await connector.close();
    await venue.stop();
  }
}

async function saleOfWhatIsGone(): Promise<void> {
  const scene = await Scene.open();
  scene.ticket({ qty: '0.01' });
  await scene.until('the position', () => scene.desk().positions[0]?.qtyBase === '0.00999');
  for (const report of ['report-lost', 'report-lost'] as const) scene.world.faults.plan(report);
  const elsewhere = { type: 'market', timeInForce: 'ioc', priceTicks: null, stopTicks: null } as const;
  scene.world.venue.place({
    ...elsewhere,
    symbol: 'BTCUSDT',
    side: 'sell',
    qtyLots: 999,
    quoteBudgetAtoms: null,
    clientOrderId: 'web-1',
    orderListId: -1,
  });
  const id = scene.ticket({ side: 'sell', type: 'market', qty: '0.00999' }) as string;
  await scene.until('the no', () => scene.order(id).state === 'rejected');
  expect(scene.order(id).note).toContain('insufficient balance');
  await scene.until('the books', () => scene.desk().positions.length === 0, 10_000);
  expect(scene.order('web-1')).toMatchObject({ purpose: 'foreign', state: 'filled' });
  expect(scene.journal().join('\n')).toContain('An order not sent from here works on this account: sell 0.00999');
  await scene.rest();
}

const CASES: readonly FaultCase[] = [
  {
    id: 'double-click',
    title: 'the ticket’s button is clicked several times, also across a restart',
    injected: 'the same ticket handed in four times',
    holds: 'One signature, one order.',
    seen: 'One order; a line that it was handed in before and counts once.',
    check: doubleClick,
  },
  {
    id: 'key-repeat',
    title: 'the key that approves is held down',
    injected: 'seven approvals of one proposal',
    holds: 'One signature per proposal; the rest is refused.',
    seen: 'The proposal as signed, one order.',
    check: keyRepeat,
  },
  {
    id: 'post-only-would-match',
    title: 'a post-only order would trade at once',
    injected: 'the market: a limit beyond the best ask',
    holds: 'The venue refuses it; nothing is bought and nothing is sent again.',
    seen: 'The order as rejected with the venue’s words.',
    check: postOnlyWouldMatch,
  },
  {
    id: 'reduce-only-refused',
    title: 'the venue refuses a reduce-only order, for there is nothing left to reduce',
    injected: 'practice venue, Binance USD-M: nothing is held when the exit arrives; the real connector',
    holds: 'An exit is sent reduce-only, so it opens no position the other way; -2022 is a definite no, and final.',
    seen: 'The order as rejected with the venue’s words.',
    check: reduceOnlyRefused,
  },
  {
    id: 'sale-of-what-is-gone',
    title: 'a sale is refused, for what it sells was sold elsewhere and nobody said so',
    injected: 'simulated venue: sold by another program; simulated wire: its reports are lost',
    holds: 'The refusal is final, and has the books read at once: what is gone is booked as sold elsewhere.',
    seen: 'The order as rejected with the venue’s words; the other program’s order; the position as it is.',
    check: saleOfWhatIsGone,
  },
];

export const SUBMIT_PATH: FaultPart = {
  title: 'On the way to the venue',
  cases: [...SUBMIT_ANSWERS, ...SUBMIT_CRASHES, ...CASES, ...SUBMIT_BOUND, ...SUBMIT_RULES, ...SUBMIT_LIMITS],
};
