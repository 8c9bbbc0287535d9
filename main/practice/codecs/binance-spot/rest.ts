import { checkApiKey, checkPermission, checkRestSignature, checkTiming } from './auth.ts';
import type { SpotContext } from './context.ts';
import { BinanceError, missingParameter } from './errors.ts';
import * as market from './market-data.ts';
import * as lists from './order-lists.ts';
import { Params, parseForm } from './params.ts';
import * as trading from './trading.ts';

export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly rawBody: string;
  readonly apiKey: string | undefined;
}

export interface RestReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

type Security = 'none' | 'key' | 'signed';

export interface Route<Context extends SpotContext = SpotContext> {
  readonly weight: number | ((params: Params) => number);
  readonly security: Security;
  /** Counts against the order limits. */
  readonly isOrder: boolean;
  /** The body of the reply; a promise of it where the answer takes long to compute. */
  readonly handle: (context: Context, params: Params) => unknown;
}

export const open = <C extends SpotContext>(weight: Route['weight'], handle: Route<C>['handle']): Route<C> => ({
  weight,
  security: 'none',
  isOrder: false,
  handle,
});
export const signed = <C extends SpotContext>(
  weight: Route['weight'],
  handle: Route<C>['handle'],
  isOrder = false,
): Route<C> => ({
  weight,
  security: 'signed',
  isOrder,
  handle,
});
export const perSymbol = (one: number, all: number) => (params: Params) => (params.has('symbol') ? one : all);

export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['GET /api/v3/ping', open(1, () => ({}))],
  ['GET /api/v3/time', open(1, (context) => ({ serverTime: context.nowMs() }))],
  ['GET /api/v3/exchangeInfo', open(20, market.exchangeInfo)],
  ['GET /api/v3/klines', open(2, market.klines)],
  ['GET /api/v3/uiKlines', open(2, market.klines)],
  ['GET /api/v3/depth', open(market.depthWeight, market.depth)],
  ['GET /api/v3/trades', open(25, market.trades)],
  ['GET /api/v3/historicalTrades', open(25, market.trades)],
  ['GET /api/v3/aggTrades', open(4, market.aggTrades)],
  ['GET /api/v3/ticker/24hr', open(perSymbol(2, 80), market.ticker24hr)],
  ['GET /api/v3/ticker/price', open(perSymbol(2, 4), market.tickerPrice)],
  ['GET /api/v3/ticker/bookTicker', open(perSymbol(2, 4), market.bookTicker)],
  ['GET /api/v3/account', signed(20, trading.account)],
  ['POST /api/v3/order', signed(1, trading.placeOrder, true)],
  ['POST /api/v3/order/test', signed(1, trading.testOrder)],
  ['GET /api/v3/order', signed(4, trading.queryOrder)],
  ['DELETE /api/v3/order', signed(1, trading.cancelOrder)],
  ['GET /api/v3/openOrders', signed(perSymbol(6, 80), trading.openOrders)],
  ['DELETE /api/v3/openOrders', signed(1, trading.cancelOpenOrders)],
  ['POST /api/v3/order/cancelReplace', signed(1, trading.cancelReplace, true)],
  ['POST /api/v3/orderList/oco', signed(1, lists.placeOco, true)],
  ['DELETE /api/v3/orderList', signed(1, lists.cancelList)],
  ['GET /api/v3/allOrders', signed(20, trading.allOrders)],
  ['GET /api/v3/myTrades', signed(20, trading.myTrades)],
  ['GET /sapi/v1/system/status', open(1, systemStatus)],
  ['GET /sapi/v1/account/apiRestrictions', signed(1, keyRights)],
  ['GET /sapi/v1/bnbBurn', signed(1, trading.getBnbBurn)],
  ['POST /sapi/v1/bnbBurn', signed(1, trading.setBnbBurn)],
]);

function systemStatus({ faults }: SpotContext): { status: 0 | 1; msg: string } {
  const maintenance = faults.standing('maintenance');
  return maintenance ? { status: 1, msg: maintenance.msg ?? 'system_maintenance' } : { status: 0, msg: 'normal' };
}

/** What the key may do: a fault narrows it to reading. */
function keyRights({ faults, nowMs }: SpotContext): Record<string, boolean | number> {
  const mayTrade = faults.standing('key-refused')?.only !== 'trading';
  return {
    ipRestrict: false,
    createTime: nowMs(),
    enableReading: true,
    enableSpotAndMarginTrading: mayTrade,
    enableFutures: mayTrade,
    enableWithdrawals: false,
    enableInternalTransfer: false,
    enableMargin: false,
    enableVanillaOptions: false,
    permitsUniversalTransfer: false,
    enablePortfolioMarginTrading: false,
  };
}

/** Answers one REST request; never throws for anything that a client can send. */
export function answerRest<Context extends SpotContext>(
  routes: ReadonlyMap<string, Route<Context>>,
  context: Context,
  request: RestRequest,
): RestReply | Promise<RestReply> {
  const nowMs = context.nowMs();
  let isOrder = false;
  try {
    const route = routes.get(`${request.method} ${request.path}`);
    if (!route) throw unknownEndpoint(context, request);
    const values = new Map([...parseForm(request.rawBody), ...parseForm(request.rawQuery)]);
    const params = new Params(values);
    context.limits.spend(typeof route.weight === 'number' ? route.weight : route.weight(params), nowMs);
    isOrder = route.isOrder;
    if (route.security === 'key') checkApiKey(request.apiKey, context.credentials);
    if (route.security === 'signed') authorize(context, request, values, nowMs);
    if (isOrder) context.limits.spendOrder(nowMs);
    const body = route.handle(context, params);
    const headers = context.limits.headers(nowMs, isOrder);
    if (body instanceof Promise) return body.then((late: unknown) => ({ status: 200, body: late, headers }));
    return { status: 200, body, headers };
  } catch (error) {
    if (!(error instanceof BinanceError)) throw error;
    const headers = context.limits.headers(nowMs, isOrder);
    if (error.retryAfterSec !== null) headers['Retry-After'] = String(error.retryAfterSec);
    return { status: error.status, body: error.body, headers };
  }
}

function authorize(
  context: SpotContext,
  request: RestRequest,
  values: ReadonlyMap<string, string>,
  nowMs: number,
): void {
  checkApiKey(request.apiKey, context.credentials);
  checkPermission(context.faults, request.method !== 'GET');
  const signature = values.get('signature');
  if (!signature) throw missingParameter('signature');
  checkTiming(values.get('timestamp'), values.get('recvWindow'), nowMs);
  checkRestSignature(request.rawQuery, request.rawBody, signature, context.credentials.secret);
}

function unknownEndpoint(context: SpotContext, request: RestRequest): BinanceError {
  context.log(`UNKNOWN ENDPOINT ${request.method} ${request.path}`);
  return new BinanceError(-1000, `The practice venue does not serve ${request.method} ${request.path}.`, 404);
}
