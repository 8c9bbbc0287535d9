import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DeskSnapshot, Done, Instrument, Limits, ManualOrder, Order, Position } from '../../preload/contract.ts';
import { formatDecimal, parseDecimal, roundToStep } from '../engine/domain/decimal.ts';
import { ensurePracticeVenue } from '../practice/spawn.ts';
import { type MarketChoice, marketFolder, readInfo, type VenueInfo } from '../practice/venue-folder.ts';
import { siblingModule } from '../product.ts';
import { clientOf, type EngineClient, type EngineWord } from './engine-link.ts';
import { PracticeControl } from './practice-control.ts';

/** What a case expected and did not find, in one sentence for the trader. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}

/** Not the trader's own market: another seed, another account, another folder. */
const MARKET = { kind: 'generated', seed: 4_711 } as const satisfies MarketChoice;
/** Refusals that say more of the moment than of the limits: an order a minute, a quote a bit old, a price that moved. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set(['order-rate', 'stale-data', 'no-quote', 'price-band']);
const PLACE_MS_MAX = 70_000;
const START_MS_MAX = 90_000;
const READY_MS_MAX = 90_000;
const POLL_MS = 200;
const STOP_BPS = 300n;
/** Times the venue's smallest order: enough for an entry and its stop to be orders. */
const SIZE = 3n;

/**
 * A second practice venue and a second engine on a folder that is thrown away, with the trader's limits: what the cases play
 * on. The trader's own venue, account and log are not touched.
 */
export class Rehearsal {
  readonly venue: PracticeControl;
  readonly #dir: string;
  readonly #limits: Limits;
  readonly #signal: AbortSignal;
  #engine: ChildProcess | null = null;
  #client: EngineClient | null = null;
  #instruments: readonly Instrument[] = [];
  #nextInstrument = 0;

  private constructor(limits: Limits, signal: AbortSignal) {
    this.#dir = mkdtempSync(join(tmpdir(), 'countersign-game-day-'));
    this.#limits = limits;
    this.#signal = signal;
    this.venue = new PracticeControl(() => this.#venueInfo());
  }

  /** Ready to trade: reconciled, armed, every feed live. @throws Error, with nothing left behind */
  static async open(limits: Limits, signal: AbortSignal): Promise<Rehearsal> {
    const rehearsal = new Rehearsal(limits, signal);
    try {
      await rehearsal.startEngine();
      return rehearsal;
    } catch (error) {
      await rehearsal.close();
      throw error;
    }
  }

  get client(): EngineClient {
    if (!this.#client) throw new Error('the engine of the rehearsal is not running');
    return this.#client;
  }

  /** An instrument that no case has used yet. */
  freshInstrument(): Instrument {
    const instrument = this.#instruments[this.#nextInstrument % this.#instruments.length];
    if (!instrument) throw new Error('the practice venue lists no instruments');
    this.#nextInstrument += 1;
    return instrument;
  }

  async startEngine(): Promise<void> {
    const entry = fileURLToPath(siblingModule(import.meta.url, './engine'));
    const child = fork(entry, ['--data-dir', this.#dir, '--seed', String(MARKET.seed)], {
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#engine = child;
    const word = await new Promise<EngineWord>((resolve) => {
      const failed = (text: string): void => resolve({ kind: 'failed', text });
      const limit = setTimeout(() => failed('it did not start in time'), START_MS_MAX);
      this.#signal.addEventListener('abort', () => failed('it was stopped'), { once: true });
      child.once('exit', () => failed('it ended at its start'));
      child.on('message', (message) => {
        if (typeof message === 'string') return;
        clearTimeout(limit);
        resolve(message as EngineWord);
      });
    });
    this.#signal.throwIfAborted();
    if (word.kind === 'failed') throw new Error(`The rehearsal’s engine: ${word.text}`);
    this.#client = clientOf(child);
    this.#instruments = (await this.#client.hello()).instruments;
    await mustDo(this.client.setLimits(this.#limits));
    await mustDo(this.client.setArmed({ armed: true }));
    await this.untilReady();
    this.#instruments = (await this.client.hello()).instruments;
  }

  /** Until entries may be made again and every feed is live. */
  async untilReady(): Promise<void> {
    const isReady = ({ health, safety }: DeskSnapshot): boolean =>
      safety.holds.length === 0 &&
      health.privateStream === 'live' &&
      health.feeds.length > 0 &&
      health.feeds.every((feed) => feed.status === 'live');
    await this.until('ready to trade', isReady, READY_MS_MAX);
  }

  /** As `kill -9`: the engine's process is gone when this resolves. */
  async killEngine(): Promise<void> {
    const child = this.#engine;
    this.#engine = null;
    this.#client = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  killVenue(): void {
    signal(this.#venueInfo().pid);
  }

  /** Starts it again where it was; nothing where it runs. */
  async startVenue(): Promise<void> {
    const venue = await ensurePracticeVenue({ dataDir: this.#practiceDir, market: MARKET });
    if (!venue.ok) throw new Error(venue.error.message);
  }

  /** Whatever a case left broken is whole again. */
  async heal(): Promise<void> {
    await this.startVenue();
    await this.venue.clearFaults();
    if (this.#engine === null) await this.startEngine();
    else await this.untilReady();
  }

  async desk(): Promise<DeskSnapshot> {
    this.#signal.throwIfAborted();
    const stop = new AbortController();
    try {
      for await (const message of await this.client.watchDesk({}, { signal: stop.signal })) {
        if (message.type === 'snapshot') return message.desk;
      }
    } finally {
      stop.abort();
    }
    throw new Error('the rehearsal’s engine told nothing of its desk');
  }

  /** The desk for which `holds` is true first. @throws Unmet that names `what` when it is not so in time */
  async until(what: string, holds: (desk: DeskSnapshot) => boolean, limitMs = 30_000): Promise<DeskSnapshot> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const desk = await this.desk();
      if (holds(desk)) return desk;
      if (performance.now() > endMs) throw new Unmet(`Not within ${Math.round(limitMs / 1_000)} s: ${what}.`);
      await sleep(POLL_MS, undefined, { signal: this.#signal });
    }
  }

  /** A small buy as the ticket would hand it in, at market or `belowBps` under the bid, with its stop 3 % under that. */
  async ticket(instrument: Instrument, belowBps?: number): Promise<ManualOrder> {
    const { bidPrice } = await this.venue.quote(instrument.symbol);
    const [bid, tick, lot] = [bidPrice, instrument.tickSize, instrument.lotStep].map(parseDecimal) as [
      bigint,
      bigint,
      bigint,
    ];
    const below = (price: bigint, bps: bigint): bigint =>
      roundToStep((price * (10_000n - bps)) / 10_000n, tick, 'down');
    const price = below(bid, BigInt(belowBps ?? 0));
    const atoms = parseDecimal('1');
    const qty = roundToStep((parseDecimal(instrument.minNotional) * SIZE * atoms) / price, lot, 'ceil');
    return {
      requestId: crypto.randomUUID(),
      instrumentId: instrument.id,
      side: 'buy',
      type: belowBps === undefined ? 'market' : 'limit',
      qtyBase: formatDecimal(qty),
      limitPrice: belowBps === undefined ? null : formatDecimal(price),
      stopPrice: formatDecimal(below(price, STOP_BPS)),
      targetPrice: null,
    };
  }

  /**
   * Hands a ticket in, anew where the refusal is one of the moment. @throws Unmet with the gate's words when the limits let
   * none through
   */
  async place(instrument: Instrument, belowBps?: number): Promise<void> {
    const endMs = performance.now() + PLACE_MS_MAX;
    for (;;) {
      const done = await this.client.placeOrder(await this.ticket(instrument, belowBps));
      if (done.ok) return;
      if (!OF_THE_MOMENT.has(done.error.code) || performance.now() > endMs) {
        throw new Unmet(`Your limits let no order of the smallest size through: ${done.error.text}.`);
      }
      await sleep(1_000, undefined, { signal: this.#signal });
    }
  }

  /** Hands a ticket in that must not pass; the gate's words. @throws Unmet when it passes, or is refused for another reason */
  async placeInVain(ticket: ManualOrder, code: string): Promise<string> {
    const done = await this.client.placeOrder({ ...ticket, requestId: crypto.randomUUID() });
    if (done.ok) throw new Unmet('The gate let a buy through that it should have held back.');
    if (done.error.code !== code) throw new Unmet(`A buy was refused, but for another reason: ${done.error.text}.`);
    return done.error.text;
  }

  /** A position with its stop on the venue. */
  async openPosition(instrument: Instrument): Promise<Position> {
    await this.place(instrument);
    const desk = await this.until('a position with its stop on the venue', (now) => isProtected(now, instrument));
    return positionIn(desk, instrument) as Position;
  }

  /** Ends engine and venue and deletes the folder. Never throws. */
  async close(): Promise<void> {
    await this.killEngine();
    const venue = readInfo(marketFolder(this.#practiceDir, MARKET));
    if (venue) signal(venue.pid);
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  get #practiceDir(): string {
    return join(this.#dir, 'practice');
  }

  #venueInfo(): VenueInfo {
    const info = readInfo(marketFolder(this.#practiceDir, MARKET));
    if (!info) throw new Error('the rehearsal’s practice venue has not been started');
    return info;
  }
}

export const positionIn = (desk: DeskSnapshot, instrument: Instrument): Position | undefined =>
  desk.positions.find((row) => row.instrumentId === instrument.id && parseDecimal(row.qtyBase) > 0n);

export const isProtected = (desk: DeskSnapshot, instrument: Instrument): boolean =>
  positionIn(desk, instrument)?.stopState === 'on-venue';

/** The buy that the case handed in. */
export const entryIn = (desk: DeskSnapshot, instrument: Instrument): Order | undefined =>
  desk.orders.find((row) => row.instrumentId === instrument.id && row.purpose === 'entry');

/** @throws Unmet with `sentence` */
export function expect(holds: boolean, sentence: string): void {
  if (!holds) throw new Unmet(sentence);
}

async function mustDo(answer: Promise<Done>): Promise<void> {
  const done = await answer;
  if (!done.ok) throw new Error(`The rehearsal’s engine refused: ${done.error.text}`);
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It had ended already.
  }
}
