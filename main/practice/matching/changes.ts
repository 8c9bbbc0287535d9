import type { Balance } from './account.ts';
import type { Fill, OrderReport, UserPrint, VenueOrder } from './order.ts';

/** Everything one command or one stretch of tape did: written in one transaction, then told to clients. */
export interface EngineChanges {
  readonly orders: readonly Readonly<VenueOrder>[];
  readonly fills: readonly Fill[];
  readonly prints: readonly UserPrint[];
  readonly reports: readonly OrderReport[];
  readonly balances: readonly (readonly [string, Balance])[];
}

export const isEmpty = (changes: EngineChanges): boolean =>
  changes.orders.length + changes.fills.length + changes.prints.length + changes.balances.length === 0;

/** Collects while the engine works. */
export class ChangeLog {
  readonly #orders = new Map<number, VenueOrder>();
  #fills: Fill[] = [];
  #prints: UserPrint[] = [];
  #reports: OrderReport[] = [];

  touch(order: VenueOrder): void {
    this.#orders.set(order.orderId, order);
  }

  report(
    kind: OrderReport['kind'],
    order: VenueOrder,
    timeMs: number,
    extra: { fill?: Fill; cancelId?: string } = {},
  ): void {
    this.touch(order);
    this.#reports.push({
      kind,
      order: { ...order },
      fill: extra.fill ?? null,
      cancelId: extra.cancelId ?? null,
      timeMs,
    });
  }

  fill(fill: Fill, print: UserPrint): void {
    this.#fills.push(fill);
    this.#prints.push(print);
  }

  drain(balances: readonly (readonly [string, Balance])[]): EngineChanges {
    const changes: EngineChanges = {
      orders: [...this.#orders.values()].map((order) => ({ ...order })),
      fills: this.#fills,
      prints: this.#prints,
      reports: this.#reports,
      balances,
    };
    this.#orders.clear();
    this.#fills = [];
    this.#prints = [];
    this.#reports = [];
    return changes;
  }
}
