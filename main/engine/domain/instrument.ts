import { parseDecimal } from './decimal.ts';

/** `venue:SYMBOL`, e.g. `binance:BTC/USDT`; a perpetual names what it settles in: `binance-usdm:BTC/USDT:USDT`. */
export type InstrumentId = string;

/** Spot is held and sold; of a perpetual, long or short, only margin, profit, fees and funding move money. */
export type InstrumentKind = 'spot' | 'perpetual';

/** The venue of everything that names none: journals from before there were two hold its events. */
export const SPOT_VENUE = 'binance';
/** Whose rules perpetuals follow. */
export const PERPETUAL_VENUE = 'binance-usdm';

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
  /** The venue lets a stop and a target rest together on one balance. */
  readonly ocoAllowed?: boolean;
}

/** The same rules in atoms (see `decimal.ts`). Quantities are in base: a contract of a perpetual is one unit of it. */
export interface Instrument {
  readonly id: InstrumentId;
  readonly kind: InstrumentKind;
  readonly venue: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: bigint;
  readonly lotStep: bigint;
  readonly minQty: bigint;
  readonly maxQty: bigint;
  readonly minNotional: bigint;
  readonly ocoAllowed: boolean;
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
    kind: accountsOf(record.id).kind,
    venue: record.venue,
    symbol: record.symbol,
    base: record.base,
    quote: record.quote,
    tickSize,
    lotStep,
    minQty: parseDecimal(record.minQty),
    maxQty: parseDecimal(record.maxQty),
    minNotional: parseDecimal(record.minNotional),
    ocoAllowed: record.ocoAllowed ?? false,
  };
}

/** What an instrument trades, and under which names the books keep what its trades move. */
export interface InstrumentAccounts {
  readonly kind: InstrumentKind;
  readonly venue: string;
  readonly base: string;
  readonly quote: string;
  /** What is held of it: the base asset on spot; a perpetual's position is an account of its own, named by its id. */
  readonly holding: string;
  /** What pays for it, see `accountName`. */
  readonly cash: string;
}

/** A venue as people call it. */
export const venueWord = (venue: string): string => (venue === PERPETUAL_VENUE ? 'USD-M' : 'spot');

/** What an instrument is called: `BTC/USDT`, and `BTC/USDT PERP` where it is the perpetual. */
export function symbolOf(id: InstrumentId): string {
  const { kind, base, quote } = accountsOf(id);
  return kind === 'spot' ? `${base}/${quote}` : `${base}/${quote} PERP`;
}

/** An account of the books as people call it: `USDT`, `USDT (USD-M)`, `BTC/USDT PERP`. */
export function accountWord(account: string): string {
  const asset = assetOfAccount(account);
  if (asset === null) return symbolOf(account);
  return account === asset ? asset : `${asset} (${venueWord(venueOfAccount(account))})`;
}

/** An asset at a venue as the books call it: plain on spot, `binance-usdm:USDT` in a wallet apart. */
export const accountName = (venue: string, asset: string): string =>
  venue === SPOT_VENUE ? asset : `${venue}:${asset}`;

/** The asset of an account of money or coins; null for a perpetual's position. */
export function assetOfAccount(account: string): string | null {
  if (account.includes('/')) return null;
  return account.slice(account.indexOf(':') + 1);
}

/** The venue that keeps an account. */
export function venueOfAccount(account: string): string {
  const at = account.indexOf(':');
  return at < 0 ? SPOT_VENUE : account.slice(0, at);
}

/** Far more than venues list; requests may name any. Full, it begins anew. */
const ACCOUNTS_KNOWN_MAX = 10_000;
const accountsKnown = new Map<InstrumentId, InstrumentAccounts>();

/** Read from the id alone, such as `binance:BTC/USDT`. @throws RangeError when it names no base and quote. */
export function accountsOf(id: InstrumentId): InstrumentAccounts {
  const known = accountsKnown.get(id);
  if (known) return known;
  const match = /^([^:]+):([^/:]+)\/([^/:]+)(?::([^:]+))?$/.exec(id);
  if (!match) throw new RangeError(`not an instrument id: ${JSON.stringify(id)}`);
  const [, venue, base, quote, settle] = match as unknown as [string, string, string, string, string?];
  const accounts: InstrumentAccounts =
    settle === undefined
      ? { kind: 'spot', venue, base, quote, holding: base, cash: quote }
      : { kind: 'perpetual', venue, base, quote, holding: id, cash: accountName(venue, settle) };
  if (accountsKnown.size >= ACCOUNTS_KNOWN_MAX) accountsKnown.clear();
  accountsKnown.set(id, accounts);
  return accounts;
}

export const isPerpetual = (id: InstrumentId): boolean => accountsOf(id).kind === 'perpetual';
