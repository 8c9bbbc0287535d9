import { Account, type Holding } from '../backtest/account.ts';
import { Position } from '../backtest/position.ts';
import type { RunSettings } from '../backtest/settings.ts';
import { sideOf } from '../backtest/side-of.ts';
import type { ExitReason } from '../backtest/trade.ts';
import type { Desk, Direction, Entry } from '../strategy/strategy.ts';
import type { Side } from './replay-exchange.ts';
import type { TickDesk, TickFill } from './tick-engine.ts';
import type { TickFeed } from './tick-feed.ts';

interface Sent {
  readonly kind: 'enter' | 'exit' | 'rest';
  readonly side: Side;
  readonly reason: ExitReason;
  /** Between the best prices when it was sent. */
  readonly middle: number;
  /** What holds once an entry has begun to fill. */
  readonly bracket: Entry | null;
  left: number;
}

/**
 * A strategy's desk over a replayed book: what it wants becomes orders there. Entries and exits take what the book shows when they
 * arrive; what rests waits post-only in the queue. Stop and target are watched on the best quotes as they are heard, and leave at the market.
 */
export class ReplayDesk implements Desk, Holding {
  readonly account: Account;
  readonly held: Position;
  /** Set while the strategy may act. */
  ticks!: TickDesk;
  /** Of the point of equity that comes next. */
  bar = 0;

  readonly #feed: TickFeed;
  readonly #settings: RunSettings;
  readonly #sent = new Map<number, Sent>();
  #middle = Number.NaN;
  #bracket: Entry | null = null;

  constructor(feed: TickFeed, settings: RunSettings) {
    this.#feed = feed;
    this.#settings = settings;
    this.account = new Account(settings.cashQuote);
    this.held = new Position(this.account, settings, 0);
    this.account.holdings.push(this);
  }

  get position(): number {
    return this.held.qty;
  }
  get entryPrice(): number {
    return this.held.price;
  }
  get equity(): number {
    return this.account.equityQuote;
  }
  get openProfit(): number {
    return this.held.qty === 0 ? 0 : (this.middle - this.held.price) * this.held.qty;
  }
  get notional(): number {
    return this.held.size * this.middle;
  }

  /** Quote; the last one there was while a side is empty. */
  get middle(): number {
    const ticks = this.ticks.book.midTicks;
    if (!Number.isNaN(ticks)) this.#middle = ticks * this.#feed.tick;
    return this.#middle;
  }

  of(instrument: number): Desk {
    if (instrument !== 0) throw new RangeError(`there is no instrument ${instrument}: a feed is of one`);
    return this;
  }

  enter(direction: Direction, entry: Entry): void {
    const side = sideOf(direction);
    if (this.position * side > 0 || this.#has('enter', side)) return;
    this.exit();
    if (side < 0 && !this.#settings.shorts) {
      this.account.refused.noShorts += 1;
      return;
    }
    const { middle, equity } = this;
    if (Number.isNaN(middle)) return;
    const wanted = 'qty' in entry ? entry.qty : (entry.share * equity) / middle;
    if (!Number.isFinite(wanted) || ('qty' in entry && wanted <= 0))
      throw new RangeError(`an order of ${wanted} is no order`);
    const lots = this.#affordable(wanted, middle);
    if (lots === 0) return;
    this.#send('enter', side, lots, 'signal', this.ticks.order(side, 'market', 0, lots), entry);
  }

  exit(): void {
    this.#leave('signal');
  }

  rest(side: 'buy' | 'sell', qty: number, price: number): void {
    const sign = side === 'buy' ? 1 : -1;
    if (!(Number.isFinite(qty) && price > 0)) throw new RangeError(`an order of ${qty} at ${price} is no order`);
    // Away from the market, where the price lies between two ticks.
    const priceTicks =
      sign > 0 ? Math.floor(price / this.#feed.tick + 1e-9) : Math.ceil(price / this.#feed.tick - 1e-9);
    const reduces = this.ticks.positionLots * sign < 0;
    const lots = reduces ? this.#lots(qty) : this.#affordable(qty, price);
    const most = sign < 0 && !this.#settings.shorts ? Math.max(0, this.ticks.positionLots) : lots;
    if (most === 0 && lots > 0) this.account.refused.noShorts += 1;
    const sent = Math.min(lots, most);
    if (sent > 0 && priceTicks > 0)
      this.#send('rest', sign, sent, 'limit', this.ticks.order(sign, 'post-only', priceTicks, sent));
  }

  cancel(): void {
    for (const [id, { kind }] of this.#sent) if (kind === 'rest') this.ticks.cancel(id);
  }

  /** Looks whether stop or target were reached by the price at which the position could be left. */
  watchBracket(): void {
    const { bids, asks } = this.ticks.book;
    const lots = this.ticks.positionLots;
    if (lots === 0 || this.#bracket === null) return;
    const side = lots > 0 ? 1 : -1;
    const out = (side > 0 ? bids.best : asks.best) * this.#feed.tick;
    const { stop, target } = this.#bracket;
    if (out <= 0) return;
    if (stop !== undefined && (out - stop) * side <= 0) this.#leave('stop_loss');
    else if (target !== undefined && (out - target) * side >= 0) this.#leave('take_profit');
  }

  /** The engine's position has the fill already. */
  book(fill: TickFill): void {
    const { side, qtyLots, maker } = fill;
    const { tick, lot } = this.#feed;
    const price = fill.priceTicks * tick;
    const before = this.ticks.positionLots - side * qtyLots;
    const sent = this.#sent.get(fill.orderId);
    if (sent) {
      sent.left -= qtyLots;
      if (sent.left === 0) this.#sent.delete(fill.orderId);
      if (!maker && !Number.isNaN(sent.middle))
        this.account.costs.slippage += side * (price - sent.middle) * qtyLots * lot;
    }
    const closing = before * side < 0 ? Math.min(Math.abs(before), qtyLots) : 0;
    if (closing > 0) {
      // All of it by name: what is left of sums of floats is no position.
      const all = closing === Math.abs(before);
      this.held.reduce(
        this.bar,
        all ? Number.POSITIVE_INFINITY : closing * lot,
        price,
        maker,
        sent?.reason ?? 'signal',
      );
      if (all) this.#bracket = null;
    }
    if (sent?.kind === 'enter') this.#bracket = sent.bracket;
    if (qtyLots > closing) this.held.add(this.bar, side * (qtyLots - closing) * lot, price, maker);
  }

  /** Orders that ended without being filled whole. */
  forget(isWorking: (id: number) => boolean): void {
    for (const id of this.#sent.keys()) if (!isWorking(id)) this.#sent.delete(id);
  }

  #leave(reason: ExitReason): void {
    const lots = this.ticks.positionLots;
    const side = lots > 0 ? -1 : 1;
    if (lots === 0 || this.#has('exit', side)) return;
    // On spot a sale that rests has what is to be sold.
    if (!this.#settings.shorts) this.cancel();
    this.#send('exit', side, Math.abs(lots), reason, this.ticks.order(side, 'market', 0, Math.abs(lots)));
  }

  #has(kind: Sent['kind'], side: Side): boolean {
    for (const sent of this.#sent.values()) if (sent.kind === kind && sent.side === side) return true;
    return false;
  }

  #send(
    kind: Sent['kind'],
    side: Side,
    left: number,
    reason: ExitReason,
    id: number,
    bracket: Entry | null = null,
  ): void {
    this.#sent.set(id, { kind, side, reason, middle: this.middle, bracket, left });
  }

  #lots(qty: number): number {
    const lots = Math.floor(qty / this.#feed.lot + 1e-9);
    if (lots < 1) this.account.refused.tooSmall += 1;
    return Math.max(0, lots);
  }

  /** Whole lots of what is wanted, as far as leverage lets. */
  #affordable(qty: number, price: number): number {
    const room = Math.max(0, this.#settings.leverageMax * this.equity - this.notional) / price;
    if (qty > room) this.account.refused.noMoney += 1;
    return this.#lots(Math.min(qty, room));
  }
}
