import type { EngineEvent, InputEvent } from '../../../main/engine/domain/events.ts';
import { createEngine, type Engine } from '../../../main/engine/engine.ts';
import type { InferenceClient, InferenceNotice } from '../../../main/engine/inference/inference-client.ts';
import type { LoggedEvent } from '../../../main/engine/kernel/core.ts';
import { createRandom, type Random } from '../../../main/engine/kernel/random.ts';
import type { VenuePort } from '../../../main/engine/venues/venue-port.ts';
import type { ModelCard } from '../../../main/ml/card.ts';
import { Bookkeeper, Violation } from './bookkeeper.ts';
import { checkArrival, checkLimits, checkSubmit } from './checks.ts';
import { FaultBox } from './faults.ts';
import { LogReader } from './log-reader.ts';
import { shapeOf, type WorldShape } from './operations.ts';
import { createSimConnector, type SimConnector } from './sim-connector.ts';
import { CrashSignal, SimDisk } from './sim-disk.ts';
import { ProcessTime, SimTime } from './sim-time.ts';
import { type Listing, SimVenue } from './sim-venue.ts';
import { SimWire } from './sim-wire.ts';

/** 2026-01-05 11:50 UTC. */
const START_MS = Date.UTC(2026, 0, 5, 11, 50);

/** A model of which nothing is asked but that it speaks when told to. */
export const CARD = {
  name: 'simulated',
  version: '1.0.0',
  title: 'Simulated',
  timeframe: '1m',
  licensedUntilMs: Date.UTC(2030, 0, 1),
  trainingDistribution: { windowBars: 288, features: [] },
  featureSet: { name: 'none', hash: 'none', features: ['none'] },
  label: { barrierAtr: 3, atrBars: 14 },
  outOfSample: { rule: { probabilityMin: 0.6 } },
} as unknown as ModelCard;

/** Which models there are, and who asks them. */
export interface SimModels {
  readonly cards: readonly ModelCard[];
  client(
    process: ProcessTime,
    onEvent: (event: InputEvent) => void,
    onNotice: (notice: InferenceNotice) => void,
  ): InferenceClient;
}

/** An engine process and all that dies with it. */
export interface Life {
  readonly engine: Engine;
  readonly connector: SimConnector;
  readonly process: ProcessTime;
  predict(event: InputEvent): void;
}

/** One seed's world: the venue, the wire, the disk and the present life of the engine, with the checks that never pause. */
export class World {
  readonly seed: number;
  readonly shape: WorldShape;
  readonly time = new SimTime(START_MS);
  readonly faults = new FaultBox();
  readonly disk: SimDisk;
  readonly reader: LogReader;
  readonly wire: SimWire;
  readonly venue: SimVenue;
  readonly books: Bookkeeper;
  readonly sent = new Set<string>();
  readonly arrived = new Set<string>();
  random: Random;
  life: Life;
  /** Our clock less the venue's. */
  clockOffsetMs = 0;
  /** By symbol: until when its quotes do not reach us. */
  readonly frozenUntilMs = new Map<string, number>();
  readonly feedDownUntilMs = new Map<string, number>();
  marketStill = false;
  printEveryMs: number;
  /** Which build of the program is started next. */
  build = 'simulation';
  /** Strikes as the next, or next but some, order goes out. */
  sendCrash: { left: number; readonly before: boolean } | null = null;
  crashed: CrashSignal | null = null;
  violation: Error | null = null;
  sessions = 0;
  tickets = 0;
  /** Ledger records at the start of the present session. */
  sessionFrom = 0;
  lastFaultMs = START_MS;
  readonly story: string[] = [];
  telling = false;

  /** Told of every event of every session, as it is logged. */
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #models: SimModels;

  constructor(
    seed: number,
    shape: Partial<WorldShape> = {},
    onEvent: (event: EngineEvent) => void = () => {},
    models: SimModels = SPEAKING_WHEN_TOLD,
    disk: SimDisk = new SimDisk(),
  ) {
    this.seed = seed;
    this.disk = disk;
    this.#models = models;
    this.reader = new LogReader(models.cards);
    this.shape = { ...shapeOf(seed), ...shape };
    this.#onEvent = onEvent;
    this.random = createRandom(seed ^ 0x1ee7);
    const made = this.shape;
    this.printEveryMs = made.printEveryMs;
    this.wire = new SimWire({ time: this.time, random: () => this.random, faults: this.faults });
    this.venue = new SimVenue(
      {
        levelQuote: made.levelQuote,
        spreadBps: made.spreadBps,
        feesInCoin: made.feesInCoin,
        balances: {
          USDT: '20000',
          ...(made.feesInCoin ? { BNB: '0.5' } : {}),
          ...(made.heldBefore ? { BTC: '0.01' } : {}),
        },
      },
      () => this.time.nowMs,
      (report) => {
        if (this.telling)
          this.tell(
            `venue: ${report.kind} ${report.order.clientOrderId} ${report.order.status} ${report.fill?.lots ?? ''}`,
          );
        this.wire.tell(report);
      },
    );
    for (const listing of this.venue.listings) this.venue.fillBook(listing, this.random);
    this.books = new Bookkeeper(this.venue);
    this.faults.onStrike = (fault) => {
      this.lastFaultMs = this.time.nowMs;
      if (this.telling) this.tell(`fault: ${fault}`);
    };
    this.life = this.#boot();
    this.#market();
  }

  tell(text: string): void {
    this.story.push(`${((this.time.nowMs - START_MS) / 1_000).toFixed(3)} ${text}`);
  }

  get engine(): Engine {
    return this.life.engine;
  }

  /** Runs the world on, through crashes and restarts. @throws Violation */
  async pass(spanMs: number): Promise<void> {
    const untilMs = this.time.nowMs + spanMs;
    await this.time.rest();
    for (;;) {
      if (this.crashed) await this.#restart(0);
      await this.time.advance(untilMs - this.time.nowMs, () => this.crashed === null && this.violation === null);
      if (this.violation) throw this.violation;
      if (this.crashed === null) return;
    }
  }

  /** A person's word, taken by the engine before this returns. */
  request(event: InputEvent): void {
    if (this.telling) this.tell(`person: ${JSON.stringify(event)}`);
    this.time.wake();
    this.guard(() => this.engine.request(event));
  }

  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failed(error);
    }
    if (this.violation) throw this.violation;
  }

  /** The process is gone at this instant; another one starts `downMs` later and finds what the disk kept. */
  async crash(power: boolean, share: number, downMs: number): Promise<void> {
    if (!this.struckWithin) this.onIdleEnd();
    this.struckWithin = false;
    this.life.connector.die();
    this.disk.crash(power, share);
    await this.#restart(downMs);
  }

  /** Somebody who wants to look at a life that ends between two inputs. */
  onIdleEnd: () => void = () => {};

  /** For a crash that came out of the engine itself: decided when it was armed. */
  crashPlan = { power: false, share: 0, downMs: 0 };

  struckWithin = false;

  async #restart(downMs: number): Promise<void> {
    if (this.crashed) {
      const { power, share, downMs: planned } = this.crashPlan;
      this.crashed = null;
      this.struckWithin = true;
      this.sendCrash = null;
      await this.crash(power, share, planned);
      return;
    }
    await this.time.advance(downMs, () => this.violation === null);
    if (this.violation) throw this.violation;
    this.books.readOn(this.disk.ledger, this.disk.synced);
    if (this.telling) this.tell(`restart with ${this.disk.synced} records`);
    this.life = this.#boot();
    this.lastFaultMs = this.time.nowMs;
  }

  #boot(): Life {
    this.sessions += 1;
    this.sessionFrom = this.disk.synced;
    if (this.disk.inputs) this.disk.inputs = [];
    const process = new ProcessTime(this.time, () => this.clockOffsetMs);
    const connector = createSimConnector({
      time: this.time,
      process,
      venue: this.venue,
      wire: this.wire,
      faults: this.faults,
      random: () => this.random,
      onArrival: (request) => this.#checked(() => this.#arrival(request)),
    });
    let predict: (event: InputEvent) => void = () => {};
    const engine = createEngine({
      identity: {
        sessionId: `s${this.sessions}`,
        build: this.build,
        seed: this.seed,
        mode: 'practice',
        venue: 'binance',
        source: { kind: 'generated', description: 'simulation' },
      },
      limits: {
        riskPerTradeShare: 0.02,
        positionNotionalQuoteMax: '6000',
        exposureShareMax: 0.8,
        dailyLossQuoteMax: '3000',
        ordersPerMinuteMax: 30,
        priceBandBps: 15,
        quoteAgeMsMax: 5_000,
        approvalTtlMs: this.shape.approvalTtlMs,
      },
      clock: process,
      timers: process,
      opened: this.disk.open(),
      cards: this.#models.cards,
      venue: this.#watched(connector),
      inference: (onEvent, onNotice) => {
        predict = onEvent;
        return this.#models.client(process, onEvent, onNotice);
      },
      onFatal: (error) => this.#failed(error),
    });
    engine.onEvent((logged) => this.#seen(engine, process, logged));
    const life = { engine, connector, process, predict: (event: InputEvent) => predict(event) };
    this.life = life;
    engine.start();
    return life;
  }

  /** Everything that goes out is held against the disk first. */
  #watched(connector: SimConnector): VenuePort {
    return {
      start: () => connector.start(),
      onEvent: (listener) => connector.onEvent(listener),
      stop: () => connector.stop(),
      send: (command) => {
        if (command.kind === 'submit') {
          this.#strikeSend(true);
          this.books.readOn(this.disk.ledger, this.disk.synced);
          checkSubmit(this.books, this.sent, command.order);
          if (this.telling) this.tell(`engine: submit ${JSON.stringify(command.order)}`);
        } else if (this.telling && command.kind !== 'audit')
          this.tell(`engine: ${command.kind} ${JSON.stringify(command)}`);
        connector.send(command);
        if (command.kind === 'submit') this.#strikeSend(false);
      },
    };
  }

  #strikeSend(before: boolean): void {
    const crash = this.sendCrash;
    if (crash?.before !== before) return;
    crash.left -= 1;
    if (crash.left > 0) return;
    this.sendCrash = null;
    throw new CrashSignal(before ? 'before-send' : 'after-send');
  }

  #arrival(request: Parameters<typeof checkArrival>[3]): void {
    this.books.readOn(this.disk.ledger, this.disk.synced);
    // What others send is not ours to answer for.
    if (!request.clientOrderId.startsWith('web')) checkArrival(this.books, this.arrived, this.venue, request);
  }

  #seen(engine: Engine, process: ProcessTime, { event }: LoggedEvent): void {
    this.#onEvent(event);
    if (this.telling && TOLD.has(event.kind)) this.tell(`engine: ${JSON.stringify(event)}`);
    if (event.kind === 'OrderSigned' && event.order.signature.by !== 'system') {
      checkLimits(engine, event.order, process.nowMs());
    }
  }

  #checked(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof CrashSignal) {
      this.crashed ??= error;
      // Nothing of the process acts any more, also within this very instant.
      this.life.connector.die();
      this.faults.strike(error.message === 'power-cut' ? 'power-cut' : `crash-${error.message}`);
    } else if (error instanceof Violation) this.violation ??= error;
    else {
      const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
      this.violation ??= new Violation('engine-runs-on', text);
    }
  }

  /** The market goes its way, whoever watches. */
  #market(): void {
    const next = (): void => {
      for (const listing of this.venue.listings) {
        const { random } = this;
        if (this.marketStill) {
          this.venue.fillBook(listing, random);
          this.#quote(listing, null);
        } else {
          const bps = this.shape.moveBps * (random.next() + random.next() - 1);
          const ticks = Math.round(listing.lastTicks * (1 + bps / 10_000));
          this.print(listing, ticks, 1 + Math.floor(random.next() ** 3 * 200_000 * (listing.rules.minLots || 1)));
        }
      }
      this.time.after(this.printEveryMs * (0.5 + this.random.next()), next);
    };
    next();
  }

  print(listing: Listing, ticks: number, lots: number): void {
    this.venue.print(listing, ticks, lots, this.random);
    this.#quote(listing, lots);
  }

  #quote(listing: Listing, lots: number | null): void {
    const { symbol } = listing.rules;
    const hidden = Math.max(this.frozenUntilMs.get(symbol) ?? 0, this.feedDownUntilMs.get(symbol) ?? 0);
    if (this.time.nowMs >= hidden) this.life.connector.quote(listing, lots);
  }
}

const TOLD: ReadonlySet<string> = new Set([
  'OrderSigned',
  'OrderStateChanged',
  'SubmitAnswered',
  'CancelAnswered',
  'CancelWanted',
  'OrderQueried',
  'FillBooked',
  'OrderReported',
  'ProtectionChanged',
  'ReductionWanted',
  'RequestRefused',
  'BalanceDiffered',
  'AnomalyStated',
  'Reconciled',
  'PrivateStreamChanged',
  'ForeignOrderSeen',
  'ProposalMade',
  'ApprovalAsked',
  'OpeningBalancesBooked',
  'EngineStarted',
]);

export const IDLE_MODELS: InferenceClient = {
  start: () => {},
  serve: () => {},
  predict: () => {},
  models: () => [],
  refusals: () => [],
  state: () => 'ready',
  stop: async () => {},
};

export const SPEAKING_WHEN_TOLD: SimModels = { cards: [CARD], client: () => IDLE_MODELS };
