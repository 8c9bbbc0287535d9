import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type BusyTerminal, doubleFills, openBusyTerminal, working } from '../support/busy-terminal.ts';
import { runCli } from '../support/cli-process.ts';
import { spotBalances } from '../support/engine-client.ts';
import { atoms, onlyAccount } from '../support/raw-books.ts';
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

async function twoInstances(): Promise<void> {
  const busy = await terminal();
  const before = await busy.client.hello({});
  const second = await runCli(['serve', '--no-open', '--json', '--data-dir', busy.dataDir]);
  expect(second).toMatchObject({ exit: 1, json: { ok: false } });
  expect(second.stderr).toMatch(/^another Countersign is running on this data folder [^\n]+\n$/);
  expect((await busy.client.hello({})).sessionId).toBe(before.sessionId);
  expect(await busy.client.verifyJournal({})).toMatchObject({ ok: true });
}

/** From now on no file of this process grows beyond what its journal of the market has. */
function fillDisk(busy: BusyTerminal): void {
  const journal = join(onlyAccount(busy.dataDir), 'journal');
  const file = readdirSync(journal).findLast((name) => name.startsWith('market')) as string;
  const bytes = statSync(join(journal, file)).size;
  execFileSync('prlimit', ['--pid', String(busy.host.pid), `--fsize=${bytes}:`]);
}

async function diskFull(): Promise<void> {
  const busy = await terminal();
  await busy.until('reconciled', ({ safety }) => safety.holds.length === 0);
  fillDisk(busy);
  expect(await busy.host.ended()).toBe(1);
  expect(busy.host.stderr()).toMatch(
    /The engine has halted: the journal in \S+ cannot be written \(E\w+: [^)]+\): nothing more is sent; [^\n]+ Make room and start again\.\n/,
  );
  await busy.start();
  const after = await busy.until('reconciled', ({ safety }) => safety.holds.length === 0);
  expect(names(working(after))).toEqual(names(await busy.venue.openOrders()));
  expect(await busy.client.verifyJournal({})).toMatchObject({ ok: true });
}

/** The account's folder is gone; what the terminal sent in its earlier life works at the venue. */
async function folderLost(): Promise<void> {
  const busy = await terminal();
  await busy.until('reconciled', ({ safety }) => safety.holds.length === 0);
  const { bidPrice } = await busy.venue.bookTicker('ETHUSDT');
  await busy.venue.placeLimit('ETHUSDT', 'BUY', '0.01', (Number(bidPrice) * 0.9).toFixed(2), 'of-an-earlier-life');
  await busy.kill();
  rmSync(onlyAccount(busy.dataDir), { recursive: true });
  await busy.start();
  const after = await busy.until('reconciled', ({ safety }) => safety.holds.length === 0);
  const theirs = await busy.venue.openOrders();
  expect(theirs.length).toBeGreaterThan(0);
  expect(names(working(after))).toEqual(names(theirs));
  expect(new Set(working(after).map(({ signedBy }) => signedBy))).toEqual(new Set(['elsewhere']));
  const balances = await busy.venue.balances();
  for (const { asset, ledger } of spotBalances(after)) {
    const { free, locked } = balances.get(asset) ?? { free: '0', locked: '0' };
    expect([asset, atoms(ledger)]).toEqual([asset, atoms(free) + atoms(locked)]);
  }
  expect(after.fills).toEqual([]);
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
    limitMs: 360_000,
  },
  {
    id: 'killed-and-all-cancelled',
    title: 'the process is killed, and hundreds of its orders are cancelled before it is back',
    injected: 'real host: `kill -9`; every resting buy cancelled by another program',
    holds: 'Each is asked about by name and known as cancelled with the first audit; the stop is untouched.',
    seen: 'All of them in the journal’s sentence of that reconciliation.',
    check: killedAndAllCancelled,
    limitMs: 360_000,
  },
  {
    id: 'two-instances',
    title: 'a second instance is started on the account and data folder of a running one',
    injected: 'real hosts: `serve` on the same data folder',
    holds: 'The second one ends before it has touched anything; the first one trades on, its journal whole.',
    seen: 'One sentence that names the folder’s lock and what to do.',
    check: twoInstances,
  },
  {
    id: 'disk-full',
    title: 'the disk takes no more',
    injected: 'real host: its journal may not grow any more (`prlimit --fsize`)',
    holds:
      'The engine halts before it acts on what is not on the disk; with room again it starts, and books and journal are whole.',
    seen: 'One sentence with the journal’s folder, the system’s reason and what to do; on the screen that the engine is away.',
    check: diskFull,
  },
  {
    id: 'folder-lost',
    title: 'the account’s folder is gone, and orders of an earlier life work at the venue',
    injected: 'real host: killed, its account folder deleted, started again',
    holds: 'The venue’s amounts are the opening balances; every order that works is adopted; no fill is made up.',
    seen: 'The orders as “elsewhere”, the holdings as opening balance; then no hold.',
    check: folderLost,
  },
];
