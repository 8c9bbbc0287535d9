import { FUNDING_RATE_PPM, nextFundingMs } from '../../derivatives/funding.ts';
import { formatTicks } from '../../matching/rules.ts';
import { priceLevel } from '../binance-spot/market-data.ts';
import { SPOT_DIALECT, type StreamDialect } from '../binance-spot/stream-events.ts';
import { tickerEvent } from '../binance-spot/tickers.ts';
import { fundingRate } from './market-data.ts';

/** How USD-M words its public streams: as spot, with other fields here and there. */
export const USDM_DIALECT: StreamDialect = {
  ...SPOT_DIALECT,
  trade: (rules, print, id, eventTimeMs) => ({
    ...(SPOT_DIALECT.trade(rules, print, id, eventTimeMs) as object),
    X: 'MARKET',
  }),
  depth: (rules, diff, eventTimeMs) => ({
    ...(SPOT_DIALECT.depth(rules, diff, eventTimeMs) as object),
    T: eventTimeMs,
    pu: diff.firstUpdateId - 1,
  }),
  best: (market, bid, ask, eventTimeMs) => {
    const [b, B] = priceLevel(market.rules, bid);
    const [a, A] = priceLevel(market.rules, ask);
    return {
      e: 'bookTicker',
      u: market.updateId,
      s: market.rules.symbol,
      b,
      B,
      a,
      A,
      T: eventTimeMs,
      E: eventTimeMs,
    };
  },
  ticker: (market, ticker, eventTimeMs) => {
    const { b, B, a, A, x, ...rest } = tickerEvent(market, ticker, eventTimeMs);
    return rest;
  },
  mark: (market, eventTimeMs) => {
    const price = formatTicks(market.rules, market.tape.referenceTicks(eventTimeMs));
    return {
      e: 'markPriceUpdate',
      E: eventTimeMs,
      s: market.rules.symbol,
      p: price,
      i: price,
      P: price,
      r: fundingRate(FUNDING_RATE_PPM),
      T: nextFundingMs(eventTimeMs),
    };
  },
};
