import type { AccountFolder } from './data-folder.ts';
import { isPerpetual, PERPETUAL_VENUE } from './engine/domain/instrument.ts';
import { systemTimers } from './engine/kernel/clock.ts';
import { BINANCE_DEFAULTS } from './engine/venues/binance/connector.ts';
import { type CandleStore, openCandleStore } from './engine/venues/candle-store/candle-store.ts';
import type { VenuePort } from './engine/venues/venue-port.ts';
import { createVenueRouter } from './engine/venues/venue-router.ts';
import { createVenueWorkerPort, type VenueWorkerOptions } from './engine/venues/venue-worker-client.ts';

export interface PracticeAccess {
  readonly port: number;
  readonly apiKey: string;
  readonly secret: string;
  /** Spot's; null: all that the venue lists. */
  readonly symbols: readonly string[] | null;
}

/** A worker for spot and one for perpetuals, as one port. */
export function openPracticeVenues(
  access: PracticeAccess,
  books: AccountFolder,
  { onProblem, workerUrl, record }: Pick<VenueWorkerOptions, 'onProblem' | 'record'> & { readonly workerUrl: URL },
): VenuePort {
  const { port, apiKey, secret, symbols } = access;
  const worker = (market: 'spot' | 'usdm', candleStorePath: string, followed: readonly string[] | null): VenuePort =>
    createVenueWorkerPort({
      candleStorePath,
      market,
      connector: { ...BINANCE_DEFAULTS, loopbackPort: port, symbols: followed },
      credentials: async () => ({ apiKey, secret }),
      onProblem,
      workerUrl,
      ...(record && record.symbol.includes(':') === (market === 'usdm') && { record }),
    });
  const settled = symbols?.filter((symbol) => symbol.endsWith('/USDT')) ?? null;
  const perpetuals = settled?.map((symbol) => `${symbol}:USDT`) ?? null;
  return createVenueRouter({
    spot: worker('spot', books.candleStore, symbols),
    others: [{ name: PERPETUAL_VENUE, port: worker('usdm', books.perpetualCandleStore, perpetuals) }],
    after: systemTimers.after,
  });
}

/** What both workers have stored, read from here. */
export function openCandleReaders(
  books: AccountFolder,
  onProblem: (text: string) => void,
): Pick<CandleStore, 'readBefore' | 'close'> {
  const spot = openCandleStore(books.candleStore, { onProblem });
  const perpetuals = openCandleStore(books.perpetualCandleStore, { onProblem });
  return {
    readBefore: (id, timeframe, beforeMs, limit) =>
      (isPerpetual(id) ? perpetuals : spot).readBefore(id, timeframe, beforeMs, limit),
    close() {
      spot.close();
      perpetuals.close();
    },
  };
}
