import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { StrategyCandle } from '../strategy/strategy.ts';

/** The candle of the columns at `bar`: reads, and makes no object per bar. */
export class BarCandle implements StrategyCandle {
  readonly instrument: number;
  readonly #openTimeMs: Float64Array;
  readonly #open: Float64Array;
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #close: Float64Array;
  readonly #volume: Float64Array;
  bar = 0;

  constructor(columns: CandleColumns, instrument: number) {
    this.instrument = instrument;
    this.#openTimeMs = columns.openTimeMs;
    this.#open = columns.open;
    this.#high = columns.high;
    this.#low = columns.low;
    this.#close = columns.close;
    this.#volume = columns.volume;
  }

  get openTimeMs(): number {
    return this.#openTimeMs[this.bar]!;
  }
  get open(): number {
    return this.#open[this.bar]!;
  }
  get high(): number {
    return this.#high[this.bar]!;
  }
  get low(): number {
    return this.#low[this.bar]!;
  }
  get close(): number {
    return this.#close[this.bar]!;
  }
  get volume(): number {
    return this.#volume[this.bar]!;
  }
}
