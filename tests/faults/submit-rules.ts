import { expect } from 'vitest';
import type { RulesChange } from '../../main/practice/matching/rules.ts';
import { marketFolder, readInfo, type VenueInfo } from '../../main/practice/venue-folder.ts';
import { VenueRest } from '../support/venue-rest.ts';
import { openConnector } from '../support/venues/open-connector.ts';
import { startPracticeProcess } from '../support/venues/practice-process.ts';
import type { FaultCase } from './case.ts';
import { BTC, Scene, type Ticket } from './scene.ts';

const changedLines = (scene: Scene): string[] =>
  scene.journal().filter((line) => line.includes('the venue has changed its rules'));

/** What the venue refuses for its new rules, the gate denies from then on; what fits them goes. */
async function refusedThenLearnt(
  change: RulesChange,
  old: Ticket,
  said: { readonly venue: string; readonly gate: string },
  fits: Ticket,
): Promise<void> {
  const scene = await Scene.open();
  scene.changeRules(change);
  const first = scene.ticket(old) as string;
  await scene.until('the no', () => scene.order(first).state === 'rejected');
  expect(scene.order(first).note).toBe(`Filter failure: ${said.venue}`);
  await scene.until('the new rules', () => changedLines(scene).length === 1);
  expect(scene.ticket(old)).toBeNull();
  expect(scene.journal().at(-1)).toContain(said.gate);
  const next = scene.ticket(fits) as string;
  await scene.until('the next one', () => scene.order(next).state === 'acknowledged');
  await scene.rest();
  expect(scene.world.sent.size).toBe(2);
}

/** The reading that follows a refusal fails, more than once: it is tried again until it succeeds. */
async function unreadable(): Promise<void> {
  const scene = await Scene.open();
  scene.changeRules({ lotStep: '0.0001', minQty: '0.0001' });
  for (const fault of ['read-5xx', 'read-html', 'read-lost'] as const) scene.world.faults.plan(fault);
  const id = scene.ticket({ qty: '0.01234', bps: -20 }) as string;
  await scene.until('the no', () => scene.order(id).state === 'rejected');
  await scene.pass(2_000);
  expect(changedLines(scene)).toEqual([]);
  await scene.until('the new rules', () => changedLines(scene).length === 1, 60_000);
  expect(scene.ticket({ qty: '0.01234', bps: -20 })).toBeNull();
  await scene.rest();
}

/** No order brings it to light: the rules are read again every five minutes, looser ones as well as stricter. */
async function learntUnasked(): Promise<void> {
  const scene = await Scene.open();
  scene.changeRules({ lotStep: '0.001', minQty: '0.001' });
  await scene.until('the new rules', () => changedLines(scene).length === 1, 310_000);
  expect(changedLines(scene)[0]).toContain('quantity step 0.001 (was 0.00001)');
  expect(scene.ticket({ qty: '0.01234', bps: -20 })).toBeNull();
  scene.changeRules({ lotStep: '0.00001', minQty: '0.00001' });
  await scene.until('the old rules', () => changedLines(scene).length === 2, 310_000);
  scene.world.request({ kind: 'ArmSet', armed: true });
  const id = scene.ticket({ qty: '0.01234', bps: -20 }) as string;
  await scene.until('the order', () => scene.order(id).state === 'acknowledged');
  await scene.kill();
  await scene.pass(10_000);
  expect(changedLines(scene)).toHaveLength(2);
  await scene.rest();
}

/** The lot grows under a position: its stop stays as it rests; what is sold is whole new lots, and the rest is stated. */
async function lotGrowsUnderStop(): Promise<void> {
  const scene = await Scene.open();
  scene.ticket({ qty: '0.01234', stopBps: 100 });
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  const stop = scene.desk().orders.find(({ purpose }) => purpose === 'stop');
  expect(stop?.qtyBase).toBe('0.01232');
  scene.changeRules({ lotStep: '0.0001', minQty: '0.0001' });
  await scene.until('the new rules', () => changedLines(scene).length === 1, 310_000);
  await scene.pass(10_000);
  expect(scene.atVenue(stop?.clientOrderId as string)?.status).toBe('new');
  scene.world.request({ kind: 'FlattenRequested', instrumentId: BTC });
  await scene.until('the sale', () => scene.desk().positions[0]?.qtyBase === '0.00002766');
  expect(scene.desk().orders.find(({ purpose }) => purpose === 'flatten')).toMatchObject({
    state: 'filled',
    qtyBase: '0.0123',
  });
  expect(scene.desk().positions[0]?.stopState).toBe('missing');
  await scene.rest();
}

/** The tick grows before the entry fills: the stop that was signed does not fit it any more. */
async function tickGrowsBeforeStop(): Promise<void> {
  const scene = await Scene.open();
  const id = scene.ticket({ qty: '0.01', limitPrice: '61100', stopPrice: '60631.87' }) as string;
  await scene.until('the entry', () => scene.order(id).state === 'acknowledged');
  scene.changeRules({ tickSize: '0.5' });
  scene.move(-35);
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  const stops = scene.desk().orders.filter(({ purpose }) => purpose === 'stop');
  expect(stops.map(({ state, triggerPrice }) => [state, triggerPrice])).toEqual([
    ['acknowledged', '60632'],
    ['rejected', '60631.87'],
  ]);
  expect(scene.desk().positions[0]?.stopPrice).toBe('60632');
  expect(scene.world.venue.fills.filter(({ side }) => side === 'sell')).toEqual([]);
  await scene.rest();
}

/** A proposal waits on the old grid: an approval asks again with the gate's words and sends nothing. */
async function rulesChangeUnderProposal(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 600_000 });
  scene.changeRules({ lotStep: '0.01', minQty: '0.01' });
  await scene.pass(295_000 - 5_000);
  const { id } = await scene.propose();
  await scene.until('the new rules', () => changedLines(scene).length === 1);
  scene.world.request({ kind: 'ApproveRequested', proposalId: id, portion: 'full' });
  expect(scene.proposal(id).state).toBe('asks-again');
  expect(scene.journal().at(-1)).toContain('is not a positive multiple of 0.01');
  await scene.pass(5_000);
  expect(scene.world.sent.size).toBe(0);
  await scene.rest();
}

/** The real connector with unmodified ccxt, which rounds by what it believes the rules to be. */
async function overTheRealWire(): Promise<void> {
  const seed = 31;
  const venue = await startPracticeProcess(seed);
  const connector = openConnector(venue);
  try {
    await connector.next('AuditReceived', undefined, 0);
    const { quote } = await connector.next('MarketBatchReceived', (event) => event.quote !== null, 0);
    const limitPrice = `${Math.floor(Number(quote?.bid) * 0.9)}.01`;
    const resting = { type: 'limit', limitPrice } as const;
    const answer = (clientOrderId: string) =>
      connector.next('SubmitAnswered', (event) => event.clientOrderId === clientOrderId, 0);
    const folder = marketFolder(venue.folder, { kind: 'generated', seed });
    const rest = new VenueRest(readInfo(folder) as VenueInfo);
    await rest.changeRules('BTC/USDT', { lotStep: '0.001', minQty: '0.001', tickSize: '0.1' });
    const learnt = connector.next('InstrumentsLoaded');
    connector.submit('old-rules', { ...resting, qtyBase: '0.01234' });
    expect(await answer('old-rules')).toMatchObject({ outcome: 'rejected', code: '-1013' });
    expect((await learnt).instruments[0]).toMatchObject({ lotStep: '0.001', minQty: '0.001', tickSize: '0.1' });
    // ccxt would now cut 0.01234 to 0.012 and send it: not what was signed.
    connector.submit('signed-before', { ...resting, qtyBase: '0.01234' });
    expect(await answer('signed-before')).toMatchObject({ outcome: 'rejected', code: 'OFF_GRID' });
    connector.submit('off-tick', { ...resting, qtyBase: '0.012' });
    expect(await answer('off-tick')).toMatchObject({ outcome: 'rejected', code: 'OFF_GRID' });
    connector.submit('fits', { ...resting, limitPrice: limitPrice.replace('.01', '.1'), qtyBase: '0.012' });
    expect(await answer('fits')).toMatchObject({ outcome: 'accepted' });
    const { report } = await connector.next('OrderReported', ({ report }) => report.clientOrderId === 'fits', 0);
    expect(report).toMatchObject({ qtyBase: '0.012', limitPrice: limitPrice.replace('.01', '.1') });
  } finally {
    await connector.close();
    await venue.stop();
  }
}

const SWITCH = 'simulated venue: other rules for new orders, told to nobody';

export const SUBMIT_RULES: readonly FaultCase[] = [
  {
    id: 'lot-grows',
    title: 'the venue makes its quantity step larger while it trades',
    injected: SWITCH,
    holds: 'The refusal has the rules read again. From then on the gate denies what is off the new step.',
    seen: 'The first order as rejected; a line with the old and the new step; the gate’s words on the next one.',
    check: () =>
      refusedThenLearnt(
        { lotStep: '0.0001', minQty: '0.0001' },
        { qty: '0.01234', bps: -20, stopBps: 100 },
        { venue: 'LOT_SIZE', gate: 'quantity 0.01234 is not a positive multiple of 0.0001' },
        { qty: '0.0123', bps: -20, stopBps: 100 },
      ),
  },
  {
    id: 'tick-grows',
    title: 'the venue makes its price step larger while it trades',
    injected: SWITCH,
    holds: 'The refusal has the rules read again. From then on the gate denies prices between two steps.',
    seen: 'The first order as rejected; a line with the old and the new step; the gate’s words on the next one.',
    check: () =>
      refusedThenLearnt(
        { tickSize: '0.5' },
        { qty: '0.01', limitPrice: '61000.01' },
        { venue: 'PRICE_FILTER', gate: 'price 61000.01 is not a positive multiple of 0.5' },
        { qty: '0.01', limitPrice: '61000.5' },
      ),
  },
  {
    id: 'smallest-order-grows',
    title: 'the venue raises its smallest order while it trades',
    injected: SWITCH,
    holds: 'The refusal has the rules read again. From then on the gate denies what is worth less.',
    seen: 'The first order as rejected; a line with the old and the new minimum; the gate’s words on the next one.',
    check: () =>
      refusedThenLearnt(
        { minNotional: '100' },
        { qty: '0.001', bps: -20 },
        { venue: 'NOTIONAL', gate: 'is less than the venue' },
        { qty: '0.002', bps: -20 },
      ),
  },
  {
    id: 'rules-unreadable',
    title: 'the venue refuses an order for its new rules, and cannot be asked for them at once',
    injected: `${SWITCH}; simulated wire: the reading is answered by 503, a page, and silence`,
    holds: 'Read again every five seconds until it succeeds.',
    seen: 'The order as rejected, the line with the old and the new step as soon as they are known.',
    check: unreadable,
  },
  {
    id: 'rules-change-unheard',
    title: 'the venue changes its rules and no order brings it to light',
    injected: `${SWITCH}, for the stricter and back again`,
    holds: 'Read again every five minutes: stricter and looser rules are both taken, and outlive a restart.',
    seen: 'A line with the old and the new rules each time.',
    check: learntUnasked,
  },
  {
    id: 'lot-grows-under-a-position',
    title: 'the quantity step grows while a position and its stop are held',
    injected: SWITCH,
    holds: 'The stop stays as it rests. A sale is whole new steps, and what is left is too little to protect.',
    seen: 'The stop on the venue as before; after Flatten the rest of the position, with its stop missing and why.',
    check: lotGrowsUnderStop,
  },
  {
    id: 'tick-grows-before-the-stop',
    title: 'the price step grows before the entry fills, and the signed stop does not fit it',
    injected: SWITCH,
    holds: 'The refused stop is placed at the next higher price that fits; nothing is sold for it.',
    seen: 'The stop as rejected, the change of rules, the stop on the venue at its new price.',
    check: tickGrowsBeforeStop,
  },
  {
    id: 'rules-change-under-a-proposal',
    title: 'the rules change while a proposal waits for its answer',
    injected: SWITCH,
    holds: 'An approval is checked against the new rules: it asks again and sends nothing.',
    seen: 'The proposal asks again with the gate’s words.',
    check: rulesChangeUnderProposal,
  },
  {
    id: 'rules-change-over-the-wire',
    title: 'the rules change, and the exchange library would round to the new ones what was signed under the old',
    injected: 'practice venue: `/_market/rules`; the real connector with unmodified ccxt',
    holds: 'A -1013 has exchange info read again; an order off the new steps is not sent, never rounded.',
    seen: 'The order as rejected: the venue has changed its rules, nothing was sent.',
    check: overTheRealWire,
  },
];
