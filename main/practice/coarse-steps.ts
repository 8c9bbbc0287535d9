import { floorMinute } from './crowd/reference-tape.ts';
import { MINUTE_MS } from './crowd/tape-days.ts';
import type { TapeStep } from './matching/tape-plan.ts';
import { tapeTradeId } from './matching/trade-ids.ts';
import type { SymbolMarket } from './symbol-market.ts';

/** Minutes as four trades each: open, the two extremes (the one nearer the open's direction first), close. */
export function coarseSteps(market: SymbolMarket, fromMs: number, toMs: number): TapeStep[] {
  const first = floorMinute(fromMs) + MINUTE_MS;
  const opens = Array.from({ length: Math.max(0, (toMs - first) / MINUTE_MS) }, (_, i) => first + i * MINUTE_MS);
  return opens.flatMap((openTimeMs) => {
    const candle = market.tape.minuteCandle(openTimeMs);
    const rising = candle.close >= candle.open;
    const path = rising
      ? [candle.open, candle.low, candle.high, candle.close]
      : [candle.open, candle.high, candle.low, candle.close];
    return path.map((ticks, i) => {
      const timeMs = candle.openTimeMs + i * 15_000;
      const side = i > 0 && ticks >= path[i - 1]! ? ('buy' as const) : ('sell' as const);
      return { tradeId: tapeTradeId(timeMs, 499), timeMs, ticks, lots: Math.floor(candle.lots / 4), side };
    });
  });
}
