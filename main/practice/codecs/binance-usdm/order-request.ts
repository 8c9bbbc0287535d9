import type { ConditionalRequest, ConditionalType } from '../../derivatives/conditional-orders.ts';
import type { OrderRequest } from '../../matching/filters.ts';
import type { TimeInForce } from '../../matching/order.ts';
import { lotsOf, type TradingRules, ticksOf } from '../../matching/rules.ts';
import { BinanceError, missingParameter, tooMuchPrecision, unexpectedParameter } from '../binance-spot/errors.ts';
import { readClientId, readSide } from '../binance-spot/order-request.ts';
import type { Params } from '../binance-spot/params.ts';
import { ORDER_TYPES } from './render.ts';

const CONDITIONAL = new Map(Object.entries(ORDER_TYPES).map(([ours, theirs]) => [theirs, ours as ConditionalType]));
const IN_FORCE: ReadonlyMap<string, TimeInForce> = new Map([
  ['GTC', 'gtc'],
  ['GTX', 'gtc'],
  ['IOC', 'ioc'],
  ['FOK', 'fok'],
]);
/** Order kinds that a real exchange has and this one has not. */
const NOT_TRADED = ['activationPrice', 'activatePrice', 'callbackRate', 'priceMatch', 'goodTillDate'];

/** Reads `POST /fapi/v1/order`. @throws BinanceError as the exchange refuses what is wrong with it. */
export function readOrder(params: Params, rules: TradingRules, fallbackClientId: string): OrderRequest {
  const type = params.text('type');
  if (CONDITIONAL.has(type) || type === 'TRAILING_STOP_MARKET') {
    const text = 'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.';
    throw new BinanceError(-4120, text);
  }
  if (type !== 'LIMIT' && type !== 'MARKET') throw new BinanceError(-1116, 'Invalid orderType.');
  refuseUntraded(params);
  const isLimit = type === 'LIMIT';
  if (!isLimit && params.has('price')) throw unexpectedParameter('price');
  const inForce = isLimit ? readInForce(params.text('timeInForce')) : { timeInForce: 'ioc' as const, postOnly: false };
  return {
    symbol: rules.symbol,
    side: readSide(params),
    type: isLimit ? (inForce.postOnly ? 'limit-maker' : 'limit') : 'market',
    timeInForce: inForce.timeInForce,
    priceTicks: isLimit ? readPrice(params, rules, 'price') : null,
    stopTicks: null,
    qtyLots: readQuantity(params, rules),
    quoteBudgetAtoms: null,
    clientOrderId: readClientId(params, 'newClientOrderId', fallbackClientId),
    orderListId: -1,
    reduceOnly: isTrue(params, 'reduceOnly'),
  };
}

/** Reads `POST /fapi/v1/algoOrder`. @throws BinanceError */
export function readConditional(params: Params, rules: TradingRules, fallbackClientId: string): ConditionalRequest {
  if (params.text('algoType') !== 'CONDITIONAL')
    throw new BinanceError(-1102, "Mandatory parameter 'algoType' was not sent, was empty/null, or malformed.");
  const type = CONDITIONAL.get(params.text('type'));
  if (!type) throw new BinanceError(-1116, 'Invalid orderType.');
  refuseUntraded(params);
  const isMarket = type.endsWith('-market');
  const closes = isTrue(params, 'closePosition');
  if (closes && !isMarket) throw unexpectedParameter('closePosition');
  if (closes && params.has('quantity'))
    throw new BinanceError(-4136, 'Target strategy invalid for closePosition true.');
  if (closes && params.has('reduceOnly')) throw unexpectedParameter('reduceOnly');
  const { timeInForce, postOnly } = readInForce(params.optionalText('timeInForce') ?? 'GTC');
  return {
    clientAlgoId: readClientId(params, 'clientAlgoId', fallbackClientId),
    symbol: rules.symbol,
    side: readSide(params),
    type,
    triggerTicks: readPrice(params, rules, params.has('triggerPrice') ? 'triggerPrice' : 'stopPrice'),
    priceTicks: isMarket ? null : readPrice(params, rules, 'price'),
    qtyLots: closes ? null : readQuantity(params, rules),
    timeInForce,
    postOnly,
    reduceOnly: isTrue(params, 'reduceOnly'),
    trigger: params.optionalText('workingType') === 'MARK_PRICE' ? 'mark' : 'last',
  };
}

function refuseUntraded(params: Params): void {
  for (const name of NOT_TRADED) if (params.has(name)) throw unexpectedParameter(name);
  const side = params.optionalText('positionSide');
  if (side !== null && side !== 'BOTH') {
    throw new BinanceError(-4061, "Order's position side does not match user's setting.");
  }
}

function readInForce(text: string): { readonly timeInForce: TimeInForce; readonly postOnly: boolean } {
  const timeInForce = IN_FORCE.get(text);
  if (!timeInForce) throw new BinanceError(-1115, 'Invalid timeInForce.');
  return { timeInForce, postOnly: text === 'GTX' };
}

function readPrice(params: Params, rules: TradingRules, name: string): number {
  const text = params.optionalDecimal(name);
  if (text === null) throw missingParameter(name);
  const ticks = ticksOf(rules, text);
  if (ticks === null) throw new BinanceError(-4014, 'Price not increased by tick size.');
  return ticks;
}

function readQuantity(params: Params, rules: TradingRules): number {
  const text = params.optionalDecimal('quantity');
  if (text === null) throw missingParameter('quantity');
  const lots = lotsOf(rules, text);
  if (lots === null) throw tooMuchPrecision('quantity');
  return lots;
}

const isTrue = (params: Params, name: string): boolean => params.optionalText(name)?.toLowerCase() === 'true';
