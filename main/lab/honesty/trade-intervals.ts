import { createRandom, type Random } from '../../engine/kernel/random.ts';
import { type Figures, type Interval, intervalsOf } from './interval.ts';
import type { ResamplingOptions } from './return-intervals.ts';

export interface TradeIntervals {
  /** What the trades' order alone could have made of the same profits. */
  readonly shuffled: Readonly<Record<keyof OrderFigures, Interval>>;
  /** What as many trades of this kind could have come to: drawn with replacement. */
  readonly redrawn: Readonly<Record<keyof SumFigures, Interval>>;
}

/** They depend on the order of trades. */
export interface OrderFigures {
  /** Largest fall from a peak of cash after each trade, as a share of the peak. */
  readonly maxDrawdown: number;
  readonly longestLosingRow: number;
}

/** They do not. NaN where there is nothing to divide by. */
export interface SumFigures {
  readonly netProfit: number;
  readonly expectancy: number;
  readonly profitFactor: number;
  readonly winRate: number;
}

/** @param profits of the closed trades after fees, in quote, in the order of their exits */
export function tradeIntervals(
  profits: Float64Array,
  initialCash: number,
  { seed, draws, level }: ResamplingOptions,
): TradeIntervals {
  const random = createRandom(seed);
  const shares = sharesOf(profits, initialCash);
  const orders = Array.from({ length: draws }, () => {
    shuffle(shares, random);
    return orderFigures(profitsOf(shares, initialCash), initialCash);
  });
  const drawn = new Float64Array(profits.length);
  const sums = Array.from({ length: draws }, () => {
    for (let i = 0; i < drawn.length; i += 1) drawn[i] = profits[Math.floor(random.next() * profits.length)]!;
    return sumFigures(drawn);
  });
  const named = <F extends object>(figures: F, results: readonly F[]) =>
    intervalsOf(figures as unknown as Figures, results as unknown as readonly Figures[], level) as Record<
      keyof F,
      Interval
    >;
  return {
    shuffled: named(orderFigures(profits, initialCash), orders),
    redrawn: named(sumFigures(profits), sums),
  };
}

/**
 * Each profit as a share of the cash that was there before it: a strategy that trades a part of what it has would have made other amounts in
 * another order, and the same shares. Once there is nothing left, what follows is nothing.
 */
function sharesOf(profits: Float64Array, initialCash: number): Float64Array {
  let cash = initialCash;
  return profits.map((profit) => {
    const share = cash > 0 ? Math.max(-1, profit / cash) : 0;
    cash += profit;
    return share;
  });
}

function profitsOf(shares: Float64Array, initialCash: number): Float64Array {
  let cash = initialCash;
  return shares.map((share) => {
    const profit = share * cash;
    cash += profit;
    return profit;
  });
}

export function orderFigures(profits: Float64Array, initialCash: number): OrderFigures {
  let [cash, peak, maxDrawdown, row, longestLosingRow] = [initialCash, initialCash, 0, 0, 0];
  for (const profit of profits) {
    cash += profit;
    peak = Math.max(peak, cash);
    maxDrawdown = Math.max(maxDrawdown, (peak - cash) / peak);
    row = profit > 0 ? 0 : row + 1;
    longestLosingRow = Math.max(longestLosingRow, row);
  }
  return { maxDrawdown, longestLosingRow };
}

export function sumFigures(profits: Float64Array): SumFigures {
  let [gains, losses, wins] = [0, 0, 0];
  for (const profit of profits) {
    if (profit > 0) {
      gains += profit;
      wins += 1;
    } else losses -= profit;
  }
  const netProfit = gains - losses;
  return {
    netProfit,
    expectancy: netProfit / profits.length,
    profitFactor: losses === 0 ? Number.NaN : gains / losses,
    winRate: wins / profits.length,
  };
}

/** Fisher and Yates. */
function shuffle(values: Float64Array, random: Random): void {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const other = Math.floor(random.next() * (i + 1));
    const held = values[i]!;
    values[i] = values[other]!;
    values[other] = held;
  }
}
