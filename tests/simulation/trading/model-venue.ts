import { formatDecimal, multiplyDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { CountersignedOrder, VenueFill, VenueOrderReport } from '../../../main/engine/domain/order.ts';
import { BTC } from '../../support/trading-rig.ts';

export interface VenueOrder {
  readonly venueOrderId: string;
  readonly clientOrderId: string;
  readonly side: 'buy' | 'sell';
  readonly type: CountersignedOrder['type'];
  readonly qty: bigint;
  readonly trigger: string | null;
  filled: bigint;
  status: VenueOrderReport['status'];
}

type Tell =
  | { readonly kind: 'fill'; readonly fill: VenueFill }
  | { readonly kind: 'report'; readonly report: VenueOrderReport };

/** The truth on the other side: a spot venue in a few lines, sharing nothing with execution or ledger but decimals. */
export class ModelVenue {
  readonly orders: VenueOrder[] = [];
  readonly fills: VenueFill[] = [];
  /** Stream messages not delivered yet, in the order they happened. */
  readonly stream: Tell[] = [];
  btc = 0n;
  usdt = parseDecimal('100000');
  bid = '61250.5';
  private lastId = 0;

  accept(order: CountersignedOrder, timeMs: number): VenueOrder | null {
    const qty = parseDecimal(order.qtyBase);
    const price = parseDecimal(order.limitPrice ?? this.bid);
    const through = order.type === 'stop-loss' && parseDecimal(this.bid) <= parseDecimal(order.triggerPrice ?? '0');
    const backed =
      order.side === 'sell'
        ? qty <= this.btc - this.lockedBtc()
        : multiplyDecimal(qty, price, 'up') <= this.usdt - this.lockedUsdt();
    if (!backed || through) return null;
    const placed = this.place(order.clientOrderId, order.side, order.type, qty, order.triggerPrice);
    this.report(placed, timeMs);
    if (order.type === 'market') this.fill(placed, qty, timeMs, this.bid);
    return placed;
  }

  place(
    clientOrderId: string,
    side: 'buy' | 'sell',
    type: CountersignedOrder['type'],
    qty: bigint,
    trigger: string | null,
  ): VenueOrder {
    this.lastId += 1;
    const venueOrderId = `v${this.lastId}`;
    const placed: VenueOrder = { venueOrderId, clientOrderId, side, type, qty, trigger, filled: 0n, status: 'open' };
    this.orders.push(placed);
    return placed;
  }

  open(): VenueOrder[] {
    return this.orders.filter((order) => order.status === 'open' || order.status === 'partially-filled');
  }

  private lockedBtc(): bigint {
    return this.open().reduce((sum, order) => sum + (order.side === 'sell' ? order.qty - order.filled : 0n), 0n);
  }

  private lockedUsdt(): bigint {
    const top = parseDecimal('70000');
    return this.open().reduce(
      (sum, order) => sum + (order.side === 'buy' ? multiplyDecimal(order.qty - order.filled, top, 'up') : 0n),
      0n,
    );
  }

  fill(order: VenueOrder, wanted: bigint, timeMs: number, price: string): void {
    const left = order.qty - order.filled;
    const qty = wanted < left ? wanted : left;
    if (qty <= 0n) return;
    order.filled += qty;
    order.status = order.filled === order.qty ? 'filled' : 'partially-filled';
    const gross = multiplyDecimal(qty, parseDecimal(price), 'down');
    const buys = order.side === 'buy';
    const fee = multiplyDecimal(buys ? qty : gross, parseDecimal('0.001'), 'down');
    this.btc += buys ? qty - fee : -qty;
    this.usdt += buys ? -gross : gross - fee;
    this.lastId += 1;
    const fill: VenueFill = {
      fillId: `t${this.lastId}`,
      venueOrderId: order.venueOrderId,
      clientOrderId: order.clientOrderId,
      instrumentId: BTC,
      side: order.side,
      price,
      qtyBase: formatDecimal(qty),
      fee: formatDecimal(fee),
      feeAsset: buys ? 'BTC' : 'USDT',
      liquidity: 'taker',
      eventTimeMs: timeMs,
    };
    this.fills.push(fill);
    this.stream.push({ kind: 'fill', fill });
    this.report(order, timeMs);
  }

  cancel(order: VenueOrder, timeMs: number): boolean {
    if (!this.open().includes(order)) return false;
    order.status = 'cancelled';
    this.report(order, timeMs);
    return true;
  }

  /** Moves the price; stops that it goes through are filled. */
  move(bid: string, timeMs: number): void {
    this.bid = bid;
    for (const order of this.open()) {
      if (order.trigger !== null && parseDecimal(bid) <= parseDecimal(order.trigger)) {
        this.fill(order, order.qty, timeMs, bid);
      }
    }
  }

  reportOf(order: VenueOrder, timeMs: number): VenueOrderReport {
    return {
      venueOrderId: order.venueOrderId,
      clientOrderId: order.clientOrderId,
      instrumentId: BTC,
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

  private report(order: VenueOrder, timeMs: number): void {
    this.stream.push({ kind: 'report', report: this.reportOf(order, timeMs) });
  }
}
