import type { OrderType, VenueFill, VenueOrderReport } from '../../domain/order.ts';
import {
  attempt,
  decimal,
  type Fields,
  fieldsOf,
  type InstrumentOf,
  identifier,
  instrumentIn,
  integer,
  MalformedField,
  oneOf,
  positiveDecimal,
  type Read,
  side,
} from './convert.ts';

const TYPES: ReadonlyMap<string, OrderType> = new Map([
  ['LIMIT', 'limit'],
  ['MARKET', 'market'],
  ['LIMIT_MAKER', 'post-only'],
  ['STOP_LOSS', 'stop-loss'],
  ['STOP_LOSS_LIMIT', 'stop-loss'],
  ['TAKE_PROFIT', 'take-profit'],
  ['TAKE_PROFIT_LIMIT', 'take-profit'],
]);
/** What the venue's words for an order's state mean, on spot and futures alike. */
export const ORDER_STATUSES: ReadonlyMap<string, VenueOrderReport['status']> = new Map([
  ['NEW', 'open'],
  ['PENDING_NEW', 'open'],
  ['PENDING_CANCEL', 'open'],
  ['PARTIALLY_FILLED', 'partially-filled'],
  ['FILLED', 'filled'],
  ['CANCELED', 'cancelled'],
  ['EXPIRED', 'expired'],
  ['EXPIRED_IN_MATCH', 'expired'],
  ['REJECTED', 'rejected'],
]);

function positiveAmount(fields: Fields, key: string): string {
  positiveDecimal(fields, key);
  return decimal(fields, key);
}
/** The venue writes "0.00000000" where there is no price. */
export function priceOrNull(fields: Fields, key: string): string | null {
  if (fields[key] === undefined) return null;
  const value = decimal(fields, key);
  return value === '0' ? null : value;
}

/** An `executionReport`: the order as it now stands, and the fill where it is one. */
export function readExecutionReport(
  message: unknown,
  instrumentOf: InstrumentOf,
): Read<{ report: VenueOrderReport; fill: VenueFill | null }> {
  return attempt('executionReport', () => {
    const fields = fieldsOf(message);
    // A cancel carries its own id in `c` and the order's in `C`.
    const original = fields.C;
    const clientOrderId =
      typeof original === 'string' && original !== '' && original !== 'null' ? original : identifier(fields, 'c');
    const instrumentId = instrumentIn(fields, 's', instrumentOf);
    const report: VenueOrderReport = {
      venueOrderId: identifier(fields, 'i'),
      clientOrderId,
      instrumentId,
      side: side(fields, 'S'),
      type: oneOf(TYPES, fields, 'o'),
      status: oneOf(ORDER_STATUSES, fields, 'X'),
      qtyBase: decimal(fields, 'q'),
      filledBase: decimal(fields, 'z'),
      limitPrice: priceOrNull(fields, 'p'),
      triggerPrice: priceOrNull(fields, 'P'),
      eventTimeMs: integer(fields, 'T'),
    };
    if (fields.x !== 'TRADE') return { report, fill: null };
    const fill: VenueFill = {
      fillId: identifier(fields, 't'),
      venueOrderId: report.venueOrderId,
      clientOrderId,
      instrumentId,
      side: report.side,
      price: positiveAmount(fields, 'L'),
      qtyBase: positiveAmount(fields, 'l'),
      fee: decimal(fields, 'n'),
      feeAsset: identifier(fields, 'N'),
      liquidity: fields.m === true ? 'maker' : 'taker',
      eventTimeMs: report.eventTimeMs,
    };
    return { report, fill };
  });
}

/** An order as REST states it: from a reply, a query or a list. A cancel's reply names the order in `origClientOrderId`. */
export function readRestOrder(order: unknown, instrumentOf: InstrumentOf): Read<VenueOrderReport> {
  return attempt('order', () => {
    const fields = fieldsOf(order);
    const time = ['updateTime', 'transactTime', 'time'].find((key) => fields[key] !== undefined) ?? 'updateTime';
    return {
      venueOrderId: identifier(fields, 'orderId'),
      clientOrderId: identifier(fields, fields.origClientOrderId === undefined ? 'clientOrderId' : 'origClientOrderId'),
      instrumentId: instrumentIn(fields, 'symbol', instrumentOf),
      side: side(fields, 'side'),
      type: oneOf(TYPES, fields, 'type'),
      status: oneOf(ORDER_STATUSES, fields, 'status'),
      qtyBase: decimal(fields, 'origQty'),
      filledBase: decimal(fields, 'executedQty'),
      limitPrice: priceOrNull(fields, 'price'),
      triggerPrice: priceOrNull(fields, 'stopPrice'),
      eventTimeMs: integer(fields, time),
    };
  });
}

/** A row of `GET /api/v3/myTrades`. */
export function readMyTrade(row: unknown, instrumentOf: InstrumentOf): Read<VenueFill> {
  return attempt('myTrades', () => {
    const fields = fieldsOf(row);
    return {
      fillId: identifier(fields, 'id'),
      venueOrderId: identifier(fields, 'orderId'),
      clientOrderId: null,
      instrumentId: instrumentIn(fields, 'symbol', instrumentOf),
      side: fields.isBuyer === true ? 'buy' : 'sell',
      price: positiveAmount(fields, 'price'),
      qtyBase: positiveAmount(fields, 'qty'),
      fee: decimal(fields, 'commission'),
      feeAsset: identifier(fields, 'commissionAsset'),
      liquidity: fields.isMaker === true ? 'maker' : 'taker',
      eventTimeMs: integer(fields, 'time'),
    };
  });
}

/** The fills that a `newOrderRespType=FULL` reply lists; empty where it lists none. */
export function readReplyFills(reply: Fields, report: VenueOrderReport): Read<VenueFill[]> {
  return attempt('fills', () => {
    const rows = fieldsOf(reply).fills;
    if (rows === undefined) return [];
    if (!Array.isArray(rows)) throw new MalformedField('not a list');
    return rows.map(fieldsOf).map((row) => ({
      fillId: identifier(row, 'tradeId'),
      venueOrderId: report.venueOrderId,
      clientOrderId: report.clientOrderId,
      instrumentId: report.instrumentId,
      side: report.side,
      price: positiveAmount(row, 'price'),
      qtyBase: positiveAmount(row, 'qty'),
      fee: decimal(row, 'commission'),
      feeAsset: identifier(row, 'commissionAsset'),
      liquidity: 'taker' as const,
      eventTimeMs: report.eventTimeMs,
    }));
  });
}
