import type { Fill, OrderStatus, OrderType, Side, TimeInForce, UserPrint, VenueOrder } from '../matching/order.ts';

/** A row as SQLite hands it over: integers as numbers, amounts as text. */
export type Row = Readonly<Record<string, string | number | null>>;

export const ORDER_COLUMNS = [
  'order_id',
  'symbol',
  'client_order_id',
  'side',
  'type',
  'time_in_force',
  'price_ticks',
  'stop_ticks',
  'qty_lots',
  'quote_budget',
  'order_list_id',
  'created_ms',
  'updated_ms',
  'working_ms',
  'executed_lots',
  'cum_quote',
  'status',
  'locked',
  'ahead_lots',
  'reduce_only',
  'list_client_id',
] as const;

export const orderRow = (order: Readonly<VenueOrder>): Row => ({
  order_id: order.orderId,
  symbol: order.symbol,
  client_order_id: order.clientOrderId,
  side: order.side,
  type: order.type,
  time_in_force: order.timeInForce,
  price_ticks: order.priceTicks,
  stop_ticks: order.stopTicks,
  qty_lots: order.qtyLots,
  quote_budget: order.quoteBudgetAtoms?.toString() ?? null,
  order_list_id: order.orderListId,
  created_ms: order.createdMs,
  updated_ms: order.updatedMs,
  working_ms: order.workingMs,
  executed_lots: order.executedLots,
  cum_quote: order.cumQuoteAtoms.toString(),
  status: order.status,
  locked: order.lockedAtoms.toString(),
  ahead_lots: order.aheadLots,
  reduce_only: order.reduceOnly ? 1 : 0,
  list_client_id: order.listClientOrderId ?? null,
});

export const orderFromRow = (row: Row): VenueOrder => ({
  orderId: Number(row.order_id),
  symbol: String(row.symbol),
  clientOrderId: String(row.client_order_id),
  side: row.side as Side,
  type: row.type as OrderType,
  timeInForce: row.time_in_force as TimeInForce,
  priceTicks: numberOrNull(row.price_ticks),
  stopTicks: numberOrNull(row.stop_ticks),
  qtyLots: Number(row.qty_lots),
  quoteBudgetAtoms: row.quote_budget == null ? null : BigInt(row.quote_budget),
  orderListId: Number(row.order_list_id),
  createdMs: Number(row.created_ms),
  updatedMs: Number(row.updated_ms),
  workingMs: numberOrNull(row.working_ms),
  executedLots: Number(row.executed_lots),
  cumQuoteAtoms: BigInt(row.cum_quote as string),
  status: row.status as OrderStatus,
  lockedAtoms: BigInt(row.locked as string),
  aheadLots: Number(row.ahead_lots),
  ...(row.reduce_only === 1 ? { reduceOnly: true } : {}),
  ...(row.list_client_id == null ? {} : { listClientOrderId: String(row.list_client_id) }),
});

export const fillRow = (fill: Fill): Row => ({
  symbol: fill.symbol,
  trade_id: fill.tradeId,
  order_id: fill.orderId,
  side: fill.side,
  ticks: fill.ticks,
  lots: fill.lots,
  quote: fill.quoteAtoms.toString(),
  fee: fill.feeAtoms.toString(),
  fee_asset: fill.feeAsset,
  time_ms: fill.timeMs,
  is_maker: fill.isMaker ? 1 : 0,
});

export const fillFromRow = (row: Row): Fill => ({
  symbol: String(row.symbol),
  tradeId: Number(row.trade_id),
  orderId: Number(row.order_id),
  side: row.side as Side,
  ticks: Number(row.ticks),
  lots: Number(row.lots),
  quoteAtoms: BigInt(row.quote as string),
  feeAtoms: BigInt(row.fee as string),
  feeAsset: String(row.fee_asset),
  timeMs: Number(row.time_ms),
  isMaker: row.is_maker === 1,
});

export const printFromRow = (row: Row): UserPrint => ({
  symbol: String(row.symbol),
  tradeId: Number(row.trade_id),
  timeMs: Number(row.time_ms),
  ticks: Number(row.ticks),
  lots: Number(row.lots),
  side: row.side as Side,
  carvedFrom: numberOrNull(row.carved_from),
});

const numberOrNull = (value: string | number | null | undefined): number | null =>
  value == null ? null : Number(value);
