import type { Side, VenueOrder } from './order.ts';

/** Users' working limit orders of one instrument, each side best price first and, at one price, oldest first. */
export class RestingOrders {
  readonly #bids: VenueOrder[] = [];
  readonly #asks: VenueOrder[] = [];

  side(side: Side): readonly VenueOrder[] {
    return side === 'buy' ? this.#bids : this.#asks;
  }

  add(order: VenueOrder): void {
    const list = order.side === 'buy' ? this.#bids : this.#asks;
    const at = list.findIndex((other) => isBetter(order.side, order.priceTicks!, other.priceTicks!));
    if (at < 0) list.push(order);
    else list.splice(at, 0, order);
  }

  remove(order: VenueOrder): void {
    const list = order.side === 'buy' ? this.#bids : this.#asks;
    const at = list.indexOf(order);
    if (at >= 0) list.splice(at, 1);
  }

  best(side: Side): number | null {
    return this.side(side)[0]?.priceTicks ?? null;
  }

  get size(): number {
    return this.#bids.length + this.#asks.length;
  }
}

/** Is price `a` ahead of price `b` for a resting order of this side? */
export const isBetter = (side: Side, a: number, b: number): boolean => (side === 'buy' ? a > b : a < b);
