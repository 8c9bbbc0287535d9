import type { Entry } from '../strategy/strategy.ts';
import type { ExitReason } from './trade.ts';

type OrderKind = 'enter' | 'exit' | 'rest';

/** An order on its way or in the book. */
export class Order {
  /** An exit is of all that is held when it meets the market. */
  kind: OrderKind = 'exit';
  side: 1 | -1 = 1;
  /** Left to fill, in base. */
  qty = Number.NaN;
  /** Null for the market. */
  price: number | null = null;
  /** Its stop and target; null where it has none. */
  bracket: Pick<Entry, 'stop' | 'target'> | null = null;
  reason: ExitReason = 'signal';
  /** At whose close it was given. */
  givenBar = 0;
  /** It lies in the book: no longer a taker. */
  resting = false;
}

const ORDERS_MAX = 1_000;

/** Orders, oldest first. Those that are done are used again: a run gives and fills orders all the time. */
export class OrderQueue {
  readonly #orders: Order[] = [];
  length = 0;

  at(index: number): Order {
    return this.#orders[index]!;
  }

  /** A new order at the end, for the market, without bracket. @throws RangeError where no venue would take another */
  add(kind: OrderKind, side: 1 | -1, qty: number, givenBar: number): Order {
    if (this.length === ORDERS_MAX) throw new RangeError('1,000 orders rest already: no venue takes more');
    if (this.length === this.#orders.length) this.#orders.push(new Order());
    const order = this.#orders[this.length]!;
    this.length += 1;
    order.kind = kind;
    order.side = side;
    order.qty = qty;
    order.price = null;
    order.bracket = null;
    order.reason = 'signal';
    order.givenBar = givenBar;
    order.resting = false;
    return order;
  }

  has(kind: OrderKind, side: 1 | -1): boolean {
    for (let at = 0; at < this.length; at += 1) {
      const order = this.#orders[at]!;
      if (order.kind === kind && order.side === side) return true;
    }
    return false;
  }

  drop(kind: OrderKind): void {
    for (let at = 0; at < this.length; at += 1) if (this.#orders[at]!.kind === kind) this.#orders[at]!.qty = 0;
    this.dropFilled();
  }

  dropFilled(): void {
    let kept = 0;
    for (let at = 0; at < this.length; at += 1) {
      const order = this.#orders[at]!;
      if (!(order.qty > 0)) continue;
      this.#orders[at] = this.#orders[kept]!;
      this.#orders[kept] = order;
      kept += 1;
    }
    this.length = kept;
  }
}
