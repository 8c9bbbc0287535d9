import type { CandleColumns } from '../../engine/domain/candle.ts';
import { type BarDesk, BarEngine, type BarSettings, type BarStrategy, type Side } from '../backtest/bar-engine.ts';

/** What a strategy wanted at a bar's close; `side` 0 to be flat. Stop and target are NaN where there is none. */
export interface Decision {
  readonly bar: number;
  readonly side: Side | 0;
  readonly qty: number;
  readonly stopPrice: number;
  readonly targetPrice: number;
}

export interface DecisionTrace {
  /** In the order of bars; what asks for nothing new is no decision. */
  readonly decisions: readonly Decision[];
  /** Side of the position at each close, when the strategy is asked. */
  readonly sides: Int8Array;
}

/** A strategy's decisions over the bars from `fromBar` up to `toBar`, which is not among them; its bars count from 0. */
export type TraceDecisions = (fromBar: number, toBar: number) => DecisionTrace;

/** Traces what `make` builds on each stretch of `candles`; a stretch is a copy, so that nothing beyond it can be reached. */
export function traceOver(
  candles: CandleColumns,
  settings: BarSettings,
  make: (candles: CandleColumns) => BarStrategy,
): TraceDecisions {
  return (fromBar, toBar) => {
    const bars = sliceCandles(candles, fromBar, toBar);
    const recorder = new DecisionRecorder(make(bars), toBar - fromBar);
    new BarEngine(bars, settings).run(recorder);
    return recorder;
  };
}

function sliceCandles(candles: CandleColumns, from: number, to: number): CandleColumns {
  return {
    openTimeMs: candles.openTimeMs.slice(from, to),
    open: candles.open.slice(from, to),
    high: candles.high.slice(from, to),
    low: candles.low.slice(from, to),
    close: candles.close.slice(from, to),
    volume: candles.volume.slice(from, to),
  };
}

/** Stands between a strategy and its desk, and writes down what passes. */
class DecisionRecorder implements BarStrategy, DecisionTrace {
  readonly decisions: Decision[] = [];
  readonly sides: Int8Array;
  readonly #strategy: BarStrategy;

  constructor(strategy: BarStrategy, bars: number) {
    this.#strategy = strategy;
    this.sides = new Int8Array(bars);
  }

  onBar(bar: number, desk: BarDesk): void {
    this.sides[bar] = Math.sign(desk.qty);
    const { decisions } = this;
    this.#strategy.onBar(bar, {
      qty: desk.qty,
      equityQuote: desk.equityQuote,
      enter(side, qty, stopPrice = Number.NaN, targetPrice = Number.NaN) {
        desk.enter(side, qty, stopPrice, targetPrice);
        if (desk.qty * side <= 0) decisions.push({ bar, side, qty, stopPrice, targetPrice });
      },
      exit() {
        desk.exit();
        if (desk.qty !== 0) decisions.push({ bar, side: 0, qty: 0, stopPrice: Number.NaN, targetPrice: Number.NaN });
      },
    });
  }
}
