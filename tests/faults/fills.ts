import { expect } from 'vitest';
import { parseDecimal } from '../../main/engine/domain/decimal.ts';
import type { FaultCase, FaultPart } from './case.ts';
import { LATE_FILLS } from './fills-late.ts';
import { BTC, Scene } from './scene.ts';
import { STOP_AND_TARGET } from './stop-and-target.ts';

const ETH = 'binance:ETH/USDT';
const BNB = 'binance:BNB/USDT';
/** A limit buy that rests until the market comes to it. */
const RESTING = { qty: '0.01', bps: -20, stopBps: 100 } as const;

async function resting(scene: Scene): Promise<string> {
  const id = scene.ticket(RESTING) as string;
  await scene.until('the order', () => scene.order(id).state === 'acknowledged');
  return id;
}

/** The market comes to the order's price with so many lots and no more. */
const touch = (scene: Scene, lots: number): void => scene.move(-20, BTC, lots);

const bought = (scene: Scene): string[] => scene.journal().filter((line) => line.startsWith('Bought'));
const position = (scene: Scene, instrumentId = BTC) =>
  scene.desk().positions.find((row) => row.instrumentId === instrumentId);

async function partialThenCancel(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  touch(scene, 400);
  await scene.until('the part', () => scene.order(id).state === 'partially-filled');
  scene.world.request({ kind: 'CancelRequested', clientOrderId: id });
  await scene.until('the cancel', () => scene.order(id).state === 'cancelled');
  expect(scene.order(id)).toMatchObject({ qtyBase: '0.01', filledBase: '0.004' });
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  const stop = scene.desk().orders.find((row) => row.purpose === 'stop' && row.state === 'acknowledged');
  expect(stop?.qtyBase).toBe('0.00399');
  await scene.rest();
}

/** A part fills, then the cancel is answered, and only then comes the report of the part. */
async function fillAfterCancel(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  scene.world.faults.plan('report-late');
  touch(scene, 400);
  scene.world.request({ kind: 'CancelRequested', clientOrderId: id });
  await scene.until('the cancel', () => scene.order(id).state === 'cancelled');
  expect(scene.order(id).filledBase).toBe('0.004');
  expect(bought(scene)).toEqual([]);
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  expect(scene.order(id).state).toBe('cancelled');
  expect(position(scene)?.qtyBase).toBe('0.003996');
  await scene.pass(10_000);
  expect(bought(scene)).toHaveLength(1);
  await scene.rest();
}

/** The order fills while its cancel is on the way: the venue knows no such order any more. */
async function fillRacesCancel(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  scene.world.faults.plan('cancel-slow');
  // So that the cancel's answer is the first that is heard of it.
  scene.world.faults.plan('report-lost');
  scene.world.request({ kind: 'CancelRequested', clientOrderId: id });
  await scene.pass(500);
  touch(scene, 20_000);
  await scene.until('the fill', () => scene.order(id).state === 'filled', 10_000);
  expect(scene.events.some((event) => event.kind === 'CancelAnswered' && event.outcome === 'gone')).toBe(true);
  expect(scene.journal().join('\n')).not.toContain('is cancelled');
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  expect(bought(scene)).toHaveLength(1);
  await scene.rest();
}

async function toldTwice(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  scene.world.faults.plan('report-duplicated');
  touch(scene, 20_000);
  await scene.until('the fill', () => scene.order(id).state === 'filled');
  await scene.pass(5_000);
  scene.tellAgain(id);
  await scene.pass(5_000);
  expect(scene.events.filter(({ kind }) => kind === 'FillReported').length).toBeGreaterThanOrEqual(3);
  expect(bought(scene)).toHaveLength(1);
  expect(position(scene)?.qtyBase).toBe('0.00999');
  await scene.rest();
}

async function toldDifferently(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  touch(scene, 20_000);
  await scene.until('the fill', () => scene.order(id).state === 'filled');
  scene.tellAgain(id, { lots: 2_000 });
  await scene.pass(2_000);
  scene.tellAgain(id, { lots: 2_000 });
  await scene.pass(2_000);
  expect(scene.journal().filter((line) => line.includes('twice and differently'))).toHaveLength(1);
  expect(bought(scene)).toHaveLength(1);
  expect(position(scene)?.qtyBase).toBe('0.00999');
  await scene.rest();
}

/** The venue counts its fills per instrument: the same number in two of them is two fills. */
async function sameIdElsewhere(): Promise<void> {
  const scene = await Scene.open();
  const here = await resting(scene);
  const there = scene.ticket({ ...RESTING, instrumentId: ETH, qty: '0.1' }) as string;
  await scene.until('the other order', () => scene.order(there).state === 'acknowledged');
  scene.move(-25);
  scene.move(-25, ETH);
  await scene.until('both', () => [here, there].every((id) => scene.order(id).state === 'filled'));
  const [one, other] = scene.desk().fills;
  expect(one?.fillId).toBe(other?.fillId);
  expect(position(scene)?.qtyBase).toBe('0.00999');
  expect(position(scene, ETH)?.qtyBase).toBe('0.0999');
  await scene.rest();
}

async function overfill(): Promise<void> {
  const scene = await Scene.open();
  const id = await resting(scene);
  touch(scene, 20_000);
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  scene.world.venue.overfill(id, 500);
  await scene.until('the rest', () => scene.order(id).filledBase === '0.015');
  expect(scene.journal().join('\n')).toContain('filled 0.015: more than was ordered. It is booked as it happened.');
  expect(position(scene)?.qtyBase).toBe('0.014985');
  await scene.until('the larger stop', () =>
    scene
      .desk()
      .orders.some((row) => row.purpose === 'stop' && row.state === 'acknowledged' && row.qtyBase === '0.01498'),
  );
  await scene.rest();
}

/** The coin that pays the fees is a balance of its own, and may itself be bought and protected. */
async function feeInThirdCurrency(): Promise<void> {
  const scene = await Scene.open({ feesInCoin: true });
  const coin = (): bigint =>
    parseDecimal(scene.desk().account.balances.find(({ asset }) => asset === 'BNB')?.ledger ?? '0');
  const before = coin();
  scene.ticket({ qty: '0.01', stopBps: 100 });
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  const [fill] = scene.desk().fills;
  expect(fill).toMatchObject({ symbol: 'BTC/USDT', feeAsset: 'BNB' });
  expect(before - coin()).toBe(parseDecimal(fill?.fee as string));
  expect(scene.desk().orders.find(({ purpose }) => purpose === 'stop')?.qtyBase).toBe('0.01');
  expect(bought(scene).at(-1)).toMatch(/fee 0\.\d+ BNB\.$/);
  scene.ticket({ instrumentId: BNB, qty: '0.5', stopBps: 100 });
  await scene.until('the coin’s stop', () => position(scene, BNB)?.stopState === 'on-venue');
  await scene.rest();
}

/** A remainder below what the venue trades: stated, and sold with the next trade. */
async function dust(): Promise<void> {
  const scene = await Scene.open();
  const flatten = (): void => scene.world.request({ kind: 'FlattenRequested', instrumentId: BTC });
  const sold = (): string[] =>
    scene
      .desk()
      .orders.filter(({ purpose, state }) => purpose === 'flatten' && state === 'filled')
      .map(({ qtyBase }) => qtyBase);
  scene.ticket({ qty: '0.01234', stopBps: 100 });
  await scene.until('the stop', () => position(scene)?.stopState === 'on-venue');
  flatten();
  await scene.until('the sale', () => position(scene)?.qtyBase === '0.00000766');
  await scene.until('the word on its stop', () => position(scene)?.stopState === 'missing');
  flatten();
  expect(scene.journal().at(-1)).toBe('What is held of BTC/USDT is less than the venue lets anyone sell.');
  await scene.pass(40_000);
  expect(sold()).toEqual(['0.01232']);
  scene.ticket({ qty: '0.01337', stopBps: 100 });
  await scene.until('the next stop', () => position(scene)?.stopState === 'on-venue');
  flatten();
  await scene.until('the next sale', () => sold().length === 2);
  expect(sold()).toEqual(['0.01336', '0.01232']);
  await scene.rest();
}

const CASES: readonly FaultCase[] = [
  {
    id: 'partial-then-cancel',
    title: 'an order fills in part and is cancelled',
    injected: 'the market: a print of 0.004 at the price of an order of 0.01',
    holds: 'Cancelled with what has filled; that part is held, and its stop rests for it.',
    seen: 'The order as cancelled with 0.004 filled, the position with its stop.',
    check: partialThenCancel,
  },
  {
    id: 'fill-after-cancel',
    title: 'a part fills before the cancel and is told after it',
    injected: 'simulated wire: the report of the part comes late',
    holds: 'Booked once like any other; the order stays cancelled, and a stop rests for the part.',
    seen: 'The order as cancelled with 0.004 filled, the position with its stop.',
    check: fillAfterCancel,
  },
  {
    id: 'fill-races-cancel',
    title: 'an order fills while its cancel is on the way',
    injected: 'simulated wire: the cancel is slow, the report of the fill is lost',
    holds: '“Unknown order” to a cancel is looked up, not believed: filled, booked once, its stop placed.',
    seen: 'The order as filled, the position with its stop.',
    check: fillRacesCancel,
  },
  {
    id: 'fill-told-twice',
    title: 'the venue tells the same fill several times',
    injected: 'simulated wire: the report is duplicated, and told again later',
    holds: 'Booked once per instrument and fill id.',
    seen: 'One line, one fill, the position once.',
    check: toldTwice,
  },
  {
    id: 'fill-told-differently',
    title: 'the venue tells the same fill again with another quantity',
    injected: 'simulated wire: the report again under its id, twice as large',
    holds: 'The first telling stays booked.',
    seen: 'A line, once, that the venue told the fill twice and differently.',
    check: toldDifferently,
  },
  {
    id: 'fill-id-in-two-instruments',
    title: 'two instruments fill at one moment under the same fill id',
    injected: 'the market: both reach their orders in the same millisecond',
    holds: 'Ids count per instrument: both are booked.',
    seen: 'Both fills and both positions.',
    check: sameIdElsewhere,
  },
  {
    id: 'overfill',
    title: 'the venue fills more than was ordered',
    injected: 'simulated venue: half of the order once more',
    holds: 'Booked as it happened; the stop grows to what is held.',
    seen: 'A line that more than was ordered has filled, the order with what filled, the larger stop.',
    check: overfill,
  },
  {
    id: 'fee-in-a-third-currency',
    title: 'fees are taken in the venue’s own coin',
    injected: 'simulated venue: fees in BNB',
    holds: 'The fee is booked in the coin, to the last digit; what was bought is held and protected whole.',
    seen: 'The fee with its coin beside the fill; the coin’s balance less by it.',
    check: feeInThirdCurrency,
  },
  {
    id: 'dust',
    title: 'less is left than the venue lets anyone trade',
    injected: 'the market: a fee in the coin leaves a fraction of a lot',
    holds: 'No order is sent for it; it is held, and sold with the next trade.',
    seen: 'The remainder as a position, its stop missing and why; Flatten says that it is too little.',
    check: dust,
  },
];

export const FILLS: FaultPart = { title: 'Fills', cases: [...CASES, ...LATE_FILLS, ...STOP_AND_TARGET] };
