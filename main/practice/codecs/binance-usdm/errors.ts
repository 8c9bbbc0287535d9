import type { MarginRejection } from '../../derivatives/derivatives-exchange.ts';
import type { TradingRules } from '../../matching/rules.ts';
import { BinanceError } from '../binance-spot/errors.ts';

/** A refusal in the words of Binance USD-M, whose codes differ from spot's. */
export function marginError(rejection: MarginRejection, rules: TradingRules): BinanceError {
  switch (rejection.kind) {
    case 'lot-size':
      return new BinanceError(-4005, 'Quantity greater than max quantity or less than min quantity.');
    case 'price-filter':
      return new BinanceError(-4014, 'Price not increased by tick size.');
    case 'min-notional':
      return new BinanceError(
        -4164,
        `Order's notional must be no smaller than ${rules.instrument.minNotional} (unless you choose reduce only).`,
      );
    case 'percent-price':
      return new BinanceError(-4016, 'Limit price is outside of the mark price multiplier cap.');
    case 'max-orders':
      return new BinanceError(-2025, 'Reach max open order limit.');
    case 'max-stop-orders':
      return new BinanceError(-4045, 'Reach max stop order limit.');
    case 'insufficient-balance':
      return new BinanceError(-2019, 'Margin is insufficient.');
    case 'would-match':
      return new BinanceError(
        -5022,
        'Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history',
      );
    case 'would-trigger':
      return new BinanceError(-2021, 'Order would immediately trigger.');
    case 'duplicate-id':
      return new BinanceError(-4116, 'ClientOrderId is duplicated.');
    case 'no-liquidity':
      return new BinanceError(-2020, 'Unable to fill.');
    case 'reduce-only':
      return new BinanceError(-2022, 'ReduceOnly Order is rejected.');
    case 'liquidating':
      return new BinanceError(-2023, 'User in liquidation mode now.');
  }
}
