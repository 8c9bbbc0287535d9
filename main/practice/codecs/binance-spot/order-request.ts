import { isDecimal, parseDecimal } from '../../../engine/domain/decimal.ts';
import type { OrderRequest } from '../../matching/filters.ts';
import type { OrderType, Side, TimeInForce } from '../../matching/order.ts';
import { lotsOf, type TradingRules, ticksOf } from '../../matching/rules.ts';
import { BinanceError, illegalCharacters, missingParameter, tooMuchPrecision, unexpectedParameter } from './errors.ts';
import type { Params } from './params.ts';
import { ORDER_TYPES, TIMES_IN_FORCE } from './render.ts';

const TYPES = new Map(Object.entries(ORDER_TYPES).map(([ours, theirs]) => [theirs, ours as OrderType]));
const IN_FORCE = new Map(Object.entries(TIMES_IN_FORCE).map(([ours, theirs]) => [theirs, ours as TimeInForce]));
const CLIENT_ID = /^[a-zA-Z0-9-_.:/]{1,36}$/;
/** Parameters of order kinds that are not traded here. A real exchange refuses what does not belong, and so do we. */
const NOT_TRADED = ['trailingDelta', 'icebergQty', 'stopLoss', 'takeProfit', 'pegPriceType'];

/** Reads a new order as the exchange would, refusing what it would refuse. */
export function readOrder(params: Params, rules: TradingRules, fallbackClientId: string): OrderRequest {
  const side = readSide(params);
  const type = TYPES.get(params.text('type'));
  if (!type) throw new BinanceError(-1116, 'Invalid orderType.');
  for (const name of NOT_TRADED) if (params.has(name)) throw unexpectedParameter(name);
  const isLimit = type === 'limit' || type.endsWith('-limit');
  const hasPrice = isLimit || type === 'limit-maker';
  const hasStop = type.startsWith('stop-loss') || type.startsWith('take-profit');
  if (isLimit && !params.has('timeInForce')) throw missingParameter('timeInForce');
  if (!isLimit && params.has('timeInForce')) throw unexpectedParameter('timeInForce');
  const timeInForce = isLimit ? IN_FORCE.get(params.text('timeInForce')) : type === 'limit-maker' ? 'gtc' : 'ioc';
  if (!timeInForce) throw new BinanceError(-1115, 'Invalid timeInForce.');
  if (!hasPrice && params.has('price')) throw unexpectedParameter('price');
  if (!hasStop && params.has('stopPrice')) throw unexpectedParameter('stopPrice');
  const inQuote = type === 'market' && !params.has('quantity') && params.has('quoteOrderQty');
  if (!inQuote && params.has('quoteOrderQty')) throw unexpectedParameter('quoteOrderQty');
  return {
    symbol: rules.symbol,
    side,
    type,
    // A triggered market order is not sent back into the book.
    timeInForce,
    priceTicks: hasPrice ? readPrice(params, rules, 'price') : null,
    stopTicks: hasStop ? readPrice(params, rules, 'stopPrice') : null,
    qtyLots: inQuote ? null : readQuantity(params, rules),
    quoteBudgetAtoms: inQuote ? parseDecimal(params.optionalDecimal('quoteOrderQty')!) : null,
    clientOrderId: readClientId(params, 'newClientOrderId', fallbackClientId),
    orderListId: -1,
  };
}

export function readSide(params: Params): Side {
  const side = params.text('side');
  if (side !== 'BUY' && side !== 'SELL') throw new BinanceError(-1117, 'Invalid side.');
  return side === 'BUY' ? 'buy' : 'sell';
}

/** @throws BinanceError -1111 for more places than the tick has, -1013 for a price between two ticks. */
export function readPrice(params: Params, rules: TradingRules, name: string): number {
  const text = params.optionalDecimal(name);
  if (text === null) throw missingParameter(name);
  const ticks = ticksOf(rules, text);
  if (ticks === null) throw offStep(name, text, rules.instrument.tickSize, 'PRICE_FILTER');
  return ticks;
}

export function readQuantity(params: Params, rules: TradingRules): number {
  const text = params.optionalDecimal('quantity');
  if (text === null) throw missingParameter('quantity');
  const lots = lotsOf(rules, text);
  if (lots === null) throw offStep('quantity', text, rules.instrument.lotStep, 'LOT_SIZE');
  return lots;
}

export function readClientId(params: Params, name: string, fallback: string): string {
  const id = params.optionalText(name) ?? fallback;
  if (!CLIENT_ID.test(id)) throw illegalCharacters(name);
  return id;
}

function offStep(name: string, text: string, step: string, filter: string): BinanceError {
  return isDecimal(text) && places(text) > Math.max(8, places(step))
    ? tooMuchPrecision(name)
    : new BinanceError(-1013, `Filter failure: ${filter}`);
}

const places = (text: string): number => (text.split('.')[1] ?? '').replace(/0+$/, '').length;
