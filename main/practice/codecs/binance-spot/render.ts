import { divideDecimal } from '../../../engine/domain/decimal.ts';
import type { StepCandle } from '../../crowd/step-candle.ts';
import type { Balance } from '../../matching/account.ts';
import type { Fill, OrderReport, OrderStatus, OrderType, TimeInForce, VenueOrder } from '../../matching/order.ts';
import { isStop } from '../../matching/order.ts';
import { formatAmount, formatLots, formatTicks, type TradingRules } from '../../matching/rules.ts';

export const ORDER_TYPES: Readonly<Record<OrderType, string>> = {
  limit: 'LIMIT',
  'limit-maker': 'LIMIT_MAKER',
  market: 'MARKET',
  'stop-loss': 'STOP_LOSS',
  'stop-loss-limit': 'STOP_LOSS_LIMIT',
  'take-profit': 'TAKE_PROFIT',
  'take-profit-limit': 'TAKE_PROFIT_LIMIT',
};
export const TIMES_IN_FORCE: Readonly<Record<TimeInForce, string>> = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK' };
const STATUSES: Readonly<Record<OrderStatus, string>> = {
  new: 'NEW',
  'partially-filled': 'PARTIALLY_FILLED',
  filled: 'FILLED',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
  'expired-in-match': 'EXPIRED_IN_MATCH',
};
const ZERO = formatAmount(0n);

/** The public id of the print that a fill is. */
export type FillId = (fill: Fill) => number;

/** What all replies about an order share. */
function orderCore(rules: TradingRules, order: Readonly<VenueOrder>) {
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: order.orderListId,
    clientOrderId: order.clientOrderId,
    price: order.priceTicks === null ? ZERO : formatTicks(rules, order.priceTicks),
    origQty: formatLots(rules, order.qtyLots),
    executedQty: formatLots(rules, order.executedLots),
    origQuoteOrderQty: formatAmount(order.quoteBudgetAtoms ?? 0n),
    cummulativeQuoteQty: formatAmount(order.cumQuoteAtoms),
    status: STATUSES[order.status],
    timeInForce: TIMES_IN_FORCE[order.timeInForce],
    type: ORDER_TYPES[order.type],
    side: order.side.toUpperCase(),
    ...(order.stopTicks === null ? {} : { stopPrice: formatTicks(rules, order.stopTicks) }),
    workingTime: order.workingMs ?? -1,
    selfTradePreventionMode: 'EXPIRE_MAKER',
  };
}

/** The reply to a new order, with the fills that it met at once. */
export function placedOrder(
  rules: TradingRules,
  order: Readonly<VenueOrder>,
  fills: readonly Fill[],
  respType: string,
  idOf: FillId,
) {
  const { symbol, orderId, orderListId, clientOrderId, ...rest } = orderCore(rules, order);
  const ack = { symbol, orderId, orderListId, clientOrderId, transactTime: order.createdMs };
  if (respType === 'ACK') return ack;
  if (respType === 'RESULT') return { ...ack, ...rest };
  return {
    ...ack,
    ...rest,
    fills: fills.map((fill) => ({
      price: formatTicks(rules, fill.ticks),
      qty: formatLots(rules, fill.lots),
      commission: formatAmount(fill.feeAtoms),
      commissionAsset: fill.feeAsset,
      tradeId: idOf(fill),
    })),
  };
}

export const queriedOrder = (rules: TradingRules, order: Readonly<VenueOrder>) => ({
  ...orderCore(rules, order),
  icebergQty: ZERO,
  time: order.createdMs,
  updateTime: order.updatedMs,
  isWorking: order.workingMs !== null,
});

export const cancelledOrder = (rules: TradingRules, order: Readonly<VenueOrder>, cancelId: string) => ({
  ...orderCore(rules, order),
  origClientOrderId: order.clientOrderId,
  clientOrderId: cancelId,
  transactTime: order.updatedMs,
});

export const accountTrade = (rules: TradingRules, fill: Fill, orderListId: number, idOf: FillId) => ({
  symbol: fill.symbol,
  id: idOf(fill),
  orderId: fill.orderId,
  orderListId,
  price: formatTicks(rules, fill.ticks),
  qty: formatLots(rules, fill.lots),
  quoteQty: formatAmount(fill.quoteAtoms),
  commission: formatAmount(fill.feeAtoms),
  commissionAsset: fill.feeAsset,
  time: fill.timeMs,
  isBuyer: fill.side === 'buy',
  isMaker: fill.isMaker,
  isBestMatch: true,
});

export const quoteAtoms = (rules: TradingRules, quote: bigint): bigint => quote * rules.tickLotAtoms;

export const klineRow = (rules: TradingRules, c: StepCandle, intervalMs: number) => [
  c.openTimeMs,
  formatTicks(rules, c.open),
  formatTicks(rules, c.high),
  formatTicks(rules, c.low),
  formatTicks(rules, c.close),
  formatLots(rules, c.lots),
  c.openTimeMs + intervalMs - 1,
  formatAmount(quoteAtoms(rules, c.quote)),
  c.trades,
  formatLots(rules, c.buyLots),
  formatAmount(quoteAtoms(rules, c.buyQuote)),
  '0',
];

const EXECUTIONS: Readonly<Record<OrderReport['kind'], string>> = {
  new: 'NEW',
  triggered: 'NEW',
  trade: 'TRADE',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
};

export function executionReport(rules: TradingRules, report: OrderReport, eventTimeMs: number, idOf: FillId) {
  const { order, fill } = report;
  const executionType = order.status === 'expired-in-match' ? 'TRADE_PREVENTION' : EXECUTIONS[report.kind];
  return {
    e: 'executionReport',
    E: eventTimeMs,
    s: order.symbol,
    c: report.kind === 'cancelled' ? (report.cancelId ?? order.clientOrderId) : order.clientOrderId,
    S: order.side.toUpperCase(),
    o: ORDER_TYPES[order.type],
    f: TIMES_IN_FORCE[order.timeInForce],
    q: formatLots(rules, order.qtyLots),
    p: order.priceTicks === null ? ZERO : formatTicks(rules, order.priceTicks),
    P: order.stopTicks === null ? ZERO : formatTicks(rules, order.stopTicks),
    F: ZERO,
    g: order.orderListId,
    C: report.kind === 'cancelled' ? order.clientOrderId : '',
    x: executionType,
    X: STATUSES[order.status],
    r: 'NONE',
    i: order.orderId,
    l: formatLots(rules, fill?.lots ?? 0),
    z: formatLots(rules, order.executedLots),
    L: fill ? formatTicks(rules, fill.ticks) : ZERO,
    n: formatAmount(fill?.feeAtoms ?? 0n),
    N: fill?.feeAsset ?? null,
    T: report.timeMs,
    t: fill ? idOf(fill) : -1,
    w: order.workingMs !== null && order.status !== 'cancelled' && order.status !== 'expired',
    m: fill?.isMaker ?? false,
    M: false,
    O: order.createdMs,
    Z: formatAmount(order.cumQuoteAtoms),
    Y: formatAmount(fill?.quoteAtoms ?? 0n),
    Q: formatAmount(order.quoteBudgetAtoms ?? 0n),
    W: order.workingMs ?? order.createdMs,
    V: 'EXPIRE_MAKER',
    ...(isStop(order) ? { d: 0 } : {}),
  };
}

export const accountPosition = (balances: readonly (readonly [string, Balance])[], timeMs: number) => ({
  e: 'outboundAccountPosition',
  E: timeMs,
  u: timeMs,
  B: balances.map(([asset, { free, locked }]) => ({ a: asset, f: formatAmount(free), l: formatAmount(locked) })),
});

/** The volume-weighted price of a stretch, 0 when nothing traded. */
export const weightedPrice = (quoteAtoms: bigint, baseAtoms: bigint): string =>
  baseAtoms === 0n ? ZERO : formatAmount((divideDecimal(quoteAtoms, baseAtoms, 'down') / 10n ** 10n) * 10n ** 10n);
