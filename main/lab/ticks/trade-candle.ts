import type { StrategyCandle } from '../strategy/strategy.ts';

/** A candle of the first instrument as it is built from trades. */
class Building implements StrategyCandle {
  readonly instrument = 0;
  openTimeMs = Number.NaN;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  volume = 0;

  get isEmpty(): boolean {
    return Number.isNaN(this.openTimeMs);
  }

  begin(openTimeMs: number, price: number): void {
    this.openTimeMs = openTimeMs;
    this.open = price;
    this.high = price;
    this.low = price;
    this.volume = 0;
  }

  add(price: number, qty: number): void {
    if (price > this.high) this.high = price;
    if (price < this.low) this.low = price;
    this.close = price;
    this.volume += qty;
  }
}

/** Candles from trades as they are heard. A stretch without a trade has none: nothing is filled in. */
export class TradeCandles {
  readonly #spanMs: number;
  #now = new Building();
  #next = new Building();

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  add(timeMs: number, price: number, qty: number): void {
    const openTimeMs = timeMs - (timeMs % this.#spanMs);
    if (this.#now.isEmpty) this.#now.begin(openTimeMs, price);
    if (openTimeMs <= this.#now.openTimeMs) {
      this.#now.add(price, qty);
      return;
    }
    // At the very end of a candle: it is closed when the strategy is asked.
    if (this.#next.isEmpty) this.#next.begin(openTimeMs, price);
    this.#next.add(price, qty);
  }

  /** The candle that is over at this time; null where there was no trade. */
  close(timeMs: number): StrategyCandle | null {
    if (this.#now.isEmpty || this.#now.openTimeMs + this.#spanMs > timeMs) return null;
    const closed = this.#now;
    this.#now = this.#next;
    this.#next = new Building();
    return closed;
  }
}
