import { assert } from '../../../engine/domain/result.ts';
import type { ConditionalOrder } from '../../derivatives/conditional-orders.ts';
import type { VenueOrder } from '../../matching/order.ts';
import type { TradingRules } from '../../matching/rules.ts';
import { freshId, rulesOf } from '../binance-spot/context.ts';
import { BinanceError, missingParameter, orderDoesNotExist, unknownOrderSent } from '../binance-spot/errors.ts';
import { fillPage, historyOf } from '../binance-spot/history.ts';
import type { Params } from '../binance-spot/params.ts';
import type { UsdmContext } from './context.ts';
import { marginError } from './errors.ts';
import { readConditional, readOrder } from './order-request.ts';
import { algoJson, orderJson, userTrade } from './render.ts';

const COUNTDOWN_MS_MAX = 86_400_000;

export function placeOrder(context: UsdmContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const placed = context.derivatives.place(readOrder(params, rules, freshId(context)));
  if (!placed.ok) throw marginError(placed.error, rules);
  if (params.optionalText('newOrderRespType') === 'RESULT') return orderJson(rules, placed.value);
  return orderJson(rules, { ...placed.value, status: 'new', executedLots: 0, cumQuoteAtoms: 0n });
}

/** Everything that would refuse it now; nothing is placed. */
export function testOrder(context: UsdmContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const rejection = context.derivatives.test(readOrder(params, rules, freshId(context)));
  if (rejection) throw marginError(rejection, rules);
  return {};
}

export function queryOrder(context: UsdmContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  context.exchange.fresh(rules.symbol);
  const order = lookUp(context, params, rules);
  if (!order) throw orderDoesNotExist();
  return orderJson(rules, order);
}

export function cancelOrder(context: UsdmContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const order = lookUp(context, params, rules);
  if (!order) throw unknownOrderSent();
  const cancelled = context.exchange.cancel(rules.symbol, order.orderId, order.clientOrderId);
  const self = cancelled?.find((other) => other.orderId === order.orderId);
  if (!self) throw unknownOrderSent();
  return orderJson(rules, self);
}

export function openOrders(context: UsdmContext, params: Params): unknown {
  const symbol = params.has('symbol') ? rulesOf(context, params).symbol : undefined;
  context.exchange.advanceAll();
  return context.exchange
    .openOrders(symbol)
    .map((order) => orderJson(context.exchange.rules.get(order.symbol)!, order));
}

export function cancelAllOrders(context: UsdmContext, params: Params): unknown {
  context.exchange.cancelAll(rulesOf(context, params).symbol, freshId(context));
  return { code: 200, msg: 'The operation of cancel all open order is done.' };
}

export function allOrders(context: UsdmContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  context.exchange.fresh(rules.symbol);
  return context.store.orders(historyOf(params, rules, 'orderId')).map((order) => orderJson(rules, order));
}

export function userTrades(context: UsdmContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const { tradeIdOf } = context.exchange;
  return fillPage(context, params, rules, (fill) =>
    userTrade(rules, fill, tradeIdOf, context.store.realizedAtoms(fill.symbol, fill.tradeId)),
  );
}

export function placeAlgoOrder(context: UsdmContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const placed = context.derivatives.placeConditional(readConditional(params, rules, freshId(context)));
  if (!placed.ok) throw marginError(placed.error, rules);
  return algoJson(rules, placed.value);
}

export function queryAlgoOrder(context: UsdmContext, params: Params): unknown {
  context.exchange.advanceAll();
  const order = lookUpAlgo(context, params);
  if (!order) throw orderDoesNotExist();
  return algoOf(context, order);
}

export function cancelAlgoOrder(context: UsdmContext, params: Params): unknown {
  const order = lookUpAlgo(context, params);
  const cancelled = order && context.derivatives.cancelConditional(order.algoId);
  if (!cancelled) throw unknownOrderSent();
  return { algoId: cancelled.algoId, clientAlgoId: cancelled.clientAlgoId, code: '200', msg: 'success' };
}

export function openAlgoOrders(context: UsdmContext, params: Params): unknown {
  const symbol = params.has('symbol') ? rulesOf(context, params).symbol : undefined;
  return context.derivatives.conditionalOrders(symbol).map((order) => algoOf(context, order));
}

export function cancelAllAlgoOrders(context: UsdmContext, params: Params): unknown {
  context.derivatives.cancelConditionals(rulesOf(context, params).symbol);
  return { code: 200, msg: 'The operation of cancel all open order is done.' };
}

export function allAlgoOrders(context: UsdmContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  context.exchange.fresh(rules.symbol);
  return context.store.conditionals(historyOf(params, rules, 'orderId')).map((order) => algoJson(rules, order));
}

/** The dead-man switch of one symbol. */
export function countdownCancelAll(context: UsdmContext, params: Params): unknown {
  const { symbol } = rulesOf(context, params);
  const countdownMs = params.integer('countdownTime');
  if (countdownMs > COUNTDOWN_MS_MAX)
    throw new BinanceError(-1130, "Data sent for parameter 'countdownTime' is not valid.");
  context.derivatives.setCountdown(symbol, countdownMs);
  return { symbol, countdownTime: String(countdownMs) };
}

function algoOf(context: UsdmContext, order: ConditionalOrder) {
  const rules = context.exchange.rules.get(order.symbol);
  assert(rules, `unknown symbol ${order.symbol}`);
  return algoJson(rules, order);
}

function lookUp(context: UsdmContext, params: Params, rules: TradingRules): VenueOrder | null {
  const orderId = params.optionalInteger('orderId');
  if (orderId !== null) return context.exchange.findOrder(rules.symbol, { orderId });
  const clientOrderId = params.optionalText('origClientOrderId');
  if (clientOrderId === null) throw missingParameter('orderId');
  return context.exchange.findOrder(rules.symbol, { clientOrderId });
}

function lookUpAlgo(context: UsdmContext, params: Params): ConditionalOrder | null {
  const algoId = params.optionalInteger('algoId');
  if (algoId !== null) return context.derivatives.findConditional({ algoId });
  const clientAlgoId = params.optionalText('clientAlgoId');
  if (clientAlgoId === null) throw missingParameter('algoId');
  return context.derivatives.findConditional({ clientAlgoId });
}
