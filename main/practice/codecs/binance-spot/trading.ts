import type { VenueOrder } from '../../matching/order.ts';
import { formatAmount, type TradingRules } from '../../matching/rules.ts';
import { freshId, rulesOf, type SpotContext } from './context.ts';
import { BinanceError, missingParameter, orderDoesNotExist, rejectionError, unknownOrderSent } from './errors.ts';
import { fillPage, historyOf } from './history.ts';
import { cancelledList } from './order-lists.ts';
import { readClientId, readOrder } from './order-request.ts';
import type { Params } from './params.ts';
import { accountTrade, cancelledOrder, placedOrder, queriedOrder } from './render.ts';

export function account(context: SpotContext): unknown {
  return {
    makerCommission: 10,
    takerCommission: 10,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: '0.00100000', taker: '0.00100000', buyer: '0.00000000', seller: '0.00000000' },
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    accountType: 'SPOT',
    updateTime: context.nowMs(),
    balances: context.exchange.account
      .entries()
      .map(([asset, { free, locked }]) => ({ asset, free: formatAmount(free), locked: formatAmount(locked) })),
    permissions: ['SPOT'],
    uid: 1,
  };
}

export function placeOrder(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const request = readOrder(params, rules, freshId(context));
  const placed = context.exchange.place(request);
  if (!placed.ok) throw rejectionError(placed.error);
  const own = placed.reports.filter((report) => report.order.orderId === placed.value.orderId && report.fill);
  const byDefault = request.type === 'market' || request.type === 'limit' ? 'FULL' : 'ACK';
  const respType = params.optionalText('newOrderRespType') ?? byDefault;
  return placedOrder(
    rules,
    placed.value,
    own.map((report) => report.fill!),
    respType,
    context.exchange.tradeIdOf,
  );
}

export function testOrder(context: SpotContext, params: Params): unknown {
  const rejection = context.exchange.test(readOrder(params, rulesOf(context, params), freshId(context)));
  if (rejection) throw rejectionError(rejection);
  return {};
}

export function queryOrder(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  context.exchange.fresh(rules.symbol);
  const order = lookUp(context, params, rules);
  if (!order) throw orderDoesNotExist();
  return queriedOrder(rules, order);
}

export function cancelOrder(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const order = lookUp(context, params, rules);
  if (!order) throw unknownOrderSent();
  const cancelId = readClientId(params, 'newClientOrderId', freshId(context));
  const cancelled = context.exchange.cancel(rules.symbol, order.orderId, cancelId);
  const self = cancelled?.find((other) => other.orderId === order.orderId);
  if (!self) throw unknownOrderSent();
  // With one of its orders the whole list goes, and the answer speaks of the list.
  if (self.orderListId >= 0) return cancelledList(context, rules, self, cancelId);
  return cancelledOrder(rules, self, cancelId);
}

export function openOrders(context: SpotContext, params: Params): unknown {
  const symbol = params.has('symbol') ? rulesOf(context, params).symbol : undefined;
  context.exchange.advanceAll();
  return context.exchange
    .openOrders(symbol)
    .map((order) => queriedOrder(context.exchange.rules.get(order.symbol)!, order));
}

export function cancelOpenOrders(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const cancelId = freshId(context);
  const cancelled: VenueOrder[] = [];
  for (const order of context.exchange.openOrders(rules.symbol)) {
    cancelled.push(...(context.exchange.cancel(rules.symbol, order.orderId, cancelId) ?? []));
  }
  if (cancelled.length === 0) throw unknownOrderSent();
  return cancelled.map((order) => cancelledOrder(rules, order, cancelId));
}

export function allOrders(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  context.exchange.fresh(rules.symbol);
  return context.store.orders(historyOf(params, rules, 'orderId')).map((order) => queriedOrder(rules, order));
}

export function myTrades(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const lists = new Map<number, number>();
  const listOf = (orderId: number): number => {
    const known = lists.get(orderId) ?? context.exchange.findOrder(rules.symbol, { orderId })?.orderListId ?? -1;
    lists.set(orderId, known);
    return known;
  };
  return fillPage(context, params, rules, (fill) =>
    accountTrade(rules, fill, listOf(fill.orderId), context.exchange.tradeIdOf),
  );
}

/** Cancels one order and places another. With STOP_ON_FAILURE a failed cancel ends it. */
export function cancelReplace(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const mode = params.text('cancelReplaceMode');
  if (mode !== 'STOP_ON_FAILURE' && mode !== 'ALLOW_FAILURE') throw missingParameter('cancelReplaceMode');
  const request = readOrder(params, rules, freshId(context));
  const cancelId = readClientId(params, 'cancelNewClientOrderId', freshId(context));
  const old = findForReplace(context, params, rules);
  const cancelled = old ? context.exchange.cancel(rules.symbol, old.orderId, cancelId) : null;
  const gone = cancelled?.find((order) => order.orderId === old?.orderId);
  const cancelResponse = gone ? cancelledOrder(rules, gone, cancelId) : unknownOrderSent().body;
  if (!gone && mode === 'STOP_ON_FAILURE') {
    throw new ReplaceFailure(-2022, 'FAILURE', 'NOT_ATTEMPTED', cancelResponse, null);
  }
  const placed = context.exchange.place(request);
  if (!placed.ok) {
    const code = gone ? -2021 : -2022;
    throw new ReplaceFailure(
      code,
      gone ? 'SUCCESS' : 'FAILURE',
      'FAILURE',
      cancelResponse,
      rejectionError(placed.error).body,
    );
  }
  const fills = placed.reports.flatMap((r) => (r.order.orderId === placed.value.orderId && r.fill ? [r.fill] : []));
  const newOrderResponse = placedOrder(
    rules,
    placed.value,
    fills,
    params.optionalText('newOrderRespType') ?? 'FULL',
    context.exchange.tradeIdOf,
  );
  if (!gone) throw new ReplaceFailure(-2021, 'FAILURE', 'SUCCESS', cancelResponse, newOrderResponse);
  return { cancelResult: 'SUCCESS', newOrderResult: 'SUCCESS', cancelResponse, newOrderResponse };
}

/** The two-part failure of cancelReplace, with what became of each half. */
export class ReplaceFailure extends BinanceError {
  readonly data: unknown;

  constructor(
    code: number,
    cancelResult: string,
    newOrderResult: string,
    cancelResponse: unknown,
    newOrderResponse: unknown,
  ) {
    const partly = cancelResult === 'SUCCESS' || newOrderResult === 'SUCCESS';
    super(code, partly ? 'Order cancel-replace partially failed.' : 'Order cancel-replace failed.', partly ? 409 : 400);
    this.data = { cancelResult, newOrderResult, cancelResponse, newOrderResponse };
  }

  override get body() {
    return { code: this.code, msg: this.message, data: this.data };
  }
}

export function getBnbBurn(context: SpotContext): unknown {
  return { spotBNBBurn: context.exchange.feeCoinOn, interestBNBBurn: false };
}

export function setBnbBurn(context: SpotContext, params: Params): unknown {
  context.exchange.setFeeCoin(params.text('spotBNBBurn') === 'true');
  return getBnbBurn(context);
}

function lookUp(context: SpotContext, params: Params, rules: TradingRules): VenueOrder | null {
  const orderId = params.optionalInteger('orderId');
  if (orderId !== null) return context.exchange.findOrder(rules.symbol, { orderId });
  const clientOrderId = params.optionalText('origClientOrderId');
  if (clientOrderId === null) {
    throw new BinanceError(
      -1128,
      "Combination of optional parameters invalid. Recommendation: 'orderId' or 'origClientOrderId'.",
    );
  }
  return context.exchange.findOrder(rules.symbol, { clientOrderId });
}

function findForReplace(context: SpotContext, params: Params, rules: TradingRules): VenueOrder | null {
  const orderId = params.optionalInteger('cancelOrderId');
  if (orderId !== null) return context.exchange.findOrder(rules.symbol, { orderId });
  return context.exchange.findOrder(rules.symbol, { clientOrderId: params.text('cancelOrigClientOrderId') });
}
