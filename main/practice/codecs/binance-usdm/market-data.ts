import { FUNDING_RATE_PPM, lastFundingMs, nextFundingMs } from '../../derivatives/funding.ts';
import { LEVERAGE_MAX, MAINTENANCE_PERCENT } from '../../derivatives/margin-account.ts';
import {
  MAX_OPEN_ORDERS,
  MAX_STOP_ORDERS,
  PRICE_MULTIPLIER_DOWN,
  PRICE_MULTIPLIER_UP,
} from '../../matching/filters.ts';
import { formatTicks, type TradingRules } from '../../matching/rules.ts';
import type { SymbolMarket } from '../../symbol-market.ts';
import { rulesOf } from '../binance-spot/context.ts';
import { perSymbol, depth as spotDepth } from '../binance-spot/market-data.ts';
import type { Params } from '../binance-spot/params.ts';
import { dayTicker, tickerRest } from '../binance-spot/tickers.ts';
import type { UsdmContext } from './context.ts';
import { ORDER_TYPES } from './render.ts';

/** Perpetuals never deliver; the exchange writes this moment in their place. */
const NEVER_MS = 4_133_404_800_000;
const ONBOARD_MS = 1_569_398_400_000;

export function exchangeInfo(context: UsdmContext): unknown {
  const { options } = context.limits;
  return {
    timezone: 'UTC',
    serverTime: context.nowMs(),
    futuresType: 'U_MARGINED',
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: options.weightPerMinute },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: options.ordersPer10Sec },
    ],
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '0' }],
    symbols: [...context.exchange.rules.values()].map(symbolInfo),
  };
}

export function symbolInfo(rules: TradingRules) {
  const { instrument } = rules;
  const places = (step: string): number => (step.split('.')[1] ?? '').replace(/0+$/, '').length;
  const lots = { minQty: instrument.minQty, maxQty: instrument.maxQty, stepSize: instrument.lotStep };
  return {
    symbol: rules.symbol,
    pair: rules.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: NEVER_MS,
    onboardDate: ONBOARD_MS,
    status: 'TRADING',
    maintMarginPercent: MAINTENANCE_PERCENT.toString(),
    requiredMarginPercent: String(100 / LEVERAGE_MAX),
    baseAsset: rules.base,
    quoteAsset: rules.quote,
    marginAsset: rules.quote,
    pricePrecision: places(instrument.tickSize),
    quantityPrecision: places(instrument.lotStep),
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    triggerProtect: '0.0500',
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: instrument.tickSize,
        maxPrice: '10000000.00000000',
        tickSize: instrument.tickSize,
      },
      { filterType: 'LOT_SIZE', ...lots },
      { filterType: 'MARKET_LOT_SIZE', ...lots },
      { filterType: 'MAX_NUM_ORDERS', limit: MAX_OPEN_ORDERS },
      { filterType: 'MAX_NUM_ALGO_ORDERS', limit: MAX_STOP_ORDERS },
      { filterType: 'MIN_NOTIONAL', notional: instrument.minNotional },
      {
        filterType: 'PERCENT_PRICE',
        multiplierUp: String(PRICE_MULTIPLIER_UP),
        multiplierDown: String(PRICE_MULTIPLIER_DOWN),
        multiplierDecimal: '4',
      },
    ],
    orderTypes: ['LIMIT', 'MARKET', ...Object.values(ORDER_TYPES)],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}

export function depth(context: UsdmContext, params: Params): unknown {
  const nowMs = context.nowMs();
  return { ...(spotDepth(context, params) as object), E: nowMs, T: nowMs };
}

/** The exchange's own day figures lack the best prices here: they are asked for by themselves. */
export const ticker24hr = (context: UsdmContext, params: Params): unknown =>
  perSymbol(context, params, (market) => {
    const { bidPrice, bidQty, askPrice, askQty, prevClosePrice, ...rest } = tickerRest(
      market,
      dayTicker(market, market.cursorMs),
    );
    return rest;
  });

export const premiumIndex = (context: UsdmContext, params: Params): unknown =>
  perSymbol(context, params, (market) => premium(context, market));

function premium(context: UsdmContext, market: SymbolMarket) {
  const nowMs = context.nowMs();
  const mark = formatTicks(market.rules, context.derivatives.mark(market.rules.symbol));
  return {
    symbol: market.rules.symbol,
    markPrice: mark,
    indexPrice: mark,
    estimatedSettlePrice: mark,
    lastFundingRate: fundingRate(FUNDING_RATE_PPM),
    interestRate: fundingRate(FUNDING_RATE_PPM),
    nextFundingTime: nextFundingMs(nowMs),
    time: nowMs,
  };
}

/** What was paid per position at each past moment of funding, oldest first. */
export function fundingRates(context: UsdmContext, params: Params): unknown {
  const { symbol, rules } = { symbol: params.text('symbol'), rules: rulesOf(context, params) };
  const limit = Math.max(1, params.optionalInteger('limit', 1_000) ?? 100);
  const endMs = Math.min(params.optionalInteger('endTime') ?? context.nowMs(), context.nowMs());
  const startMs = params.optionalInteger('startTime');
  const step = nextFundingMs(0);
  const newest = lastFundingMs(endMs);
  const first =
    startMs === null ? newest - (limit - 1) * step : Math.max(lastFundingMs(startMs + step - 1), newest - 999 * step);
  const rows = [];
  for (let timeMs = first; timeMs <= newest && rows.length < limit; timeMs += step) {
    const { tape } = context.exchange.market(rules.symbol);
    const markPrice = formatTicks(rules, tape.referenceTicks(timeMs));
    rows.push({ symbol, fundingTime: timeMs, fundingRate: fundingRate(FUNDING_RATE_PPM), markPrice });
  }
  return rows;
}

export const fundingRate = (ppm: number): string => (ppm / 1_000_000).toFixed(8);
