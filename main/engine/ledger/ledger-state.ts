import type { FillBooked } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Signature } from '../domain/order.ts';
import { EMPTY_HOLDING, type Holding } from './lots.ts';
import type { PerpetualPosition } from './perpetuals.ts';

/** Whose decision a position is. */
export interface Origin {
  readonly clientOrderId: string;
  readonly proposalId: string | null;
  readonly agent: string;
  /** Null for orders made elsewhere. */
  readonly signature: Signature | null;
}

export interface Position {
  readonly instrumentId: InstrumentId;
  readonly base: string;
  readonly quote: string;
  readonly holding: Holding;
  /** Fees in quote, and in base at the price of their fill. */
  readonly feesQuote: bigint;
  /** Of the last purchase; null for what was there at the opening. */
  readonly origin: Origin | null;
}

/** What one UTC day of bookings came to, by quote asset. */
export interface DayFigures {
  readonly realized: Map<string, bigint>;
  readonly feesQuote: Map<string, bigint>;
  /** Fees in third currencies, by asset. */
  readonly feesOther: Map<string, bigint>;
  readonly fills: number;
  /** Sum over fills with a proposed price of (fill − proposed) ÷ proposed in 1/10,000 bp, positive is worse. */
  readonly slippageSum: bigint;
  readonly slippageFills: number;
}

export interface Baseline {
  readonly dayStartMs: number;
  /** Equity at the start of the day plus what was paid in since, by quote asset. */
  readonly equity: Map<string, bigint>;
}

/** Everything that the ledger lane brings back after a restart. */
export interface LedgerState {
  /** By account (see `accountName`): money, coins, and the quantities of perpetuals. */
  readonly balances: Map<string, bigint>;
  readonly positions: Map<InstrumentId, Position>;
  readonly perpetuals: Map<InstrumentId, PerpetualPosition>;
  readonly origins: Map<string, Origin>;
  readonly days: Map<number, DayFigures>;
  /** Oldest first, bounded. */
  fills: readonly FillBooked[];
  readonly differences: Map<string, { readonly ledger: string; readonly venue: string }>;
  /** Venues whose accounts are open. */
  readonly opened: Set<string>;
  baseline: Baseline | null;
}

export const createLedgerState = (): LedgerState => ({
  balances: new Map(),
  positions: new Map(),
  perpetuals: new Map(),
  origins: new Map(),
  days: new Map(),
  fills: [],
  differences: new Map(),
  opened: new Set(),
  baseline: null,
});

const DAY_MS = 86_400_000;

/** 00:00 UTC of the day of `timeMs`. */
export const dayStartOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS) * DAY_MS;

export const balanceOf = (state: LedgerState, asset: string): bigint => state.balances.get(asset) ?? 0n;

export const emptyPosition = (instrumentId: InstrumentId, base: string, quote: string): Position => ({
  instrumentId,
  base,
  quote,
  holding: EMPTY_HOLDING,
  feesQuote: 0n,
  origin: null,
});

export const emptyDay = (): DayFigures => ({
  realized: new Map(),
  feesQuote: new Map(),
  feesOther: new Map(),
  fills: 0,
  slippageSum: 0n,
  slippageFills: 0,
});

export function addTo(amounts: Map<string, bigint>, key: string, change: bigint): void {
  amounts.set(key, (amounts.get(key) ?? 0n) + change);
}
