import type { CandleColumns } from '../../engine/domain/candle.ts';

/**
 * Where an entry that nobody took would have been left: at its stop or target, whichever the candles after it reach first; the stop where
 * one candle reaches both. A gap fills at the open: never better than the stop.
 * @param candles that open at or after the entry
 * @returns null while neither was reached
 */
export function missedExit(
  candles: CandleColumns,
  side: 'buy' | 'sell',
  stopPrice: number | null,
  targetPrice: number | null,
): number | null {
  const { open, high, low } = candles;
  const sign = side === 'buy' ? 1 : -1;
  for (let bar = 0; bar < open.length; bar += 1) {
    const [worst, best] = side === 'buy' ? [low[bar]!, high[bar]!] : [high[bar]!, low[bar]!];
    if (stopPrice !== null && (worst - stopPrice) * sign <= 0)
      return (open[bar]! - stopPrice) * sign < 0 ? open[bar]! : stopPrice;
    if (targetPrice !== null && (best - targetPrice) * sign >= 0) return targetPrice;
  }
  return null;
}
