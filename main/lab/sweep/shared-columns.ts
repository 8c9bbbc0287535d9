import { Sma } from '../../engine/features/indicators/moving-averages.ts';
import type { StrategyColumns } from '../strategy/strategy.ts';

/** Columns over one series of closes, each computed when it is first asked for. */
export class SharedColumns implements StrategyColumns {
  readonly close: Float64Array;
  readonly #totals = new Map<number, Float64Array>();

  constructor(close: Float64Array) {
    this.close = close;
  }

  smaTotals(period: number): Float64Array {
    const known = this.#totals.get(period);
    if (known) return known;
    const totals = new Float64Array(this.close.length);
    new Sma(period).runTotals(this.close, totals);
    this.#totals.set(period, totals);
    return totals;
  }
}
