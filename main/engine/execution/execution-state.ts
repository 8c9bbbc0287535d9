import type { ProtectionChanged, ReductionWanted } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { VenueIncome } from '../domain/order.ts';
import type { OrderRecord } from './order-record.ts';

/** What one entry's signature promised for what is held of it. Amounts in atoms. */
export interface Cover {
  readonly entryId: string;
  readonly instrumentId: InstrumentId;
  /** Of the entry: what it covers is long after a buy, short after a sale. */
  readonly side: 'buy' | 'sell';
  readonly stopPrice: string | null;
  readonly targetPrice: string | null;
  /** Opened under this entry, fees in base taken off, and not closed since. */
  readonly qty: bigint;
  readonly stated: Pick<ProtectionChanged, 'state' | 'clientOrderId' | 'stopPrice' | 'qtyBase' | 'text'>;
  readonly stopPlacedAtMs: number | null;
  /** Refusals in a row since a stop last rested. */
  readonly stopRejections: number;
  /** Submits of the stop in a row that the venue never judged: no connection, no room, never arrived. */
  readonly putOffs: number;
  /** The venue refused stop and target as one: the stop goes alone this time. */
  readonly pairRefused: boolean;
  readonly saleFailures: number;
  /** Nothing is tried again before. */
  readonly retryAtMs: number;
  readonly targetTriedAtMs: number | null;
  /** Of a perpetual: refusals in a row since a target last rested. */
  readonly targetRefusals: number;
}

/** A system signature asked for and not given yet. */
export interface Want extends Omit<ReductionWanted, 'kind'> {
  readonly atMs: number;
}

export interface Flatten {
  readonly atMs: number;
  readonly attempts: number;
  /** Submits in a row that the venue never judged. */
  readonly putOffs: number;
  /** Nothing is tried again before. */
  readonly retryAtMs: number;
}

/** Everything that the ledger lane brings back after a restart. */
export interface ExecutionState {
  readonly orders: Map<string, OrderRecord>;
  /** Orders not final, or final with fills still missing. */
  readonly active: Set<string>;
  readonly idByVenueId: Map<string, string>;
  /** What each booked fill said, by instrument and fill id, oldest first. */
  readonly fills: Map<string, { readonly digest: string; readonly eventTimeMs: number }>;
  /** Fills up to this time may have been forgotten: what claims to be older is not booked. */
  fillsForgottenToMs: number;
  readonly covers: Map<string, Cover>;
  /** By what was booked, per account other than cash: no promise is larger than what is there. A perpetual's short is below zero. */
  readonly held: Map<string, bigint>;
  readonly wants: Map<string, Want>;
  readonly flattens: Map<InstrumentId, Flatten>;
  readonly proposedPrices: Map<string, string>;
  readonly anomalies: Set<string>;
  /** When each venue's account was opened: what others did before is part of its opening balances. */
  readonly openedAtMs: Map<string, number>;
  /** Proposals whose orders are no longer wanted by the strategy that they rest for. */
  readonly takenBack: Set<string>;
  /** The kill switch is on. */
  killed: boolean;
  /** Venues whose books were read since the engine started. */
  readonly reconciled: Set<string>;
  /** Ids of incomes booked, oldest first. */
  readonly incomes: Set<string>;
  repairs: readonly { readonly atMs: number; readonly text: string }[];
}

export function createExecutionState(): ExecutionState {
  return {
    orders: new Map(),
    active: new Set(),
    idByVenueId: new Map(),
    fills: new Map(),
    fillsForgottenToMs: 0,
    covers: new Map(),
    held: new Map(),
    wants: new Map(),
    flattens: new Map(),
    proposedPrices: new Map(),
    anomalies: new Set(),
    openedAtMs: new Map(),
    takenBack: new Set(),
    killed: false,
    reconciled: new Set(),
    incomes: new Set(),
    repairs: [],
  };
}

export const venueKey = (instrumentId: InstrumentId, venueOrderId: string): string => `${instrumentId}|${venueOrderId}`;
export const fillKey = (fill: { readonly instrumentId: InstrumentId; readonly fillId: string }): string =>
  `${fill.instrumentId}|${fill.fillId}`;
export const incomeKey = ({ instrumentId, kind, incomeId }: VenueIncome): string =>
  `${instrumentId}|${kind}|${incomeId}`;
export const wantKey = (want: Pick<ReductionWanted, 'instrumentId' | 'purpose' | 'coveredBy'>): string =>
  `${want.instrumentId}|${want.purpose}|${want.coveredBy ?? ''}`;

/** Oldest first. */
export function activeOrders(state: ExecutionState): OrderRecord[] {
  const records: OrderRecord[] = [];
  for (const id of state.active) records.push(state.orders.get(id) as OrderRecord);
  return records;
}

export const activeIn = (state: ExecutionState, instrumentId: InstrumentId): OrderRecord[] =>
  within(activeOrders(state), instrumentId);

export const coversIn = (state: ExecutionState, instrumentId: InstrumentId): Cover[] =>
  within(state.covers.values(), instrumentId);

export const wantsIn = (state: ExecutionState, instrumentId: InstrumentId): Want[] =>
  within(state.wants.values(), instrumentId);

function within<T extends { readonly instrumentId: InstrumentId }>(all: Iterable<T>, instrumentId: InstrumentId): T[] {
  const found: T[] = [];
  for (const each of all) if (each.instrumentId === instrumentId) found.push(each);
  return found;
}
