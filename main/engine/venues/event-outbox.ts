import type { VenueEvent } from './venue-port.ts';
import { BATCHES_UNDER_WAY_MAX } from './worker-protocol.ts';

/** Display values of which only the newest matters; while the engine is behind the older ones are left out. */
const isReplaceable = (event: VenueEvent): boolean =>
  event.kind === 'BookTop' || event.kind === 'Ticker24h' || event.kind === 'VenueHealth';

/**
 * Events of one turn of the loop go as one message, in order. The engine says what it took; while it is behind, market
 * batches are held (see `mayPass`) and display values are left out. What concerns orders always goes.
 */
export interface EventOutbox {
  emit(event: VenueEvent): void;
  mayPass(): boolean;
  /** True when this made room again. */
  taken(batches: number): boolean;
}

export function createEventOutbox(post: (events: readonly VenueEvent[]) => void): EventOutbox {
  let waiting: VenueEvent[] = [];
  let underWay = 0;
  const mayPass = (): boolean => underWay < BATCHES_UNDER_WAY_MAX;

  return {
    emit(event) {
      if (!mayPass() && isReplaceable(event)) return;
      waiting.push(event);
      if (waiting.length > 1) return;
      setImmediate(() => {
        const events = waiting;
        waiting = [];
        underWay += 1;
        post(events);
      });
    },
    mayPass,
    taken(batches) {
      const wasFull = !mayPass();
      underWay -= batches;
      return wasFull && mayPass();
    },
  };
}
