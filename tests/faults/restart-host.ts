import { expect } from 'vitest';
import { type BusyTerminal, doubleFills, openBusyTerminal, working } from '../support/busy-terminal.ts';
import type { RawOrder } from '../support/venue-rest.ts';
import type { FaultCase } from './case.ts';

const ORDERS = 500;
/** What the product promises; a test machine that others use, too, is given more. */
const RECONCILED_MS_MAX = 10_000;
const SLOW_MACHINE = 4;

let shared: Promise<BusyTerminal> | null = null;
const terminal = (): Promise<BusyTerminal> => {
  shared ??= openBusyTerminal(11);
  return shared;
};

/** Ends what the cases of this file have started. */
export async function endRestartHosts(): Promise<void> {
  await (await shared)?.close();
  shared = null;
}

const names = (orders: readonly { readonly clientOrderId: string }[]): string[] =>
  orders.map(({ clientOrderId }) => clientOrderId).sort();

function withinTime(what: string, reconciledMs: number): void {
  console.log(`${what}: reconciled ${reconciledMs} ms after the engine's start`);
  expect(reconciledMs).toBeLessThan(RECONCILED_MS_MAX * SLOW_MACHINE);
}

async function killedWithManyOrders(): Promise<void> {
  const busy = await terminal();
  await busy.fill(ORDERS);
  const before = await busy.until('at rest', (desk) => desk.orders.every(({ state }) => state !== 'sent'));
  await busy.kill();
  // One instrument's orders are cancelled meanwhile, and somebody else places one.
  const eth = (await busy.venue.openOrders('ETHUSDT')).length;
  await busy.venue.cancelAllOf('ETHUSDT');
  const { bidPrice } = await busy.venue.bookTicker('ETHUSDT');
  await busy.venue.placeLimit('ETHUSDT', 'BUY', '0.01', (Number(bidPrice) * 0.9).toFixed(2), 'web-1');

  await busy.start();
  const after = await busy.until('reconciled', ({ safety }) => safety.holds.length === 0);
  withinTime(`${ORDERS} working orders`, busy.reconciledMs());
  const theirs: RawOrder[] = await busy.venue.openOrders();
  expect(names(working(after))).toEqual(names(theirs));
  expect(theirs.length).toBe(ORDERS + 2 - eth);
  expect(after.orders.find(({ clientOrderId }) => clientOrderId === 'web-1')?.signedBy).toBe('elsewhere');
  expect(after.orders.filter(({ state }) => state === 'unknown')).toEqual([]);
  const [held, heldBefore] = [after.positions[0], before.positions[0]];
  expect([held?.qtyBase, held?.stopPrice, held?.stopState]).toEqual([
    heldBefore?.qtyBase,
    heldBefore?.stopPrice,
    'on-venue',
  ]);
  const repairs = after.health.repairs.map(({ text }) => text);
  expect(repairs.filter((text) => text.endsWith('(entry) is cancelled, we had it as acknowledged'))).toHaveLength(eth);
  expect(repairs).toContain('Adopted an order made elsewhere: BUY 0.01 ETH/USDT');
  expect(doubleFills(busy.dataDir)).toEqual([]);
}

/** Every one of them must be asked about by name, for the venue's list does not have it any more. */
async function killedAndAllCancelled(): Promise<void> {
  const busy = await terminal();
  const open = (await busy.venue.openOrders()).filter(({ type }) => type === 'LIMIT');
  if (open.length < ORDERS / 2) await busy.fill(ORDERS);
  await busy.kill();
  const gone = (await busy.venue.openOrders()).filter(({ type }) => type === 'LIMIT');
  for (const symbol of new Set(gone.map((order) => order.symbol)))
    for (const { clientOrderId } of gone.filter((order) => order.symbol === symbol))
      await busy.venue.cancel(symbol, clientOrderId);
  await busy.start();
  const after = await busy.until('reconciled', ({ safety }) => safety.holds.length === 0);
  withinTime(`${gone.length} orders cancelled elsewhere`, busy.reconciledMs());
  expect(names(working(after))).toEqual(names(await busy.venue.openOrders()));
  expect(after.positions[0]?.stopState).toBe('on-venue');
  const { entries } = await busy.client.journalPage({ limit: 500 });
  expect(entries.find(({ kind }) => kind === 'Reconciled')?.text.match(/is cancelled, we had it as/g)).toHaveLength(
    gone.length,
  );
}

export const RESTART_ON_HOSTS: readonly FaultCase[] = [
  {
    id: 'killed-with-500-orders',
    title: 'the process is killed with an open position and 500 working orders',
    injected:
      'real host: `kill -9`; meanwhile one instrument’s orders are cancelled elsewhere and another one is placed',
    holds:
      'Reconciled within 10 s: the desk’s working orders are the venue’s, none in doubt; position and stop as before.',
    seen: 'Each cancelled order and the adopted one among the repairs, before entries are let through again.',
    check: killedWithManyOrders,
    limitMs: 240_000,
  },
  {
    id: 'killed-and-all-cancelled',
    title: 'the process is killed, and hundreds of its orders are cancelled before it is back',
    injected: 'real host: `kill -9`; every resting buy cancelled by another program',
    holds: 'Each is asked about by name and known as cancelled with the first audit; the stop is untouched.',
    seen: 'All of them in the journal’s sentence of that reconciliation.',
    check: killedAndAllCancelled,
    limitMs: 240_000,
  },
];
