import { BookSide, NO_TICK } from './book-side.ts';
import { ROW } from './tick-feed.ts';

/** A book by price, rebuilt from depth rows. It holds what it is told: it may be locked or crossed, as real ones are. */
export class DepthBook {
  readonly bids = new BookSide(1);
  readonly asks = new BookSide(-1);

  /** Trades change nothing here: the venue tells what is left of a level in a row of its own. */
  apply(kind: number, tick: number, qtyLots: number): void {
    if (kind === ROW.bid) this.bids.set(tick, qtyLots);
    else if (kind === ROW.ask) this.asks.set(tick, qtyLots);
    else if (kind === ROW.clear) {
      this.bids.clear();
      this.asks.clear();
    }
  }

  /** Between the best prices, in ticks; NaN while a side is empty. */
  get midTicks(): number {
    const [bid, ask] = [this.bids.best, this.asks.best];
    return bid === NO_TICK || ask === NO_TICK ? Number.NaN : (bid + ask) / 2;
  }
}
