import { Sma } from '../../engine/features/indicators/moving-averages.ts';
import type { BarDesk, BarStrategy } from '../backtest/bar-engine.ts';

export interface SmaCrossParams {
  readonly fast: number;
  readonly slow: number;
  /** Base, of each entry. */
  readonly qtyBase: number;
}

/** Long while the fast average of closes is above the slow one: a level, not the moment of crossing. */
export class SmaCross implements BarStrategy {
  readonly #close: Float64Array;
  readonly #fast: Sma;
  readonly #slow: Sma;
  readonly #qtyBase: number;

  /** @throws RangeError for a period that is no whole number above zero */
  constructor(close: Float64Array, { fast, slow, qtyBase }: SmaCrossParams) {
    this.#close = close;
    this.#fast = new Sma(fast);
    this.#slow = new Sma(slow);
    this.#qtyBase = qtyBase;
  }

  onBar(bar: number, desk: BarDesk): void {
    const close = this.#close[bar]!;
    const [fast, slow] = [this.#fast, this.#slow];
    const shorter = fast.update(close);
    const longer = slow.update(close);
    if (Number.isNaN(shorter) || Number.isNaN(longer)) return;
    // Sums, each times the other's period: averages that are equal compare equal, which rounded quotients may not.
    const lead = fast.total * slow.period - slow.total * fast.period;
    if (desk.qty === 0) {
      if (lead > 0) desk.enter(1, this.#qtyBase);
    } else if (lead < 0) desk.exit();
  }
}
