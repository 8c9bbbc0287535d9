import type { PublicPrint } from '../../crowd/klines.ts';
import type { StepCandle } from '../../crowd/step-candle.ts';
import {
  MAX_OPEN_ORDERS,
  MAX_STOP_ORDERS,
  PRICE_MULTIPLIER_DOWN,
  PRICE_MULTIPLIER_UP,
} from '../../matching/filters.ts';
import { formatAmount, formatLots, formatTicks, notionalAtoms, type TradingRules } from '../../matching/rules.ts';
import type { Level } from '../../matching/taker-plan.ts';
import { FIRST_TRADE_MS } from '../../matching/trade-ids.ts';
import type { SymbolMarket } from '../../symbol-market.ts';
import { rulesOf, type SpotContext } from './context.ts';
import { BinanceError, invalidSymbol } from './errors.ts';
import { INTERVAL_MS } from './intervals.ts';
import type { Params } from './params.ts';
import { klineRow, ORDER_TYPES } from './render.ts';
import { dayTicker, tickerRest } from './tickers.ts';

const KLINES_MAX = 1_000;
const DEPTH_MAX = 5_000;
const TRADES_MAX = 1_000;
/** How far back trades are searched for the latest ones, and how much time one request may span. */
const TRADES_SPAN_MS = 3_600_000;

export function exchangeInfo(context: SpotContext, params: Params): unknown {
  const wanted = requestedSymbols(context, params);
  const limits = context.limits.options;
  return {
    timezone: 'UTC',
    serverTime: context.nowMs(),
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: limits.weightPerMinute },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: limits.ordersPer10Sec },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: limits.ordersPerDay },
    ],
    exchangeFilters: [],
    symbols: wanted.map(symbolInfo),
  };
}

export function symbolInfo(rules: TradingRules) {
  const { instrument } = rules;
  return {
    symbol: rules.symbol,
    status: 'TRADING',
    baseAsset: rules.base,
    baseAssetPrecision: 8,
    quoteAsset: rules.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: Object.values(ORDER_TYPES),
    icebergAllowed: false,
    ocoAllowed: true,
    otoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: instrument.tickSize,
        maxPrice: '10000000.00000000',
        tickSize: instrument.tickSize,
      },
      {
        filterType: 'LOT_SIZE',
        minQty: instrument.minQty,
        maxQty: instrument.maxQty,
        stepSize: instrument.lotStep,
      },
      {
        filterType: 'MARKET_LOT_SIZE',
        minQty: '0.00000000',
        maxQty: instrument.maxQty,
        stepSize: '0.00000000',
      },
      {
        filterType: 'NOTIONAL',
        minNotional: instrument.minNotional,
        applyMinToMarket: true,
        maxNotional: '100000000.00000000',
        applyMaxToMarket: false,
        avgPriceMins: 0,
      },
      {
        filterType: 'PERCENT_PRICE_BY_SIDE',
        bidMultiplierUp: String(PRICE_MULTIPLIER_UP),
        bidMultiplierDown: String(PRICE_MULTIPLIER_DOWN),
        askMultiplierUp: String(PRICE_MULTIPLIER_UP),
        askMultiplierDown: String(PRICE_MULTIPLIER_DOWN),
        avgPriceMins: 0,
      },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: MAX_OPEN_ORDERS },
      { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: MAX_STOP_ORDERS },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_MAKER'],
  };
}

export function klines(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const intervalMs = INTERVAL_MS.get(params.text('interval'));
  if (intervalMs === undefined) throw new BinanceError(-1120, 'Invalid interval.');
  const limit = limitOf(params, 500, KLINES_MAX);
  const nowMs = context.exchange.fresh(rules.symbol).cursorMs;
  const startMs = params.optionalInteger('startTime');
  const endMs = Math.min(params.optionalInteger('endTime') ?? nowMs, nowMs);
  const newestOpen = Math.floor(endMs / intervalMs) * intervalMs;
  const fromMs = Math.max(startMs ?? newestOpen - (limit - 1) * intervalMs, FIRST_TRADE_MS);
  const toMs =
    startMs === null
      ? endMs + 1
      : Math.min(endMs + 1, Math.ceil(fromMs / intervalMs) * intervalMs + limit * intervalMs);
  if (fromMs > endMs) return [];
  const { klines: source } = context.exchange.market(rules.symbol);
  const rows = (candles: readonly StepCandle[]) => candles.map((candle) => klineRow(rules, candle, intervalMs));
  if (intervalMs === 1_000) return rows(source.seconds(fromMs, toMs, nowMs));
  // Days not asked for lately are computed in slices, so that a long history delays nobody's live data.
  const unprepared = source.unpreparedDays(intervalMs, fromMs, toMs);
  if (unprepared.length === 0) return rows(source.bars(intervalMs, fromMs, toMs, nowMs));
  return context.slices
    .run(unprepared, (day) => source.prepareDay(intervalMs, day))
    .then(() => rows(source.bars(intervalMs, fromMs, toMs, nowMs)));
}

export function depth(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const limit = limitOf(params, 100, DEPTH_MAX);
  const market = context.exchange.fresh(rules.symbol);
  return {
    lastUpdateId: market.updateId,
    bids: market.shown('buy', limit).map((level) => priceLevel(rules, level)),
    asks: market.shown('sell', limit).map((level) => priceLevel(rules, level)),
  };
}

export const depthWeight = (params: Params): number => {
  const limit = Number(params.optionalText('limit') ?? 100);
  if (limit <= 100) return 5;
  return limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250;
};

export const priceLevel = (rules: TradingRules, level: Level): [string, string] => [
  formatTicks(rules, level.ticks),
  formatLots(rules, level.lots),
];

export function trades(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  return readPrints(context, params, rules).map(({ print, id }) => ({
    id,
    price: formatTicks(rules, print.ticks),
    qty: formatLots(rules, print.lots),
    quoteQty: formatAmount(notionalAtoms(rules, print.ticks, print.lots)),
    time: print.timeMs,
    isBuyerMaker: print.side === 'sell',
    isBestMatch: true,
  }));
}

/** Every print is an aggregate of its own. */
export function aggTrades(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  return readPrints(context, params, rules).map(({ print, id }) => ({
    a: id,
    p: formatTicks(rules, print.ticks),
    q: formatLots(rules, print.lots),
    f: id,
    l: id,
    T: print.timeMs,
    m: print.side === 'sell',
    M: true,
  }));
}

interface NumberedPrint {
  readonly print: PublicPrint;
  readonly id: number;
}

function readPrints(context: SpotContext, params: Params, rules: TradingRules): readonly NumberedPrint[] {
  const limit = limitOf(params, 500, TRADES_MAX);
  const market = context.exchange.fresh(rules.symbol);
  const nowMs = market.cursorMs;
  const fromId = params.optionalInteger('fromId');
  const startMs = params.optionalInteger('startTime') ?? (fromId === null ? null : market.ids.minuteOf(fromId, nowMs));
  const endMs = Math.min(params.optionalInteger('endTime') ?? nowMs, nowMs);
  if (startMs === null) return numbered(market, latestPrints(market, endMs, limit));
  const first = Math.max(startMs, FIRST_TRADE_MS);
  const span = numbered(market, market.klines.printsBetween(first, Math.min(endMs, first + TRADES_SPAN_MS)));
  return span.filter(({ id }) => fromId === null || id >= fromId).slice(0, limit);
}

/** Prints that follow one another, with their ids. */
function numbered(market: SymbolMarket, prints: readonly PublicPrint[]): NumberedPrint[] {
  const first = prints[0];
  if (!first) return [];
  const firstId = market.ids.idOf(first);
  return prints.map((print, i) => ({ print, id: firstId + i }));
}

function latestPrints(market: SymbolMarket, endMs: number, limit: number): readonly PublicPrint[] {
  let found: PublicPrint[] = [];
  for (let toMs = endMs; found.length < limit && toMs > endMs - TRADES_SPAN_MS; toMs -= 60_000) {
    found = [...market.klines.printsBetween(toMs - 59_999, toMs), ...found];
  }
  return found.slice(-limit);
}

export const ticker24hr = (context: SpotContext, params: Params): unknown =>
  perSymbol(context, params, (market) => tickerRest(market, dayTicker(market, market.cursorMs)));

export const tickerPrice = (context: SpotContext, params: Params): unknown =>
  perSymbol(context, params, (market) => ({
    symbol: market.rules.symbol,
    price: formatTicks(market.rules, market.lastPrint(market.cursorMs).ticks),
  }));

export const bookTicker = (context: SpotContext, params: Params): unknown =>
  perSymbol(context, params, (market) => {
    const [bid, ask] = [market.bestShown('buy'), market.bestShown('sell')];
    return {
      symbol: market.rules.symbol,
      bidPrice: formatTicks(market.rules, bid?.ticks ?? 0),
      bidQty: formatLots(market.rules, bid?.lots ?? 0),
      askPrice: formatTicks(market.rules, ask?.ticks ?? 0),
      askQty: formatLots(market.rules, ask?.lots ?? 0),
    };
  });

/** One object for `symbol`, a list for `symbols` or for none. */
export function perSymbol(context: SpotContext, params: Params, render: (market: SymbolMarket) => unknown): unknown {
  if (params.has('symbol')) return render(context.exchange.fresh(rulesOf(context, params).symbol));
  return requestedSymbols(context, params).map((rules) => render(context.exchange.fresh(rules.symbol)));
}

function requestedSymbols(context: SpotContext, params: Params): readonly TradingRules[] {
  if (params.has('symbol')) return [rulesOf(context, params)];
  const list = params.optionalText('symbols');
  if (list === null) return [...context.exchange.rules.values()];
  return list
    .replace(/[[\]"\s]/g, '')
    .split(',')
    .map((symbol) => {
      const rules = context.exchange.rules.get(symbol.toUpperCase());
      if (!rules) throw invalidSymbol();
      return rules;
    });
}

function limitOf(params: Params, byDefault: number, max: number): number {
  const limit = params.optionalInteger('limit', max) ?? byDefault;
  if (limit < 1) throw new BinanceError(-1130, "Data sent for parameter 'limit' is not valid.");
  return limit;
}
