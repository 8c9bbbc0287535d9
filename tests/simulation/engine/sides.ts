import type { BinanceMarket } from '../../../main/engine/venues/binance/market.ts';
import { spotMarket } from '../../../main/engine/venues/binance/market.ts';
import type { TappedBinance } from '../../../main/engine/venues/binance/tapped-binance.ts';
import { usdmMarket } from '../../../main/engine/venues/binance-usdm/market.ts';
import type { TappedUsdm } from '../../../main/engine/venues/binance-usdm/tapped-usdm.ts';
import { createSimExchange } from './sim-exchange.ts';
import type { Arrival, SimLine } from './sim-line.ts';
import type { SimMarket } from './sim-market.ts';
import { createSimPerpetualExchange } from './sim-perpetual-exchange.ts';
import type { SimPerpetuals } from './sim-perpetuals.ts';
import type { SimTime } from './sim-time.ts';
import type { SimVenue } from './sim-venue.ts';
import type { SimWire } from './sim-wire.ts';

/** One venue and the way to it, with the product's own words for it. */
export interface Side {
  readonly venue: SimMarket;
  readonly wire: SimWire;
  /** What a connector remembers of its market dies with it. */
  createMarket(): BinanceMarket;
  openExchange(line: SimLine, onArrival: (arrival: Arrival) => void): TappedBinance;
  /** A message of the private stream, to where ccxt hands it. */
  hand(message: unknown, exchange: TappedBinance, onOrder: (message: unknown) => void): void;
}

export const spotSide = (venue: SimVenue, wire: SimWire, time: SimTime): Side => ({
  venue,
  wire,
  createMarket: spotMarket,
  openExchange: (line, onArrival) => createSimExchange({ time, venue, wire, line, onArrival }),
  hand: (message, _exchange, onOrder) => onOrder(message),
});

export const perpetualSide = (venue: SimPerpetuals, wire: SimWire, time: SimTime): Side => ({
  venue,
  wire,
  createMarket: usdmMarket,
  openExchange: (line, onArrival) => createSimPerpetualExchange({ time, venue, wire, line, onArrival }),
  hand(message, exchange, onOrder) {
    if ((message as { e: string }).e === 'ACCOUNT_UPDATE') (exchange as TappedUsdm).onFunding();
    else onOrder(message);
  },
});
