import type { DeadManMode, EngineEvent } from './domain/events.ts';
import { accountsOf, type InstrumentId, isPerpetual } from './domain/instrument.ts';
import type { OpenOrderView, OrdersView } from './domain/portfolio.ts';
import type { Stage } from './kernel/stage.ts';
import { instrumentsToGuard } from './venues/dead-man-switch.ts';

export interface DeadManView {
  mode(): DeadManMode;
  /** The perpetuals on which the venue's countdown is to be kept from running out. */
  guarded(): InstrumentId[];
  /** Those on which a run of the terminal before this one may have left it: there were orders on them while it was wanted. */
  leftBehind(): InstrumentId[];
}

/**
 * Where the person wants the venue's dead-man switch. `entries`: where an entry rests and nothing that protects; `all`:
 * wherever anything rests, stops too, which are put back when the terminal is. What fires is read from the venue's books.
 */
export function createDeadManStage(orders: Pick<OrdersView, 'open'>): Stage & { readonly view: DeadManView } {
  let mode: DeadManMode = 'off';
  let wasWanted = false;
  const traded = new Set<InstrumentId>();
  const onVenue = (): OpenOrderView[] =>
    orders.open().filter(({ instrumentId, state }) => isPerpetual(instrumentId) && state !== 'persisted');
  return {
    name: 'dead-man',
    apply(event: EngineEvent) {
      if (event.kind === 'OrderPersisted' && isPerpetual(event.order.instrumentId))
        traded.add(event.order.instrumentId);
      if (event.kind === 'ForeignOrderSeen' && isPerpetual(event.report.instrumentId))
        traded.add(event.report.instrumentId);
      if (event.kind !== 'DeadManSwitchSet') return;
      mode = event.mode;
      wasWanted ||= mode !== 'off';
    },
    handle(event, context) {
      if (event.kind !== 'DeadManFired') return;
      const { venue } = accountsOf(event.instrumentId);
      context.perform({ kind: 'RequestAudit', why: 'the dead-man switch may have fired', venue });
    },
    view: {
      mode: () => mode,
      leftBehind: () => (wasWanted ? [...traded] : []),
      guarded() {
        if (mode === 'off') return [];
        if (mode === 'entries') return instrumentsToGuard(onVenue());
        return [...new Set(onVenue().map(({ instrumentId }) => instrumentId))];
      },
    },
  };
}
