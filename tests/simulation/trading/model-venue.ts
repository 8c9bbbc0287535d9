import { formatDecimal, multiplyDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { CountersignedOrder } from '../../../main/engine/domain/order.ts';
import { BTC } from '../../support/trading-rig.ts';
import { type ModelOrder, ModelOrders } from './model-orders.ts';

export type VenueOrder = ModelOrder;

/** The truth on the other side: a spot venue in a few lines, sharing nothing with execution or ledger but decimals. */
export class ModelVenue extends ModelOrders<VenueOrder> {
  btc = 0n;
  usdt = parseDecimal('100000');
  bid = '61250.5';

  constructor() {
    super(BTC);
  }

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
    const venueOrderId = `v${this.nextId()}`;
    const placed: VenueOrder = { venueOrderId, clientOrderId, side, type, qty, trigger, filled: 0n, status: 'open' };
    this.orders.push(placed);
    return placed;
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
    const gross = multiplyDecimal(qty, parseDecimal(price), 'down');
    const buys = order.side === 'buy';
    const fee = multiplyDecimal(buys ? qty : gross, parseDecimal('0.001'), 'down');
    this.btc += buys ? qty - fee : -qty;
    this.usdt += buys ? -gross : gross - fee;
    this.book(order, timeMs, { qty, price, fee: formatDecimal(fee), feeAsset: buys ? 'BTC' : 'USDT' });
    this.report(order, timeMs);
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
}
