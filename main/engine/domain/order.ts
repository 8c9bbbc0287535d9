import type { InstrumentId } from './instrument.ts';

export type OrderPurpose = 'entry' | 'exit' | 'stop' | 'target' | 'flatten' | 'foreign';
/** `oco`: a sale with two ends, a stop at `triggerPrice` and a target at `limitPrice`; the first to trade ends the other. */
export type OrderType = 'limit' | 'market' | 'post-only' | 'stop-loss' | 'take-profit' | 'oco';

/** Who answers for an order. A system signature can only reduce. */
export type Signature =
  | { readonly by: 'person'; readonly how: 'approval' | 'ticket' | 'change'; readonly atMs: number }
  | { readonly by: 'mandate'; readonly mandate: string; readonly atMs: number }
  | { readonly by: 'system'; readonly why: 'protect' | 'cancel' | 'close' | 'flatten'; readonly atMs: number };

/** The only thing that can be sent to a venue. Made only by `approval/` (sealed there); amounts are decimal strings. */
export interface CountersignedOrder {
  /** Made before sending, unique for ever, at most 36 characters of `[A-Za-z0-9_-]`. */
  readonly clientOrderId: string;
  readonly proposalId: string | null;
  readonly instrumentId: InstrumentId;
  readonly purpose: OrderPurpose;
  readonly side: 'buy' | 'sell';
  readonly type: OrderType;
  readonly qtyBase: string;
  /** Of a market order: the worst price at which it may fill; null where there is no bound, as for what reduces. */
  readonly limitPrice: string | null;
  readonly triggerPrice: string | null;
  /** The stop that execution keeps on the venue for what fills of this entry; covered by this signature. */
  readonly protectiveStopPrice: string | null;
  readonly targetPrice: string | null;
  readonly signature: Signature;
  readonly agent: string;
  /** The strategy that it rests for, until that takes it back. */
  readonly restsFor?: string;
}

export const ORDER_STATES = [
  'persisted',
  'sent',
  'acknowledged',
  'partially-filled',
  'filled',
  'cancelled',
  'expired',
  'rejected',
  'unknown',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** The whole life of an order after its signature. What is not listed cannot happen. */
export const ORDER_TRANSITIONS: Readonly<Record<OrderState, readonly OrderState[]>> = {
  persisted: ['sent', 'rejected', 'unknown', 'acknowledged', 'partially-filled', 'filled', 'cancelled', 'expired'],
  sent: ['acknowledged', 'rejected', 'unknown', 'partially-filled', 'filled', 'cancelled', 'expired'],
  unknown: ['acknowledged', 'partially-filled', 'filled', 'cancelled', 'expired', 'rejected'],
  acknowledged: ['partially-filled', 'filled', 'cancelled', 'expired', 'rejected'],
  'partially-filled': ['partially-filled', 'filled', 'cancelled', 'expired'],
  filled: [],
  // Back to acknowledged only where nobody but a "not found" had called it cancelled.
  cancelled: ['acknowledged', 'partially-filled', 'filled'],
  expired: ['partially-filled', 'filled'],
  // A venue that said "not found" and shows the order, or its fills, minutes later: it counts again.
  rejected: ['acknowledged', 'partially-filled', 'filled', 'cancelled', 'expired'],
};

export const isFinal = (state: OrderState): boolean =>
  state === 'filled' || state === 'cancelled' || state === 'expired' || state === 'rejected';

/** One order as the venue states it, from a stream, a reply or a query. */
export interface VenueOrderReport {
  readonly venueOrderId: string;
  readonly clientOrderId: string;
  readonly instrumentId: InstrumentId;
  readonly side: 'buy' | 'sell';
  readonly type: OrderType;
  readonly status: 'open' | 'partially-filled' | 'filled' | 'cancelled' | 'expired' | 'rejected';
  readonly qtyBase: string;
  readonly filledBase: string;
  readonly limitPrice: string | null;
  readonly triggerPrice: string | null;
  readonly eventTimeMs: number;
}

/** Binance names the orders by which it closes a position itself: for want of margin, or to take it over from others. */
export const isVenuesOwnClose = (clientOrderId: string): boolean => /^(?:autoclose-|adl_autoclose)/.test(clientOrderId);

/** One of our fills as the venue states it. `fillId` is unique per instrument. */
export interface VenueFill {
  readonly fillId: string;
  readonly venueOrderId: string;
  /** Null where the venue's list of fills does not name it; execution looks it up by `venueOrderId`. */
  readonly clientOrderId: string | null;
  readonly instrumentId: InstrumentId;
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly qtyBase: string;
  readonly fee: string;
  readonly feeAsset: string;
  readonly liquidity: 'maker' | 'taker';
  readonly eventTimeMs: number;
  /** Perpetuals only: the profit or loss that the venue booked with it, its fee apart; 0 where it only opened. */
  readonly realizedQuote?: string;
}

/** Money that moved in a derivatives wallet without a trade. */
export interface VenueIncome {
  /** Unique per venue, instrument and kind. */
  readonly incomeId: string;
  readonly kind: 'funding' | 'insurance';
  readonly instrumentId: InstrumentId;
  /** Below zero where it was paid. */
  readonly amountQuote: string;
  readonly eventTimeMs: number;
}

/** One of our derivatives positions as the venue states it: `qtyBase` below zero is short. */
export interface VenuePosition {
  readonly instrumentId: InstrumentId;
  readonly qtyBase: string;
  readonly entryPrice: string;
  readonly markPrice: string;
  /** At the mark price; below zero for a loss. */
  readonly unrealizedQuote: string;
  /** Null where the whole account would have to lose more than it has. */
  readonly liquidationPrice: string | null;
  readonly eventTimeMs: number;
}

export interface VenueBalance {
  readonly asset: string;
  readonly free: string;
  readonly locked: string;
}
