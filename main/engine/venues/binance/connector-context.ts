import type { InstrumentId, InstrumentRecord } from '../../domain/instrument.ts';
import type { CandleStore } from '../candle-store/candle-store.ts';
import type { BreakerLimits, CircuitBreaker } from '../circuit-breaker.ts';
import type { Quarantine } from '../quarantine.ts';
import type { RequestBudget, RequestClass } from '../request-budget.ts';
import type { VenueEvent } from '../venue-port.ts';
import type { Malformed, Read } from './convert.ts';
import { judgeVenue } from './errors.ts';
import type { RequestTrace, TappedBinance } from './tapped-binance.ts';

/** What the connector follows, by either name. Empty until the venue's list was read. */
export interface InstrumentTable {
  readonly all: readonly InstrumentRecord[];
  byVenueSymbol(venueSymbol: string): InstrumentId | undefined;
  record(instrumentId: InstrumentId): InstrumentRecord | undefined;
  venueSymbol(instrumentId: InstrumentId): string | undefined;
  set(instruments: readonly (InstrumentRecord & { readonly venueSymbol: string })[]): void;
}

export function createInstrumentTable(): InstrumentTable {
  const ids = new Map<string, InstrumentId>();
  const records = new Map<InstrumentId, InstrumentRecord>();
  const venueSymbols = new Map<InstrumentId, string>();
  return {
    get all() {
      return [...records.values()];
    },
    byVenueSymbol: (venueSymbol) => ids.get(venueSymbol),
    record: (instrumentId) => records.get(instrumentId),
    venueSymbol: (instrumentId) => venueSymbols.get(instrumentId),
    set(instruments) {
      ids.clear();
      records.clear();
      venueSymbols.clear();
      for (const { venueSymbol, ...record } of instruments) {
        ids.set(venueSymbol, record.id);
        records.set(record.id, record);
        venueSymbols.set(record.id, venueSymbol);
      }
    },
  };
}

export type BreakerName = 'reads' | 'entries';

/** Reads come back soon, for an audit waits for them; an entry costs an order in doubt each time it is tried. */
export const BREAKER_LIMITS: Readonly<Record<BreakerName, BreakerLimits>> = {
  reads: { failuresMax: 5, pauseMsFirst: 1_000, pauseMsMax: 10_000 },
  entries: { failuresMax: 3, pauseMsFirst: 5_000, pauseMsMax: 60_000 },
};

/** What protects (cancel, flatten, stop) has none: nothing stands before it. */
const BREAKER_OF: Readonly<Record<RequestClass, BreakerName | null>> = {
  protect: null,
  entry: 'entries',
  query: 'reads',
  market: 'reads',
};

/** What the parts of the connector share. */
export interface ConnectorContext {
  readonly exchange: TappedBinance;
  readonly budget: RequestBudget;
  readonly breakers: Readonly<Record<BreakerName, CircuitBreaker>>;
  readonly instruments: InstrumentTable;
  readonly quarantine: Quarantine;
  readonly store: CandleStore;
  readonly recvWindowMs: number;
  emit(event: VenueEvent): void;
  nowMs(): number;
  /** Our clock less the venue's, as far as that is known; 0 before the first answer. */
  clockSkewMs(): number;
  /** Asks the venue for its time where ours has been set since, or it never was asked. */
  verifyClock(): Promise<void>;
  /** The venue refused an order for its price, quantity or size: its rules may be others than we know. */
  doubtRules(): void;
  /** The venue said that our clock is off: measures and adjusts from now on. */
  correctClock(): Promise<void>;
  running(): boolean;
  /** Resolves after `ms`, or at once when the connector stops. */
  sleep(ms: number): Promise<void>;
}

export const READ_WAIT_MS_MAX = 30_000;

export const newTrace = (requestClass: RequestClass, weight: number, waitMsMax?: number): RequestTrace => ({
  requestClass,
  weight,
  ...(waitMsMax === undefined ? {} : { waitMsMax }),
  sent: false,
  transportCode: '',
  status: null,
  body: '',
});

/** One request behind the breaker of its class. @throws BreakerOpen when it is held back, else ccxt's error. */
export async function askVenue<T>(
  context: Pick<ConnectorContext, 'exchange' | 'breakers'>,
  trace: RequestTrace,
  call: () => Promise<T>,
): Promise<T> {
  const name = BREAKER_OF[trace.requestClass];
  const ended = name === null ? null : context.breakers[name].admit();
  try {
    return await context.exchange.traced(trace, call);
  } finally {
    const { end, why } = judgeVenue(trace);
    ended?.(end, why);
  }
}

/** One request that changes nothing at the venue. @throws BreakerOpen, or ccxt's error. */
export async function readFromVenue(
  context: ConnectorContext,
  requestClass: 'query' | 'market',
  weight: number,
  call: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await askVenue(context, newTrace(requestClass, weight, READ_WAIT_MS_MAX), call);
  } catch (error) {
    if (isClockError(error)) await context.correctClock();
    throw error;
  }
}

/** ccxt's class for -1021 (ChecksumError, of which it is the parent, has a name of its own). */
export const isClockError = (error: unknown): boolean => error instanceof Error && error.name === 'InvalidNonce';

/** The value, or undefined after counting why not. */
export function believed<T>(context: ConnectorContext, read: Read<T>): T | undefined {
  if (read.ok) return read.value;
  context.quarantine.add(read.error.why);
  return undefined;
}

/** Every row believed, or the first reason why one is not: a list with a hole in it must not pass for the whole. */
export function readAll<T>(rows: unknown, readRow: (row: unknown) => Read<T>): Read<T[]> {
  if (!Array.isArray(rows)) return { ok: false, error: malformed('the answer is not a list') };
  const out: T[] = [];
  for (const row of rows) {
    const read = readRow(row);
    if (!read.ok) return read;
    out.push(read.value);
  }
  return { ok: true, value: out };
}
const malformed = (why: string): Malformed => ({ kind: 'malformed', why });
