import { NO_TICK } from './book-side.ts';
import { DepthBook } from './depth-book.ts';
import { ROW, type TickFeed } from './tick-feed.ts';

export type Side = 1 | -1;
/** `post-only` is refused where it would take; `market` takes what the book shows and the rest is cancelled. */
export type OrderKind = 'limit' | 'post-only' | 'market';

/** How far a trade fills an order that it reaches in the queue: as far as it goes, or whole, as some other simulators have it. */
export type RestingFills = 'partial' | 'whole';

/** An order as it travels. Quantities in lots, prices in ticks. */
export interface TickOrder {
  readonly id: number;
  readonly side: Side;
  readonly kind: OrderKind;
  readonly priceTicks: number;
  readonly qtyLots: number;
  /** Not filled yet, as the exchange knows it. */
  leftLots: number;
  /** Ahead of us at our price, pessimistically. */
  queueLots: number;
}

/** What the exchange answers. A fill names its own price and quantity; `maker` says who waited. */
export interface Report {
  readonly atUs: number;
  readonly kind: 'rested' | 'refused' | 'cancelled' | 'filled';
  readonly order: TickOrder;
  readonly priceTicks: number;
  readonly qtyLots: number;
  /** Of the order, after this. */
  readonly leftLots: number;
  readonly maker: boolean;
}

/** Commands that arrived are kept up to this many, for an array that is emptied all the time is made anew all the time. */
const SPENT_MAX = 1_000;

interface Command {
  readonly arrivesUs: number;
  readonly cancel: boolean;
  readonly order: TickOrder;
}

/**
 * The exchange of a replay: the recorded book, and our orders in it. The recorded market does not answer our orders; what they
 * could have had is counted pessimistically:
 * - we stand behind everything displayed at our price when we arrive;
 * - trades at our price use up the queue before us, then fill us as far as they reach; a level that is cancelled down moves us
 *   forward only when it no longer holds the queue we counted: who left stood behind us;
 * - a trade beyond our price, or a quote of the other side at or beyond it, has used up all that waited there: we are filled.
 */
export class ReplayExchange {
  readonly book = new DepthBook();
  readonly #feed: TickFeed;
  readonly #reports: Report[];
  readonly #pausesAtFills: boolean;
  readonly #fillsWhole: boolean;
  readonly #isSpot: boolean;
  /** Of base, as the exchange knows it. */
  #heldLots = 0;
  #paused = false;
  readonly #commands: Command[] = [];
  #nextCommand = 0;
  #nextRow = 0;
  readonly #buys: TickOrder[] = [];
  readonly #sells: TickOrder[] = [];

  /**
   * @param reports where its answers go, oldest first
   * @param rules whether a trade that reaches a waiting order fills it as far as it reaches, or whole; whether `advance` comes back at a
   * fill, so that somebody may act on it; and whether nothing is sold that is not held, or stands in another sale
   */
  constructor(
    feed: TickFeed,
    reports: Report[],
    rules: { restingFills: RestingFills; pausesAtFills: boolean; isSpot: boolean },
  ) {
    this.#feed = feed;
    this.#reports = reports;
    this.#pausesAtFills = rules.pausesAtFills;
    this.#fillsWhole = rules.restingFills === 'whole';
    this.#isSpot = rules.isSpot;
  }

  /** Commands arrive in the order in which they are sent. */
  send(order: TickOrder, cancel: boolean, arrivesUs: number): void {
    this.#commands.push({ arrivesUs, cancel, order });
  }

  /**
   * Everything up to and with this time of the exchange. What happened at the same time as a command happened before it.
   * @returns false where it paused at a fill: call again to go on
   */
  advance(toUs: number): boolean {
    this.#paused = false;
    while (this.#nextCommand < this.#commands.length) {
      const command = this.#commands[this.#nextCommand]!;
      if (command.arrivesUs > toUs) break;
      this.#playRows(command.arrivesUs);
      if (this.#paused) return false;
      this.#nextCommand += 1;
      if (command.cancel) this.#cancel(command);
      else this.#arrive(command.order, command.arrivesUs);
      if (this.#paused) return false;
    }
    if (this.#nextCommand === this.#commands.length && this.#nextCommand > SPENT_MAX) {
      this.#commands.length = 0;
      this.#nextCommand = 0;
    }
    this.#playRows(toUs);
    return !this.#paused;
  }

  #playRows(toUs: number): void {
    const { exchangeTimeUs, kind, priceTicks, qtyLots } = this.#feed;
    const rows = kind.length;
    const { book } = this;
    let row = this.#nextRow;
    while (row < rows && exchangeTimeUs[row]! <= toUs && !this.#paused) {
      const what = kind[row]!;
      const tick = priceTicks[row]!;
      const qty = qtyLots[row]!;
      book.apply(what, tick, qty);
      if (this.#buys.length !== 0) this.#playBuys(what, tick, qty, exchangeTimeUs[row]!);
      if (this.#sells.length !== 0) this.#playSells(what, tick, qty, exchangeTimeUs[row]!);
      row += 1;
    }
    this.#nextRow = row;
  }

  #playBuys(what: number, tick: number, qty: number, atUs: number): void {
    const orders = this.#buys;
    if (what === ROW.bid) shrinkQueues(orders, tick, qty);
    else if (what === ROW.ask) {
      if (qty > 0) this.#quote(orders, 1, tick, atUs);
    } else if (what === ROW.sell || (what === ROW.trade && tick <= this.book.bids.best))
      this.#trade(orders, 1, tick, qty, atUs);
  }

  #playSells(what: number, tick: number, qty: number, atUs: number): void {
    const orders = this.#sells;
    if (what === ROW.ask) shrinkQueues(orders, tick, qty);
    else if (what === ROW.bid) {
      if (qty > 0) this.#quote(orders, -1, tick, atUs);
    } else if (
      what === ROW.buy ||
      (what === ROW.trade && this.book.asks.best !== NO_TICK && tick >= this.book.asks.best)
    )
      this.#trade(orders, -1, tick, qty, atUs);
  }

  /** The other side shows a price. */
  #quote(orders: TickOrder[], side: Side, tick: number, atUs: number): void {
    let filled = false;
    for (const order of orders) {
      if ((order.priceTicks - tick) * side < 0) continue;
      this.#fill(order, order.priceTicks, order.leftLots, true, atUs);
      filled = true;
    }
    if (filled) this.#drop(orders);
  }

  #trade(orders: TickOrder[], side: Side, tick: number, qty: number, atUs: number): void {
    for (const order of orders) {
      const beyond = (order.priceTicks - tick) * side;
      if (beyond > 0) this.#fill(order, order.priceTicks, order.leftLots, true, atUs);
      else if (beyond === 0) {
        const reached = qty - order.queueLots;
        order.queueLots = reached < 0 ? -reached : 0;
        const filled = this.#fillsWhole ? order.leftLots : Math.min(reached, order.leftLots);
        if (reached > 0) this.#fill(order, order.priceTicks, filled, true, atUs);
      }
    }
    this.#drop(orders);
  }

  /** Takes the gone ones out. */
  #drop(orders: TickOrder[]): void {
    let kept = 0;
    for (const order of orders) if (order.leftLots > 0) orders[kept++] = order;
    while (orders.length > kept) orders.pop();
  }

  #arrive(order: TickOrder, atUs: number): void {
    if (this.#isSpot && order.side < 0) {
      order.leftLots = Math.min(order.leftLots, this.#freeLots());
      if (order.leftLots === 0) return this.#say('refused', order, atUs);
    }
    const { bids, asks } = this.book;
    const other = order.side > 0 ? asks : bids;
    const reaches = (tick: number): boolean =>
      tick !== NO_TICK && (order.kind === 'market' || (order.priceTicks - tick) * order.side >= 0);
    if (order.kind === 'post-only' && reaches(other.best)) {
      order.leftLots = 0;
      return this.#say('refused', order, atUs);
    }
    for (let tick = other.best; order.leftLots > 0 && reaches(tick); tick = other.next(tick)) {
      this.#fill(order, tick, Math.min(order.leftLots, other.at(tick)), false, atUs);
    }
    if (order.leftLots === 0) return;
    if (order.kind === 'market') {
      order.leftLots = 0;
      return this.#say('cancelled', order, atUs);
    }
    order.queueLots = (order.side > 0 ? bids : asks).at(order.priceTicks);
    (order.side > 0 ? this.#buys : this.#sells).push(order);
    this.#say('rested', order, atUs);
  }

  /** What is held and in no other sale. */
  #freeLots(): number {
    let free = this.#heldLots;
    for (const sale of this.#sells) free -= sale.leftLots;
    return Math.max(0, free);
  }

  /** What is filled or gone already was reported so. */
  #cancel({ order, arrivesUs }: Command): void {
    if (order.leftLots === 0) return;
    order.leftLots = 0;
    this.#drop(order.side > 0 ? this.#buys : this.#sells);
    this.#say('cancelled', order, arrivesUs);
  }

  #fill(order: TickOrder, priceTicks: number, qtyLots: number, maker: boolean, atUs: number): void {
    order.leftLots -= qtyLots;
    this.#heldLots += order.side * qtyLots;
    this.#reports.push({ atUs, kind: 'filled', order, priceTicks, qtyLots, leftLots: order.leftLots, maker });
    this.#paused = this.#pausesAtFills;
  }

  #say(kind: 'rested' | 'refused' | 'cancelled', order: TickOrder, atUs: number): void {
    const { priceTicks, leftLots } = order;
    this.#reports.push({ atUs, kind, order, priceTicks, qtyLots: 0, leftLots, maker: false });
  }
}

function shrinkQueues(orders: readonly TickOrder[], tick: number, qty: number): void {
  for (const order of orders) {
    if (order.priceTicks === tick && qty < order.queueLots) order.queueLots = qty;
  }
}
