import type { CandleColumns } from '../../engine/domain/candle.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { Desk, Direction, Entry, StrategyDefinition, StrategyHandlers } from '../strategy/strategy.ts';

/** What a strategy wanted at a bar's close; `side` 0 to be flat. Stop and target are NaN where there is none. */
export interface Decision {
  readonly bar: number;
  readonly side: 1 | -1 | 0;
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

/** What `make` gives for a stretch of candles: a strategy, and what it is set to. */
export interface Traced {
  readonly strategy: StrategyDefinition;
  readonly params?: Readonly<Record<string, number>>;
}

/** Traces what `make` builds on each stretch of `candles`; a stretch is a copy, so that nothing beyond it can be reached. */
export function traceOver(
  candles: CandleColumns,
  settings: Partial<RunSettings>,
  make: (candles: CandleColumns) => Traced,
): TraceDecisions {
  return (fromBar, toBar) => {
    const bars = sliceCandles(candles, fromBar, toBar);
    const { strategy, params = {} } = make(bars);
    const recorder = new DecisionRecorder(toBar - fromBar);
    runBacktest({ strategy: recorder.around(strategy), params, markets: [{ candles: bars }], settings });
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
class DecisionRecorder implements DecisionTrace {
  readonly decisions: Decision[] = [];
  readonly sides: Int8Array;
  #bar = -1;

  constructor(bars: number) {
    this.sides = new Int8Array(bars);
  }

  around(strategy: StrategyDefinition): StrategyDefinition {
    return {
      ...strategy,
      start: (context) => {
        // Bars are counted where every one passes; the strategy itself is asked once it is warm.
        context.trackCandles(null, () => {
          this.#bar += 1;
          return 0;
        });
        return this.#listening(strategy.start(context));
      },
    };
  }

  #listening(handlers: StrategyHandlers): StrategyHandlers {
    return {
      ...handlers,
      onCandle: (candle, desk) => {
        this.sides[this.#bar] = Math.sign(desk.position);
        handlers.onCandle?.(candle, this.#heard(desk, candle.close));
      },
    };
  }

  #heard(desk: Desk, close: number): Desk {
    return {
      position: desk.position,
      entryPrice: desk.entryPrice,
      equity: desk.equity,
      enter: (direction, entry) => {
        desk.enter(direction, entry);
        const side = direction === 'long' ? 1 : -1;
        if (desk.position * side <= 0) this.#write(direction, entry, desk.equity, close);
      },
      exit: () => {
        const wasHeld = desk.position !== 0;
        desk.exit();
        if (wasHeld) this.decisions.push({ ...this.#nothing(), bar: this.#bar });
      },
      rest: (side, qty, price) => desk.rest(side, qty, price),
      cancel: () => desk.cancel(),
      of: (instrument) => desk.of(instrument),
    };
  }

  #write(direction: Direction, entry: Entry, equity: number, close: number): void {
    this.decisions.push({
      bar: this.#bar,
      side: direction === 'long' ? 1 : -1,
      qty: 'qty' in entry ? entry.qty : (entry.share * equity) / close,
      stopPrice: entry.stop ?? Number.NaN,
      targetPrice: entry.target ?? Number.NaN,
    });
  }

  #nothing(): Omit<Decision, 'bar'> {
    return { side: 0, qty: 0, stopPrice: Number.NaN, targetPrice: Number.NaN };
  }
}
