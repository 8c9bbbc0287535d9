import { divideDecimal, formatDecimal, fromNumber } from '../../engine/domain/decimal.ts';
import type { AuditReceived } from '../../engine/domain/events.ts';
import { SPOT_VENUE } from '../../engine/domain/instrument.ts';
import type { VenueFill, VenueIncome, VenueOrderReport, VenuePosition } from '../../engine/domain/order.ts';
import type { Listing } from './listing.ts';

/** The books of the venue of candles, as they are read over. */
export interface VenueBooks {
  readonly listings: readonly Listing[];
  readonly cash: bigint;
  readonly openOrders: readonly VenueOrderReport[];
  readonly fills: readonly VenueFill[];
  readonly askedAtMs: number;
}

/** Cash and coins, with what they are worth now. */
export function spotAudit({ listings, cash, openOrders, fills, askedAtMs }: VenueBooks): AuditReceived {
  const held = listings.map(({ record, heldBase }) => ({ asset: record.base, free: formatDecimal(heldBase) }));
  const balances = [{ asset: listings[0]?.record.quote ?? '', free: formatDecimal(cash) }, ...held];
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

/** The wallet and what is open; of spot, where nothing is, that there is nothing. */
export function marginAudit(
  venue: string,
  { listings, cash, openOrders, fills, incomes, askedAtMs }: VenueBooks & { readonly incomes: readonly VenueIncome[] },
): AuditReceived {
  const none = { kind: 'AuditReceived', closedOrders: [], marks: [], askedAtMs } as const;
  if (venue === SPOT_VENUE) return { ...none, openOrders: [], fills: [], balances: [] };
  return {
    ...none,
    venue,
    openOrders,
    fills,
    balances: [{ asset: listings[0]?.record.quote ?? '', free: formatDecimal(cash), locked: '0' }],
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
