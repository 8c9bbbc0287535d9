import type { Candle } from '../../engine/domain/candle.ts';
import type { MarketBatchReceived, Rests, StrategyWish } from '../../engine/domain/events.ts';
import { StrategyFeed } from './feed.ts';
import type {
  Desk,
  Direction,
  Entry,
  StrategyCandle,
  StrategyDefinition,
  StrategyFill,
  StrategyHandlers,
} from './strategy.ts';

/** What a strategy is shown of one instrument. */
export type HeldNow = Pick<Desk, 'position' | 'entryPrice' | 'equity'> & {
  /** A perpetual; spot is long or flat. */
  readonly canShort: boolean;
  /** The smallest step of a quantity; 0 where none is known. */
  readonly lot: number;
};

/** Public trades and the best quote of one instrument, as they come; null for what did not. */
export type MarketHeard = Pick<MarketBatchReceived, 'trades' | 'quote'>;

/**
 * A strategy at work in paper, live and the exact gear: candles come in as they close, and what it wants stands on its desks. It is the
 * same wherever it runs, beside the engine or where it can do no harm.
 */
export class StrategyRunner {
  /** One for each instrument, in the order in which the strategy counts them. */
  readonly desks: readonly WishDesk[];
  isWarm = false;
  /** Of the other instruments, those in which the last candle changed what is wanted. */
  stirred: readonly number[] = [];
  readonly #fresh: () => StrategyFeed;
  readonly #spanMs: number;
  #feed: StrategyFeed;

  /** @param spanMs length of the candles. @param held read whenever the strategy asks. @throws RangeError what it says of its parameters */
  constructor(
    strategy: StrategyDefinition,
    params: Readonly<Record<string, number>>,
    spanMs: number,
    held: readonly HeldNow[],
  ) {
    const desks: WishDesk[] = [];
    for (const each of held) desks.push(new WishDesk(each, desks));
    this.desks = desks;
    this.#spanMs = spanMs;
    this.#fresh = () => new StrategyFeed(strategy, params, spanMs);
    this.#feed = this.#fresh();
  }

  get handlers(): StrategyHandlers {
    return this.#feed.handlers;
  }

  /** The next candle has closed. */
  step(instrument: number, candle: Candle): void {
    this.#step(instrument, candle, false);
  }

  /** A strategy cannot take a candle back: it starts anew over what is known of all its instruments, oldest first. */
  startAnew(candles: readonly StrategyCandle[]): void {
    this.#feed = this.#fresh();
    for (const desk of this.desks) desk.cancel();
    for (const [at, candle] of candles.entries()) {
      // What it comes to rest is what it would have resting now: an order that the market went through is not.
      this.#desk(candle.instrument).wentThrough(candle);
      this.#step(candle.instrument, candle, at < candles.length - 1);
    }
  }

  /** Something was filled in the instrument. @param rested it was of an order that rested for the strategy */
  fill(fill: StrategyFill, rested: boolean): void {
    const desk = this.desks[fill.instrument];
    if (!desk) return;
    if (rested) desk.filled(fill);
    this.handlers.onFill?.(fill, desk);
  }

  /** A model's word about the instrument's last candle. */
  hear(instrument: number, probability: number): void {
    if (this.isWarm) this.handlers.onPrediction?.({ instrument, probability }, this.#desk(instrument));
  }

  /** Whether trades and quotes mean anything to it. */
  get hearsMarket(): boolean {
    return this.handlers.onTrade !== undefined || this.handlers.onBook !== undefined;
  }

  hearMarket(instrument: number, { trades, quote }: MarketHeard): void {
    const { onTrade, onBook } = this.handlers;
    if (!this.isWarm) return;
    const desk = this.#desk(instrument);
    for (let at = 0; onTrade && trades && at < trades.id.length; at += 1) {
      const [timeMs, side] = [trades.timeMs[at]!, trades.side[at]!];
      desk.nowMs = timeMs;
      onTrade({ instrument, timeMs, price: Number(trades.price[at]), qty: Number(trades.qtyBase[at]), side }, desk);
    }
    if (!onBook || !quote) return;
    const { bid, bidQty, ask, askQty, eventTimeMs: timeMs } = quote;
    desk.nowMs = timeMs;
    const [bidPrice, askPrice] = [Number(bid), Number(ask)];
    onBook({ instrument, timeMs, bid: bidPrice, bidQty: Number(bidQty), ask: askPrice, askQty: Number(askQty) }, desk);
  }

  #step(instrument: number, candle: Candle, isPast: boolean): void {
    const desk = this.#desk(instrument);
    desk.wish = null;
    desk.nowMs = candle.openTimeMs + this.#spanMs;
    const seen = { ...candle, instrument };
    this.isWarm = this.#feed.take(seen);
    this.stirred = [];
    if (!this.isWarm) return;
    const before = this.desks.map(({ wish, rests }) => ({ wish, rests }));
    this.handlers.onCandle?.(seen, desk);
    this.stirred = [...before.keys()].filter((at) => at !== instrument && this.desks[at]?.isOther(before[at]!));
    // What it would have wanted in the past nobody proposes.
    if (isPast) for (const each of this.desks) each.wish = null;
  }

  #desk(instrument: number): WishDesk {
    const desk = this.desks[instrument];
    if (!desk) throw new RangeError(`there is no instrument ${instrument}: there are ${this.desks.length}`);
    return desk;
  }
}

/** Candles of instruments that are looked at together, by the time at which they open, then by place. */
export function inOrder(tapes: readonly (readonly Candle[])[]): readonly StrategyCandle[] {
  const all = tapes.flatMap((candles, instrument) => candles.map((candle) => ({ ...candle, instrument })));
  // One instrument's are in order.
  return tapes.length === 1 ? all : all.sort((a, b) => a.openTimeMs - b.openTimeMs || a.instrument - b.instrument);
}

const NOTHING: Rests = {};

/** What is wanted of an instrument: at the market, and what is to rest there. */
export type WantedNow = Pick<WishDesk, 'wish' | 'rests'>;

/** Keeps what is wanted until decision asks. */
export class WishDesk implements Desk {
  readonly #held: HeldNow;
  readonly #desks: readonly WishDesk[];
  /** Of what the strategy was last told. */
  nowMs = 0;
  wish: StrategyWish | null = null;
  wishedMs = 0;
  /** Until it is cancelled or filled; another object wherever it changes. */
  rests: Rests = NOTHING;

  constructor(held: HeldNow, desks: readonly WishDesk[]) {
    this.#held = held;
    this.#desks = desks;
  }

  get position(): number {
    return this.#held.position;
  }
  get entryPrice(): number {
    return this.#held.entryPrice;
  }
  get equity(): number {
    return this.#held.equity;
  }

  enter(direction: Direction, entry: Entry): void {
    if (this.position * (direction === 'long' ? 1 : -1) > 0) return;
    this.wish = { kind: 'enter', direction, entry };
    this.wishedMs = this.nowMs;
  }
  exit(): void {
    this.wish = this.position === 0 ? null : { kind: 'exit' };
    this.wishedMs = this.nowMs;
  }
  /** The last word counts on each side. */
  rest(side: 'buy' | 'sell', qty: number, price: number): void {
    this.#setRest(side, qty === 0 ? undefined : { qty, price });
  }
  cancel(): void {
    this.rests = NOTHING;
  }

  /** What rested was filled, wholly or in part; less than a lot of what was asked for was never in the book. */
  filled({ side, qty }: StrategyFill): void {
    const order = this.rests[side];
    if (!order) return;
    const left = order.qty - qty;
    this.#setRest(side, left > 0 && left >= this.#held.lot ? { ...order, qty: left } : undefined);
  }

  /** A candle of the past takes what it went through. */
  wentThrough({ low, high }: Candle): void {
    const { buy, sell } = this.rests;
    if (buy && low < buy.price) this.#setRest('buy', undefined);
    if (sell && high > sell.price) this.#setRest('sell', undefined);
  }

  isOther({ wish, rests }: WantedNow): boolean {
    return this.wish !== wish || this.rests !== rests;
  }

  #setRest(side: 'buy' | 'sell', order: Rests['buy']): void {
    const { [side]: _, ...others } = this.rests;
    this.rests = order ? { ...others, [side]: order } : others;
  }
  of(instrument: number): Desk {
    const desk = this.#desks[instrument];
    if (!desk) throw new RangeError(`there is no instrument ${instrument}: there are ${this.#desks.length}`);
    return desk;
  }
}
