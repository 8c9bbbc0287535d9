import { parseDecimal } from './decimal.ts';

/** `venue:SYMBOL`, e.g. `binance:BTC/USDT`. */
export type InstrumentId = string;

/** An instrument's rules as they travel in events: decimal strings. */
export interface InstrumentRecord {
  readonly id: InstrumentId;
  readonly venue: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: string;
  readonly lotStep: string;
  readonly minQty: string;
  readonly maxQty: string;
  readonly minNotional: string;
}

/** The same rules in atoms (see `decimal.ts`). */
export interface Instrument {
  readonly id: InstrumentId;
  readonly venue: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: bigint;
  readonly lotStep: bigint;
  readonly minQty: bigint;
  readonly maxQty: bigint;
  readonly minNotional: bigint;
}

/** The rules of what is traded, as last loaded from the venue. */
export interface InstrumentsView {
  get(id: InstrumentId): Instrument | null;
  all(): readonly Instrument[];
}

/** @throws RangeError when a field is not a decimal or a step is not positive. */
export function instrumentFromRecord(record: InstrumentRecord): Instrument {
  const tickSize = parseDecimal(record.tickSize);
  const lotStep = parseDecimal(record.lotStep);
  if (tickSize <= 0n || lotStep <= 0n) throw new RangeError(`${record.id}: tick and lot must be positive`);
  return {
    id: record.id,
    venue: record.venue,
    symbol: record.symbol,
    base: record.base,
    quote: record.quote,
    tickSize,
    lotStep,
    minQty: parseDecimal(record.minQty),
    maxQty: parseDecimal(record.maxQty),
    minNotional: parseDecimal(record.minNotional),
  };
}

/** Base and quote asset named by an id such as `binance:BTC/USDT`. @throws RangeError when it does not name both. */
export function assetsOf(id: InstrumentId): { readonly base: string; readonly quote: string } {
  const match = /^[^:]+:([^/:]+)\/([^/:]+)(?::.*)?$/.exec(id);
  if (!match) throw new RangeError(`not an instrument id: ${JSON.stringify(id)}`);
  return { base: match[1] as string, quote: match[2] as string };
}
