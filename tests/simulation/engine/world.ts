import type { EngineEvent, InputEvent } from '../../../main/engine/domain/events.ts';
import { isPerpetual } from '../../../main/engine/domain/instrument.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import type { LoggedEvent } from '../../../main/engine/kernel/core.ts';
import { createRandom, type Random } from '../../../main/engine/kernel/random.ts';
import type { VenuePort } from '../../../main/engine/venues/venue-port.ts';
import { Bookkeeper, Violation } from './bookkeeper.ts';
import { checkArrival, checkExecution, checkSubmit } from './checks.ts';
import { checkFiring } from './dead-man-checks.ts';
import { FaultBox, type OWN_DOINGS } from './faults.ts';
import { createLife, type Life } from './life.ts';
import { checkLimits } from './limit-checks.ts';
import { LogReader } from './log-reader.ts';
import { shapeOf, type WorldShape } from './operations.ts';
import { perpetualSide, type Side, spotSide } from './sides.ts';
import type { SimConnector } from './sim-connector.ts';
import { CrashSignal, SimDisk } from './sim-disk.ts';
import type { Arrival } from './sim-line.ts';
import type { Listing, SimMarket } from './sim-market.ts';
import { type SimModels, SPEAKING_WHEN_TOLD } from './sim-models.ts';
import { SimPerpetuals } from './sim-perpetuals.ts';
import { type ProcessTime, SimTime } from './sim-time.ts';
import { SimVenue } from './sim-venue.ts';
import { SimWire, type StreamWord } from './sim-wire.ts';
import { TOLD } from './story.ts';

/** 2026-01-05 UTC; where there are perpetuals, two minutes before funding is paid. */
const START_MS = Date.UTC(2026, 0, 5, 11, 50);
const START_BEFORE_FUNDING_MS = Date.UTC(2026, 0, 5, 15, 58);

/** One seed's world: the venues, their wires, the disk and the present life of the engine, with the checks that never pause. */
export class World {
  readonly seed: number;
  readonly shape: WorldShape;
  readonly time: SimTime;
  readonly faults = new FaultBox();
  readonly disk: SimDisk;
  readonly reader: LogReader;
  /** Spot's. */
  readonly wire: SimWire;
  readonly venue: SimVenue;
  readonly perpetuals: SimPerpetuals | null = null;
  /** Spot first. */
  readonly sides: readonly Side[];
  readonly listings: readonly Listing[];
  readonly books: Bookkeeper;
  readonly sent = new Set<string>();
  readonly arrived = new Set<string>();
  random: Random;
  life: Life;
  /** Our clock less the venue's. */
  clockOffsetMs = 0;
  /** By instrument: until when its quotes do not reach us. */
  readonly frozenUntilMs = new Map<string, number>();
  readonly feedDownUntilMs = new Map<string, number>();
  marketStill = false;
  printEveryMs: number;
  /** Which build of the program is started next. */
  build = 'simulation';
  /** Strikes as the next, or next but some, order goes out. */
  sendCrash: { left: number; readonly before: boolean } | null = null;
  crashed: CrashSignal | null = null;
  /** No process of ours runs. */
  isDown = false;
  violation: Error | null = null;
  sessions = 0;
  tickets = 0;
  /** Ledger records at the start of the present session. */
  sessionFrom = 0;
  lastFaultMs: number;
  readonly story: string[] = [];
  telling = false;

  /** Told of every event of every session, as it is logged. */
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #models: SimModels;
  readonly #startMs: number;

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
    this.#startMs = this.shape.perpetualShare > 0 ? START_BEFORE_FUNDING_MS : START_MS;
    this.time = new SimTime(this.#startMs);
    this.lastFaultMs = this.#startMs;
    this.#onEvent = onEvent;
    this.random = createRandom(seed ^ 0x1ee7);
    const made = this.shape;
    this.printEveryMs = made.printEveryMs;
    this.wire = this.#wire();
    const parts = (wire: SimWire) => ({
      nowMs: () => this.time.nowMs,
      tell: (word: StreamWord) => this.#told(word, wire),
    });
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
      parts(this.wire),
    );
    const sides: Side[] = [spotSide(this.venue, this.wire, this.time)];
    if (made.perpetualShare > 0) {
      const wire = this.#wire();
      this.perpetuals = new SimPerpetuals(made, {
        ...parts(wire),
        after: (ms, run) => this.time.after(ms, run),
        onFill: (order, fill, held) =>
          this.#checked(() =>
            checkExecution(this.books, (this.perpetuals as SimPerpetuals).ownerOf(order), fill, held),
          ),
        onOwnDoing: (what, symbol) => this.#ownDoing(what, symbol),
      });
      sides.push(perpetualSide(this.perpetuals, wire, this.time));
    }
    this.sides = sides;
    this.listings = sides.flatMap(({ venue }) => venue.listings);
    for (const { venue } of sides) for (const listing of venue.listings) venue.fillBook(listing, this.random);
    this.books = new Bookkeeper((instrumentId) => this.sideOf(instrumentId).venue, this.listings);
    this.faults.onStrike = (fault) => {
      this.lastFaultMs = this.time.nowMs;
      if (this.telling) this.tell(`fault: ${fault}`);
    };
    this.life = this.#boot();
    this.#market();
  }

  #wire(): SimWire {
    return new SimWire({ time: this.time, random: () => this.random, faults: this.faults });
  }

  #told(word: StreamWord, wire: SimWire): void {
    if (this.telling) this.tell(`venue: ${JSON.stringify(word.message(this.time.nowMs))}`);
    wire.tell(word);
  }

  sideOf(instrumentId: string): Side {
    return this.sides[this.#sideAt(instrumentId)] as Side;
  }

  connectorOf(instrumentId: string): SimConnector {
    return this.life.connectors[this.#sideAt(instrumentId)] as SimConnector;
  }

  #sideAt(instrumentId: string): number {
    return isPerpetual(instrumentId) ? 1 : 0;
  }

  listingOf(instrumentId: string): Listing {
    return this.sideOf(instrumentId).venue.byInstrument(instrumentId);
  }

  /** Told of what a venue did of its own accord. */
  #ownDoing(what: (typeof OWN_DOINGS)[number], symbol: string): void {
    if (what === 'dead-man-fired') this.#checked(() => checkFiring(this, symbol));
    if (what === 'reduce-only-ended') this.faults.note(what);
    else this.faults.strike(what);
  }

  /** From when on nothing has been wrong: no fault struck and none lasted. */
  wellSinceMs(): number {
    return Math.max(
      this.lastFaultMs,
      ...this.sides.map(({ wire }) => wire.wellSinceMs()),
      ...this.frozenUntilMs.values(),
      ...this.feedDownUntilMs.values(),
    );
  }

  tell(text: string): void {
    this.story.push(`${((this.time.nowMs - this.#startMs) / 1_000).toFixed(3)} ${text}`);
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
    this.#die();
    this.disk.crash(power, share);
    await this.#restart(downMs);
  }

  /** Somebody who wants to look at a life that ends between two inputs. */
  onIdleEnd: () => void = () => {};

  /** For a crash that came out of the engine itself: decided when it was armed. */
  crashPlan = { power: false, share: 0, downMs: 0 };

  struckWithin = false;

  #die(): void {
    for (const connector of this.life.connectors) connector.die();
  }

  async #restart(downMs: number): Promise<void> {
    if (this.crashed) {
      const { power, share, downMs: planned } = this.crashPlan;
      this.crashed = null;
      this.struckWithin = true;
      this.sendCrash = null;
      await this.crash(power, share, planned);
      return;
    }
    this.isDown = true;
    await this.time.advance(downMs, () => this.violation === null);
    this.isDown = false;
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
    const life = createLife({
      sides: this.sides,
      time: this.time,
      clockOffsetMs: () => this.clockOffsetMs,
      faults: this.faults,
      random: () => this.random,
      onArrival: (side, arrival) => this.#checked(() => this.#arrival(side, arrival)),
      identity: { sessionId: `s${this.sessions}`, build: this.build, seed: this.seed },
      approvalTtlMs: this.shape.approvalTtlMs,
      opened: this.disk.open(),
      models: this.#models,
      watched: (port) => this.#watched(port),
      onFatal: (error) => this.#failed(error),
    });
    const { engine, process } = life;
    engine.onEvent((logged) => this.#seen(engine, process, logged));
    this.life = life;
    engine.start();
    return life;
  }

  /** Everything that goes out is held against the disk first. */
  #watched(port: VenuePort): VenuePort {
    return {
      start: () => port.start(),
      onEvent: (listener) => port.onEvent(listener),
      stop: () => port.stop(),
      send: (command) => {
        if (command.kind === 'submit') {
          this.#strikeSend(true);
          this.books.readOn(this.disk.ledger, this.disk.synced);
          checkSubmit(this.books, this.sent, command.order);
          if (this.telling) this.tell(`engine: submit ${JSON.stringify(command.order)}`);
        } else if (this.telling && command.kind !== 'audit')
          this.tell(`engine: ${command.kind} ${JSON.stringify(command)}`);
        port.send(command);
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

  #arrival({ venue }: Side, arrival: Arrival): void {
    this.books.readOn(this.disk.ledger, this.disk.synced);
    checkArrival(this.books, this.arrived, venue, arrival);
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
      this.#die();
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
      for (const { venue } of this.sides) for (const listing of venue.listings) this.#beat(venue, listing);
      this.time.after(this.printEveryMs * (0.5 + this.random.next()), next);
    };
    next();
  }

  #beat(venue: SimMarket, listing: Listing): void {
    const { random } = this;
    if (this.marketStill) {
      venue.stay(listing, random);
      this.#quote(listing, null);
      return;
    }
    const bps = this.shape.moveBps * (random.next() + random.next() - 1);
    const ticks = Math.round(listing.lastTicks * (1 + bps / 10_000));
    this.print(listing, ticks, 1 + Math.floor(random.next() ** 3 * 200_000 * (listing.rules.minLots || 1)));
  }

  print(listing: Listing, ticks: number, lots: number): void {
    this.sideOf(listing.record.id).venue.print(listing, ticks, lots, this.random);
    this.#quote(listing, lots);
  }

  #quote(listing: Listing, lots: number | null): void {
    const { id } = listing.record;
    const hidden = Math.max(this.frozenUntilMs.get(id) ?? 0, this.feedDownUntilMs.get(id) ?? 0);
    if (this.time.nowMs >= hidden) this.connectorOf(id).quote(listing, lots);
  }
}
