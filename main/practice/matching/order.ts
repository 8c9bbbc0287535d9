export type Side = 'buy' | 'sell';
export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy');

export type OrderType =
  | 'limit'
  | 'limit-maker'
  | 'market'
  | 'stop-loss'
  | 'stop-loss-limit'
  | 'take-profit'
  | 'take-profit-limit';
export type TimeInForce = 'gtc' | 'ioc' | 'fok';
export type OrderStatus =
  | 'new'
  | 'partially-filled'
  | 'filled'
  | 'cancelled'
  | 'expired'
  /** Taken off the book because the same account's taker would have met it. */
  | 'expired-in-match';

/** A user's order. Mutable: the engine owns it; everything handed out is a copy. */
export interface VenueOrder {
  readonly orderId: number;
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly priceTicks: number | null;
  readonly stopTicks: number | null;
  /** Quantity ordered; of an order in quote, what it bought or sold in the end. */
  qtyLots: number;
  readonly quoteBudgetAtoms: bigint | null;
  /** -1 when it belongs to no list (one-cancels-the-other). */
  readonly orderListId: number;
  /** What the client calls that list. */
  readonly listClientOrderId?: string;
  /** It may close a position and never open one. Spot has no such orders. */
  readonly reduceOnly?: boolean;
  readonly createdMs: number;
  updatedMs: number;
  /** When it entered the book or met it; null while a stop waits. */
  workingMs: number | null;
  executedLots: number;
  cumQuoteAtoms: bigint;
  status: OrderStatus;
  /** What the account has set aside for it: quote for a buy, base for a sell. */
  lockedAtoms: bigint;
  /** Crowd quantity with time priority over this order at its price. */
  aheadLots: number;
}

/** One execution of a user's order. */
export interface Fill {
  readonly tradeId: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly quoteAtoms: bigint;
  readonly feeAtoms: bigint;
  readonly feeAsset: string;
  readonly timeMs: number;
  readonly isMaker: boolean;
}

/**
 * A public print that a user took part in. `carved` pieces are part of a tape trade's quantity (its volume is already in
 * the source's candle); the others come on top of the tape and are overlaid on candles.
 */
export interface UserPrint {
  readonly tradeId: number;
  readonly symbol: string;
  readonly timeMs: number;
  readonly ticks: number;
  readonly lots: number;
  /** The taker's side. */
  readonly side: Side;
  /** Id of the tape trade that this is a piece of, or null. */
  readonly carvedFrom: number | null;
}

/** What happened to an order, with the order as it stood then. */
export interface OrderReport {
  readonly kind: 'new' | 'triggered' | 'trade' | 'cancelled' | 'expired';
  readonly order: Readonly<VenueOrder>;
  readonly fill: Fill | null;
  /** The id of the request that cancelled it. */
  readonly cancelId: string | null;
  readonly timeMs: number;
}

export const isStop = (order: Pick<VenueOrder, 'type'>): boolean =>
  order.type !== 'limit' && order.type !== 'limit-maker' && order.type !== 'market';
export const isOpen = (order: Pick<VenueOrder, 'status'>): boolean =>
  order.status === 'new' || order.status === 'partially-filled';
export const remainingLots = (order: VenueOrder): number => order.qtyLots - order.executedLots;
