import type { ListRejection } from '../../matching/filters.ts';

/** A refusal in Binance's words: HTTP status, code, message and, for limits, how long to stay away. */
export class BinanceError extends Error {
  readonly status: number;
  readonly code: number;
  readonly retryAfterSec: number | null;

  constructor(code: number, msg: string, status = 400, retryAfterSec: number | null = null) {
    super(msg);
    this.name = 'BinanceError';
    this.status = status;
    this.code = code;
    this.retryAfterSec = retryAfterSec;
  }

  get body(): { code: number; msg: string } {
    return { code: this.code, msg: this.message };
  }
}

export const missingParameter = (name: string): BinanceError =>
  new BinanceError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
export const unexpectedParameter = (name: string): BinanceError =>
  new BinanceError(-1106, `Parameter '${name}' sent when not required.`);
export const illegalCharacters = (name: string): BinanceError =>
  new BinanceError(-1100, `Illegal characters found in parameter '${name}'.`);
export const tooMuchPrecision = (name: string): BinanceError =>
  new BinanceError(-1111, `Parameter '${name}' has too much precision.`);
export const invalidSymbol = (): BinanceError => new BinanceError(-1121, 'Invalid symbol.');
export const unknownOrderSent = (): BinanceError => new BinanceError(-2011, 'Unknown order sent.');
export const orderDoesNotExist = (): BinanceError => new BinanceError(-2013, 'Order does not exist.');

/** The engine's refusal as Binance says it. */
export function rejectionError(rejection: ListRejection): BinanceError {
  switch (rejection.kind) {
    case 'lot-size':
      return new BinanceError(-1013, 'Filter failure: LOT_SIZE');
    case 'price-filter':
      return new BinanceError(-1013, 'Filter failure: PRICE_FILTER');
    case 'min-notional':
      return new BinanceError(-1013, 'Filter failure: NOTIONAL');
    case 'percent-price':
      return new BinanceError(-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE');
    case 'max-orders':
      return new BinanceError(-1013, 'Filter failure: MAX_NUM_ORDERS');
    case 'max-stop-orders':
      return new BinanceError(-1013, 'Filter failure: MAX_NUM_ALGO_ORDERS');
    case 'insufficient-balance':
      return new BinanceError(-2010, 'Account has insufficient balance for requested action.');
    case 'would-match':
      return new BinanceError(-2010, 'Order would immediately match and take.');
    case 'would-trigger':
      return new BinanceError(-2010, 'Stop price would trigger immediately.');
    case 'duplicate-id':
      return new BinanceError(-2010, 'Duplicate order sent.');
    case 'price-relation':
      return new BinanceError(-2010, 'The relationship of the prices for the orders is not correct.');
    case 'no-liquidity':
      return new BinanceError(-2010, 'There are no orders on the other side of the book.');
  }
}
