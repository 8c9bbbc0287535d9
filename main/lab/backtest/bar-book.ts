import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Desk, Direction, Entry } from '../strategy/strategy.ts';
import type { Account, Holding } from './account.ts';
import { BarCandle } from './bar-candle.ts';
import { FillModel } from './fill-model.ts';
import { firstReached } from './finer.ts';
import type { MandateSigner } from './mandate-signer.ts';
import { type Order, OrderQueue } from './order-queue.ts';
import { Position } from './position.ts';
import type { FundingEvent, Market, RunSettings } from './settings.ts';
import { sideOf } from './side-of.ts';
import type { ExitReason } from './trade.ts';

/** Where a book stands: which of the run's instruments it is, and the books that its strategy looks at, which it joins. */
export interface Place {
  readonly instrument: number;
  readonly group: BarBook[];
}

/** What the books of a run have in common. */
export interface SharedByBooks {
  readonly account: Account;
  /** Null: everything is signed at once. */
  readonly signer: MandateSigner | null;
}

const NO_FUNDING: readonly FundingEvent[] = [];
const NO_BRACKET: Pick<Entry, 'stop' | 'target'> = {};

/**
 * One instrument of a run: its orders and its position. Inside a bar orders meet the market first, at the open or where the price
 * stood when they arrived; then stop, liquidation and target are looked at, and where stop and target lie inside the bar the stop
 * counts, unless finer candles know better. A gap fills at the open: never better than the stop, never worse than the target.
 */
export class BarBook implements Desk, Holding {
  readonly candle: BarCandle;
  readonly held: Position;
  openProfit = 0;
  barsInMarket = 0;

  readonly #bars: CandleColumns;
  readonly #settings: RunSettings;
  readonly #account: Account;
  readonly #signer: MandateSigner | null;
  readonly #instrument: number;
  readonly #group: readonly BarBook[];
  readonly #model: FillModel;
  readonly #spanMs: number;
  readonly #finer: CandleColumns | null;
  readonly #funding: readonly FundingEvent[];
  #fundingAt = 0;
  /** More than what was paid in can be lost: shorts and leverage. */
  readonly #canOwe: boolean;
  readonly #borrows: boolean;
  /** Something besides stop and target happens to what is held inside a bar. */
  readonly #isWatched: boolean;
  readonly #orders = new OrderQueue();
  #stop = Number.NaN;
  #target = Number.NaN;
  /** Base that may still be traded in this bar. */
  #volumeLeft = 0;

  constructor(market: Market, place: Place, spanMs: number, settings: RunSettings, { account, signer }: SharedByBooks) {
    this.#signer = signer;
    this.#instrument = place.instrument;
    this.candle = new BarCandle(market.candles, place.group.length);
    this.held = new Position(account, settings, place.instrument);
    place.group.push(this);
    account.holdings.push(this);
    this.#bars = market.candles;
    this.#settings = settings;
    this.#account = account;
    this.#group = place.group;
    this.#model = new FillModel(market, settings);
    this.#spanMs = spanMs;
    this.#finer = market.finer ?? null;
    this.#funding = market.funding ?? NO_FUNDING;
    this.#canOwe = settings.maintenanceShare > 0 && (settings.shorts || settings.leverageMax > 1);
    this.#borrows = settings.borrowPerYear > 0 && market.funding === undefined;
    this.#isWatched = this.#canOwe || this.#borrows;
  }

  get position(): number {
    return this.held.qty;
  }
  get entryPrice(): number {
    return this.held.price;
  }
  get equity(): number {
    return this.#account.equityQuote;
  }
  get notional(): number {
    return this.held.size * this.candle.close;
  }

  of(instrument: number): Desk {
    const book = this.#group[instrument];
    if (!book) throw new RangeError(`there is no instrument ${instrument}: there are ${this.#group.length}`);
    return book;
  }

  enter(direction: Direction, entry: Entry): void {
    const side = sideOf(direction);
    if (this.position * side > 0) return;
    if (this.#orders.has('enter', side)) return;
    this.exit();
    if (side < 0 && !this.#settings.shorts) {
      // Spot: the nearest thing to being short is to hold nothing.
      this.#account.refused.noShorts += 1;
      return;
    }
    const { close } = this.candle;
    const wanted = 'qty' in entry ? entry.qty : (entry.share * this.equity) / close;
    if (!Number.isFinite(wanted) || ('qty' in entry && wanted <= 0))
      throw new RangeError(`an order of ${wanted} is no order`);
    const qty = this.#model.onLot(wanted);
    if (this.#model.isTooSmall(qty, close)) this.#account.refused.tooSmall += 1;
    else if (this.#isHeard() && this.#isSigned(qty, close))
      this.#orders.add('enter', side, qty, this.candle.bar).bracket = entry;
  }

  exit(): void {
    const { position } = this;
    if (this.#orders.length > 0) this.#orders.drop('enter');
    if (position === 0 || this.#orders.has('exit', position > 0 ? -1 : 1)) return;
    if (!this.#isHeard() || !this.#isSigned(this.held.size, this.candle.close)) return;
    this.#orders.add('exit', position > 0 ? -1 : 1, this.held.size, this.candle.bar);
  }

  /** Whether the market goes on after the last candle while what is wanted of it is worth acting on. */
  #isHeard(): boolean {
    const { wishLifeMs, fill } = this.#settings;
    const nextMs = this.#bars.openTimeMs[this.candle.bar + 1];
    if (fill === 'same-close' || nextMs === undefined) return true;
    if (nextMs - this.candle.openTimeMs - this.#spanMs <= wishLifeMs) return true;
    this.#account.refused.letGo += 1;
    return false;
  }

  #isSigned(qty: number, price: number): boolean {
    const closeMs = this.candle.openTimeMs + this.#spanMs;
    return this.#signer === null || this.#signer.signs(this.#instrument, qty, price, closeMs);
  }

  rest(side: 'buy' | 'sell', qty: number, price: number): void {
    const sign = side === 'buy' ? 1 : -1;
    if (!(Number.isFinite(qty) && price > 0)) throw new RangeError(`an order of ${qty} at ${price} is no order`);
    const lots = this.#model.onLot(qty);
    if (this.#model.isTooSmall(lots, price)) {
      this.#account.refused.tooSmall += 1;
      return;
    }
    if (!this.#isSigned(lots, price)) return;
    const order = this.#orders.add('rest', sign, lots, this.candle.bar);
    order.price = this.#model.onTick(price, sign);
    order.reason = 'limit';
  }

  cancel(): void {
    this.#orders.drop('rest');
  }

  /** Nothing is on its way. */
  get isIdle(): boolean {
    return this.#orders.length === 0;
  }

  /** The book stands at the close of this bar, in which nothing happened to it. */
  skipTo(bar: number): void {
    this.candle.bar = bar;
    this.#mark();
  }

  /** A bar happens, up to its close; the strategy is asked after it. */
  pass(bar: number): void {
    this.candle.bar = bar;
    const open = this.#bars.open[bar]!;
    if (this.#orders.length === 0 && this.held.qty === 0 && this.#funding === NO_FUNDING) return;
    if (this.#funding !== NO_FUNDING) this.#payFunding(this.candle.openTimeMs);
    if (this.#orders.length > 0 && this.#settings.fill === 'next-open') this.#meetMarket(bar, open);
    else this.#volumeLeft = Number.NaN;
    if (this.#funding !== NO_FUNDING) this.#payFunding(this.candle.openTimeMs + this.#spanMs - 1);
    if (this.held.qty !== 0) {
      // Highs and lows are not even read where nothing asks for them: they are a third of what a bar costs in memory.
      if (this.#isWatched || this.#stop > 0 || this.#target > 0) this.#hold(bar, open);
      if (this.held.qty !== 0) this.barsInMarket += 1;
    }
    this.#mark();
  }

  /** Orders given at this very close fill at it. */
  fillAtClose(): void {
    if (this.#orders.length === 0) return;
    const { bar, close } = this.candle;
    this.#volumeLeft = this.#model.volumeOf(bar);
    for (let at = 0; at < this.#orders.length; at += 1) this.#take(bar, this.#orders.at(at), close);
    this.#orders.dropFilled();
    this.#mark();
  }

  #mark(): void {
    const { qty, price } = this.held;
    this.openProfit = qty === 0 ? 0 : (this.candle.close - price) * qty;
  }

  #meetMarket(bar: number, open: number): void {
    this.#volumeLeft = this.#model.volumeOf(bar);
    const { latencyMs } = this.#settings;
    for (let at = 0; at < this.#orders.length; at += 1) {
      const order = this.#orders.at(at);
      const late = latencyMs === 0 ? 0 : this.#lateness(order.givenBar);
      if (late >= 1) continue;
      // Between open and close the price is taken to go straight.
      const market = late > 0 ? open + late * (this.candle.close - open) : open;
      if (order.price === null) this.#take(bar, order, market);
      else this.#meetAtLimit(bar, order, order.price, market);
    }
    this.#orders.dropFilled();
  }

  /** How far into the bar an order arrives, as a share of it; below 0 where it was there before, above 1 where it comes later. */
  #lateness(givenBar: number): number {
    const arrivesMs = this.#bars.openTimeMs[givenBar]! + this.#spanMs + this.#settings.latencyMs;
    return (arrivesMs - this.candle.openTimeMs) / this.#spanMs;
  }

  /** A limit that is past the market when it arrives takes; else it rests, and makes once the price comes to it. */
  #meetAtLimit(bar: number, order: Order, price: number, market: number): void {
    const { side } = order;
    if (!order.resting && (market - price) * side <= 0) {
      this.#take(bar, order, market);
      return;
    }
    order.resting = true;
    const reached = (side > 0 ? this.#bars.low : this.#bars.high)[bar]!;
    const beyond = (price - reached) * side;
    if (beyond > 0 || (beyond === 0 && this.#settings.touchFills)) this.#fill(bar, order, price, price, true);
  }

  #take(bar: number, order: Order, market: number): void {
    const qty = Math.min(order.kind === 'exit' ? this.held.size : order.qty, this.#volumeLeft);
    this.#fill(bar, order, this.#model.takerPrice(order.side, market, qty, bar), market, false);
  }

  /** Fills what equity carries and the bar's volume allows; the rest of the order stays for the next bar. */
  #fill(bar: number, order: Order, price: number, market: number, maker: boolean): void {
    const wanted = order.kind === 'exit' ? this.held.size : this.#affordable(order.side, order.qty, price);
    const qty = wanted > this.#volumeLeft ? this.#model.onLot(this.#volumeLeft) : wanted;
    order.qty = wanted - qty;
    if (qty === 0) return;
    this.#volumeLeft -= qty;
    this.#account.costs.slippage += Math.abs(price - market) * qty;
    const closing = this.position * order.side < 0 ? Math.min(qty, this.held.size) : 0;
    if (closing > 0) this.held.reduce(bar, closing, price, maker, order.reason);
    if (qty > closing) this.held.add(bar, order.side * (qty - closing), price, maker);
    if (order.kind === 'rest') return;
    const { stop = Number.NaN, target = Number.NaN } = order.bracket ?? NO_BRACKET;
    // On the tick, and away from the price: as a proposal has them.
    this.#stop = this.#model.onTick(stop, order.side);
    this.#target = this.#model.onTick(target, -order.side as 1 | -1);
  }

  /** What equity carries of an order; what only reduces the position passes. */
  #affordable(side: 1 | -1, qty: number, price: number): number {
    const { leverageMax, takerFee, shorts } = this.#settings;
    const reducing = this.position * side < 0 ? this.held.size : 0;
    if (qty <= reducing) return qty;
    if (side < 0 && !shorts) {
      this.#account.refused.noShorts += 1;
      return reducing;
    }
    if (leverageMax === Number.POSITIVE_INFINITY) return qty;
    const others = this.#account.notionalQuote - (reducing > 0 ? this.notional : 0);
    const room = (leverageMax * this.#account.equityQuote - others) / (price * (1 + leverageMax * takerFee));
    if (qty - reducing <= room) return qty;
    this.#account.refused.noMoney += 1;
    const most = reducing + this.#model.onLot(Math.max(0, room));
    return this.#model.isTooSmall(most, price) ? 0 : most;
  }

  /** A bar with a position: interest, and what ends it inside the bar. Comparisons with NaN are false: no stop, no target. */
  #hold(bar: number, open: number): void {
    const side = this.held.qty > 0 ? 1 : -1;
    const worst = (side > 0 ? this.#bars.low : this.#bars.high)[bar]!;
    const best = (side > 0 ? this.#bars.high : this.#bars.low)[bar]!;
    if (this.#borrows)
      this.held.payInterest(open, bar === 0 ? this.#spanMs : this.candle.openTimeMs - this.#bars.openTimeMs[bar - 1]!);
    const stopped = (worst - this.#stop) * side <= 0;
    const beyond = (best - this.#target) * side;
    const reached = beyond > 0 || (beyond === 0 && this.#settings.touchFills);
    if (stopped && !(reached && this.#targetCameFirst(side))) {
      this.#leave(bar, side > 0 ? Math.min(open, this.#stop) : Math.max(open, this.#stop), 'stop_loss');
      return;
    }
    if (this.#canOwe) {
      const price = this.held.liquidationPrice(open);
      if ((worst - price) * side <= 0) {
        this.#leave(bar, side > 0 ? Math.min(open, price) : Math.max(open, price), 'liquidation');
        return;
      }
    }
    if (reached)
      this.#leave(bar, side > 0 ? Math.max(open, this.#target) : Math.min(open, this.#target), 'take_profit');
  }

  #targetCameFirst(side: 1 | -1): boolean {
    if (this.#finer === null) return false;
    const fromMs = this.candle.openTimeMs;
    const span = { fromMs, toMs: fromMs + this.#spanMs };
    return firstReached(this.#finer, span, side, this.#stop, this.#target) === 'target';
  }

  /** A target rests in the book; stop and liquidation take. What the bar's volume does not allow goes with the next bar. */
  #leave(bar: number, market: number, reason: ExitReason): void {
    if (Number.isNaN(this.#volumeLeft)) this.#volumeLeft = this.#model.volumeOf(bar);
    const maker = reason === 'take_profit';
    this.#orders.drop('exit');
    const order = this.#orders.add('exit', this.position > 0 ? -1 : 1, this.held.size, bar);
    order.reason = reason;
    order.bracket = { stop: this.#stop, target: this.#target };
    if (maker) this.#fill(bar, order, market, market, true);
    else this.#take(bar, order, market);
    // What is left of a target rests on; of a stop it goes with the next bar.
    if (maker) order.qty = 0;
    this.#orders.dropFilled();
  }

  #payFunding(untilMs: number): void {
    for (; this.#fundingAt < this.#funding.length; this.#fundingAt += 1) {
      const event = this.#funding[this.#fundingAt]!;
      if (event.timeMs > untilMs) return;
      if (this.held.qty !== 0) this.held.payFunding(event);
    }
  }
}
