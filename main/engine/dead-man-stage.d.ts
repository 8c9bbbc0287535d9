import type { DeadManMode } from './domain/events.ts';
import { type InstrumentId } from './domain/instrument.ts';
import type { OrdersView } from './domain/portfolio.ts';
import type { Stage } from './kernel/stage.ts';
export interface DeadManView {
  mode(): DeadManMode;
  /** The perpetuals on which the venue's countdown is to be kept from running out. */
  guarded(): InstrumentId[];
}
/**
 * Where the person wants the venue's dead-man switch. `entries`: where an entry rests and nothing that protects; `all`:
 * wherever anything rests, stops too, which are put back when the terminal is. What fires is read from the venue's books.
 */
export declare function createDeadManStage(orders: Pick<OrdersView, 'open'>): Stage & {
  readonly view: DeadManView;
};
