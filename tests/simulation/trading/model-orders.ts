import { formatDecimal } from '../../../main/engine/domain/decimal.ts';
import type { CountersignedOrder, VenueFill, VenueOrderReport } from '../../../main/engine/domain/order.ts';

export interface ModelOrder {
  readonly venueOrderId: string;
  readonly clientOrderId: string;
  readonly side: 'buy' | 'sell';
  readonly type: CountersignedOrder['type'];
  readonly qty: bigint;
  readonly trigger: string | null;
  filled: bigint;
  status: VenueOrderReport['status'];
}

export type Tell =
  | { readonly kind: 'fill'; readonly fill: VenueFill }
  | { readonly kind: 'report'; readonly report: VenueOrderReport };

/** What venues of any kind keep of orders in one instrument, in a few lines: nothing is shared with execution but decimals. */
export class ModelOrders<Order extends ModelOrder> {
  readonly orders: Order[] = [];
  readonly fills: VenueFill[] = [];
  /** Stream messages not delivered yet, in the order they happened. */
  readonly stream: Tell[] = [];
  readonly #instrumentId: string;
  #lastId = 0;

  constructor(instrumentId: string) {
    this.#instrumentId = instrumentId;
  }

  open(): Order[] {
    return this.orders.filter(({ status }) => status === 'open' || status === 'partially-filled');
  }

  cancel(order: Order, timeMs: number): boolean {
    if (!this.open().includes(order)) return false;
    order.status = 'cancelled';
    this.report(order, timeMs);
    return true;
  }

  reportOf(order: Order, timeMs: number): VenueOrderReport {
    return {
      venueOrderId: order.venueOrderId,
      clientOrderId: order.clientOrderId,
      instrumentId: this.#instrumentId,
      side: order.side,
      type: order.type,
      status: order.status,
      qtyBase: formatDecimal(order.qty),
      filledBase: formatDecimal(order.filled),
      limitPrice: null,
      triggerPrice: order.trigger,
      eventTimeMs: timeMs,
    };
  }

  protected nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  protected report(order: Order, timeMs: number): void {
    this.stream.push({ kind: 'report', report: this.reportOf(order, timeMs) });
  }

  /** Counts what filled and tells of it; the report is the caller's. */
  protected book(
    order: Order,
    timeMs: number,
    told: Pick<VenueFill, 'price' | 'fee' | 'feeAsset'> & Partial<VenueFill> & { readonly qty: bigint },
  ): void {
    const { qty, ...rest } = told;
    order.filled += qty;
    order.status = order.filled === order.qty ? 'filled' : 'partially-filled';
    const fill: VenueFill = {
      fillId: `t${this.nextId()}`,
      venueOrderId: order.venueOrderId,
      clientOrderId: order.clientOrderId,
      instrumentId: this.#instrumentId,
      side: order.side,
      qtyBase: formatDecimal(qty),
      liquidity: 'taker',
      eventTimeMs: timeMs,
      ...rest,
    };
    this.fills.push(fill);
    this.stream.push({ kind: 'fill', fill });
  }
}
