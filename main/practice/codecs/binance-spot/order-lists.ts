import type { OrderRequest } from '../../matching/filters.ts';
import { isOpen, type OrderReport, type VenueOrder } from '../../matching/order.ts';
import type { TradingRules } from '../../matching/rules.ts';
import { freshId, rulesOf, type SpotContext } from './context.ts';
import { BinanceError, rejectionError, unexpectedParameter, unknownOrderSent } from './errors.ts';
import { readClientId, readPrice, readQuantity, readSide } from './order-request.ts';
import type { Params } from './params.ts';
import { cancelledOrder, placedOrder } from './render.ts';

type Leg = 'above' | 'below';

/** One-cancels-the-other: a limit order that may only make on one side of the price, a stop on the other. */
export function placeOco(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const side = readSide(params);
  const shared = {
    symbol: rules.symbol,
    side,
    qtyLots: readQuantity(params, rules),
    quoteBudgetAtoms: null,
    orderListId: -1,
    listClientOrderId: readClientId(params, 'listClientOrderId', freshId(context)),
  };
  const [limitLeg, stopLeg]: readonly [Leg, Leg] = side === 'sell' ? ['above', 'below'] : ['below', 'above'];
  const limit = { ...shared, ...readMaker(context, params, rules, limitLeg) };
  const stop = { ...shared, ...readStop(context, params, rules, stopLeg) };
  const placed = context.exchange.placeList(limit, stop);
  if (!placed.ok) throw rejectionError(placed.error);
  return {
    ...listOf(rules, placed.value, context.nowMs()),
    orderReports: placed.value.map((order) => placedOrder(rules, order, [], 'RESULT', context.exchange.tradeIdOf)),
  };
}

type LegRequest = Pick<OrderRequest, 'type' | 'timeInForce' | 'priceTicks' | 'stopTicks' | 'clientOrderId'>;

function readMaker(context: SpotContext, params: Params, rules: TradingRules, leg: Leg): LegRequest {
  if (params.text(`${leg}Type`) !== 'LIMIT_MAKER') throw new BinanceError(-1116, 'Invalid orderType.');
  for (const name of [`${leg}StopPrice`, `${leg}TimeInForce`]) if (params.has(name)) throw unexpectedParameter(name);
  return {
    type: 'limit-maker',
    timeInForce: 'gtc',
    priceTicks: readPrice(params, rules, `${leg}Price`),
    stopTicks: null,
    clientOrderId: readClientId(params, `${leg}ClientOrderId`, freshId(context)),
  };
}

function readStop(context: SpotContext, params: Params, rules: TradingRules, leg: Leg): LegRequest {
  const type = params.text(`${leg}Type`);
  if (type !== 'STOP_LOSS' && type !== 'STOP_LOSS_LIMIT') throw new BinanceError(-1116, 'Invalid orderType.');
  const isLimit = type === 'STOP_LOSS_LIMIT';
  if (!isLimit) {
    for (const name of [`${leg}Price`, `${leg}TimeInForce`]) if (params.has(name)) throw unexpectedParameter(name);
  } else if (params.text(`${leg}TimeInForce`) !== 'GTC') throw new BinanceError(-1115, 'Invalid timeInForce.');
  return {
    type: isLimit ? 'stop-loss-limit' : 'stop-loss',
    timeInForce: isLimit ? 'gtc' : 'ioc',
    priceTicks: isLimit ? readPrice(params, rules, `${leg}Price`) : null,
    stopTicks: readPrice(params, rules, `${leg}StopPrice`),
    clientOrderId: readClientId(params, `${leg}ClientOrderId`, freshId(context)),
  };
}

export function cancelList(context: SpotContext, params: Params): unknown {
  const rules = rulesOf(context, params);
  const orderListId = params.optionalInteger('orderListId');
  const key = orderListId === null ? { listClientOrderId: params.text('listClientOrderId') } : { orderListId };
  const open = context.exchange.listOrders(rules.symbol, key).find(isOpen);
  const cancelId = readClientId(params, 'newClientOrderId', freshId(context));
  const cancelled = open && context.exchange.cancel(rules.symbol, open.orderId, cancelId);
  const self = cancelled?.find(({ orderId }) => orderId === open?.orderId);
  if (!self) throw unknownOrderSent();
  return cancelledList(context, rules, self, cancelId);
}

/** The answer to a cancel that took a list: the list as it ended, and each of its orders. */
export function cancelledList(
  context: SpotContext,
  rules: TradingRules,
  { orderListId }: Readonly<VenueOrder>,
  cancelId: string,
): unknown {
  const orders = context.exchange.listOrders(rules.symbol, { orderListId });
  return {
    ...listOf(rules, orders, context.nowMs()),
    orderReports: orders.map((order) => cancelledOrder(rules, order, cancelId)),
  };
}

/** One `listStatus` for each list that began, or ended, with these reports. */
export function listEvents(context: SpotContext, reports: readonly OrderReport[], timeMs: number): readonly unknown[] {
  const symbols = new Map<number, string>();
  for (const { order, kind } of reports) {
    if (order.orderListId >= 0 && (kind === 'new' || !isOpen(order))) symbols.set(order.orderListId, order.symbol);
  }
  return [...symbols].flatMap(([orderListId, symbol]) => {
    const orders = context.exchange.listOrders(symbol, { orderListId });
    const began = reports.some(({ order, kind }) => order.orderListId === orderListId && kind === 'new');
    if (orders.some(isOpen) && !began) return [];
    const list = listOf(context.exchange.rules.get(symbol)!, orders, timeMs);
    return [
      {
        e: 'listStatus',
        E: context.nowMs(),
        s: list.symbol,
        g: list.orderListId,
        c: list.contingencyType,
        l: list.listStatusType,
        L: list.listOrderStatus,
        r: 'NONE',
        C: list.listClientOrderId,
        T: list.transactionTime,
        O: list.orders.map(({ orderId, clientOrderId }) => ({ s: symbol, i: orderId, c: clientOrderId })),
      },
    ];
  });
}

function listOf(rules: TradingRules, orders: readonly Readonly<VenueOrder>[], transactionTime: number) {
  const isOver = !orders.some(isOpen);
  return {
    orderListId: orders[0]!.orderListId,
    contingencyType: 'OCO',
    listStatusType: isOver ? 'ALL_DONE' : 'EXEC_STARTED',
    listOrderStatus: isOver ? 'ALL_DONE' : 'EXECUTING',
    listClientOrderId: orders[0]!.listClientOrderId ?? '',
    transactionTime,
    symbol: rules.symbol,
    orders: orders.map(({ symbol, orderId, clientOrderId }) => ({ symbol, orderId, clientOrderId })),
  };
}
