import type { MarkPriceReceived } from '../../domain/events.ts';
import type { InstrumentRecord } from '../../domain/instrument.ts';
import { believed, type ConnectorContext } from '../binance/connector-context.ts';
import {
  attempt,
  decimal,
  fieldsOf,
  type InstrumentOf,
  instrumentIn,
  integer,
  positiveDecimal,
  type Read,
} from '../binance/convert.ts';
import { keepWatching } from '../binance/stream-loop.ts';
import { signedDecimal } from './convert-orders.ts';
import type { TappedUsdm } from './tapped-usdm.ts';

/** A `markPriceUpdate`. */
export function readMarkPrice(message: unknown, instrumentOf: InstrumentOf): Read<MarkPriceReceived> {
  return attempt('markPriceUpdate', () => {
    const fields = fieldsOf(message);
    positiveDecimal(fields, 'p');
    return {
      kind: 'MarkPriceReceived',
      instrumentId: instrumentIn(fields, 's', instrumentOf),
      perpetual: {
        markPrice: decimal(fields, 'p'),
        fundingRate: signedDecimal(fields, 'r'),
        nextFundingMs: integer(fields, 'T'),
        eventTimeMs: integer(fields, 'E'),
      },
    };
  });
}

/** Watches the mark prices of all that is followed, as they come: once a second. */
export function watchMarkPrices(context: ConnectorContext, list: readonly InstrumentRecord[]): void {
  const exchange = context.exchange as TappedUsdm;
  exchange.onMarkPrice = (message) => {
    const read = believed(context, readMarkPrice(message, context.instruments.byVenueSymbol));
    if (read) context.emit(read);
  };
  void keepWatching(context, {
    name: 'mark prices',
    watch: () => exchange.watchMarkPrices(list.map(({ symbol }) => symbol)),
    // Positions are valued by the quotes until they are back.
    broke: () => undefined,
    running: () => true,
  });
}
