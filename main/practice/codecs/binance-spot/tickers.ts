import { joinCandles, type StepCandle } from '../../crowd/step-candle.ts';
import {
  baseAtoms,
  formatAmount,
  formatLots,
  formatTicks,
  priceAtoms,
  type TradingRules,
} from '../../matching/rules.ts';
import type { SymbolMarket } from '../../symbol-market.ts';
import { quoteAtoms, weightedPrice } from './render.ts';

const DAY_MS = 86_400_000;

/** The last 24 hours of one instrument, to the minute. */
export interface DayTicker {
  readonly candle: StepCandle;
  readonly previousCloseTicks: number;
  readonly lastTicks: number;
  readonly lastLots: number;
  readonly quoteAtoms: bigint;
  readonly closeTimeMs: number;
  readonly firstId: number;
  readonly lastId: number;
}

export function dayTicker(market: SymbolMarket, nowMs: number): DayTicker {
  const fromMs = Math.floor(nowMs / 60_000) * 60_000 + 60_000 - DAY_MS;
  const candle = joinCandles(fromMs, market.klines.stretch(fromMs, nowMs))!;
  const last = market.lastPrint(nowMs);
  return {
    candle,
    previousCloseTicks: market.tape.referenceTicks(fromMs - 1),
    lastTicks: last.ticks,
    lastLots: 'lots' in last ? Number(last.lots) : 0,
    quoteAtoms: quoteAtoms(market.rules, candle.quote),
    ...idRange(market, candle),
    closeTimeMs: nowMs,
  };
}

/** The ids of a candle's first and last print, -1 when it has none. */
export function idRange(market: SymbolMarket, candle: StepCandle): { firstId: number; lastId: number } {
  if (candle.trades === 0) return { firstId: -1, lastId: -1 };
  const firstId = market.ids.firstFrom(candle.openTimeMs);
  return { firstId, lastId: firstId + candle.trades - 1 };
}

export function tickerRest(market: SymbolMarket, ticker: DayTicker) {
  const { rules } = market;
  const bid = market.bestShown('buy');
  const ask = market.bestShown('sell');
  return {
    symbol: rules.symbol,
    ...changeOf(rules, ticker),
    weightedAvgPrice: weightedPrice(ticker.quoteAtoms, baseAtoms(rules, ticker.candle.lots)),
    prevClosePrice: formatTicks(rules, ticker.previousCloseTicks),
    lastPrice: formatTicks(rules, ticker.lastTicks),
    lastQty: formatLots(rules, ticker.lastLots),
    bidPrice: formatTicks(rules, bid?.ticks ?? 0),
    bidQty: formatLots(rules, bid?.lots ?? 0),
    askPrice: formatTicks(rules, ask?.ticks ?? 0),
    askQty: formatLots(rules, ask?.lots ?? 0),
    openPrice: formatTicks(rules, ticker.candle.open),
    highPrice: formatTicks(rules, ticker.candle.high),
    lowPrice: formatTicks(rules, ticker.candle.low),
    volume: formatLots(rules, ticker.candle.lots),
    quoteVolume: formatAmount(ticker.quoteAtoms),
    openTime: ticker.candle.openTimeMs,
    closeTime: ticker.closeTimeMs,
    firstId: ticker.firstId,
    lastId: ticker.lastId,
    count: ticker.candle.trades,
  };
}

export function tickerEvent(market: SymbolMarket, ticker: DayTicker, eventTimeMs: number) {
  const rest = tickerRest(market, ticker);
  return {
    e: '24hrTicker',
    E: eventTimeMs,
    s: rest.symbol,
    p: rest.priceChange,
    P: rest.priceChangePercent,
    w: rest.weightedAvgPrice,
    x: rest.prevClosePrice,
    c: rest.lastPrice,
    Q: rest.lastQty,
    b: rest.bidPrice,
    B: rest.bidQty,
    a: rest.askPrice,
    A: rest.askQty,
    o: rest.openPrice,
    h: rest.highPrice,
    l: rest.lowPrice,
    v: rest.volume,
    q: rest.quoteVolume,
    O: rest.openTime,
    C: rest.closeTime,
    F: rest.firstId,
    L: rest.lastId,
    n: rest.count,
  };
}

export function miniTickerEvent(market: SymbolMarket, ticker: DayTicker, eventTimeMs: number) {
  const { rules } = market;
  return {
    e: '24hrMiniTicker',
    E: eventTimeMs,
    s: rules.symbol,
    c: formatTicks(rules, ticker.lastTicks),
    o: formatTicks(rules, ticker.candle.open),
    h: formatTicks(rules, ticker.candle.high),
    l: formatTicks(rules, ticker.candle.low),
    v: formatLots(rules, ticker.candle.lots),
    q: formatAmount(ticker.quoteAtoms),
  };
}

function changeOf(rules: TradingRules, ticker: DayTicker) {
  const change = priceAtoms(rules, ticker.lastTicks - ticker.candle.open);
  const percent = ((ticker.lastTicks - ticker.candle.open) / ticker.candle.open) * 100;
  return { priceChange: formatAmount(change), priceChangePercent: percent.toFixed(3) };
}
