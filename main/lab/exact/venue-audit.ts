import { divideDecimal, formatDecimal, fromNumber } from '../../engine/domain/decimal.ts';
import type { AuditReceived } from '../../engine/domain/events.ts';
import { PERPETUAL_VENUE } from '../../engine/domain/instrument.ts';
import type { VenueFill, VenueIncome, VenueOrderReport, VenuePosition } from '../../engine/domain/order.ts';
import type { Listing } from './listing.ts';

/** The books of one of the wallets at the venue of candles, as they are read over. */
export interface VenueBooks {
  readonly listings: readonly Listing[];
  readonly quote: string;
  readonly cash: bigint;
  readonly openOrders: readonly VenueOrderReport[];
  readonly fills: readonly VenueFill[];
  readonly askedAtMs: number;
}

/** Cash and coins, with what they are worth now. */
export function spotAudit({ listings, quote, cash, openOrders, fills, askedAtMs }: VenueBooks): AuditReceived {
  const held = listings.map(({ record, heldBase }) => ({ asset: record.base, free: formatDecimal(heldBase) }));
  const balances = [{ asset: quote, free: formatDecimal(cash) }, ...held];
  const marks = listings.flatMap((listing) => {
    const { record, price } = listing;
    return Number.isNaN(price) ? [] : [{ asset: record.base, priceQuote: listing.onTick(price) }];
  });
  return {
    kind: 'AuditReceived',
    openOrders,
    closedOrders: [],
    fills,
    balances: balances.map((balance) => ({ ...balance, locked: '0' })),
    askedAtMs,
    marks,
  };
}

/** The wallet and what is open. */
export function marginAudit({
  listings,
  quote,
  cash,
  openOrders,
  fills,
  incomes,
  askedAtMs,
}: VenueBooks & { readonly incomes: readonly VenueIncome[] }): AuditReceived {
  return {
    kind: 'AuditReceived',
    venue: PERPETUAL_VENUE,
    openOrders,
    closedOrders: [],
    fills,
    balances: [{ asset: quote, free: formatDecimal(cash), locked: '0' }],
    askedAtMs,
    marks: [],
    positions: listings.flatMap((listing) => (listing.heldBase === 0n ? [] : [positionOf(listing, askedAtMs)])),
    incomes,
  };
}

const positionOf = (listing: Listing, eventTimeMs: number): VenuePosition => ({
  instrumentId: listing.record.id,
  qtyBase: formatDecimal(listing.heldBase),
  entryPrice: formatDecimal(divideDecimal(listing.costQuote, listing.heldBase, 'half-up')),
  markPrice: listing.onTick(listing.price),
  unrealizedQuote: formatDecimal(fromNumber(listing.worth, 1n, 'half-up')),
  liquidationPrice: null,
  eventTimeMs,
});
