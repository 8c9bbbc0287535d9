import type { Balance } from './account.ts';
import type { OrderRequest, Rejection } from './filters.ts';
import type { Side, VenueOrder } from './order.ts';

/** What a market order would take at once. */
export interface Taken {
  readonly lots: number;
  readonly quoteAtoms: bigint;
}

/** One execution, before the account knows of it. */
export interface Execution {
  readonly tradeId: number;
  readonly ticks: number;
  readonly lots: number;
  readonly quoteAtoms: bigint;
  readonly isMaker: boolean;
  readonly timeMs: number;
}

export type OrderTerms = Pick<OrderRequest, 'symbol' | 'side' | 'priceTicks' | 'stopTicks' | 'orderListId'>;

/**
 * The money behind matching: what an account sets aside for orders and what executions do to it. Matching decides who
 * trades, when and at what price; this decides whether the account can, and pays. Nothing here has a clock.
 */
export interface Settlement {
  /**
   * Null when the account can carry the order. `heldByList` is what other members of its list hold for it already;
   * `taken` is null unless it is a market order.
   */
  refuse(order: OrderRequest, taken: Taken | null, heldByList: bigint): Rejection | null;
  /** Sets aside what the order may cost for `lots` while it waits, rests or is being sold. */
  reserve(order: VenueOrder, lots: number, heldByList: bigint): void;
  release(order: VenueOrder): void;
  /** A stop fired: takes its reserve anew as the order that it became. False when the account cannot. */
  wake(stop: VenueOrder): boolean;
  /** Quote that the order may spend on its walk through the book; null for no bound. */
  budget(order: VenueOrder): bigint | null;
  /** How many of `lots` the order may still trade: fewer only for one that may do no more than reduce. */
  allowedLots(
    order: { readonly symbol: string; readonly side: Side; readonly reduceOnly?: boolean },
    lots: number,
  ): number;
  /** Pays for one execution and answers with its fee. */
  settle(order: VenueOrder, execution: Execution): { readonly feeAtoms: bigint; readonly feeAsset: string };
  /** Balances changed since the last call. */
  takeBalances(): readonly (readonly [string, Balance])[];
}
