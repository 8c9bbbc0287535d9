import type { Side, TimeInForce } from '../matching/order.ts';

export type ConditionalType = 'stop' | 'stop-market' | 'take-profit' | 'take-profit-market';
export type ConditionalStatus = 'new' | 'triggered' | 'finished' | 'cancelled' | 'expired' | 'rejected';

export interface ConditionalRequest {
  readonly clientAlgoId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: ConditionalType;
  readonly triggerTicks: number;
  readonly priceTicks: number | null;
  /** Null exactly when it closes whatever position there is. */
  readonly qtyLots: number | null;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** Whether the mark price or the last price fires it. */
  readonly trigger: 'mark' | 'last';
}

/**
 * An order that waits outside the book until a price comes. It holds no margin; when it fires it becomes an order of its
 * own with a name of its own.
 */
export interface ConditionalOrder extends ConditionalRequest {
  readonly algoId: number;
  readonly status: ConditionalStatus;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly triggeredMs: number | null;
  /** The order that it became. */
  readonly orderId: number | null;
}

export const isWaiting = (order: ConditionalOrder): boolean => order.status === 'new';

/** A stop sells when the price falls to its trigger (buys when it rises to it); a take-profit the other way round. */
export function isTriggeredAt(order: Pick<ConditionalOrder, 'type' | 'side' | 'triggerTicks'>, ticks: number): boolean {
  const isStop = order.type === 'stop' || order.type === 'stop-market';
  const fallsTo = isStop === (order.side === 'sell');
  return fallsTo ? ticks <= order.triggerTicks : ticks >= order.triggerTicks;
}

/** The waiting conditional orders and those whose order still lives; changes are collected until they are taken. */
export class ConditionalOrders {
  readonly #live = new Map<number, ConditionalOrder>();
  #changes: ConditionalOrder[] = [];
  #nextId: number;

  constructor(live: readonly ConditionalOrder[], nextId: number) {
    for (const order of live) this.#live.set(order.algoId, order);
    this.#nextId = nextId;
  }

  waiting(symbol?: string): readonly ConditionalOrder[] {
    return [...this.#live.values()].filter((o) => isWaiting(o) && (symbol === undefined || o.symbol === symbol));
  }

  /** Those that became an order which was open when last looked at. */
  fired(): readonly ConditionalOrder[] {
    return [...this.#live.values()].filter(({ status }) => status === 'triggered');
  }

  hasWaiting(symbol: string): boolean {
    for (const order of this.#live.values()) if (order.symbol === symbol && isWaiting(order)) return true;
    return false;
  }

  find(key: { algoId: number } | { clientAlgoId: string }): ConditionalOrder | undefined {
    if ('algoId' in key) return this.#live.get(key.algoId);
    return [...this.#live.values()].find((order) => order.clientAlgoId === key.clientAlgoId);
  }

  add(request: ConditionalRequest, timeMs: number): ConditionalOrder {
    const algoId = this.#nextId++;
    return this.#put({
      ...request,
      algoId,
      status: 'new',
      createdMs: timeMs,
      updatedMs: timeMs,
      triggeredMs: null,
      orderId: null,
    });
  }

  update(order: ConditionalOrder, change: Partial<ConditionalOrder>, timeMs: number): ConditionalOrder {
    return this.#put({ ...order, ...change, updatedMs: timeMs });
  }

  get hasChanges(): boolean {
    return this.#changes.length > 0;
  }

  /** Every state since the last call, in order. */
  takeChanges(): readonly ConditionalOrder[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  #put(order: ConditionalOrder): ConditionalOrder {
    if (order.status === 'new' || order.status === 'triggered') this.#live.set(order.algoId, order);
    else this.#live.delete(order.algoId);
    this.#changes.push(order);
    return order;
  }
}
