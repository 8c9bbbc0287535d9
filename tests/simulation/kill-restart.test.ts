import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isFinal } from '../../main/engine/domain/order.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import type { ManualOrder } from '../../preload/contract.ts';
import type { EngineClient } from '../../renderer/transport/client.ts';
import { runCli } from '../support/cli-process.ts';
import { type Desk, mustDo, type OpenClient, openEngineClient, readDesk } from '../support/engine-client.ts';
import { type HostProcess, makeDataDir, removeDataDir, startHostProcess, venueOf } from '../support/host-process.ts';
import { atoms, atomsText, eventsOf, type JournalLine, journalLines, movedBy } from '../support/raw-books.ts';
import { type RawOrder, type RawTrade, VenueRest } from '../support/venue-rest.ts';

const KILLS = 10;
const SEED = 20_260_105;
const OPENING_USDT = '10000';
/** A restart asks the venue for much; ten of them within its minute may have to wait for the next one's request weight. */
const SETTLE_MS_MAX = 75_000;
const MARKETS = [
  { id: 'binance:BTC/USDT', symbol: 'BTCUSDT', base: 'BTC' },
  { id: 'binance:ETH/USDT', symbol: 'ETHUSDT', base: 'ETH' },
  { id: 'binance:SOL/USDT', symbol: 'SOLUSDT', base: 'SOL' },
] as const;
type Market = (typeof MARKETS)[number];

const random = createRandom(SEED);
const dataDir = makeDataDir();
let host: HostProcess;
let open: OpenClient;
let venue: VenueRest;
const steps: Record<string, { tick: bigint; lot: bigint }> = {};

beforeAll(async () => {
  await start();
  for (const { id, tickSize, lotStep } of (await open.client.hello({})).instruments) {
    steps[id] = { tick: atoms(tickSize), lot: atoms(lotStep) };
  }
  const limits = { ...(await readDesk(open.client)).limits, ordersPerMinuteMax: 600, priceBandBps: 300 };
  await mustDo(
    open.client.setLimits({
      ...limits,
      quoteAgeMsMax: 30_000,
      exposureShareMax: 1,
      positionNotionalQuoteMax: '9000',
      dailyLossQuoteMax: '9000',
    }),
  );
});

afterAll(async () => {
  open?.close();
  await host?.stop().catch(() => {});
  await removeDataDir(dataDir);
});

async function start(): Promise<void> {
  host = await startHostProcess({ dataDir, args: ['--seed', '7'] });
  open = await openEngineClient(host.url);
  venue = new VenueRest(venueOf(dataDir));
  await until('the books are reconciled', (desk) => isSettled(desk) && desk.safety.holds.length === 0);
  await mustDo(open.client.setArmed({ armed: true }));
}

const isSettled = (desk: Desk): boolean =>
  desk.health.lastAuditAtMs !== null &&
  desk.health.feeds.every((feed) => feed.status === 'live') &&
  desk.orders.every(({ state }) => !['persisted', 'sent', 'unknown'].includes(state)) &&
  desk.orders.every(({ state, cancelRequested }) => isFinal(state) || !cancelRequested) &&
  desk.positions.every((position) => position.stopState !== 'placing');

async function until(what: string, isTrue: (desk: Desk) => boolean): Promise<Desk> {
  const untilMs = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const desk = await readDesk(open.client);
    if (isTrue(desk)) return desk;
    if (performance.now() > untilMs) {
      const { orders, positions, safety, health } = desk;
      const open = orders.filter((order) => !isFinal(order.state));
      throw new Error(`not in time: ${what}\n${JSON.stringify({ open, positions, safety, health }, null, 1)}`);
    }
    await sleep(200);
  }
}

const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)] as T;
const floorTo = (value: bigint, step: bigint): bigint => value - (value % step);

/** A buy of about sixty dollars with its stop 4 % below: resting `ticks` under the bid, or at market. */
async function buy(market: Market, ticks: number | 'market'): Promise<ManualOrder> {
  const { bidPrice, askPrice } = await venue.bookTicker(market.symbol);
  const { tick, lot } = steps[market.id] as { tick: bigint; lot: bigint };
  const bid = atoms(bidPrice);
  const qty = floorTo((60n * 10n ** 36n) / atoms(askPrice), lot);
  return {
    requestId: randomUUID(),
    instrumentId: market.id,
    side: 'buy',
    type: ticks === 'market' ? 'market' : 'limit',
    qtyBase: atomsText(qty),
    limitPrice: ticks === 'market' ? null : atomsText(bid - BigInt(ticks) * tick),
    stopPrice: atomsText(floorTo((bid * 96n) / 100n, tick)),
    targetPrice: null,
  };
}

/** Sells a third of what is held at market; null where that is too little to sell. */
async function sell(market: Market, desk: Desk): Promise<ManualOrder | null> {
  const held = desk.positions.find((position) => position.instrumentId === market.id)?.qtyBase ?? '0';
  const { bidPrice } = await venue.bookTicker(market.symbol);
  const qty = floorTo(atoms(held) / 3n, steps[market.id]?.lot ?? 1n);
  if ((qty * atoms(bidPrice)) / 10n ** 18n < 20n * 10n ** 18n) return null;
  const blank = { limitPrice: null, stopPrice: null, targetPrice: null };
  return {
    requestId: randomUUID(),
    instrumentId: market.id,
    side: 'sell',
    type: 'market',
    qtyBase: atomsText(qty),
    ...blank,
  };
}

interface VenueBooks {
  readonly balances: readonly (readonly [string, string])[];
  readonly orders: readonly RawOrder[];
  readonly trades: Readonly<Record<string, RawTrade[]>>;
}

async function venueBooks(): Promise<VenueBooks> {
  const [balances, orders, trades] = await Promise.all([
    venue.balances(),
    Promise.all(MARKETS.map(({ symbol }) => venue.allOrders(symbol))),
    Promise.all(MARKETS.map(({ symbol }) => venue.myTrades(symbol))),
  ]);
  return {
    balances: [...balances].map(([asset, { free, locked }]) => [asset, atomsText(atoms(free) + atoms(locked))]),
    orders: orders.flat(),
    trades: Object.fromEntries(MARKETS.map(({ id }, index) => [id, trades[index] as RawTrade[]])),
  };
}

/**
 * Looks again, now and then, until nothing is wrong: reports are on their way for some milliseconds and a stop grows a
 * second after its entry. What is still wrong in the end is wrong. Each look costs request weight that the connector
 * shares, so the venue is asked only when the desk itself has come to rest.
 */
async function settledBooks(): Promise<VenueBooks & { readonly desk: Desk; readonly wrong: readonly string[] }> {
  const untilMs = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    await until('what was in doubt is decided', isSettled);
    const venueSays = await venueBooks();
    const desk = await readDesk(open.client);
    const journal = journalLines(dataDir, 'ledger');
    const wrong = [
      ...wrongAmounts(desk, venueSays),
      ...wrongOrders(desk, journal, venueSays.orders),
      ...wrongStops(desk, journal, venueSays.orders),
    ];
    if (wrong.length === 0 || performance.now() > untilMs) return { ...venueSays, desk, wrong };
    await sleep(1_000);
  }
}

function wrongAmounts(desk: Desk, { balances, trades }: VenueBooks): string[] {
  const byFills = new Map([['USDT', atoms(OPENING_USDT)]]);
  for (const { id, base } of MARKETS) {
    for (const [asset, amount] of movedBy(trades[id] ?? [], base, 'USDT')) {
      byFills.set(asset, (byFills.get(asset) ?? 0n) + amount);
    }
  }
  const byLedger = new Map(desk.account.balances.map(({ asset, ledger }) => [asset, atoms(ledger)]));
  const byVenue = new Map(balances.map(([asset, amount]) => [asset, atoms(amount)]));
  const byPositions = new Map(desk.positions.map(({ symbol, qtyBase }) => [symbol.split('/')[0], atoms(qtyBase)]));
  const assets = new Set([...byFills.keys(), ...byLedger.keys(), ...byVenue.keys()]);
  return [...assets].flatMap((asset) => {
    const says = {
      venue: byVenue.get(asset) ?? 0n,
      fills: byFills.get(asset) ?? 0n,
      ledger: byLedger.get(asset) ?? 0n,
      ...(asset !== 'USDT' && { position: byPositions.get(asset) ?? 0n }),
    };
    if (new Set(Object.values(says)).size === 1) return [];
    return [
      `${asset}: ${Object.entries(says)
        .map(([who, amount]) => `${who} ${atomsText(amount)}`)
        .join(', ')}`,
    ];
  });
}

const VENUE_WORDS: Readonly<Record<string, string>> = {
  NEW: 'acknowledged',
  PARTIALLY_FILLED: 'partially-filled',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
  REJECTED: 'rejected',
};

const repeated = (ids: readonly string[]): string[] => ids.filter((id, index) => ids.indexOf(id) !== index);

function wrongOrders(desk: Desk, journal: readonly JournalLine[], orders: readonly RawOrder[]): string[] {
  const persisted = eventsOf(journal, 'OrderPersisted').map(({ order }) => order.clientOrderId);
  const atVenue = orders.map(({ clientOrderId }) => clientOrderId);
  const fills = eventsOf(journal, 'FillBooked').map(({ fill }) => `${fill.instrumentId} ${fill.fillId}`);
  const words = new Map(orders.map((order) => [order.clientOrderId, VENUE_WORDS[order.status]]));
  const shown = new Map(desk.orders.map((order) => [order.clientOrderId, order.state]));
  const changes = eventsOf(journal, 'OrderStateChanged');
  const forgotten = persisted.flatMap((id) => {
    // The desk shows the newest 300 and all that are open; the journal knows the rest.
    const ours = shown.get(id) ?? changes.findLast(({ clientOrderId }) => clientOrderId === id)?.to;
    // An order that never reached the venue is over too: taken back before it was sent, or never found there.
    const venues = words.get(id);
    const agree = venues === undefined ? ours === 'rejected' || ours === 'cancelled' : ours === venues;
    return agree ? [] : [`${id} is ${ours} here and ${venues ?? 'not known'} at the venue`];
  });
  return [
    ...repeated(persisted).map((id) => `${id} was persisted twice`),
    ...repeated(atVenue).map((id) => `${id} is twice at the venue`),
    ...repeated(fills).map((id) => `fill ${id} is booked twice`),
    ...atVenue.filter((id) => !persisted.includes(id)).map((id) => `${id} was sent before it was durable`),
    ...forgotten,
  ];
}

/**
 * Every buy here is signed with a stop, so all that is held is stopped, but for what is less than a lot of its entry and,
 * of an entry that was sold in part, what is less than the venue takes.
 */
function wrongStops(desk: Desk, journal: readonly JournalLine[], orders: readonly RawOrder[]): string[] {
  const signed = eventsOf(journal, 'OrderPersisted').map(({ order }) => order);
  const promised = new Set(signed.flatMap(({ protectiveStopPrice }) => protectiveStopPrice ?? []).map(atoms));
  return MARKETS.flatMap(({ id, symbol }) => {
    const stops = orders.filter(
      (order) => order.symbol === symbol && order.type.startsWith('STOP_LOSS') && order.status === 'NEW',
    );
    const position = desk.positions.find(({ instrumentId }) => instrumentId === id);
    const held = atoms(position?.qtyBase ?? '0');
    const covered = stops.reduce((sum, stop) => sum + atoms(stop.origQty), 0n);
    const count = (purpose: string): bigint =>
      BigInt(signed.filter((order) => order.instrumentId === id && order.purpose === purpose).length);
    const tooSmall = (5n * 10n ** 36n) / atoms(position?.markPrice ?? '1');
    const dust = (steps[id]?.lot ?? 0n) * count('entry') + tooSmall * count('exit');
    const what = `${symbol}: ${atomsText(held)} held, ${atomsText(covered)} stopped`;
    return [
      ...(covered > held ? [what] : []),
      ...(held - covered > dust ? [what] : []),
      ...stops
        .filter((stop) => !promised.has(atoms(stop.stopPrice ?? '0')))
        .map(({ clientOrderId }) => `nobody signed the price of stop ${clientOrderId}`),
    ];
  });
}

/** Orders of one round: some rest near the touch, some are on their way when the process dies. */
async function tradeAndDie(client: EngineClient): Promise<number> {
  const desk = await readDesk(client);
  for (const market of MARKETS) {
    await mustDo(client.placeOrder(await buy(market, 1 + Math.floor(random.next() * 8))));
  }
  await mustDo(client.placeOrder(await buy(pick(MARKETS), 'market')));
  const sale = await sell(pick(MARKETS), desk);
  await sleep(random.next() * 400);
  const late = [await buy(pick(MARKETS), 'market'), await buy(pick(MARKETS), 2), sale].filter(
    (order) => order !== null,
  );
  for (const order of late) client.placeOrder(order).catch(() => {});
  await sleep(random.next() * 40);
  const killedAtMs = Date.now();
  await host.kill();
  open.close();
  return killedAtMs;
}

it(`ten kills in the middle of trading: ledger = venue, no order twice, none forgotten (seed ${SEED})`, {
  timeout: 300_000,
}, async () => {
  let fillsWhileDead = 0;
  let repairsShown = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const killedAtMs = await tradeAndDie(open.client);
    for (const { symbol } of MARKETS) await venue.shock(symbol, -30);
    await sleep(300 + random.next() * 700);
    const restartedAtMs = Date.now();
    await start();
    const { desk, trades, wrong } = await settledBooks();
    expect(wrong, `after kill ${kill}`).toEqual([]);

    const missed = Object.values(trades)
      .flat()
      .filter((trade) => trade.time > killedAtMs && trade.time < restartedAtMs);
    fillsWhileDead += missed.length;
    if (missed.length > 0) {
      const repaired = desk.health.repairs.filter((repair) => repair.atMs >= restartedAtMs);
      expect(repaired, `kill ${kill}: ${missed.length} fills came while it was dead`).not.toEqual([]);
      repairsShown += repaired.length;
    }
    for (const { symbol } of MARKETS) await venue.shock(symbol, 30);
  }
  // The market decides how many; without any the run would have shown nothing.
  expect(fillsWhileDead).toBeGreaterThan(2);
  expect(repairsShown).toBeGreaterThan(0);

  open.close();
  await host.stop();
  const verified = await runCli(['journal', 'verify', dataDir, '--json']);
  expect(verified.json, verified.stderr).toMatchObject({ ok: true, firstBadSeq: null });
  expect(verified.exit).toBe(0);
  const replayed = await runCli(['journal', 'replay', dataDir, '--json']);
  expect(replayed.json, replayed.stderr).toMatchObject({ ok: true, accounts: [{ sessions: KILLS + 1, same: true }] });
  expect(replayed.exit).toBe(0);
});
