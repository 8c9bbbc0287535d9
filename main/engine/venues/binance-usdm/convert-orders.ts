import { formatDecimal, isDecimal, parseDecimal, smallerOf } from '../../domain/decimal.ts';
import { type InstrumentRecord, PERPETUAL_VENUE } from '../../domain/instrument.ts';
import type {
  OrderType,
  VenueBalance,
  VenueFill,
  VenueIncome,
  VenueOrderReport,
  VenuePosition,
} from '../../domain/order.ts';
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
} from '../binance/convert.ts';
import { ORDER_STATUSES, priceOrNull } from '../binance/convert-orders.ts';

/** The id by which a conditional order is known here: it has a numbering of its own, apart from orders'. */
export const algoVenueId = (algoId: string): string => `algo-${algoId}`;
export const algoIdOf = (venueOrderId: string): string | null =>
  venueOrderId.startsWith('algo-') ? venueOrderId.slice('algo-'.length) : null;

const ALGO_TYPES: ReadonlyMap<string, OrderType> = new Map([
  ['STOP', 'stop-loss'],
  ['STOP_MARKET', 'stop-loss'],
  ['TAKE_PROFIT', 'take-profit'],
  ['TAKE_PROFIT_MARKET', 'take-profit'],
]);
/** Once triggered, the order that it became says how it stands. */
const ALGO_STATUSES: ReadonlyMap<string, VenueOrderReport['status'] | 'became'> = new Map([
  ['NEW', 'open'],
  ['TRIGGERING', 'open'],
  ['TRIGGERED', 'became'],
  ['FINISHED', 'became'],
  ['CANCELED', 'cancelled'],
  ['EXPIRED', 'expired'],
  ['REJECTED', 'rejected'],
]);

/** GTX is a limit order that may only make. A liquidation is a market order of the venue's own. */
function typeOf(fields: Fields, typeKey: string, inForceKey: string): OrderType {
  const type = fields[typeKey];
  if (type === 'MARKET' || type === 'LIQUIDATION') return 'market';
  if (type !== 'LIMIT') throw new MalformedField(`${typeKey} is unknown`);
  return fields[inForceKey] === 'GTX' ? 'post-only' : 'limit';
}
/** A decimal that may lie below zero, in its shortest form. */
export function signedDecimal(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || value.length > 40 || !isDecimal(value)) {
    throw new MalformedField(`${key} is not a decimal`);
  }
  return formatDecimal(parseDecimal(value));
}

/** An order as REST states it. */
export function readRestOrder(order: unknown, instrumentOf: InstrumentOf): Read<VenueOrderReport> {
  return attempt('order', () => {
    const fields = fieldsOf(order);
    return {
      venueOrderId: identifier(fields, 'orderId'),
      clientOrderId: identifier(fields, 'clientOrderId'),
      instrumentId: instrumentIn(fields, 'symbol', instrumentOf),
      side: side(fields, 'side'),
      type: typeOf(fields, 'type', 'timeInForce'),
      status: oneOf(ORDER_STATUSES, fields, 'status'),
      qtyBase: decimal(fields, 'origQty'),
      filledBase: decimal(fields, 'executedQty'),
      limitPrice: priceOrNull(fields, 'price'),
      triggerPrice: null,
      eventTimeMs: integer(fields, 'updateTime'),
    };
  });
}

/** A conditional order, with the id of the order that it became and whether that one now says how it stands. */
export interface AlgoReading {
  readonly report: VenueOrderReport;
  readonly orderId: string | null;
  readonly became: boolean;
}

/** A conditional order as REST states it. */
export function readAlgoOrder(order: unknown, instrumentOf: InstrumentOf): Read<AlgoReading> {
  return attempt('algoOrder', () => {
    const fields = fieldsOf(order);
    return algoReading(fields, {
      id: identifier(fields, 'algoId'),
      clientOrderId: identifier(fields, 'clientAlgoId'),
      instrumentId: instrumentIn(fields, 'symbol', instrumentOf),
      side: side(fields, 'side'),
      keys: { type: 'orderType', status: 'algoStatus', qty: 'quantity', price: 'price', trigger: 'triggerPrice' },
      orderId: fields.actualOrderId,
      eventTimeMs: integer(fields, 'updateTime'),
    });
  });
}

/** An `ALGO_UPDATE`. */
export function readAlgoUpdate(message: unknown, instrumentOf: InstrumentOf): Read<AlgoReading> {
  return attempt('algoUpdate', () => {
    const event = fieldsOf(message);
    const fields = fieldsOf(event.o);
    return algoReading(fields, {
      id: identifier(fields, 'aid'),
      clientOrderId: identifier(fields, 'caid'),
      instrumentId: instrumentIn(fields, 's', instrumentOf),
      side: side(fields, 'S'),
      keys: { type: 'o', status: 'X', qty: 'q', price: 'p', trigger: 'tp' },
      orderId: fields.ai,
      eventTimeMs: integer(event, 'T'),
    });
  });
}

function algoReading(
  fields: Fields,
  said: Pick<VenueOrderReport, 'clientOrderId' | 'instrumentId' | 'side' | 'eventTimeMs'> & {
    readonly id: string;
    readonly keys: Readonly<Record<'type' | 'status' | 'qty' | 'price' | 'trigger', string>>;
    readonly orderId: unknown;
  },
): AlgoReading {
  const { id, keys, orderId, ...rest } = said;
  const status = oneOf(ALGO_STATUSES, fields, keys.status);
  const report: VenueOrderReport = {
    ...rest,
    venueOrderId: algoVenueId(id),
    type: oneOf(ALGO_TYPES, fields, keys.type),
    status: status === 'became' ? 'open' : status,
    qtyBase: decimal(fields, keys.qty),
    filledBase: '0',
    limitPrice: priceOrNull(fields, keys.price),
    triggerPrice: priceOrNull(fields, keys.trigger),
  };
  const hasOrder = (typeof orderId === 'string' && orderId !== '') || typeof orderId === 'number';
  return { report, orderId: hasOrder ? String(orderId) : null, became: status === 'became' };
}

/** An `ORDER_TRADE_UPDATE`: the order as it now stands, and the fill where it is one. */
export function readOrderTradeUpdate(
  message: unknown,
  instrumentOf: InstrumentOf,
): Read<{ readonly report: VenueOrderReport; readonly fill: VenueFill | null; readonly reduceOnly: boolean }> {
  return attempt('orderTradeUpdate', () => {
    const fields = fieldsOf(fieldsOf(message).o);
    const report: VenueOrderReport = {
      venueOrderId: identifier(fields, 'i'),
      clientOrderId: identifier(fields, 'c'),
      instrumentId: instrumentIn(fields, 's', instrumentOf),
      side: side(fields, 'S'),
      type: typeOf(fields, 'o', 'f'),
      status: oneOf(ORDER_STATUSES, fields, 'X'),
      qtyBase: decimal(fields, 'q'),
      filledBase: decimal(fields, 'z'),
      limitPrice: priceOrNull(fields, 'p'),
      triggerPrice: null,
      eventTimeMs: integer(fields, 'T'),
    };
    const reduceOnly = fields.R === true;
    // A liquidation's executions are CALCULATED.
    if (fields.x !== 'TRADE' && fields.x !== 'CALCULATED') return { report, fill: null, reduceOnly };
    positiveDecimal(fields, 'l');
    positiveDecimal(fields, 'L');
    const fill: VenueFill = {
      fillId: identifier(fields, 't'),
      venueOrderId: report.venueOrderId,
      clientOrderId: report.clientOrderId,
      instrumentId: report.instrumentId,
      side: report.side,
      price: decimal(fields, 'L'),
      qtyBase: decimal(fields, 'l'),
      fee: fields.n === undefined ? '0' : signedDecimal(fields, 'n'),
      feeAsset: fields.N === undefined ? 'USDT' : identifier(fields, 'N'),
      liquidity: fields.m === true ? 'maker' : 'taker',
      eventTimeMs: report.eventTimeMs,
      realizedQuote: signedDecimal(fields, 'rp'),
    };
    return { report, fill, reduceOnly };
  });
}

/** A row of `GET /fapi/v1/userTrades`. */
export function readUserTrade(row: unknown, instrumentOf: InstrumentOf): Read<VenueFill> {
  return attempt('userTrades', () => {
    const fields = fieldsOf(row);
    positiveDecimal(fields, 'qty');
    positiveDecimal(fields, 'price');
    return {
      fillId: identifier(fields, 'id'),
      venueOrderId: identifier(fields, 'orderId'),
      clientOrderId: null,
      instrumentId: instrumentIn(fields, 'symbol', instrumentOf),
      side: side(fields, 'side'),
      price: decimal(fields, 'price'),
      qtyBase: decimal(fields, 'qty'),
      fee: signedDecimal(fields, 'commission'),
      feeAsset: identifier(fields, 'commissionAsset'),
      liquidity: fields.maker === true ? 'maker' : 'taker',
      eventTimeMs: integer(fields, 'time'),
      realizedQuote: signedDecimal(fields, 'realizedPnl'),
    };
  });
}

const INCOME_KINDS: ReadonlyMap<string, VenueIncome['kind']> = new Map([
  ['FUNDING_FEE', 'funding'],
  ['INSURANCE_CLEAR', 'insurance'],
]);

/** A row of `GET /fapi/v1/income` that no trade explains. */
export function readIncome(row: unknown, instrumentOf: InstrumentOf): Read<VenueIncome> {
  return attempt('income', () => {
    const fields = fieldsOf(row);
    return {
      incomeId: identifier(fields, 'tranId'),
      kind: oneOf(INCOME_KINDS, fields, 'incomeType'),
      instrumentId: instrumentIn(fields, 'symbol', instrumentOf),
      amountQuote: signedDecimal(fields, 'income'),
      eventTimeMs: integer(fields, 'time'),
    };
  });
}

/** A row of `GET /fapi/v3/positionRisk`. */
export function readPosition(row: unknown, instrumentOf: InstrumentOf): Read<VenuePosition> {
  return attempt('positionRisk', () => {
    const fields = fieldsOf(row);
    if (fields.positionSide !== 'BOTH') throw new MalformedField('positionSide is not BOTH');
    return {
      instrumentId: instrumentIn(fields, 'symbol', instrumentOf),
      qtyBase: signedDecimal(fields, 'positionAmt'),
      entryPrice: decimal(fields, 'entryPrice'),
      markPrice: decimal(fields, 'markPrice'),
      unrealizedQuote: signedDecimal(fields, 'unRealizedProfit'),
      liquidationPrice: priceOrNull(fields, 'liquidationPrice'),
      eventTimeMs: integer(fields, 'updateTime'),
    };
  });
}

/** The wallet of `GET /fapi/v3/account`: what of it stands behind positions and orders is locked. */
export function readWallet(account: unknown): Read<VenueBalance[]> {
  return attempt('account', () => {
    const rows = fieldsOf(account).assets;
    if (!Array.isArray(rows)) throw new MalformedField('no assets');
    return rows
      .map(fieldsOf)
      .map((row) => {
        const wallet = parseDecimal(signedDecimal(row, 'walletBalance'));
        const available = parseDecimal(decimal(row, 'availableBalance'));
        const free = smallerOf(available, wallet);
        return { asset: identifier(row, 'asset'), free: formatDecimal(free), locked: formatDecimal(wallet - free) };
      })
      .filter((balance) => balance.free !== '0' || balance.locked !== '0');
  });
}

/** A perpetual's rules from ccxt's market, by the venue's own strings. */
export function readPerpetual(listed: unknown): Read<InstrumentRecord & { readonly venueSymbol: string }> {
  return attempt('instrument', () => {
    const market = fieldsOf(listed);
    const info = fieldsOf(market.info);
    // Quantities are in base everywhere: a contract that is more than one unit of it would be traded in the wrong size.
    if (market.contractSize !== 1) throw new MalformedField('contractSize is not 1');
    const filters = Array.isArray(info.filters) ? info.filters.map(fieldsOf) : [];
    const filter = (type: string): Fields => filters.find((entry) => entry.filterType === type) ?? {};
    const step = (fields: Fields, key: string): string => {
      positiveDecimal(fields, key);
      return decimal(fields, key);
    };
    const notional = filter('MIN_NOTIONAL');
    return {
      id: `${PERPETUAL_VENUE}:${identifier(market, 'symbol')}`,
      venue: PERPETUAL_VENUE,
      symbol: identifier(market, 'symbol'),
      base: identifier(market, 'base'),
      quote: identifier(market, 'quote'),
      tickSize: step(filter('PRICE_FILTER'), 'tickSize'),
      lotStep: step(filter('LOT_SIZE'), 'stepSize'),
      minQty: decimal(filter('LOT_SIZE'), 'minQty'),
      maxQty: decimal(filter('LOT_SIZE'), 'maxQty'),
      minNotional: notional.notional === undefined ? '0' : decimal(notional, 'notional'),
      venueSymbol: identifier(info, 'symbol'),
    };
  });
}
