import { divideDecimal, divideRounded, formatDecimal, roundToStep } from '../../../engine/domain/decimal.ts';
import type { ConditionalOrder, ConditionalStatus, ConditionalType } from '../../derivatives/conditional-orders.ts';
import type { Income, IncomeKind } from '../../derivatives/margin-account.ts';
import { MONEY_STEP, type Position } from '../../derivatives/position.ts';
import type { Fill, OrderReport, OrderStatus, VenueOrder } from '../../matching/order.ts';
import { baseAtoms, formatAmount, formatLots, formatTicks, type TradingRules } from '../../matching/rules.ts';
import type { FillId } from '../binance-spot/render.ts';

export const ORDER_TYPES: Readonly<Record<ConditionalType, string>> = {
  stop: 'STOP',
  'stop-market': 'STOP_MARKET',
  'take-profit': 'TAKE_PROFIT',
  'take-profit-market': 'TAKE_PROFIT_MARKET',
};
const STATUSES: Readonly<Record<OrderStatus, string>> = {
  new: 'NEW',
  'partially-filled': 'PARTIALLY_FILLED',
  filled: 'FILLED',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
  'expired-in-match': 'EXPIRED_IN_MATCH',
};
const ALGO_STATUSES: Readonly<Record<ConditionalStatus, string>> = {
  new: 'NEW',
  triggered: 'TRIGGERED',
  finished: 'FINISHED',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
  rejected: 'REJECTED',
};
export const INCOME_TYPES: Readonly<Record<IncomeKind, string>> = {
  transfer: 'TRANSFER',
  'realized-pnl': 'REALIZED_PNL',
  commission: 'COMMISSION',
  'funding-fee': 'FUNDING_FEE',
  'insurance-clear': 'INSURANCE_CLEAR',
};
const ZERO = formatAmount(0n);

/** An amount that may lie below zero. */
export const signed = (atoms: bigint): string => (atoms < 0n ? `-${formatAmount(-atoms)}` : formatAmount(atoms));
/** To eight places, for figures that are worked out and booked nowhere. */
export const rounded = (atoms: bigint): string => signed(roundToStep(atoms, MONEY_STEP, 'half-up'));

const typeOf = (order: Pick<VenueOrder, 'type'>): string => (order.type === 'market' ? 'MARKET' : 'LIMIT');
const inForceOf = (order: Pick<VenueOrder, 'type' | 'timeInForce'>): string => {
  if (order.type === 'limit-maker') return 'GTX';
  return order.type === 'market' ? 'GTC' : order.timeInForce.toUpperCase();
};
const priceOf = (rules: TradingRules, ticks: number | null): string =>
  ticks === null ? '0' : formatTicks(rules, ticks);

function averagePrice(rules: TradingRules, { executedLots, cumQuoteAtoms }: Readonly<VenueOrder>): string {
  return executedLots === 0 ? '0' : rounded(divideDecimal(cumQuoteAtoms, baseAtoms(rules, executedLots), 'down'));
}

/** An order as REST states it, from a reply, a query or a list. */
export const orderJson = (rules: TradingRules, order: Readonly<VenueOrder>) => ({
  orderId: order.orderId,
  symbol: order.symbol,
  status: STATUSES[order.status],
  clientOrderId: order.clientOrderId,
  price: priceOf(rules, order.priceTicks),
  avgPrice: averagePrice(rules, order),
  origQty: formatLots(rules, order.qtyLots),
  executedQty: formatLots(rules, order.executedLots),
  cumQty: formatLots(rules, order.executedLots),
  cumQuote: formatAmount(order.cumQuoteAtoms),
  timeInForce: inForceOf(order),
  type: typeOf(order),
  reduceOnly: order.reduceOnly === true,
  closePosition: false,
  side: order.side.toUpperCase(),
  positionSide: 'BOTH',
  stopPrice: '0',
  workingType: 'CONTRACT_PRICE',
  priceProtect: false,
  origType: typeOf(order),
  priceMatch: 'NONE',
  selfTradePreventionMode: 'EXPIRE_MAKER',
  goodTillDate: 0,
  time: order.createdMs,
  updateTime: order.updatedMs,
});

export const algoJson = (rules: TradingRules, order: ConditionalOrder) => ({
  algoId: order.algoId,
  clientAlgoId: order.clientAlgoId,
  algoType: 'CONDITIONAL',
  orderType: ORDER_TYPES[order.type],
  symbol: order.symbol,
  side: order.side.toUpperCase(),
  positionSide: 'BOTH',
  timeInForce: order.postOnly ? 'GTX' : order.timeInForce.toUpperCase(),
  quantity: order.qtyLots === null ? '0' : formatLots(rules, order.qtyLots),
  algoStatus: ALGO_STATUSES[order.status],
  actualOrderId: order.orderId === null ? '' : String(order.orderId),
  triggerPrice: formatTicks(rules, order.triggerTicks),
  price: priceOf(rules, order.priceTicks),
  icebergQuantity: null,
  selfTradePreventionMode: 'EXPIRE_MAKER',
  workingType: order.trigger === 'mark' ? 'MARK_PRICE' : 'CONTRACT_PRICE',
  priceMatch: 'NONE',
  closePosition: order.qtyLots === null,
  priceProtect: false,
  reduceOnly: order.reduceOnly || order.qtyLots === null,
  createTime: order.createdMs,
  updateTime: order.updatedMs,
  triggerTime: order.triggeredMs ?? 0,
  goodTillDate: 0,
});

export const userTrade = (rules: TradingRules, fill: Fill, idOf: FillId, realizedAtoms: bigint) => ({
  symbol: fill.symbol,
  id: idOf(fill),
  orderId: fill.orderId,
  side: fill.side.toUpperCase(),
  price: formatTicks(rules, fill.ticks),
  qty: formatLots(rules, fill.lots),
  realizedPnl: signed(realizedAtoms),
  quoteQty: formatAmount(fill.quoteAtoms),
  commission: formatAmount(fill.feeAtoms),
  commissionAsset: fill.feeAsset,
  time: fill.timeMs,
  positionSide: 'BOTH',
  buyer: fill.side === 'buy',
  maker: fill.isMaker,
});

/** @param tranId no other income has it. @param tradeId what caused it; null where no trade did */
export const incomeJson = (income: Income, tranId: number, tradeId: number | null) => ({
  symbol: income.symbol ?? '',
  incomeType: INCOME_TYPES[income.kind],
  income: signed(income.atoms),
  asset: 'USDT',
  info: INCOME_TYPES[income.kind],
  time: income.timeMs,
  tranId,
  tradeId: String(tradeId ?? ''),
});

export function entryPrice(rules: TradingRules, position: Position): string {
  if (position.lots === 0) return '0';
  const cost = divideRounded(position.costAtoms * 10n ** 18n, BigInt(position.lots) * rules.lotAtoms, 'half-up');
  return formatDecimal(roundToStep(cost, MONEY_STEP, 'half-up'));
}

export const signedLots = (rules: TradingRules, lots: number): string =>
  `${lots < 0 ? '-' : ''}${formatLots(rules, Math.abs(lots))}`;

const EXECUTIONS: Readonly<Record<OrderReport['kind'], string>> = {
  new: 'NEW',
  triggered: 'NEW',
  trade: 'TRADE',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
};

export function orderTradeUpdate(
  rules: TradingRules,
  report: OrderReport,
  realizedAtoms: bigint,
  isLiquidation: boolean,
  eventTimeMs: number,
  idOf: FillId,
) {
  const { order, fill } = report;
  return {
    e: 'ORDER_TRADE_UPDATE',
    E: eventTimeMs,
    T: report.timeMs,
    o: {
      s: order.symbol,
      c: order.clientOrderId,
      S: order.side.toUpperCase(),
      o: isLiquidation ? 'LIQUIDATION' : typeOf(order),
      f: inForceOf(order),
      q: formatLots(rules, order.qtyLots),
      p: priceOf(rules, order.priceTicks),
      ap: averagePrice(rules, order),
      sp: '0',
      x: isLiquidation && fill ? 'CALCULATED' : EXECUTIONS[report.kind],
      X: STATUSES[order.status],
      i: order.orderId,
      l: formatLots(rules, fill?.lots ?? 0),
      z: formatLots(rules, order.executedLots),
      L: fill ? formatTicks(rules, fill.ticks) : '0',
      ...(fill ? { N: fill.feeAsset, n: formatAmount(fill.feeAtoms) } : {}),
      T: report.timeMs,
      t: fill ? idOf(fill) : 0,
      b: ZERO,
      a: ZERO,
      m: fill?.isMaker ?? false,
      R: order.reduceOnly === true,
      wt: 'CONTRACT_PRICE',
      ot: typeOf(order),
      ps: 'BOTH',
      cp: false,
      rp: signed(realizedAtoms),
      pP: false,
      si: 0,
      ss: 0,
      V: 'EXPIRE_MAKER',
      pm: 'NONE',
      gtd: 0,
    },
  };
}

export const algoUpdate = (rules: TradingRules, order: ConditionalOrder, eventTimeMs: number) => ({
  e: 'ALGO_UPDATE',
  E: eventTimeMs,
  T: order.updatedMs,
  o: {
    caid: order.clientAlgoId,
    aid: order.algoId,
    at: 'CONDITIONAL',
    o: ORDER_TYPES[order.type],
    s: order.symbol,
    S: order.side.toUpperCase(),
    ps: 'BOTH',
    f: order.postOnly ? 'GTX' : order.timeInForce.toUpperCase(),
    q: order.qtyLots === null ? '0' : formatLots(rules, order.qtyLots),
    X: ALGO_STATUSES[order.status],
    ai: order.orderId === null ? '' : String(order.orderId),
    tp: formatTicks(rules, order.triggerTicks),
    p: priceOf(rules, order.priceTicks),
    V: 'EXPIRE_MAKER',
    wt: order.trigger === 'mark' ? 'MARK_PRICE' : 'CONTRACT_PRICE',
    pm: 'NONE',
    cp: order.qtyLots === null,
    pP: false,
    R: order.reduceOnly || order.qtyLots === null,
    tt: order.triggeredMs ?? 0,
    gtd: 0,
    ...(order.status === 'rejected' ? { rm: 'Reduce Only reject' } : {}),
  },
});
