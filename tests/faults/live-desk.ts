import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineEvent, InputEvent, SubmitAnswered } from '../../main/engine/domain/events.ts';
import { createEngine, type Engine } from '../../main/engine/engine.ts';
import { createDeskTopics } from '../../main/engine/gateway/desk-topics.ts';
import { journalLine } from '../../main/engine/gateway/journal-text.ts';
import { createNoticeBoard } from '../../main/engine/gateway/notice-board.ts';
import { systemClock, systemTimers } from '../../main/engine/kernel/clock.ts';
import { BINANCE_DEFAULTS } from '../../main/engine/venues/binance/connector.ts';
import { createInProcessVenuePort } from '../../main/engine/venues/in-process-port.ts';
import type { BookTop, VenueEvent, VenuePort } from '../../main/engine/venues/venue-port.ts';
import { createVenueWorkerPort } from '../../main/engine/venues/venue-worker-client.ts';
import type { DeskSnapshot, Health, Order, Proposal } from '../../preload/contract.ts';
import { SimDisk } from '../simulation/engine/sim-disk.ts';
import { CARD, IDLE_MODELS } from '../simulation/engine/sim-models.ts';
import { VenueRest } from '../support/venue-rest.ts';
import type { PracticeProcess } from '../support/venues/practice-process.ts';

export const BTC = 'binance:BTC/USDT';
const UNTIL_MS = 60_000;
const LOOK_EVERY_MS = 40;

type DeskRows = Omit<DeskSnapshot, 'models' | 'journal'>;
type Click = { readonly side?: 'buy' | 'sell'; readonly qty?: string } & (
  | { readonly type: 'market' }
  /** Prices in bps from the bid at the moment of the click. */
  | { readonly type: 'limit'; readonly bps: number; readonly stopBps?: number }
);

/** Impatient, so that a case takes seconds: silence is a fault sooner, and the books are audited more often. */
const IMPATIENT = {
  timeoutMs: 2_000,
  recvWindowMs: 2_000,
  redialMs: 50,
  redialMsMax: 400,
  keepAliveMs: 500,
  auditEveryMs: 3_000,
  silence: { quoteMs: 2_000, owedMs: 2_000, quietMs: 180_000 },
};
const LIMITS = {
  riskPerTradeShare: 0.02,
  positionNotionalQuoteMax: '6000',
  exposureShareMax: 0.8,
  dailyLossQuoteMax: '3000',
  ordersPerMinuteMax: 600,
  priceBandBps: 15,
  quoteAgeMsMax: 5_000,
  approvalTtlMs: 60_000,
};

/**
 * The real engine on the real connector (unmodified ccxt, in its worker) against a real practice venue, with its log in memory
 * and no models: what the trader would see is asked of the product's own gateway.
 */
export class LiveDesk {
  readonly venue: PracticeProcess;
  readonly rest: VenueRest;
  readonly engine: Engine;
  readonly events: EngineEvent[] = [];
  /** Everything that the connector said, notices included. */
  readonly told: VenueEvent[] = [];
  readonly #board = createNoticeBoard();
  readonly #folder = mkdtempSync(join(tmpdir(), 'live-desk-'));
  #clicks = 0;
  #predict: (event: InputEvent) => void = () => {};

  /** @param thread `here`: the connector runs in this very thread, so that stopping the thread stops all of the program. */
  constructor(venue: PracticeProcess, thread: 'worker' | 'here') {
    this.venue = venue;
    this.rest = new VenueRest(venue);
    const port = this.#connect(thread);
    port.onEvent((event) => this.told.push(event));
    this.engine = createEngine({
      identity: {
        // Client order ids are made of it, and the account outlives the desk.
        sessionId: randomBytes(4).toString('hex'),
        build: 'test',
        seed: 1,
        mode: 'practice',
        venue: 'binance',
        source: { kind: 'generated', description: 'practice venue' },
      },
      limits: LIMITS,
      clock: systemClock,
      timers: systemTimers,
      opened: new SimDisk().open(),
      cards: [CARD],
      venue: port,
      inference: (onEvent) => {
        this.#predict = onEvent;
        return IDLE_MODELS;
      },
      onFatal: (error) => {
        throw error;
      },
    });
    this.engine.onEvent(({ event }) => {
      this.events.push(event);
      this.#board.takeEvent(event, Date.now());
    });
    this.engine.onNotice((notice) => this.#board.takeNotice(notice));
    this.engine.start();
  }

  #connect(thread: 'worker' | 'here'): VenuePort {
    const { port, apiKey, secret } = this.venue;
    const connector = { ...BINANCE_DEFAULTS, ...IMPATIENT, symbols: ['BTC/USDT'], loopbackPort: port };
    const common = { candleStorePath: join(this.#folder, 'candles.db'), onProblem: () => undefined };
    const credentials = { apiKey, secret };
    return thread === 'here'
      ? createInProcessVenuePort({ ...common, connector: { ...connector, credentials } })
      : createVenueWorkerPort({ ...common, connector, credentials: async () => credentials });
  }

  /** Waits for a condition of the real world. @throws Error named `what` when it does not come about */
  async until<T>(what: string, look: () => T | Promise<T>, limitMs = UNTIL_MS): Promise<NonNullable<T>> {
    for (const untilMs = performance.now() + limitMs; ; ) {
      const found = await look();
      if (found) return found;
      if (performance.now() > untilMs) {
        const holds = JSON.stringify(this.desk().safety.holds);
        throw new Error(
          `${what}: not within ${limitMs / 1_000} s; holds ${holds}; ${this.journal().slice(-4).join(' ')}`,
        );
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Quotes, order stream and books are there, nothing is held back, and the ticket is armed. */
  async well(): Promise<void> {
    await this.until('a desk that is well', () => this.isWell());
    this.engine.request({ kind: 'ArmSet', armed: true });
  }
  isWell(): boolean {
    return this.desk().safety.holds.length === 0 && this.feed()?.status === 'live';
  }

  desk(): DeskRows {
    const { pipeline } = this.engine;
    const {
      models: _models,
      journal: _journal,
      ...rest
    } = createDeskTopics({
      approval: pipeline.approval.view,
      execution: pipeline.execution.view,
      ledger: pipeline.ledger.view,
      portfolio: pipeline.ledger.portfolio,
      risk: pipeline.risk.view,
      market: pipeline.market.view,
      instruments: pipeline.instruments.view,
      board: this.#board,
      models: () => [],
      gameDay: () => null,
      ensemble: () => pipeline.decision.view.settings(),
      deadMan: () => this.engine.deadMan(),
      journal: () => [],
      logEvents: () => this.engine.lastSeq(),
      chain: () => 'ok',
      startRepairs: [],
      nowMs: () => Date.now(),
    });
    return Object.fromEntries(Object.entries(rest).map(([name, read]) => [name, read()])) as DeskRows;
  }

  /** The journal's sentences, oldest first; from a place in `events` on. */
  journal(from = 0): string[] {
    return this.events.slice(from).flatMap((event) => journalLine(event)?.text ?? []);
  }
  holds(): string {
    return this.desk()
      .safety.holds.map(({ text }) => text)
      .join('; ');
  }
  feed(): Health['feeds'][number] | undefined {
    return this.desk().health.feeds.find(({ instrumentId }) => instrumentId === BTC);
  }
  bid(): number {
    return Number(this.engine.pipeline.market.view.quote(BTC)?.bid);
  }
  /** So far from the bid, on the tick. */
  price(bps: number): string {
    return (this.bid() * (1 + bps / 10_000)).toFixed(2);
  }

  /** One click on the ticket: the client order id of what was signed, or the words of the refusal. */
  click(order: Click): { readonly id: string | null; readonly words: string } {
    this.#clicks += 1;
    const events = this.engine.request({
      kind: 'ManualOrderRequested',
      requestId: `click-${this.#clicks}`,
      instrumentId: BTC,
      side: order.side ?? 'buy',
      type: order.type,
      qtyBase: order.qty ?? '0.001',
      limitPrice: order.type === 'limit' ? this.price(order.bps) : null,
      stopPrice: order.type === 'limit' && order.stopBps !== undefined ? this.price(order.stopBps) : null,
      targetPrice: null,
    });
    const signed = events.find((event) => event.kind === 'OrderSigned');
    const words = events.flatMap((event) => journalLine(event)?.text ?? []).join(' ');
    return { id: signed?.kind === 'OrderSigned' ? signed.order.clientOrderId : null, words };
  }
  /** A click that must be signed, so it waits for a desk that is well. @throws Error with the refusal */
  async order(order: Click): Promise<string> {
    await this.until('a desk that is well', () => this.isWell());
    const { id, words } = this.click(order);
    if (id === null) throw new Error(`not signed: ${words}`);
    return id;
  }
  /** A proposal to buy that waits for an answer, brought about by the word of a model. */
  async proposal(): Promise<Proposal> {
    return this.until('a proposal', () => {
      const waiting = this.desk().proposals.find(({ state, side }) => state === 'pending' && side === 'buy');
      if (waiting) return waiting;
      this.#predict({
        kind: 'PredictionArrived',
        requestId: 'live',
        instrumentId: BTC,
        timeframe: '1m',
        candleCloseTimeMs: Math.floor(Date.now() / 60_000) * 60_000,
        model: CARD.name,
        version: CARD.version,
        modelHash: 'live',
        rawProbability: 0.9,
        probability: 0.9,
        record: { saidFrom: 0.8, saidTo: 1, rightShare: 0.8, n: 200 },
        edge: 'measured',
        latencyMs: 1,
        late: false,
      });
      return null;
    });
  }

  /** What the connector makes of a market buy that no gate has let through. */
  async submitBelowTheGate(clientOrderId: string, limitPrice: string | null = null): Promise<SubmitAnswered> {
    const what = { instrumentId: BTC, purpose: 'stop', side: 'buy', type: 'market', qtyBase: '0.001' } as const;
    this.engine.tellVenue({ kind: 'submit', order: { ...what, clientOrderId, limitPrice, triggerPrice: null } });
    return this.until('the answer', () =>
      this.toldSince(0, 'SubmitAnswered').find((answer) => answer.clientOrderId === clientOrderId),
    );
  }
  row(clientOrderId: string): Order | undefined {
    return this.desk().orders.find((row) => row.clientOrderId === clientOrderId);
  }
  async untilState(clientOrderId: string, state: Order['state']): Promise<void> {
    await this.until(`${clientOrderId} to be ${state}`, () => this.row(clientOrderId)?.state === state);
  }
  /** What is held of BTC, in the books. */
  held(): number {
    return Number(this.desk().positions.find(({ instrumentId }) => instrumentId === BTC)?.qtyBase ?? 0);
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  watchBook(watching: boolean): void {
    this.engine.tellVenue({ kind: 'watchBook', instrumentId: watching ? BTC : null });
  }
  books(): BookTop[] {
    return this.told.filter((event) => event.kind === 'BookTop');
  }
  /** Whether the connector has told more than it had at `from`, of this kind. */
  toldSince<K extends VenueEvent['kind']>(from: number, kind: K): Extract<VenueEvent, { kind: K }>[] {
    return this.told.slice(from).filter((event): event is Extract<VenueEvent, { kind: K }> => event.kind === kind);
  }
}
