import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal } from '../../../main/engine/domain/order.ts';
import { createRandom, type Random } from '../../../main/engine/kernel/random.ts';
import type { ManualOrder } from '../../../preload/contract.ts';
import { runCli } from '../../support/cli-process.ts';
import { type Desk, mustDo, type OpenClient, openEngineClient, readDesk } from '../../support/engine-client.ts';
import { type HostProcess, makeDataDir, removeDataDir, startHostProcess, venueOf } from '../../support/host-process.ts';
import { atoms, atomsText, journalLines } from '../../support/raw-books.ts';
import { type RawOrder, VenueRest } from '../../support/venue-rest.ts';
import { type Books, MARKETS, type Market, type VenueBooks, wrongIn } from './books-agree.ts';

/** A restart asks the venue for much; several within its minute may have to wait for the next one's request weight. */
const SETTLE_MS_MAX = 75_000;
const FILL_MS_MAX = 75_000;
/** So far under the bid an order waits for the market to come to it. */
const WAITING_BPS = 25n;
const FALL_BPS = 60;
const LOOKS_PER_FALL = 6;

export interface KillReport {
  readonly kills: number;
  /** Fills of our orders at the venue while no terminal ran. */
  readonly fillsWhileDead: number;
  readonly repairsShown: number;
}

/**
 * A real host on the practice venue, killed with `kill -9` in the middle of trading again and again: after each restart,
 * desk, disk and venue must agree in every amount and order, and what filled in between must be shown as repaired.
 * @throws Error saying what was wrong after which kill
 */
export async function killRun(
  { kills, seed }: { readonly kills: number; readonly seed: number },
  onKill: (soFar: KillReport) => void = () => {},
): Promise<KillReport> {
  const scene = new KillScene(seed);
  let [fillsWhileDead, repairsShown] = [0, 0];
  try {
    await scene.begin();
    for (let kill = 1; kill <= kills; kill += 1) {
      const round = await scene.tradeAndDie().catch((error: unknown) => {
        throw new Error(`kill ${kill} of seed ${seed}: ${error instanceof Error ? error.message : error}`);
      });
      fillsWhileDead += round.fills;
      repairsShown += round.repairs;
      onKill({ kills: kill, fillsWhileDead, repairsShown });
    }
    await scene.checkJournal(kills + 1);
  } finally {
    await scene.end();
  }
  return { kills, fillsWhileDead, repairsShown };
}

const isSettled = (desk: Desk): boolean =>
  desk.health.lastAuditAtMs !== null &&
  desk.health.feeds.every((feed) => feed.status === 'live') &&
  desk.orders.every(({ state }) => !['persisted', 'sent', 'unknown'].includes(state)) &&
  desk.orders.every(({ state, cancelRequested }) => isFinal(state) || !cancelRequested) &&
  desk.positions.every((position) => position.stopState !== 'placing');

const floorTo = (value: bigint, step: bigint): bigint => value - (value % step);

class KillScene {
  readonly #random: Random;
  readonly #dataDir = makeDataDir();
  readonly #steps = new Map<string, { tick: bigint; lot: bigint }>();
  /** How far the market was pushed from where it was, as yet. */
  #movedBps = 0;
  #host: HostProcess | null = null;
  #open: OpenClient | null = null;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  get #client(): OpenClient['client'] {
    if (!this.#open) throw new Error('the host is not running');
    return this.#open.client;
  }

  get #venue(): VenueRest {
    return new VenueRest(venueOf(this.#dataDir));
  }

  async begin(): Promise<void> {
    await this.#start();
    for (const { id, tickSize, lotStep } of (await this.#client.hello({})).instruments) {
      this.#steps.set(id, { tick: atoms(tickSize), lot: atoms(lotStep) });
    }
    const { limits } = await readDesk(this.#client);
    await mustDo(
      this.#client.setLimits({
        ...limits,
        ordersPerMinuteMax: 600,
        priceBandBps: 300,
        quoteAgeMsMax: 30_000,
        exposureShareMax: 1,
        positionNotionalQuoteMax: '9000',
        dailyLossQuoteMax: '9000',
      }),
    );
  }

  async end(): Promise<void> {
    this.#open?.close();
    await this.#host?.stop().catch(() => {});
    await removeDataDir(this.#dataDir);
  }

  async #start(): Promise<void> {
    this.#host = await startHostProcess({ dataDir: this.#dataDir, args: ['--seed', '7'] });
    this.#open = await openEngineClient(this.#host.url);
    await this.#until('the books are reconciled', (desk) => isSettled(desk) && desk.safety.holds.length === 0);
    await mustDo(this.#client.setArmed({ armed: true }));
  }

  async #kill(): Promise<void> {
    await this.#host?.kill();
    this.#open?.close();
    this.#open = null;
  }

  /** Trades, dies in the middle of it, lets the market fill what waits there, comes back and looks at everything. */
  async tradeAndDie(): Promise<{ fills: number; repairs: number }> {
    const waiting = await this.#trade();
    await sleep(this.#random.next() * 40);
    await this.#kill();
    const filled = new Set(await this.#fillWhileDead(waiting));
    const restartedAtMs = Date.now();
    await this.#start();
    const { books, wrong } = await this.#settled();
    if (wrong.length > 0) throw new Error(`the books do not agree:\n${wrong.join('\n')}`);

    const trades = Object.values(books.venue.trades).flat();
    const missed = trades.filter(({ orderId }) => filled.has(orderId));
    const repairs = books.desk.health.repairs.filter(({ atMs }) => atMs >= restartedAtMs);
    if (missed.length < filled.size) throw new Error(`${filled.size} orders are gone, for ${missed.length} fills`);
    if (repairs.length < missed.length)
      throw new Error(`${missed.length} fills came while it was dead: ${repairs.map(({ text }) => text).join('; ')}`);
    await this.#moveMarkets(-this.#movedBps);
    return { fills: missed.length, repairs: repairs.length };
  }

  /** Some orders wait under the market, some rest at the touch, some are on their way when it dies. Gives those that wait. */
  async #trade(): Promise<readonly string[]> {
    const before = new Set((await readDesk(this.#client)).orders.map(({ clientOrderId }) => clientOrderId));
    for (const market of MARKETS) await this.#place(() => this.#buy(market, 'waiting'));
    const desk = await this.#until('the waiting orders rest', ({ orders }) => {
      const made = orders.filter(({ clientOrderId, purpose }) => !before.has(clientOrderId) && purpose === 'entry');
      return made.length >= MARKETS.length && made.every(({ state }) => state !== 'persisted' && state !== 'sent');
    });
    const waiting = desk.orders
      .filter(({ clientOrderId, purpose }) => !before.has(clientOrderId) && purpose === 'entry')
      .map(({ clientOrderId }) => clientOrderId);
    for (const where of ['touch', 'market'] as const) {
      const market = this.#pick(MARKETS);
      await this.#place(() => this.#buy(market, where));
    }
    const sale = await this.#sell(desk);
    await sleep(this.#random.next() * 400);
    const late = [await this.#buy(this.#pick(MARKETS), 'market'), await this.#buy(this.#pick(MARKETS), 'touch'), sale];
    for (const order of late) if (order !== null) this.#client.placeOrder(order).catch(() => {});
    return waiting;
  }

  /** Hands in the ticket; one that the gate refuses (a quote that was late on a busy machine) is written anew. */
  async #place(write: () => Promise<ManualOrder>): Promise<void> {
    const untilMs = performance.now() + SETTLE_MS_MAX;
    for (;;) {
      const done = await this.#client.placeOrder(await write());
      if (done.ok) return;
      if (performance.now() > untilMs) throw new Error(`refused: ${done.error.code}: ${done.error.text}`);
      await sleep(500);
    }
  }

  /** The market falls on what waits at the venue until nothing does. Gives the venue's ids of what did. */
  async #fillWhileDead(waiting: readonly string[]): Promise<readonly number[]> {
    const venue = this.#venue;
    // Symbol by symbol: asked for all at once, the venue counts many times the request weight.
    const open = async (): Promise<RawOrder[]> =>
      (await Promise.all(MARKETS.map(({ symbol }) => venue.openOrders(symbol)))).flat();
    const resting = (await open())
      .filter(({ clientOrderId, executedQty }) => waiting.includes(clientOrderId) && atoms(executedQty) === 0n)
      .map(({ orderId }) => orderId);
    const untilMs = performance.now() + FILL_MS_MAX;
    for (let look = 0; look === 0 || (await open()).some(({ orderId }) => resting.includes(orderId)); look += 1) {
      if (performance.now() > untilMs) throw new Error('the market falls and falls and does not fill what waits there');
      // The market may have risen since; it falls until it is there.
      if (look % LOOKS_PER_FALL === 0) await this.#moveMarkets(-FALL_BPS);
      await sleep(500);
    }
    return resting;
  }

  async #moveMarkets(bps: number): Promise<void> {
    this.#movedBps += bps;
    for (const { symbol } of MARKETS) await this.#venue.shock(symbol, bps);
  }

  async checkJournal(sessions: number): Promise<void> {
    this.#open?.close();
    await this.#host?.stop();
    this.#host = null;
    const verified = await runCli(['journal', 'verify', this.#dataDir, '--json']);
    if (verified.exit !== 0) throw new Error(`the journal is damaged: ${verified.stdout} ${verified.stderr}`);
    const replayed = await runCli(['journal', 'replay', this.#dataDir, '--json']);
    const { accounts } = (replayed.json ?? {}) as { accounts?: { sessions: number; same: boolean }[] };
    const [account, ...others] = accounts ?? [];
    if (replayed.exit !== 0 || !account?.same || account.sessions !== sessions || others.length > 0)
      throw new Error(`the journal replays otherwise: ${replayed.stdout} ${replayed.stderr}`);
  }

  async #until(what: string, isTrue: (desk: Desk) => boolean): Promise<Desk> {
    const untilMs = performance.now() + SETTLE_MS_MAX;
    for (;;) {
      const desk = await readDesk(this.#client);
      if (isTrue(desk)) return desk;
      if (performance.now() > untilMs) {
        const { orders, positions, safety, health } = desk;
        const open = orders.filter((order) => !isFinal(order.state));
        throw new Error(`not in time: ${what}\n${JSON.stringify({ open, positions, safety, health }, null, 1)}`);
      }
      await sleep(100);
    }
  }

  /**
   * Looks again, now and then, until nothing is wrong: reports are on their way for some milliseconds and a stop grows a
   * second after its entry. What is still wrong in the end is wrong. Each look costs request weight that the connector
   * shares, so the venue is asked only when the desk itself has come to rest.
   */
  async #settled(): Promise<{ books: Books; wrong: readonly string[] }> {
    const untilMs = performance.now() + SETTLE_MS_MAX;
    for (;;) {
      await this.#until('what was in doubt is decided', isSettled);
      const venue = await this.#venueBooks();
      const desk = await readDesk(this.#client);
      const books: Books = { desk, venue, journal: journalLines(this.#dataDir, 'ledger'), steps: this.#steps };
      const wrong = wrongIn(books);
      if (wrong.length === 0 || performance.now() > untilMs) return { books, wrong };
      await sleep(1_000);
    }
  }

  async #venueBooks(): Promise<VenueBooks> {
    const venue = this.#venue;
    const [balances, orders, trades] = await Promise.all([
      venue.balances(),
      Promise.all(MARKETS.map(({ symbol }) => venue.allOrders(symbol))),
      Promise.all(MARKETS.map(({ symbol }) => venue.myTrades(symbol))),
    ]);
    return {
      balances: [...balances].map(([asset, { free, locked }]) => [asset, atomsText(atoms(free) + atoms(locked))]),
      orders: orders.flat(),
      trades: Object.fromEntries(MARKETS.map(({ id }, index) => [id, trades[index] ?? []])),
    };
  }

  /** A buy of about sixty dollars with its stop 4 % below, and for every other one a target as far above. */
  async #buy(market: Market, where: 'waiting' | 'touch' | 'market'): Promise<ManualOrder> {
    const { bidPrice, askPrice } = await this.#venue.bookTicker(market.symbol);
    const { tick, lot } = this.#stepsOf(market);
    const bid = atoms(bidPrice);
    const ticks = BigInt(1 + Math.floor(this.#random.next() * 8));
    const limit = where === 'touch' ? bid - ticks * tick : floorTo((bid * (10_000n - WAITING_BPS)) / 10_000n, tick);
    return {
      requestId: randomUUID(),
      instrumentId: market.id,
      side: 'buy',
      type: where === 'market' ? 'market' : 'limit',
      qtyBase: atomsText(floorTo((60n * 10n ** 36n) / atoms(askPrice), lot)),
      limitPrice: where === 'market' ? null : atomsText(limit),
      stopPrice: atomsText(floorTo((bid * 96n) / 100n, tick)),
      targetPrice: this.#random.next() < 0.5 ? null : atomsText(floorTo((bid * 104n) / 100n, tick)),
    };
  }

  /** Sells half of the largest position at market, so that the money lasts; null where that is too little to sell. */
  async #sell(desk: Desk): Promise<ManualOrder | null> {
    const worth = ({ qtyBase, markPrice }: Desk['positions'][number]): bigint =>
      (atoms(qtyBase) * atoms(markPrice ?? '0')) / 10n ** 18n;
    const [largest] = desk.positions.toSorted((a, b) => (worth(a) < worth(b) ? 1 : -1));
    const market = MARKETS.find(({ id }) => id === largest?.instrumentId);
    if (!largest || !market || worth(largest) < 40n * 10n ** 18n) return null;
    const qty = floorTo(atoms(largest.qtyBase) / 2n, this.#stepsOf(market).lot);
    return {
      requestId: randomUUID(),
      instrumentId: market.id,
      side: 'sell',
      type: 'market',
      qtyBase: atomsText(qty),
      limitPrice: null,
      stopPrice: null,
      targetPrice: null,
    };
  }

  #stepsOf({ id }: Market): { tick: bigint; lot: bigint } {
    const steps = this.#steps.get(id);
    if (!steps) throw new Error(`${id} is not traded here`);
    return steps;
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random.next() * items.length)] as T;
  }
}
