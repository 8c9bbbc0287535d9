import type { Entry } from '../strategy/strategy.ts';
import type { ExitReason } from './trade.ts';

export interface Order {
  /** An exit is of all that is held when it meets the market. */
  readonly kind: 'enter' | 'exit' | 'rest';
  readonly side: 1 | -1;
  /** Left to fill, in base. */
  qty: number;
  /** Null for the market. */
  readonly price: number | null;
  /** Its stop and target; null where it has none. */
  readonly bracket: Pick<Entry, 'stop' | 'target'> | null;
  readonly reason: ExitReason;
  /** At whose close it was given. */
  readonly givenBar: number;
  /** It lies in the book: no longer a taker. */
  resting: boolean;
}

/** Orders on their way, oldest first. The array keeps its room: a run gives and fills orders all the time. */
export class OrderQueue {
  readonly #orders: Order[] = [];
  length = 0;

  at(index: number): Order {
    return this.#orders[index]!;
  }

  add(order: Order): void {
    this.#orders[this.length] = order;
    this.length += 1;
  }

  has(kind: Order['kind'], side: 1 | -1): boolean {
    for (let at = 0; at < this.length; at += 1) {
      const order = this.#orders[at]!;
      if (order.kind === kind && order.side === side) return true;
    }
    return false;
  }

  drop(kind: Order['kind']): void {
    let kept = 0;
    for (let at = 0; at < this.length; at += 1) {
      const order = this.#orders[at]!;
      if (order.kind === kind) continue;
      this.#orders[kept] = order;
      kept += 1;
    }
    this.length = kept;
  }

  dropFilled(): void {
    let kept = 0;
    for (let at = 0; at < this.length; at += 1) {
      const order = this.#orders[at]!;
      if (!(order.qty > 0)) continue;
      this.#orders[kept] = order;
      kept += 1;
    }
    this.length = kept;
  }
}
