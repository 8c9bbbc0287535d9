import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { CountersignedOrder, VenueIncome } from '../../../main/engine/domain/order.ts';
import { flatPosition, traded } from '../../../main/practice/derivatives/position.ts';
import { PERP } from '../../support/trading-rig.ts';
import { type ModelOrder, ModelOrders } from './model-orders.ts';

export interface PerpetualOrder extends ModelOrder {
  readonly reduceOnly: boolean;
}

const LOT = 10n ** 15n;
const TICK = 10n ** 17n;
const RULES = { symbol: 'BTCUSDT', tickAtoms: TICK, lotAtoms: LOT, tickLotAtoms: 10n ** 14n } as never;

/** The truth on the other side: one perpetual in one-way mode, with the practice venue's own arithmetic of positions. */
export class ModelPerpetualVenue extends ModelOrders<PerpetualOrder> {
  readonly incomes: VenueIncome[] = [];
  position = flatPosition('BTCUSDT');
  wallet = parseDecimal('10000');
  price = '61250.5';

  constructor() {
    super(PERP);
  }

  get held(): bigint {
    return BigInt(this.position.lots) * LOT;
  }

  /** Null: refused. */
  accept(
    order: Pick<CountersignedOrder, 'clientOrderId' | 'side' | 'type' | 'qtyBase' | 'triggerPrice'> & {
      purpose: string;
    },
    timeMs: number,
  ): PerpetualOrder | null {
    const reduceOnly = order.purpose !== 'entry';
    const isConditional = order.triggerPrice !== null;
    if (isConditional && this.#isThrough(order.side, order.type, order.triggerPrice as string)) return null;
    if (reduceOnly && !isConditional && this.#closable(order.side) === 0n) return null;
    const placed: PerpetualOrder = {
      venueOrderId: `v${this.nextId()}`,
      clientOrderId: order.clientOrderId,
      side: order.side,
      type: order.type,
      qty: parseDecimal(order.qtyBase),
      trigger: order.triggerPrice,
      reduceOnly,
      filled: 0n,
      status: 'open',
    };
    this.orders.push(placed);
    this.report(placed, timeMs);
    if (order.type === 'market') this.fill(placed, placed.qty, timeMs);
    return placed;
  }

  /** What is bound to reduce fills as far as there is something to close, and ends with it. */
  fill(order: PerpetualOrder, wanted: bigint, timeMs: number): void {
    const left = order.qty - order.filled;
    const most = order.reduceOnly ? smaller(left, this.#closable(order.side)) : left;
    const qty = smaller(wanted, most);
    if (qty > 0n) this.#execute(order, qty, timeMs);
    const isOver =
      order.reduceOnly && order.filled < order.qty && (this.#closable(order.side) === 0n || order.type === 'market');
    if (isOver) order.status = 'expired';
    this.report(order, timeMs);
  }

  cancelAll(timeMs: number): void {
    for (const order of this.open()) this.cancel(order, timeMs);
  }

  /** Moves the price; conditional orders that it goes through become market orders. */
  move(price: string, timeMs: number): void {
    this.price = price;
    for (const order of this.open()) {
      if (order.trigger !== null && this.#isThrough(order.side, order.type, order.trigger))
        this.fill(order, order.qty, timeMs);
    }
  }

  fund(amount: bigint, timeMs: number): void {
    if (this.position.lots === 0) return;
    this.wallet += amount;
    const incomeId = String(this.nextId());
    this.incomes.push({
      incomeId,
      kind: 'funding',
      instrumentId: PERP,
      amountQuote: formatDecimal(amount),
      eventTimeMs: timeMs,
    });
  }

  /** Takes every order off and closes the position, as for want of margin. */
  liquidate(timeMs: number): void {
    if (this.position.lots === 0) return;
    this.cancelAll(timeMs);
    const [side, size] = this.held > 0n ? (['sell', this.held] as const) : (['buy', -this.held] as const);
    const clientOrderId = `autoclose-${this.nextId()}`;
    this.accept(
      { clientOrderId, side, type: 'market', qtyBase: formatDecimal(size), triggerPrice: null, purpose: 'exit' },
      timeMs,
    );
  }

  #execute(order: PerpetualOrder, qty: bigint, timeMs: number): void {
    const trade = { side: order.side, ticks: Number(parseDecimal(this.price) / TICK), lots: Number(qty / LOT), timeMs };
    const { position, realizedAtoms } = traded(this.position, RULES, trade);
    this.position = position;
    const fee = ((qty * parseDecimal(this.price)) / 10n ** 18n / 2_000n / 10n ** 10n) * 10n ** 10n;
    this.wallet += realizedAtoms - fee;
    this.book(order, timeMs, {
      qty,
      price: this.price,
      fee: formatDecimal(fee),
      feeAsset: 'USDT',
      realizedQuote: formatDecimal(realizedAtoms),
    });
  }

  #isThrough(side: 'buy' | 'sell', type: CountersignedOrder['type'], trigger: string): boolean {
    const [now, at] = [parseDecimal(this.price), parseDecimal(trigger)];
    return (side === 'sell') === (type === 'stop-loss') ? now <= at : now >= at;
  }

  #closable(side: 'buy' | 'sell'): bigint {
    const against = side === 'sell' ? this.held : -this.held;
    return against > 0n ? against : 0n;
  }
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
