import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { ExitReason, Trade } from './trade.ts';

export interface BarSettings {
  readonly cashQuote: number;
  /** Of price × quantity, at entry and at exit. */
  readonly feeRate: number;
  /** Where an order given at a bar's close fills: at the next bar's open, or at that very close. */
  readonly fill: 'next-open' | 'same-close';
}

export type Side = 1 | -1;

/** What a strategy sees and does at the close of a bar. Amounts are floats: this gear is for research, no order leaves it. */
export interface BarDesk {
  /** Base; below zero for a short. */
  readonly qty: number;
  /** Cash and open profit at this close. */
  readonly equityQuote: number;
  /**
   * Opens a position, or closes one on the other side and opens this. On the same side nothing happens: a position is
   * entered and left as a whole. Stop and target rest from the bar of the fill on; NaN for none.
   */
  enter(side: Side, qty: number, stopPrice?: number, targetPrice?: number): void;
  exit(): void;
}

export interface BarStrategy {
  /** Called at each close, after what filled inside the bar. */
  onBar(bar: number, desk: BarDesk): void;
}

export interface BarRun {
  /** Closed ones, in the order of their exits. */
  readonly trades: readonly Trade[];
  /** At each bar's close. */
  readonly equityQuote: Float64Array;
  readonly barsInMarket: number;
  /** Orders filled: each entry and each exit. */
  readonly fills: number;
}

/**
 * The fast gear: one pass over the bars. Inside a bar an order fills first, at the open; then stop and target are looked
 * at, and where both lie inside the bar the stop counts. A gap fills at the open: never better than the stop, never
 * worse than the target. An order given at the last close never fills; what is open then is worth the last close.
 */
export class BarEngine implements BarDesk {
  readonly #bars: CandleColumns;
  readonly #settings: BarSettings;
  readonly #trades: Trade[] = [];
  #cashQuote: number;
  #fills = 0;
  #barsInMarket = 0;

  qty = 0;
  equityQuote: number;
  #entryBar = 0;
  #entryPrice = 0;
  #entryFee = 0;
  #stopPrice = Number.NaN;
  #targetPrice = Number.NaN;

  #exitWanted = false;
  /** Base, signed; 0 for no entry. */
  #entryWanted = 0;
  #stopWanted = Number.NaN;
  #targetWanted = Number.NaN;

  constructor(bars: CandleColumns, settings: BarSettings) {
    this.#bars = bars;
    this.#settings = settings;
    this.#cashQuote = settings.cashQuote;
    this.equityQuote = settings.cashQuote;
  }

  /** Runs the strategy over all bars. @throws whatever the strategy throws */
  run(strategy: BarStrategy): BarRun {
    const { open, close } = this.#bars;
    const bars = close.length;
    const equity = new Float64Array(bars);
    const atClose = this.#settings.fill === 'same-close';
    for (let bar = 0; bar < bars; bar += 1) {
      if (!atClose) this.#fillOrders(bar, open[bar]!);
      if (this.qty !== 0) this.#checkBracket(bar);
      if (this.qty !== 0) this.#barsInMarket += 1;
      const last = close[bar]!;
      this.equityQuote = this.#cashQuote + (last - this.#entryPrice) * this.qty;
      strategy.onBar(bar, this);
      if (atClose) {
        this.#fillOrders(bar, last);
        this.equityQuote = this.#cashQuote + (last - this.#entryPrice) * this.qty;
      }
      equity[bar] = this.equityQuote;
    }
    return { trades: this.#trades, equityQuote: equity, barsInMarket: this.#barsInMarket, fills: this.#fills };
  }

  enter(side: Side, qty: number, stopPrice = Number.NaN, targetPrice = Number.NaN): void {
    if (!(qty > 0 && Number.isFinite(qty))) throw new RangeError(`an order of ${qty} is no order`);
    if (this.qty * side > 0) return;
    this.#exitWanted = this.qty !== 0;
    this.#entryWanted = side * qty;
    this.#stopWanted = stopPrice;
    this.#targetWanted = targetPrice;
  }

  exit(): void {
    this.#exitWanted = this.qty !== 0;
    this.#entryWanted = 0;
  }

  #fillOrders(bar: number, price: number): void {
    if (this.#exitWanted) this.#close(bar, price, 'signal');
    if (this.#entryWanted !== 0) this.#open(bar, price);
    this.#exitWanted = false;
    this.#entryWanted = 0;
  }

  #open(bar: number, price: number): void {
    this.qty = this.#entryWanted;
    this.#entryBar = bar;
    this.#entryPrice = price;
    this.#entryFee = this.#settings.feeRate * price * Math.abs(this.qty);
    this.#cashQuote -= this.#entryFee;
    this.#stopPrice = this.#stopWanted;
    this.#targetPrice = this.#targetWanted;
    this.#fills += 1;
  }

  #close(bar: number, price: number, reason: ExitReason): void {
    const { qty } = this;
    if (qty === 0) return;
    const exitFee = this.#settings.feeRate * price * Math.abs(qty);
    const gain = (price - this.#entryPrice) * qty;
    this.#cashQuote += gain - exitFee;
    const fees = this.#entryFee + exitFee;
    this.#trades.push({
      entryBar: this.#entryBar,
      exitBar: bar,
      side: qty > 0 ? 'long' : 'short',
      qty: Math.abs(qty),
      entryPrice: this.#entryPrice,
      exitPrice: price,
      fees,
      pnl: gain - fees,
      reason,
    });
    this.qty = 0;
    this.#entryPrice = 0;
    this.#fills += 1;
  }

  #checkBracket(bar: number): void {
    const side = this.qty > 0 ? 1 : -1;
    const open = this.#bars.open[bar]!;
    const worst = (side > 0 ? this.#bars.low : this.#bars.high)[bar]!;
    const best = (side > 0 ? this.#bars.high : this.#bars.low)[bar]!;
    // Comparisons with NaN are false: no stop, no target.
    if ((worst - this.#stopPrice) * side <= 0) {
      this.#close(bar, side > 0 ? Math.min(open, this.#stopPrice) : Math.max(open, this.#stopPrice), 'stop_loss');
    } else if ((best - this.#targetPrice) * side >= 0) {
      this.#close(bar, side > 0 ? Math.max(open, this.#targetPrice) : Math.min(open, this.#targetPrice), 'take_profit');
    }
  }
}
