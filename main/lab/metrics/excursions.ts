import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Trade } from '../backtest/trade.ts';

/** How far a trade went against and for its entry before it was left, as shares of the entry price, none below zero. */
export interface Excursion {
  /** Maximum adverse and maximum favourable. */
  readonly adverse: number;
  readonly favourable: number;
}

/**
 * From the bar of the entry up to the one before the exit, and the exit's own price: what the bar of the exit did after it was
 * no longer the trade's.
 * @param candles of the trades' instrument, in whose bars they count: for a run of several, those bars, not the run's
 */
export function excursions(trades: readonly Trade[], { high, low }: CandleColumns): readonly Excursion[] {
  return trades.map(({ entryBar, exitBar, side, entryPrice, exitPrice }) => {
    let [highest, lowest] = [Math.max(entryPrice, exitPrice), Math.min(entryPrice, exitPrice)];
    for (let bar = entryBar; bar < exitBar; bar += 1) {
      if (high[bar]! > highest) highest = high[bar]!;
      if (low[bar]! < lowest) lowest = low[bar]!;
    }
    const [rise, fall] = [highest / entryPrice - 1, 1 - lowest / entryPrice];
    return side === 'long' ? { adverse: fall, favourable: rise } : { adverse: rise, favourable: fall };
  });
}
