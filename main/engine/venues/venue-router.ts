import { accountsOf, SPOT_VENUE } from '../domain/instrument.ts';
import type { VenueCommand, VenueEvent, VenuePort } from './venue-port.ts';

export interface LaterVenue {
  readonly name: string;
  readonly port: VenuePort;
}

export interface VenueRouterOptions {
  readonly spot: VenuePort;
  /** Venues beside spot. */
  readonly others: readonly LaterVenue[];
  /** Calls back once after `ms`, unless the answer was called before. */
  readonly after: (ms: number, action: () => void) => () => void;
}

/** The others begin when spot has read its books and shows its charts: they must not make a start slower. */
const AFTER_BOOKS_MS = 6_000;
const WITHOUT_BOOKS_MS = 15_000;

/** Several venues as one: commands go where their instrument is traded, and what is not of spot names its venue. */
export function createVenueRouter({ spot, others, after }: VenueRouterOptions): VenuePort {
  const ports = new Map<string, VenuePort>([
    [SPOT_VENUE, spot],
    ...others.map(({ name, port }) => [name, port] as const),
  ]);
  const listeners: ((event: VenueEvent, receivedTimeMs: number) => void)[] = [];
  let stopWaiting: () => void = () => undefined;
  let begun = false;

  function beginOthers(): void {
    stopWaiting();
    if (begun) return;
    begun = true;
    for (const { port } of others) port.start();
  }

  for (const [name, port] of ports) {
    port.onEvent((event, receivedTimeMs) => {
      const told = name === SPOT_VENUE ? event : { ...event, venue: name };
      for (const listener of listeners) listener(told as VenueEvent, receivedTimeMs);
      if (name === SPOT_VENUE && event.kind === 'AuditReceived' && !begun) {
        stopWaiting();
        stopWaiting = after(AFTER_BOOKS_MS, beginOthers);
      }
    });
  }

  function send(command: VenueCommand): void {
    if (command.kind === 'watchBook') {
      const at = command.instrumentId === null ? null : accountsOf(command.instrumentId).venue;
      for (const [name, port] of ports) port.send(name === at ? command : { ...command, instrumentId: null });
      return;
    }
    const at = command.kind === 'audit' ? (command.venue ?? SPOT_VENUE) : venueOf(command);
    // What rests there, or is to be taken off, does not wait.
    if (at !== SPOT_VENUE && concernsOrders(command)) beginOthers();
    ports.get(at)?.send(command);
  }

  return {
    start() {
      spot.start();
      stopWaiting = after(WITHOUT_BOOKS_MS, beginOthers);
    },
    send,
    onEvent: (listener) => void listeners.push(listener),
    async stop() {
      stopWaiting();
      begun = true;
      await Promise.all([...ports.values()].map((port) => port.stop()));
    },
  };
}

const OF_ORDERS: ReadonlySet<VenueCommand['kind']> = new Set(['submit', 'cancel', 'query', 'countdown']);

/** What rests there, or may be taken off by a countdown that was left running. */
function concernsOrders(command: VenueCommand): boolean {
  return command.kind === 'audit' ? command.believedOpen.length > 0 : OF_ORDERS.has(command.kind);
}

const venueOf = (command: Exclude<VenueCommand, { kind: 'audit' | 'watchBook' }>): string =>
  accountsOf(command.kind === 'submit' ? command.order.instrumentId : command.instrumentId).venue;
