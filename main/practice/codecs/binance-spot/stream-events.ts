import type { PublicPrint } from '../../crowd/klines.ts';
import type { StepCandle } from '../../crowd/step-candle.ts';
import { formatAmount, formatLots, formatTicks, type TradingRules } from '../../matching/rules.ts';
import type { Level } from '../../matching/taker-plan.ts';
import type { BookDiff, SymbolMarket } from '../../symbol-market.ts';
import { priceLevel } from './market-data.ts';
import { quoteAtoms } from './render.ts';
import { type DayTicker, idRange, miniTickerEvent, tickerEvent } from './tickers.ts';

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

/** How an exchange words what its public streams tell. */
export interface StreamDialect {
  trade(rules: TradingRules, print: PublicPrint, id: number, eventTimeMs: number): unknown;
  aggTrade(rules: TradingRules, print: PublicPrint, id: number, eventTimeMs: number): unknown;
  depth(rules: TradingRules, diff: BookDiff, eventTimeMs: number): unknown;
  readonly kline: typeof klineEvent;
  best(market: SymbolMarket, bid: Level, ask: Level, eventTimeMs: number): unknown;
  ticker(market: SymbolMarket, ticker: DayTicker, eventTimeMs: number): unknown;
  miniTicker(market: SymbolMarket, ticker: DayTicker, eventTimeMs: number): unknown;
  /** Absent where nothing has a mark price. */
  mark?(market: SymbolMarket, eventTimeMs: number): unknown;
}

export const SPOT_DIALECT: StreamDialect = {
  trade: tradeEvent,
  aggTrade: aggTradeEvent,
  depth: depthEvent,
  kline: klineEvent,
  best: (market, bid, ask) => {
    const [b, B] = priceLevel(market.rules, bid);
    const [a, A] = priceLevel(market.rules, ask);
    return { u: market.updateId, s: market.rules.symbol, b, B, a, A };
  },
  ticker: tickerEvent,
  miniTicker: miniTickerEvent,
};
