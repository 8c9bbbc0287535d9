import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { expect } from 'vitest';
import { createDeadManSwitch, instrumentsToGuard } from '../../main/engine/venues/dead-man-switch.ts';
import { BTC_PERPETUAL, type OpenConnector, openConnector } from '../support/venues/open-connector.ts';
import { type PracticeProcess, startPracticeProcess } from '../support/venues/practice-process.ts';
import type { FaultCase, FaultPart } from './case.ts';

const ETH_PERPETUAL = 'binance-usdm:ETH/USDT:USDT';
const SYMBOLS = ['BTC/USDT:USDT', 'ETH/USDT:USDT'];
const TERMINAL = join(import.meta.dirname, '../support/venues/dead-man-terminal.ts');
/** Far longer than a busy machine may hold up a refresh. */
const LONG_MS = 12_000;
const SHORT_MS = 3_000;

/** One venue and one onlooking connector for the whole part: unmodified ccxt in its worker, as the engine uses it. */
class Bench {
  readonly venue: PracticeProcess;
  readonly connector: OpenConnector;
  #ids = 0;

  private constructor(venue: PracticeProcess) {
    this.venue = venue;
    this.connector = openConnector(venue, {
      market: 'usdm',
      symbols: SYMBOLS,
      timeoutMs: 10_000,
      recvWindowMs: 10_000,
    });
  }

  static async open(): Promise<Bench> {
    const bench = new Bench(await startPracticeProcess(47));
    await bench.connector.next('AuditReceived', undefined, 0);
    for (const id of [BTC_PERPETUAL, ETH_PERPETUAL]) await bench.bid(id);
    return bench;
  }

  async close(): Promise<void> {
    await this.connector.close();
    await this.venue.stop();
  }

  async bid(instrumentId: string): Promise<number> {
    const isQuote = (event: { instrumentId: string; quote: unknown }): boolean =>
      event.instrumentId === instrumentId && event.quote !== null;
    await this.connector.next('MarketBatchReceived', isQuote, 0);
    return Number(this.connector.of('MarketBatchReceived').findLast(isQuote)?.quote?.bid);
  }

  async accepted(order: Parameters<OpenConnector['submit']>[1]): Promise<string> {
    const id = `dms-${process.pid}-${this.#ids++}`;
    this.connector.submit(id, order);
    const answer = await this.connector.next('SubmitAnswered', (event) => event.clientOrderId === id, 0);
    expect(answer).toMatchObject({ outcome: 'accepted' });
    return id;
  }

  entry(instrumentId: string, bid: number): Promise<string> {
    return this.accepted({ instrumentId, type: 'limit', qtyBase: '0.01', limitPrice: (bid * 0.8).toFixed(2) });
  }

  stop(instrumentId: string, bid: number): Promise<string> {
    const triggerPrice = (bid * 0.7).toFixed(2);
    return this.accepted({
      instrumentId,
      purpose: 'stop',
      side: 'sell',
      type: 'stop-loss',
      qtyBase: '0.01',
      triggerPrice,
    });
  }

  /** What rests at the venue, as its own books say. */
  async resting(): Promise<string[]> {
    const told = this.connector.follow();
    this.connector.port.send({ kind: 'audit', why: 'look', believedOpen: [], fillsSinceMs: null });
    return (await told.next('AuditReceived')).openOrders.map((order) => order.clientOrderId);
  }

  /** The venue has told that it cancelled the order: what a trader sees of it. */
  async toldCancelled(id: string): Promise<void> {
    const isIt = ({ report }: { report: { clientOrderId: string; status: string } }): boolean =>
      report.clientOrderId === id && report.status === 'cancelled';
    await this.connector.next('OrderReported', isIt, 0);
  }

  async cancel(instrumentId: string, id: string): Promise<void> {
    this.connector.port.send({ kind: 'cancel', clientOrderId: id, venueOrderId: null, instrumentId, type: 'limit' });
    await this.connector.next('CancelAnswered', (event) => event.clientOrderId === id, 0);
  }

  /** A switch on this connector. `mayHaveFired` resolves when it says that the venue may have fired. */
  arm(countdownMs: number) {
    let tell = (_instrumentId: string): void => undefined;
    const mayHaveFired = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const guard = createDeadManSwitch({
      countdownMs,
      nowMs: () => Date.now(),
      every: (ms, action) => {
        const timer = setInterval(action, ms);
        return () => clearInterval(timer);
      },
      send: (command) => this.connector.port.send(command),
      onMayHaveFired: (instrumentId) => tell(instrumentId),
    });
    this.connector.port.onEvent((event) => {
      if (event.kind === 'CountdownAnswered') guard.onAnswered(event);
    });
    return { guard, mayHaveFired };
  }
}

let opened: Promise<Bench> | null = null;
const bench = (): Promise<Bench> => {
  opened ??= Bench.open();
  return opened;
};
export const endDeadManBench = async (): Promise<void> => (await opened)?.close();

/** A terminal that keeps a switch of this countdown refreshed until it is killed. */
class Terminal {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #refreshedAtMs: number[] = [];

  constructor({ port, apiKey, secret, folder }: PracticeProcess, countdownMs: number, instrumentId: string) {
    const candles = join(folder, 'terminal-candles.db');
    const args = [TERMINAL, String(port), apiKey, secret, String(countdownMs), instrumentId, candles];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#child.stdout!);
    this.#lines.on('line', (line) => {
      const { askedAtMs, problem } = JSON.parse(line) as { askedAtMs?: number; problem?: string };
      if (askedAtMs !== undefined && problem === '') this.#refreshedAtMs.push(askedAtMs);
    });
  }

  /** Until confirmed refreshes lie at least so far apart, first to last. */
  async refreshedOver(spanMs: number): Promise<void> {
    while (this.#refreshedAtMs.length === 0 || this.#refreshedAtMs.at(-1)! - this.#refreshedAtMs[0]! < spanMs) {
      await once(this.#lines, 'line');
    }
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

async function killedAndAlive(): Promise<void> {
  const own = await bench();
  const id = await own.entry(ETH_PERPETUAL, await own.bid(ETH_PERPETUAL));
  const terminal = new Terminal(own.venue, LONG_MS, ETH_PERPETUAL);
  try {
    await terminal.refreshedOver(LONG_MS * 1.25);
    expect(await own.resting()).toContain(id);
    await terminal.kill();
    await own.toldCancelled(id);
    expect(await own.resting()).not.toContain(id);
  } finally {
    await terminal.kill();
  }
}

async function stopsAreLeft(): Promise<void> {
  const own = await bench();
  const bids = { btc: await own.bid(BTC_PERPETUAL), eth: await own.bid(ETH_PERPETUAL) };
  const entry = await own.entry(ETH_PERPETUAL, bids.eth);
  const [beside, stop] = [await own.entry(BTC_PERPETUAL, bids.btc), await own.stop(BTC_PERPETUAL, bids.btc)];
  const { guard } = own.arm(SHORT_MS);
  const guarded = instrumentsToGuard([
    { instrumentId: ETH_PERPETUAL, purpose: 'entry' },
    { instrumentId: BTC_PERPETUAL, purpose: 'entry' },
    { instrumentId: BTC_PERPETUAL, purpose: 'stop' },
  ]);
  expect(guarded).toEqual([ETH_PERPETUAL]);
  guard.guard(guarded);
  await own.connector.next('CountdownAnswered', ({ instrumentId }) => instrumentId === ETH_PERPETUAL, 0);
  guard.close();
  await own.toldCancelled(entry);
  expect((await own.resting()).sort()).toEqual([beside, stop].sort());
  for (const id of [beside, stop]) await own.cancel(BTC_PERPETUAL, id);
}

async function stopsComeBack(): Promise<void> {
  const own = await bench();
  const bid = await own.bid(BTC_PERPETUAL);
  await own.accepted({ instrumentId: BTC_PERPETUAL, qtyBase: '0.01' });
  const [entry, stop] = [await own.entry(BTC_PERPETUAL, bid), await own.stop(BTC_PERPETUAL, bid)];
  const { guard, mayHaveFired } = own.arm(SHORT_MS);
  try {
    guard.guard([BTC_PERPETUAL]);
    const isArmed = ({ instrumentId, problem }: { instrumentId: string; problem: string }): boolean =>
      instrumentId === BTC_PERPETUAL && problem === '';
    await own.connector.next('CountdownAnswered', isArmed, 0);
    await own.venue.fault({ fault: 'http-status', status: 503, path: '/fapi/v1/countdownCancelAll' });
    await Promise.all([own.toldCancelled(entry), own.toldCancelled(stop)]);
    await own.connector.next('CountdownAnswered', ({ problem }) => problem !== '');
    await expect.poll(() => guard.status()[0]?.state, { timeout: 20_000 }).toBe('overdue');
    expect(guard.status()[0]?.problem).not.toBe('');
    await own.venue.clearFaults();
    expect(await mayHaveFired).toBe(BTC_PERPETUAL);
    expect(await own.resting()).toEqual([]);
    // There is no entry to guard any more: the switch is taken away before the stop that it would take with it comes back.
    guard.guard([]);
    await own.connector.next('CountdownAnswered', ({ countdownMs }) => countdownMs === 0, 0);
    const again = await own.stop(BTC_PERPETUAL, bid);
    expect(await own.resting()).toEqual([again]);
    expect(guard.status()).toEqual([]);
    await own.cancel(BTC_PERPETUAL, again);
  } finally {
    await own.venue.clearFaults();
    guard.close();
  }
  await own.accepted({ instrumentId: BTC_PERPETUAL, purpose: 'flatten', side: 'sell', qtyBase: '0.01' });
}

const CASES: readonly FaultCase[] = [
  {
    id: 'dead-man-terminal-killed',
    title: 'the terminal is killed while an entry rests on a perpetual',
    injected:
      'SIGKILL of the process that refreshes the countdown of the practice venue, after more than one countdown',
    holds: 'while it lives the entry stays, for longer than a countdown; once it is dead the venue cancels it',
    seen: 'the next terminal is told: the order is cancelled',
    check: killedAndAlive,
  },
  {
    id: 'dead-man-stops-are-left',
    title: 'the refresher stands still with entries on two perpetuals, one of them with a stop',
    injected: 'the switch is closed without being taken away',
    holds:
      'only where nothing protects is the switch armed: that entry is cancelled, the stop and the entry beside it stay',
    seen: 'the one order is told cancelled, the others stay in the venue’s list',
    check: stopsAreLeft,
  },
  {
    id: 'dead-man-fired-while-away',
    title: 'the venue takes no refresh for longer than the countdown and cancels a position’s stop with the rest',
    injected: '503 on `countdownCancelAll` until it has fired',
    holds:
      'the switch knows that it may have fired, says so as soon as the venue confirms again, and the stop is put back',
    seen: 'both orders are told cancelled; the switch is overdue with the reason, then armed',
    check: stopsComeBack,
  },
];

export const DEAD_MAN_SWITCH: FaultPart = { title: 'The venue’s dead-man switch', cases: CASES };
