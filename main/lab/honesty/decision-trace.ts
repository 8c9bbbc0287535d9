import type { Candle } from '../../engine/domain/candle.ts';
import { barTimes } from '../backtest/bar-times.ts';
import { type BacktestPlan, runBacktest } from '../backtest/run-backtest.ts';
import type {
  Desk,
  Direction,
  Entry,
  StrategyContext,
  StrategyDefinition,
  StrategyHandlers,
} from '../strategy/strategy.ts';
import { cutMarket } from './plan-stretch.ts';

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
  const times = barTimes(plan.markets);
  return (fromBar, toBar) => {
    const [fromMs, toMs] = [times[fromBar]!, times[toBar] ?? Number.POSITIVE_INFINITY];
    const stretch = onStretch({ ...plan, markets: plan.markets.map((market) => cutMarket(market, fromMs, toMs)) });
    const recorder = new DecisionRecorder(times.subarray(fromBar, toBar), stretch.markets.length);
    runBacktest({ ...stretch, strategy: recorder.around(stretch.strategy) });
    return recorder;
  };
}

/** Stands between a strategy and its desks, and writes down what passes. */
class DecisionRecorder implements DecisionTrace {
  readonly decisions: Decision[] = [];
  readonly sides: readonly Int8Array[];
  askedFromBar: number;
  readonly closes: Float64Array;
  readonly #times: Float64Array;
  /** Taken at fills inside a bar, before its candle is seen. */
  readonly #atFills: Decision[] = [];
  bar = -1;
  #started = 0;

  constructor(times: Float64Array, instruments: number) {
    this.#times = times;
    this.closes = new Float64Array(instruments);
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
      while (!(this.#times[this.bar]! >= openTimeMs)) this.bar += 1;
      if (this.#atFills.length > 0)
        for (const decision of this.#atFills.splice(0)) this.decisions.push({ ...decision, bar: this.bar });
      this.closes[instrument] = close;
      return 0;
    };
    context.trackCandles(null, see, { instrument: place });
  }

  #listening(handlers: StrategyHandlers, first: number, together: number): StrategyHandlers {
    const desks = RecordedDesk.group(this, this.decisions, first, together);
    const desksAtFills = RecordedDesk.group(this, this.#atFills, first, together);
    const { onFill } = handlers;
    return {
      onCandle: (candle, desk) => {
        if (this.askedFromBar > this.bar) this.askedFromBar = this.bar;
        for (let k = 0; k < together; k += 1)
          this.sides[first + k]![this.bar] = Math.sign((together === 1 ? desk : desk.of(k)).position);
        handlers.onCandle?.(candle, desks[candle.instrument % together]!.over(desk));
      },
      onPrediction: (prediction, desk) =>
        handlers.onPrediction?.(prediction, desks[prediction.instrument % together]!.over(desk)),
      ...(onFill && {
        onFill: (fill, desk) => onFill.call(handlers, fill, desksAtFills[fill.instrument % together]!.over(desk)),
      }),
    };
  }
}

/** One for each instrument of a group, over whichever desk is at hand. */
class RecordedDesk implements Desk {
  readonly #recorder: DecisionRecorder;
  readonly #decisions: Decision[];
  readonly #instrument: number;
  readonly #group: readonly RecordedDesk[];
  #desk!: Desk;

  constructor(recorder: DecisionRecorder, decisions: Decision[], instrument: number, group: readonly RecordedDesk[]) {
    this.#recorder = recorder;
    this.#decisions = decisions;
    this.#instrument = instrument;
    this.#group = group;
  }

  static group(recorder: DecisionRecorder, decisions: Decision[], first: number, together: number): RecordedDesk[] {
    const group: RecordedDesk[] = [];
    for (let k = 0; k < together; k += 1) group.push(new RecordedDesk(recorder, decisions, first + k, group));
    return group;
  }

  over(desk: Desk): this {
    this.#desk = desk;
    return this;
  }

  get position(): number {
    return this.#desk.position;
  }
  get entryPrice(): number {
    return this.#desk.entryPrice;
  }
  get equity(): number {
    return this.#desk.equity;
  }

  enter(direction: Direction, entry: Entry): void {
    const { position, equity } = this.#desk;
    this.#desk.enter(direction, entry);
    const side = direction === 'long' ? 1 : -1;
    if (position * side > 0) return;
    const qty = 'qty' in entry ? entry.qty : (entry.share * equity) / this.#recorder.closes[this.#instrument]!;
    this.#write({ side, qty, stopPrice: entry.stop ?? Number.NaN, targetPrice: entry.target ?? Number.NaN });
  }

  exit(): void {
    const wasHeld = this.#desk.position !== 0;
    this.#desk.exit();
    if (wasHeld) this.#write({ side: 0, qty: 0 });
  }

  rest(side: 'buy' | 'sell', qty: number, price: number): void {
    this.#desk.rest(side, qty, price);
    this.#write({ side: side === 'buy' ? 1 : -1, qty, restPrice: price });
  }

  cancel(): void {
    this.#desk.cancel();
  }

  of(instrument: number): Desk {
    const other = this.#desk.of(instrument);
    return this.#group[instrument]!.over(other);
  }

  #write(decision: Partial<Decision> & Pick<Decision, 'side' | 'qty'>): void {
    const none = { stopPrice: Number.NaN, targetPrice: Number.NaN, restPrice: Number.NaN };
    this.#decisions.push({ bar: this.#recorder.bar, instrument: this.#instrument, ...none, ...decision });
  }
}
