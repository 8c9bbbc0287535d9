import type { RunProgress } from '../../../preload/lab-contract.ts';
import type { Desk, StrategyCandle, StrategyDefinition, StrategyHandlers } from '../strategy/strategy.ts';
import type { TimeSteps } from './time-steps.ts';

/** How often a run says how far it is, and after how many bars it looks at the clock. */
const TELL_EVERY_MS = 100;
const LOOK_EVERY_BARS = 256;

/** Counts a run's bars as they pass, and keeps its equity and exposure in steps of time. */
export class RunWatch {
  /** Value of what was held over equity, summed over each step: below zero for a short, but of several instruments without a sign. */
  readonly #exposure: Float64Array;
  #isOfSeveral = false;
  readonly #equity: Float64Array;
  readonly #openTimeMs: Float64Array;
  readonly #steps: TimeSteps;
  readonly #tell: (progress: RunProgress) => void;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  #toldMs: number;
  #bars = 0;

  /** @param openTimeMs of the bars that are run over */
  constructor(openTimeMs: Float64Array, steps: TimeSteps, tell: (progress: RunProgress) => void, nowMs: () => number) {
    this.#openTimeMs = openTimeMs;
    this.#steps = steps;
    this.#tell = tell;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    this.#toldMs = this.#startedMs;
    this.#exposure = new Float64Array(steps.count);
    this.#equity = new Float64Array(steps.count).fill(Number.NaN);
  }

  /** The same strategy, watched: what it sees and what it wants does not change. */
  over(strategy: StrategyDefinition, instruments: number): StrategyDefinition {
    this.#isOfSeveral = instruments > 1;
    return {
      ...strategy,
      start: (context) => {
        const handlers = strategy.start(context);
        const onCandle = (candle: StrategyCandle, desk: Desk): void => {
          handlers.onCandle?.(candle, desk);
          this.#pass(candle, desk);
        };
        return { ...boundHandlers(handlers), onCandle };
      },
    };
  }

  exposureShare(): Float64Array {
    const { bars } = this.#steps;
    return this.#exposure.map((sum, step) => (bars[step] === 0 ? 0 : sum / bars[step]!));
  }

  #pass({ openTimeMs, close }: StrategyCandle, desk: Desk): void {
    const { equity } = desk;
    const held = this.#isOfSeveral ? Math.abs(desk.position) : desk.position;
    if (held !== 0) this.#exposure[this.#steps.of(openTimeMs)]! += (held * close) / equity;
    this.step(openTimeMs, equity);
  }

  /** A bar is over: of a run that tells of its bars itself, without what was held. */
  step(openTimeMs: number, equityQuote: number): void {
    this.#equity[this.#steps.of(openTimeMs)] = equityQuote;
    this.#bars += 1;
    if (this.#bars % LOOK_EVERY_BARS !== 0) return;
    const nowMs = this.#nowMs();
    if (nowMs - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = nowMs;
    this.#tellAt(openTimeMs, nowMs);
  }

  #tellAt(timeMs: number, nowMs: number): void {
    const done = barsUntil(this.#openTimeMs, timeMs);
    const timesMs: number[] = [];
    const equityQuote: number[] = [];
    // Every fourth step is as fine as a growing line is looked at.
    for (let step = 0; step < this.#equity.length; step += 4) {
      if (Number.isNaN(this.#equity[step])) continue;
      timesMs.push(this.#steps.endMs(step));
      equityQuote.push(this.#equity[step]!);
    }
    this.#tell({
      phase: 'running',
      done,
      total: this.#openTimeMs.length,
      barsPerSecond: (done * 1000) / Math.max(1, nowMs - this.#startedMs),
      timeMs: timesMs,
      equityQuote,
      search: null,
    });
  }
}

/** Handlers may be methods of an object of the strategy's own. */
function boundHandlers(handlers: StrategyHandlers): StrategyHandlers {
  const { onFill, onPrediction, onTrade, onBook } = handlers;
  return {
    ...(onFill ? { onFill: onFill.bind(handlers) } : {}),
    ...(onPrediction ? { onPrediction: onPrediction.bind(handlers) } : {}),
    ...(onTrade ? { onTrade: onTrade.bind(handlers) } : {}),
    ...(onBook ? { onBook: onBook.bind(handlers) } : {}),
  };
}

/** How many bars open at or before `timeMs`. */
export function barsUntil(openTimeMs: Float64Array, timeMs: number): number {
  let [low, high] = [0, openTimeMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (openTimeMs[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
