import type { DeadManMode, EngineEvent } from './domain/events.ts';
import { accountsOf, type InstrumentId, isPerpetual } from './domain/instrument.ts';
import type { OpenOrderView, OrdersView } from './domain/portfolio.ts';
import type { Stage } from './kernel/stage.ts';
import { instrumentsToGuard } from './venues/dead-man-switch.ts';

export interface DeadManView {
  mode(): DeadManMode;
  /** The perpetuals on which the venue's countdown is to be kept from running out. */
  guarded(): InstrumentId[];
}

/**
 * Where the person wants the venue's dead-man switch. `entries`: where an entry rests and nothing that protects; `all`:
 * wherever anything rests, stops too, which are put back when the terminal is. What fires is read from the venue's books.
 */
export function createDeadManStage(orders: Pick<OrdersView, 'open'>): Stage & { readonly view: DeadManView } {
  let mode: DeadManMode = 'off';
  const onVenue = (): OpenOrderView[] =>
    orders.open().filter(({ instrumentId, state }) => isPerpetual(instrumentId) && state !== 'persisted');
  return {
    name: 'dead-man',
    apply(event: EngineEvent) {
      if (event.kind === 'DeadManSwitchSet') mode = event.mode;
    },
    handle(event, context) {
      if (event.kind !== 'DeadManFired') return;
      const { venue } = accountsOf(event.instrumentId);
      context.perform({ kind: 'RequestAudit', why: 'the dead-man switch may have fired', venue });
    },
    view: {
      mode: () => mode,
      guarded() {
        if (mode === 'off') return [];
        if (mode === 'entries') return instrumentsToGuard(onVenue());
        return [...new Set(onVenue().map(({ instrumentId }) => instrumentId))];
      },
    },
  };
}
