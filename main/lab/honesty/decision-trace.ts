import type { Candle } from '../../engine/domain/candle.ts';
import { type BacktestPlan, runBacktest } from '../backtest/run-backtest.ts';
import type { Desk, StrategyContext, StrategyDefinition, StrategyHandlers } from '../strategy/strategy.ts';
import { barTimes, cutMarket } from './plan-stretch.ts';

/** What a strategy wanted at a bar's close. Prices are NaN where there is none. */
export interface Decision {
  readonly bar: number;
  /** Of the run's, from 0. */
  readonly instrument: number;
  /** To be long, short or, with 0, flat; of an order that rests: to buy or to sell. */
  readonly side: 1 | -1 | 0;
  readonly qty: number;
  readonly stopPrice: number;
  readonly targetPrice: number;
  /** Of an order that rests; NaN at the market. */
  readonly restPrice: number;
}

export interface DecisionTrace {
  /** In the order in which they were taken; what asks for nothing new is no decision. */
  readonly decisions: readonly Decision[];
  /** For each instrument, the side of its position at each close, when the strategy is asked. */
  readonly sides: readonly Int8Array[];
  /** First bar on which the strategy was asked: its indicators were warm. The number of bars where it never was. */
  readonly askedFromBar: number;
}

/** A strategy's decisions over the bars from `fromBar` up to `toBar`, which is not among them; its bars count from 0. */
export type TraceDecisions = (fromBar: number, toBar: number) => DecisionTrace;

/** Traces the plan on stretches of its markets. @param onStretch what is run there, where that is not the plan as it is */
export function traceOver(
  plan: BacktestPlan,
  onStretch: (stretch: BacktestPlan) => BacktestPlan = (stretch) => stretch,
): TraceDecisions {
  const times = barTimes(plan);
  return (fromBar, toBar) => {
    const [fromMs, toMs] = [times[fromBar]!, times[toBar] ?? Number.POSITIVE_INFINITY];
    const stretch = onStretch({ ...plan, markets: plan.markets.map((market) => cutMarket(market, fromMs, toMs)) });
    const recorder = new DecisionRecorder(times.subarray(fromBar, toBar), stretch.markets.length);
    runBacktest({ ...stretch, strategy: recorder.around(stretch.strategy) });
    return recorder;
  };
}

/** Stands between a strategy and its desk, and writes down what passes. */
class DecisionRecorder implements DecisionTrace {
  readonly decisions: Decision[] = [];
  readonly sides: readonly Int8Array[];
  readonly #times: Float64Array;
  readonly #closes: Float64Array;
  askedFromBar: number;
  /** Taken at fills inside a bar, before its candle is seen. */
  readonly #atFills: Decision[] = [];
  #bar = -1;
  #started = 0;

  constructor(times: Float64Array, instruments: number) {
    this.#times = times;
    this.#closes = new Float64Array(instruments);
    this.sides = Array.from({ length: instruments }, () => new Int8Array(times.length));
    this.askedFromBar = times.length;
  }

  around(strategy: StrategyDefinition): StrategyDefinition {
    const together = strategy.instruments ?? 1;
    return {
      ...strategy,
      start: (context) => {
        // One of it for each group of instruments, in their order.
        const first = together * this.#started;
        this.#started += 1;
        for (let k = 0; k < together; k += 1) this.#watch(context, first + k, k);
        return this.#listening(strategy.start(context), first, together);
      },
    };
  }

  /** Candles are seen where every one passes; the strategy itself is asked once it is warm. */
  #watch(context: StrategyContext<Readonly<Record<string, number>>>, instrument: number, place: number): void {
    const see = (_: null, { openTimeMs, close }: Candle): number => {
      while (!(this.#times[this.#bar]! >= openTimeMs)) this.#bar += 1;
      for (const decision of this.#atFills.splice(0)) this.decisions.push({ ...decision, bar: this.#bar });
      this.#closes[instrument] = close;
      return 0;
    };
    context.trackCandles(null, see, { instrument: place });
  }

  #listening(handlers: StrategyHandlers, first: number, together: number): StrategyHandlers {
    const { onFill } = handlers;
    return {
      onCandle: (candle, desk) => {
        this.askedFromBar = Math.min(this.askedFromBar, this.#bar);
        for (let k = 0; k < together; k += 1)
          this.sides[first + k]![this.#bar] = Math.sign((together === 1 ? desk : desk.of(k)).position);
        handlers.onCandle?.(candle, this.#heard(desk, first, candle.instrument % together, this.decisions));
      },
      onPrediction: (prediction, desk) =>
        handlers.onPrediction?.(prediction, this.#heard(desk, first, prediction.instrument % together, this.decisions)),
      ...(onFill && {
        onFill: (fill, desk) =>
          onFill.call(handlers, fill, this.#heard(desk, first, fill.instrument % together, this.#atFills)),
      }),
    };
  }

  #heard(desk: Desk, first: number, place: number, decisions: Decision[]): Desk {
    const instrument = first + place;
    const write = (decision: Partial<Decision> & Pick<Decision, 'side' | 'qty'>): void => {
      const none = { stopPrice: Number.NaN, targetPrice: Number.NaN, restPrice: Number.NaN };
      decisions.push({ bar: this.#bar, instrument, ...none, ...decision });
    };
    return {
      position: desk.position,
      entryPrice: desk.entryPrice,
      equity: desk.equity,
      enter: (direction, entry) => {
        desk.enter(direction, entry);
        const side = direction === 'long' ? 1 : -1;
        if (desk.position * side > 0) return;
        const qty = 'qty' in entry ? entry.qty : (entry.share * desk.equity) / this.#closes[instrument]!;
        write({ side, qty, stopPrice: entry.stop ?? Number.NaN, targetPrice: entry.target ?? Number.NaN });
      },
      exit: () => {
        const wasHeld = desk.position !== 0;
        desk.exit();
        if (wasHeld) write({ side: 0, qty: 0 });
      },
      rest: (side, qty, price) => {
        desk.rest(side, qty, price);
        write({ side: side === 'buy' ? 1 : -1, qty, restPrice: price });
      },
      cancel: () => desk.cancel(),
      of: (other) => this.#heard(desk.of(other), first, other, decisions),
    };
  }
}
