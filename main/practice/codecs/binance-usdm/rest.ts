import { aggTrades, bookTicker, depthWeight, klines, tickerPrice, trades } from '../binance-spot/market-data.ts';
import { open, perSymbol, type Route, signed } from '../binance-spot/rest.ts';
import * as account from './account.ts';
import type { UsdmContext } from './context.ts';
import * as market from './market-data.ts';
import * as trading from './trading.ts';

const withKey = (handle: Route<UsdmContext>['handle']): Route<UsdmContext> => ({
  weight: 1,
  security: 'key',
  isOrder: false,
  handle,
});

export const USDM_ROUTES: ReadonlyMap<string, Route<UsdmContext>> = new Map<string, Route<UsdmContext>>([
  ['GET /fapi/v1/ping', open(1, () => ({}))],
  ['GET /fapi/v1/time', open(1, (context) => ({ serverTime: context.nowMs() }))],
  ['GET /fapi/v1/exchangeInfo', open(1, market.exchangeInfo)],
  ['GET /fapi/v1/klines', open(5, klines)],
  ['GET /fapi/v1/depth', open(depthWeight, market.depth)],
  ['GET /fapi/v1/trades', open(5, trades)],
  ['GET /fapi/v1/historicalTrades', open(20, trades)],
  ['GET /fapi/v1/aggTrades', open(20, aggTrades)],
  ['GET /fapi/v1/ticker/24hr', open(perSymbol(1, 40), market.ticker24hr)],
  ['GET /fapi/v1/ticker/price', open(perSymbol(1, 2), tickerPrice)],
  ['GET /fapi/v2/ticker/price', open(perSymbol(1, 2), tickerPrice)],
  ['GET /fapi/v1/ticker/bookTicker', open(perSymbol(2, 5), bookTicker)],
  ['GET /fapi/v1/premiumIndex', open(perSymbol(1, 10), market.premiumIndex)],
  ['GET /fapi/v1/fundingRate', open(1, market.fundingRates)],
  ['POST /fapi/v1/order', signed(1, trading.placeOrder, true)],
  ['POST /fapi/v1/order/test', signed(1, trading.testOrder)],
  ['GET /fapi/v1/order', signed(1, trading.queryOrder)],
  ['DELETE /fapi/v1/order', signed(1, trading.cancelOrder)],
  ['GET /fapi/v1/openOrders', signed(perSymbol(1, 40), trading.openOrders)],
  ['DELETE /fapi/v1/allOpenOrders', signed(1, trading.cancelAllOrders)],
  ['GET /fapi/v1/allOrders', signed(5, trading.allOrders)],
  ['GET /fapi/v1/userTrades', signed(5, trading.userTrades)],
  ['POST /fapi/v1/algoOrder', signed(1, trading.placeAlgoOrder, true)],
  ['GET /fapi/v1/algoOrder', signed(1, trading.queryAlgoOrder)],
  ['DELETE /fapi/v1/algoOrder', signed(1, trading.cancelAlgoOrder)],
  ['GET /fapi/v1/openAlgoOrders', signed(perSymbol(1, 40), trading.openAlgoOrders)],
  ['DELETE /fapi/v1/algoOpenOrders', signed(1, trading.cancelAllAlgoOrders)],
  ['GET /fapi/v1/allAlgoOrders', signed(5, trading.allAlgoOrders)],
  ['POST /fapi/v1/countdownCancelAll', signed(10, trading.countdownCancelAll)],
  ['GET /fapi/v2/account', signed(5, account.account)],
  ['GET /fapi/v3/account', signed(5, account.account)],
  ['GET /fapi/v2/balance', signed(5, account.balance)],
  ['GET /fapi/v3/balance', signed(5, account.balance)],
  ['GET /fapi/v2/positionRisk', signed(5, account.positionRisk)],
  ['GET /fapi/v3/positionRisk', signed(5, account.positionRisk)],
  ['POST /fapi/v1/leverage', signed(1, account.setLeverage)],
  ['POST /fapi/v1/marginType', signed(1, account.setMarginType)],
  ['GET /fapi/v1/positionSide/dual', signed(30, account.getPositionMode)],
  ['POST /fapi/v1/positionSide/dual', signed(1, account.setPositionMode)],
  ['GET /fapi/v1/leverageBracket', signed(1, account.leverageBracket)],
  ['GET /fapi/v1/symbolConfig', signed(5, account.symbolConfig)],
  ['GET /fapi/v1/commissionRate', signed(20, account.commissionRate)],
  ['GET /fapi/v1/income', signed(30, account.income)],
  ['POST /fapi/v1/listenKey', withKey(account.openListenKey)],
  ['PUT /fapi/v1/listenKey', withKey(account.extendListenKey)],
  ['DELETE /fapi/v1/listenKey', withKey(account.closeListenKey)],
]);
