import type { EngineEvent, InputEvent } from '../../main/engine/domain/events.ts';
import { journalLine } from '../../main/engine/gateway/journal-text.ts';
import type { Fill, VenueOrder } from '../../main/practice/matching/order.ts';
import type { RulesChange } from '../../main/practice/matching/rules.ts';
import type { DeskSnapshot, Order, Proposal } from '../../preload/contract.ts';
import { settle } from '../simulation/engine/at-rest.ts';
import { carryOut } from '../simulation/engine/deeds.ts';
import { checkDesk, deskOf } from '../simulation/engine/desk.ts';
import type { WorldShape } from '../simulation/engine/operations.ts';
import type { Listing } from '../simulation/engine/sim-market.ts';
import type { SimModels } from '../simulation/engine/sim-models.ts';
import { World } from '../simulation/engine/world.ts';

export const BTC = 'binance:BTC/USDT';

/** What a person fills in on the ticket. Prices in bps from the last one. */
export interface Ticket {
  readonly instrumentId?: string;
  readonly side?: 'buy' | 'sell';
  readonly type?: 'limit' | 'market' | 'post-only';
  readonly qty: string;
  readonly bps?: number;
  /** In place of `bps`. */
  readonly limitPrice?: string;
  readonly stopBps?: number;
  /** In place of `stopBps`. */
  readonly stopPrice?: string;
  readonly targetBps?: number;
}

/**
 * A simulated world with a script in place of chance: the real engine, the real order desk and matching engine, on a still
 * market. Whatever is asked of it, the invariants of the simulation are checked at every send and arrival; `rest` heals the
 * world and holds engine, log and venue against one another.
 */
export class Scene {
  readonly world: World;
  /** Every event of every session so far. */
  readonly events: EngineEvent[] = [];
  #tickets = 0;

  constructor(shape: Partial<WorldShape> = {}, models?: SimModels) {
    this.world = new World(
      1,
      {
        heldBefore: false,
        feesInCoin: false,
        spreadBps: 1,
        levelQuote: 5_000,
        printEveryMs: 1_000,
        perpetualShare: 0,
        ...shape,
      },
      (event) => this.events.push(event),
      models,
    );
    this.world.marketStill = true;
  }

  /** A world that trades: reconciled, armed, with quotes. */
  static async open(shape: Partial<WorldShape> = {}, models?: SimModels): Promise<Scene> {
    const scene = new Scene(shape, models);
    await scene.pass(5_000);
    scene.world.request({ kind: 'ArmSet', armed: true });
    return scene;
  }

  /** Lets time pass, through whatever crash and restart it brings. @throws Violation */
  pass(ms: number): Promise<void> {
    return this.world.pass(ms);
  }

  /** Passes time until `check` holds. @throws Error named `what` after `limitMs` */
  async until(what: string, check: () => boolean, limitMs = 120_000): Promise<void> {
    for (let passed = 0; !check(); passed += 250) {
      if (passed > limitMs) throw new Error(`${what}: not within ${limitMs / 1_000} s`);
      await this.pass(250);
    }
  }

  listing(instrumentId = BTC): Listing {
    return this.world.venue.byInstrument(instrumentId);
  }

  price(bps: number, instrumentId = BTC): string {
    const { rules, lastTicks } = this.listing(instrumentId);
    return (Math.round(lastTicks * (1 + bps / 10_000)) * rules.tickSize).toFixed(2);
  }

  /** The market moves there at one stroke and trades this many lots. */
  move(bps: number, instrumentId = BTC, lots = 20_000): void {
    const listing = this.listing(instrumentId);
    this.world.print(listing, Math.round(listing.lastTicks * (1 + bps / 10_000)), lots);
  }

  /** Hands in a ticket once per click; the client order id of what was signed, or null. */
  ticket(ticket: Ticket, clicks = 1): string | null {
    this.#tickets += 1;
    const from = this.events.length;
    const { instrumentId = BTC, type = 'limit' } = ticket;
    const limitPrice = ticket.limitPrice ?? this.price(ticket.bps ?? 5, instrumentId);
    const stopPrice = ticket.stopBps === undefined ? null : this.price(-ticket.stopBps, instrumentId);
    for (let click = 0; click < clicks; click += 1) {
      this.world.request({
        kind: 'ManualOrderRequested',
        requestId: `ticket-${this.#tickets}`,
        instrumentId,
        side: ticket.side ?? 'buy',
        type,
        qtyBase: ticket.qty,
        limitPrice: type === 'market' ? null : limitPrice,
        stopPrice: ticket.stopPrice ?? stopPrice,
        targetPrice: ticket.targetBps === undefined ? null : this.price(ticket.targetBps, instrumentId),
      });
    }
    const signed = this.events.slice(from).find((event) => event.kind === 'OrderSigned');
    return signed?.kind === 'OrderSigned' ? signed.order.clientOrderId : null;
  }

  /** A model is sure of a rise; the proposal that comes of it. */
  async propose(instrumentId = BTC): Promise<Proposal> {
    const pick = this.world.venue.listings.indexOf(this.listing(instrumentId));
    await carryOut(this.world, { do: 'predict', pick, up: 0.9 });
    const found = this.desk().proposals.find((row) => row.instrumentId === instrumentId && row.state === 'pending');
    if (!found) throw new Error(`no proposal in ${instrumentId} waits`);
    return found;
  }

  /** The proposal as it stands now. */
  proposal(id: string): Proposal {
    return this.desk().proposals.find((row) => row.id === id) as Proposal;
  }

  /** What reaches the engine from its own processes, such as a model's. */
  hear(event: InputEvent): void {
    this.world.guard(() => this.world.life.predict(event));
  }

  /** The venue takes other prices and quantities from now on, and tells nobody. */
  changeRules(change: RulesChange, instrumentId = BTC): void {
    this.world.venue.changeRules(this.listing(instrumentId), change);
  }

  /** The venue tells an order's last fill once more, perhaps with other numbers. */
  tellAgain(clientOrderId: string, change: Partial<Fill> = {}): void {
    const order = this.atVenue(clientOrderId) as Readonly<VenueOrder>;
    const fill = this.world.venue.fills.findLast(({ orderId }) => orderId === order.orderId) as Fill;
    const told = { ...fill, ...change };
    this.world.venue.tell({ kind: 'trade', order, timeMs: fill.timeMs, fill: told, cancelId: null });
  }

  /** The private stream dies and cannot be opened again for so long. */
  breakStream(ms: number): void {
    this.world.wire.breakStream(this.world.time.nowMs + ms);
    this.world.faults.strike('stream-down');
  }

  /** A restart after the process died between two inputs. */
  async kill(downMs = 1_000, power = false): Promise<void> {
    await this.world.crash(power, 0.5, downMs);
  }

  /** The order as the venue itself has it; undefined where it never arrived. */
  atVenue(clientOrderId: string): Readonly<VenueOrder> | undefined {
    return this.world.venue.known(clientOrderId);
  }

  order(clientOrderId: string): Order {
    const found = this.desk().orders.find((row) => row.clientOrderId === clientOrderId);
    if (!found) throw new Error(`the desk shows no order ${clientOrderId}`);
    return found;
  }

  /** What the screen is told, by the product's own gateway. */
  desk(): DeskSnapshot {
    return deskOf(this.world.engine, this.world.life.process.nowMs());
  }

  /** The journal's sentences of all sessions, oldest first. */
  journal(): string[] {
    return this.events.map((event) => journalLine(event)?.text).filter((text) => text !== undefined);
  }

  holds(): string[] {
    return this.desk().safety.holds.map(({ code }) => code);
  }

  /** Heals everything and checks that ledger, log and venue agree and that nothing promised is missing. @throws Violation */
  async rest(): Promise<void> {
    await settle(this.world);
    checkDesk(this.world.engine, this.world.life.process.nowMs());
    this.world.marketStill = true;
  }
}
