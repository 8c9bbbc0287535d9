import type { Result } from '../engine/domain/result.ts';
import type { EngineChanges } from './matching/changes.ts';
import type { OrderRequest, Rejection } from './matching/filters.ts';
import type { VenueOrder } from './matching/order.ts';
import type { Settlement } from './matching/settlement.ts';

/** What a desk may do in the exchange while it runs: all of it belongs to the change that is being made. */
export interface ExchangeHands {
  place(request: OrderRequest, timeMs: number): Result<VenueOrder, Rejection>;
  /** The same for an order of the venue's own: the rules for traders are not asked. */
  placeOwn(request: OrderRequest, timeMs: number): void;
  cancel(order: VenueOrder, cancelId: string, timeMs: number): void;
  openOrders(symbol?: string): readonly VenueOrder[];
  lastTicks(symbol: string): number;
  /** The market's own price, which the account's orders do not move. */
  markTicks(symbol: string, timeMs: number): number;
}

/** What an exchange of another kind than spot adds to it: its money, and what prices and time do to that. */
export interface ExchangeDesk {
  readonly settlement: Settlement;
  attach(hands: ExchangeHands): void;
  /** Must the symbol's tape be run although no order rests? */
  isActive(symbol: string): boolean;
  /** Would `run` do anything at these prices? */
  isReached(symbol: string, prices: readonly number[], timeMs: number): boolean;
  /** These prices were printed (none: only what orders printed just now). */
  run(symbol: string, prices: readonly number[], timeMs: number): void;
  readonly hasChanges: boolean;
  /** Writes what changed; called inside the transaction of the exchange's own changes. */
  write(): void;
  /** All of it is durable: for listeners. */
  committed(changes: EngineChanges, timeMs: number): void;
}
