import type { PublicPrint } from '../../crowd/klines.ts';
import type { StepCandle } from '../../crowd/step-candle.ts';
import { formatAmount, formatLots, formatTicks, type TradingRules } from '../../matching/rules.ts';
import type { BookDiff, SymbolMarket } from '../../symbol-market.ts';
import { priceLevel } from './market-data.ts';
import { quoteAtoms } from './render.ts';
import { idRange } from './tickers.ts';

export const tradeEvent = (rules: TradingRules, print: PublicPrint, id: number, eventTimeMs: number) => ({
  e: 'trade',
  E: Math.max(eventTimeMs, print.timeMs),
  s: rules.symbol,
  t: id,
  p: formatTicks(rules, print.ticks),
  q: formatLots(rules, print.lots),
  T: print.timeMs,
  m: print.side === 'sell',
  M: true,
});

export const aggTradeEvent = (rules: TradingRules, print: PublicPrint, id: number, eventTimeMs: number) => ({
  e: 'aggTrade',
  E: Math.max(eventTimeMs, print.timeMs),
  s: rules.symbol,
  a: id,
  p: formatTicks(rules, print.ticks),
  q: formatLots(rules, print.lots),
  f: id,
  l: id,
  T: print.timeMs,
  m: print.side === 'sell',
  M: true,
});

export const depthEvent = (rules: TradingRules, diff: BookDiff, eventTimeMs: number) => ({
  e: 'depthUpdate',
  E: eventTimeMs,
  s: rules.symbol,
  U: diff.firstUpdateId,
  u: diff.lastUpdateId,
  b: diff.bids.map((level) => priceLevel(rules, level)),
  a: diff.asks.map((level) => priceLevel(rules, level)),
});

export function klineEvent(
  market: SymbolMarket,
  candle: StepCandle,
  interval: string,
  intervalMs: number,
  isClosed: boolean,
  eventTimeMs: number,
) {
  const { rules } = market;
  const { firstId, lastId } = idRange(market, candle);
  return {
    e: 'kline',
    E: eventTimeMs,
    s: rules.symbol,
    k: {
      t: candle.openTimeMs,
      T: candle.openTimeMs + intervalMs - 1,
      s: rules.symbol,
      i: interval,
      f: firstId,
      L: lastId,
      o: formatTicks(rules, candle.open),
      c: formatTicks(rules, candle.close),
      h: formatTicks(rules, candle.high),
      l: formatTicks(rules, candle.low),
      v: formatLots(rules, candle.lots),
      n: candle.trades,
      x: isClosed,
      q: formatAmount(quoteAtoms(rules, candle.quote)),
      V: formatLots(rules, candle.buyLots),
      Q: formatAmount(quoteAtoms(rules, candle.buyQuote)),
      B: '0',
    },
  };
}
