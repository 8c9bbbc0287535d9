import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { BarDesk, BarStrategy, Side } from './bar-engine.ts';

/** What a signal file says at each bar's close; 1 where it speaks. */
export interface Signals {
  readonly enterLong: Uint8Array;
  readonly exitLong: Uint8Array;
  readonly enterShort: Uint8Array;
  readonly exitShort: Uint8Array;
}

/** A fixed quantity of base, or a share of equity at the close that speaks, unrounded. */
export type Sizing =
  | { readonly kind: 'fixed'; readonly qtyBase: number }
  | { readonly kind: 'fraction'; readonly ofEquity: number };

export interface SignalRules {
  readonly sizing: Sizing;
  /** Distances from the close that speaks, as shares of it; null for none. */
  readonly stopLossShare: number | null;
  readonly takeProfitShare: number | null;
}

/**
 * One position at a time. Flat, a long entry goes before a short one; in a position an entry the other way reverses it and
 * goes before an exit; entries the same way say nothing new.
 */
export class SignalStrategy implements BarStrategy {
  readonly #close: Float64Array;
  readonly #signals: Signals;
  readonly #rules: SignalRules;

  constructor({ close }: CandleColumns, signals: Signals, rules: SignalRules) {
    this.#close = close;
    this.#signals = signals;
    this.#rules = rules;
  }

  onBar(bar: number, desk: BarDesk): void {
    const { enterLong, exitLong, enterShort, exitShort } = this.#signals;
    if (desk.qty <= 0 && enterLong[bar] === 1) this.#enter(1, bar, desk);
    else if (desk.qty >= 0 && enterShort[bar] === 1) this.#enter(-1, bar, desk);
    else if (desk.qty > 0 ? exitLong[bar] === 1 : desk.qty < 0 && exitShort[bar] === 1) desk.exit();
  }

  #enter(side: Side, bar: number, desk: BarDesk): void {
    const { sizing, stopLossShare, takeProfitShare } = this.#rules;
    const close = this.#close[bar]!;
    const qty = sizing.kind === 'fixed' ? sizing.qtyBase : (sizing.ofEquity * desk.equityQuote) / close;
    // Nothing left to trade with.
    if (!(qty > 0)) return;
    desk.enter(
      side,
      qty,
      stopLossShare === null ? Number.NaN : close * (1 - side * stopLossShare),
      takeProfitShare === null ? Number.NaN : close * (1 + side * takeProfitShare),
    );
  }
}
