import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineEvent, ManualOrderRequested } from '../../main/engine/domain/events.ts';
import { createEngine, type Engine } from '../../main/engine/engine.ts';
import { journalLine } from '../../main/engine/gateway/journal-text.ts';
import { systemClock, systemTimers } from '../../main/engine/kernel/clock.ts';
import { BINANCE_DEFAULTS } from '../../main/engine/venues/binance/connector.ts';
import { createVenueRouter } from '../../main/engine/venues/venue-router.ts';
import { createVenueWorkerPort } from '../../main/engine/venues/venue-worker-client.ts';
import type { DeskSnapshot } from '../../preload/contract.ts';
import { deskOf } from '../simulation/engine/desk.ts';
import { SimDisk } from '../simulation/engine/sim-disk.ts';
import { IDLE_MODELS } from '../simulation/engine/sim-models.ts';
import { BTC_PERPETUAL } from '../support/venues/open-connector.ts';
import { type PracticeProcess, startPracticeProcess } from '../support/venues/practice-process.ts';

const UNTIL_MS = 60_000;
const LOOK_EVERY_MS = 40;
const LIMITS = {
  riskPerTradeShare: 0.1,
  positionNotionalQuoteMax: '20000',
  exposureShareMax: 1,
  dailyLossQuoteMax: '9000',
  ordersPerMinuteMax: 600,
  priceBandBps: 100,
  quoteAgeMsMax: 10_000,
  approvalTtlMs: 60_000,
  leverageMax: 20,
  liquidationDistanceMin: 0.02,
};

/** The real engine on spot and perpetuals of a real practice venue, its log in memory; the desk by the product's own gateway. */
export class PerpetualDesk {
  readonly venue: PracticeProcess;
  readonly engine: Engine;
  readonly events: EngineEvent[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'perpetual-desk-'));
  #clicks = 0;

  private constructor(venue: PracticeProcess, deadManCountdownMs: number) {
    this.venue = venue;
    const { port, apiKey, secret } = venue;
    const worker = (market: 'spot' | 'usdm', symbol: string) =>
      createVenueWorkerPort({
        candleStorePath: join(this.#folder, `${market}.db`),
        market,
        connector: { ...BINANCE_DEFAULTS, auditEveryMs: 3_000, symbols: [symbol], loopbackPort: port },
        credentials: async () => ({ apiKey, secret }),
        onProblem: () => undefined,
      });
    this.engine = createEngine({
      identity: {
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
      cards: [],
      venue: createVenueRouter({
        spot: worker('spot', 'BTC/USDT'),
        others: [{ name: 'binance-usdm', port: worker('usdm', 'BTC/USDT:USDT') }],
        // At once: nobody here looks at charts.
        after: (_ms, action) => systemTimers.after(50, action),
      }),
      venues: ['binance', 'binance-usdm'],
      deadManCountdownMs,
      inference: () => IDLE_MODELS,
      onFatal: (error) => {
        throw error;
      },
    });
    this.engine.onEvent(({ event }) => this.events.push(event));
    this.engine.start();
  }

  static async open(seed: number, deadManCountdownMs: number): Promise<PerpetualDesk> {
    const desk = new PerpetualDesk(await startPracticeProcess(seed), deadManCountdownMs);
    await desk.until('a desk that is well', () => {
      const { safety, health } = desk.desk();
      const isLive = health.feeds.length === 2 && health.feeds.every(({ status }) => status === 'live');
      return isLive && safety.holds.length === 0 && desk.engine.pipeline.ledger.view.isOpened('binance-usdm');
    });
    desk.engine.request({ kind: 'ArmSet', armed: true });
    return desk;
  }

  async close(): Promise<void> {
    await this.engine.stop();
    await this.venue.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Waits for a condition of the real world. @throws Error named `what` when it does not come about */
  async until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
    for (const untilMs = performance.now() + UNTIL_MS; ; ) {
      const found = await look();
      if (found) return found;
      if (performance.now() > untilMs) {
        const { safety, orders } = this.desk();
        const open = orders.map(({ purpose, state, note }) => `${purpose} ${state} ${note}`).slice(0, 6);
        throw new Error(`${what}: not in time; ${JSON.stringify(safety.holds)}; ${open}; ${this.journal().slice(-6)}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  desk(): DeskSnapshot {
    return deskOf(this.engine, Date.now());
  }
  journal(from = 0): string[] {
    return this.events.slice(from).flatMap((event) => journalLine(event)?.text ?? []);
  }
  /** What is held of the perpetual by the books; 0 for nothing. */
  held(): number {
    return Number(this.position()?.qtyBase ?? 0);
  }
  position(): DeskSnapshot['positions'][number] | undefined {
    return this.desk().positions.find(({ instrumentId }) => instrumentId === BTC_PERPETUAL);
  }
  working(purpose: string): DeskSnapshot['orders'] {
    return this.desk().orders.filter((row) => row.purpose === purpose && row.state === 'acknowledged');
  }
  /** So far from the bid, on the tick. */
  price(bps: number): string {
    const bid = Number(this.engine.pipeline.market.view.quote(BTC_PERPETUAL)?.bid);
    return (bid * (1 + bps / 10_000)).toFixed(2);
  }

  /** A click on the ticket that must be signed. @throws Error with the refusal */
  click(order: Partial<ManualOrderRequested>): void {
    this.#clicks += 1;
    const events = this.engine.request({
      kind: 'ManualOrderRequested',
      requestId: `click-${this.#clicks}`,
      instrumentId: BTC_PERPETUAL,
      side: 'buy',
      type: 'market',
      qtyBase: '0.05',
      limitPrice: null,
      stopPrice: null,
      targetPrice: null,
      ...order,
    });
    if (events.some(({ kind }) => kind === 'OrderSigned')) return;
    throw new Error(`not signed: ${events.flatMap((event) => journalLine(event)?.text ?? []).join(' ')}`);
  }

  async flat(): Promise<void> {
    if (this.held() !== 0) this.engine.request({ kind: 'FlattenRequested', instrumentId: BTC_PERPETUAL });
    this.engine.request({ kind: 'CancelAllRequested' });
    await this.until('nothing held and nothing working', () => {
      const live = this.engine.pipeline.execution.orders.open();
      return this.held() === 0 && live.length === 0;
    });
  }

  /** The venue's own levers: `/_usdm/funding`, `/_usdm/transfer`, `/_market/shock`. */
  async lever(path: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    const reply = await fetch(`http://127.0.0.1:${this.venue.port}${path}`, {
      method: 'POST',
      headers: { 'x-control-token': this.venue.controlToken },
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
  }
}
