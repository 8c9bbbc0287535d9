import { createRandom, type Random } from '../../engine/kernel/random.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import type { BacktestPlan } from '../backtest/run-backtest.ts';
import { REALISTIC } from '../backtest/settings.ts';
import type { Trade } from '../backtest/trade.ts';
import { defineStrategy, type StrategyDefinition } from '../strategy/strategy.ts';
import { figuresOf, type RunFigures } from './run-figures.ts';

/** Buys every instrument with an equal share at the first candle and holds. @throws what `runBacktest` throws */
export function buyAndHold({ markets, settings }: BacktestPlan): RunFigures {
  const share = 1 / markets.length;
  const strategy = defineStrategy({
    name: 'buy-and-hold',
    title: 'Buy and hold',
    about: 'Buys at the first candle and holds.',
    params: {},
    start: () => ({ onCandle: (_, desk) => desk.enter('long', { share }) }),
  });
  return figuresOf({ strategy, markets, ...(settings && { settings }) });
}

/** Where the run stands among entries at random times. */
export interface RandomEntries {
  readonly draws: number;
  /** Of the draws, those that came to less than the run. */
  readonly beatenShare: number;
  /** Per cent, ascending: one for each draw. */
  readonly returnsPct: Float64Array;
}

/** A trade as a random draw repeats it: bars held, side and share of equity. */
interface Shape {
  readonly bars: number;
  readonly side: Trade['side'];
  readonly share: number;
}

/** A trade of a draw, at its place. */
interface Placed extends Shape {
  /** The closes at which it is ordered and given up. */
  readonly orderBar: number;
  readonly exitBar: number;
}

/**
 * As many trades as the run made, as long, on the same sides and as large against equity, at random times and through the same
 * costs: what the exposure alone would have earned.
 * @param run of the plan, with its trades
 * @param drawn called before each draw
 * @throws what `runBacktest` throws
 */
export function randomEntries(
  plan: BacktestPlan,
  run: BarRun,
  seed: number,
  draws: number,
  drawn: () => void = () => undefined,
): RandomEntries {
  const cash = plan.settings?.cashQuote ?? REALISTIC.cashQuote;
  const random = createRandom(seed);
  const shapes = plan.markets.map((_, instrument) =>
    run.trades.filter((trade) => trade.instrument === instrument).map((trade) => shapeOf(trade, run, cash)),
  );
  const own = (100 * ((run.equityQuote.at(-1) ?? cash) - cash)) / cash;
  const returnsPct = Float64Array.from({ length: draws }, () => {
    drawn();
    const placed = plan.markets.map(({ candles }, at) => place(shapes[at]!, candles.close.length, random));
    const settings = { ...plan.settings, shorts: true };
    return figuresOf({ strategy: schedule(placed), markets: plan.markets, settings }).returnPct;
  }).sort();
  const beaten = returnsPct.reduce((count, each) => count + (each < own ? 1 : 0), 0);
  return { draws, beatenShare: beaten / draws, returnsPct };
}

function shapeOf({ entryBar, exitBar, side, qty, entryPrice }: Trade, { equityQuote }: BarRun, cash: number): Shape {
  const equity = equityQuote[entryBar - 1] ?? cash;
  return { bars: exitBar - entryBar, side, share: (qty * entryPrice) / equity };
}

/** Shuffles the trades and lays the bars between them out at random. An order takes a bar to fill, so that each needs one more. */
export function place(shapes: readonly Shape[], bars: number, random: Random): readonly Placed[] {
  const order = shapes.map((shape) => ({ shape, key: random.next() })).sort((a, b) => a.key - b.key);
  const held = shapes.reduce((sum, shape) => sum + Math.max(1, shape.bars) + 1, 0);
  const free = Math.max(0, bars - 1 - held);
  const starts = shapes.map(() => Math.floor(random.next() * (free + 1))).sort((a, b) => a - b);
  let used = 0;
  return order.map(({ shape }, at) => {
    const orderBar = starts[at]! + used;
    const length = Math.max(1, shape.bars);
    used += length + 1;
    return { ...shape, orderBar, exitBar: orderBar + length };
  });
}

/** Wants what the schedule says at each close; instruments run one beside the other. */
function schedule(placed: readonly (readonly Placed[])[]): StrategyDefinition {
  let instrument = -1;
  return defineStrategy({
    name: 'random-entry',
    title: 'Random entry',
    about: 'Enters at random times.',
    params: {},
    start({ trackCandles }) {
      instrument += 1;
      const trades = placed[instrument] ?? [];
      let [bar, next] = [-1, 0];
      trackCandles(null, () => {
        bar += 1;
        return 0;
      });
      return {
        onCandle(_, desk) {
          const trade = trades[next];
          if (trade === undefined) return;
          if (bar === trade.orderBar) desk.enter(trade.side, { share: trade.share });
          if (bar !== trade.exitBar) return;
          desk.exit();
          next += 1;
        },
      };
    },
  });
}
