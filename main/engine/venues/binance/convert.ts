import { TIMEFRAMES, type Timeframe } from '../../domain/candle.ts';
import { formatDecimal, isDecimal, parseDecimal } from '../../domain/decimal.ts';
import type { CandleRow } from '../../domain/events.ts';
import type { InstrumentId, InstrumentRecord } from '../../domain/instrument.ts';
import type { Quote } from '../../domain/market.ts';
import type { VenueBalance } from '../../domain/order.ts';
import { fail, ok, type Result } from '../../domain/result.ts';

/** A message that cannot be believed; `why` names the field and is short enough to count by. */
export type Malformed = { readonly kind: 'malformed'; readonly why: string };
export type Read<T> = Result<T, Malformed>;

/** From the venue's own symbol (`BTCUSDT`) to ours; undefined for one that we do not follow. */
export type InstrumentOf = (venueSymbol: string) => InstrumentId | undefined;

export class MalformedField extends Error {}

/** Runs `read`; a field that is not as it must be becomes a value. Anything else thrown is a bug and goes on. */
export function attempt<T>(what: string, read: () => T): Read<T> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof MalformedField) return fail({ kind: 'malformed', why: `${what}: ${error.message}` });
    throw error;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new MalformedField('not an object');
  return value as Fields;
}

/** Longer decimals are nobody's amount, and some of them no double could hold. */
const DECIMAL_CHARACTERS_MAX = 40;
const isAmount = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= DECIMAL_CHARACTERS_MAX && isDecimal(value) && !value.startsWith('-');

/** A decimal string as the venue wrote it, not negative. */
export function rawDecimal(fields: Fields, key: string): string {
  const value = fields[key];
  if (!isAmount(value)) throw new MalformedField(`${key} is not a decimal`);
  return value;
}
/** The shortest form of a decimal field, so that equal amounts are equal strings. */
export const decimal = (fields: Fields, key: string): string => formatDecimal(parseDecimal(rawDecimal(fields, key)));

export function positiveDecimal(fields: Fields, key: string): string {
  const value = rawDecimal(fields, key);
  if (!/[1-9]/.test(value)) throw new MalformedField(`${key} is not positive`);
  return value;
}
/** What a word of the venue's stands for. */
export function oneOf<T>(meanings: ReadonlyMap<string, T>, fields: Fields, key: string): T {
  const said = fields[key];
  const meaning = typeof said === 'string' ? meanings.get(said) : undefined;
  if (meaning === undefined) throw new MalformedField(`${key} is unknown`);
  return meaning;
}
const SIDES: ReadonlyMap<string, 'buy' | 'sell'> = new Map([
  ['BUY', 'buy'],
  ['SELL', 'sell'],
]);
export const side = (fields: Fields, key: string): 'buy' | 'sell' => oneOf(SIDES, fields, key);
export function integer(fields: Fields, key: string): number {
  const said = fields[key];
  // ccxt turns integers of 15 digits and more into strings.
  const value = typeof said === 'string' && /^\d{1,16}$/.test(said) ? Number(said) : said;
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new MalformedField(`${key} is not an integer`);
  return value as number;
}
/** A name of the venue's, or a number that serves as one. */
export function identifier(fields: Fields, key: string): string {
  const value = fields[key];
  if ((typeof value !== 'string' && typeof value !== 'number') || value === '') {
    throw new MalformedField(`${key} is missing`);
  }
  return String(value);
}
export function instrumentIn(fields: Fields, key: string, instrumentOf: InstrumentOf): InstrumentId {
  const id = instrumentOf(identifier(fields, key));
  if (!id) throw new MalformedField('unknown symbol');
  return id;
}

export interface PublicTrade {
  readonly instrumentId: InstrumentId;
  readonly id: number;
  readonly timeMs: number;
  readonly price: string;
  readonly qtyBase: string;
  readonly side: 'buy' | 'sell';
}

export function readTrade(message: unknown, instrumentOf: InstrumentOf): Read<PublicTrade> {
  return attempt('trade', () => {
    const fields = fieldsOf(message);
    return {
      instrumentId: instrumentIn(fields, 's', instrumentOf),
      id: integer(fields, 't'),
      timeMs: integer(fields, 'T'),
      price: positiveDecimal(fields, 'p'),
      qtyBase: positiveDecimal(fields, 'q'),
      // `m`: the buyer's order was resting, so the seller was the taker.
      side: fields.m === true ? 'sell' : 'buy',
    };
  });
}

/** A `depthUpdate`: update ids and levels as they must be. ccxt keeps the book. */
export function readBookDiff(message: unknown, instrumentOf: InstrumentOf): Read<InstrumentId> {
  return attempt('book', () => {
    const fields = fieldsOf(message);
    integer(fields, 'U');
    integer(fields, 'u');
    integer(fields, 'E');
    for (const key of ['b', 'a']) {
      const levels = fields[key];
      if (!Array.isArray(levels)) throw new MalformedField(`${key} is not a list`);
      for (const level of levels) {
        if (!Array.isArray(level) || !isAmount(level[0]) || !isAmount(level[1])) {
          throw new MalformedField(`${key} holds what is no level`);
        }
      }
    }
    return instrumentIn(fields, 's', instrumentOf);
  });
}

/** The stream names no time: `eventTimeMs` is when it came, on the venue's clock. */
export function readQuote(
  message: unknown,
  instrumentOf: InstrumentOf,
  receivedTimeMs: number,
  clockSkewMs: number,
): Read<{ instrumentId: InstrumentId; quote: Quote }> {
  return attempt('quote', () => {
    const fields = fieldsOf(message);
    const quote: Quote = {
      bid: positiveDecimal(fields, 'b'),
      bidQty: rawDecimal(fields, 'B'),
      ask: positiveDecimal(fields, 'a'),
      askQty: rawDecimal(fields, 'A'),
      eventTimeMs: Math.round(receivedTimeMs - clockSkewMs),
      receivedTimeMs,
    };
    if (Number(quote.bid) >= Number(quote.ask)) throw new MalformedField('bid is not below ask');
    return { instrumentId: instrumentIn(fields, 's', instrumentOf), quote };
  });
}

/** Finite, positive, high and low around open and close. */
export function checkedCandle(openTimeMs: number, prices: readonly unknown[], volume: unknown): CandleRow {
  const [open, high, low, close] = prices.map((text) => {
    if (!isAmount(text)) throw new MalformedField('price is not a decimal');
    return Number(text);
  }) as [number, number, number, number];
  if (!isAmount(volume)) throw new MalformedField('volume is not a decimal');
  if (low <= 0) throw new MalformedField('price is not positive');
  if (high < Math.max(open, close) || low > Math.min(open, close)) {
    throw new MalformedField('high or low does not hold open and close');
  }
  return [openTimeMs, open, high, low, close, Number(volume)];
}

export interface Kline {
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candle: CandleRow;
  readonly closed: boolean;
  readonly throughTradeId: number | null;
  readonly eventTimeMs: number;
}

export function readKline(message: unknown, instrumentOf: InstrumentOf): Read<Kline> {
  return attempt('kline', () => {
    const event = fieldsOf(message);
    const fields = fieldsOf(event.k);
    const timeframe = TIMEFRAMES.find((name) => name === fields.i);
    if (!timeframe) throw new MalformedField('unknown interval');
    const prices = [fields.o, fields.h, fields.l, fields.c];
    const last = fields.L;
    return {
      instrumentId: instrumentIn(event, 's', instrumentOf),
      timeframe,
      candle: checkedCandle(integer(fields, 't'), prices, fields.v),
      closed: fields.x === true,
      // -1 in a candle without prints.
      throughTradeId: last === undefined || last === -1 ? null : integer(fields, 'L'),
      eventTimeMs: integer(event, 'E'),
    };
  });
}

/** A row of `GET /api/v3/klines`. */
export function readRestKline(row: unknown): Read<CandleRow> {
  return attempt('klines', () => {
    if (!Array.isArray(row)) throw new MalformedField('not a row');
    return checkedCandle(integer({ t: row[0] }, 't'), row.slice(1, 5), row[5]);
  });
}

export interface TickerReading {
  readonly instrumentId: InstrumentId;
  readonly last: string;
  readonly openPrice: string;
  readonly changeShare: number;
  readonly volumeQuote: string;
}

export function readTicker(message: unknown, instrumentOf: InstrumentOf): Read<TickerReading> {
  return attempt('ticker', () => {
    const fields = fieldsOf(message);
    const last = positiveDecimal(fields, 'c');
    const openPrice = positiveDecimal(fields, 'o');
    return {
      instrumentId: instrumentIn(fields, 's', instrumentOf),
      last,
      openPrice,
      changeShare: Number(last) / Number(openPrice) - 1,
      volumeQuote: rawDecimal(fields, 'q'),
    };
  });
}

/** An instrument's rules from ccxt's market, by the venue's own strings. */
export function readInstrument(market: unknown): Read<InstrumentRecord & { readonly venueSymbol: string }> {
  return attempt('instrument', () => {
    const fields = fieldsOf(market);
    const info = fieldsOf(fields.info);
    const symbol = identifier(fields, 'symbol');
    const filters = Array.isArray(info.filters) ? info.filters.map(fieldsOf) : [];
    const filter = (type: string): Fields => filters.find((entry) => entry.filterType === type) ?? {};
    const notional = filters.find((entry) => entry.filterType === 'NOTIONAL' || entry.filterType === 'MIN_NOTIONAL');
    const step = (fields: Fields, key: string): string => {
      positiveDecimal(fields, key);
      return decimal(fields, key);
    };
    return {
      id: `binance:${symbol}`,
      venue: 'binance',
      symbol,
      base: identifier(fields, 'base'),
      quote: identifier(fields, 'quote'),
      tickSize: step(filter('PRICE_FILTER'), 'tickSize'),
      lotStep: step(filter('LOT_SIZE'), 'stepSize'),
      minQty: decimal(filter('LOT_SIZE'), 'minQty'),
      maxQty: decimal(filter('LOT_SIZE'), 'maxQty'),
      minNotional: notional ? decimal(notional, 'minNotional') : '0',
      ocoAllowed: info.ocoAllowed === true,
      venueSymbol: identifier(info, 'symbol'),
    };
  });
}

/** `GET /api/v3/account`, assets that are not zero. */
export function readBalances(account: unknown): Read<VenueBalance[]> {
  return attempt('account', () => {
    const rows = fieldsOf(account).balances;
    if (!Array.isArray(rows)) throw new MalformedField('no balances');
    return rows
      .map(fieldsOf)
      .map((row) => ({ asset: identifier(row, 'asset'), free: decimal(row, 'free'), locked: decimal(row, 'locked') }))
      .filter((balance) => balance.free !== '0' || balance.locked !== '0');
  });
}
