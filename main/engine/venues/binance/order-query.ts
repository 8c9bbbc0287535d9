import type { VenueOrderReport } from '../../domain/order.ts';
import type { VenueCommand } from '../venue-port.ts';
import type { ConnectorContext } from './connector-context.ts';
import type { PrivateReads } from './private-reads.ts';

/** Added to recvWindow: a request under way may still be taken by the venue until then. */
const MARGIN_MS = 2_000;
const TRIES = 3;
const RETRY_MS = 500;
/** Fills of orders that we do not know are looked up one by one, at most this many. */
const STRANGERS_MAX = 20;

type QueryCommand = Extract<VenueCommand, { kind: 'query' }>;

/** Orders whose two names are remembered, so that their fills need no looking up. */
const NAMES_MAX = 5_000;

/**
 * What became of orders whose submission was not answered. Asked again while a question is open, that one answers both: the
 * budget is for what nobody has asked yet.
 */
export interface OrderQueries {
  ask(command: QueryCommand): Promise<void>;
  /** The venue's name of an order (`instrument|id`) and ours, as reports show them. */
  noteNames(venueName: string, clientOrderId: string): void;
  isNamed(venueName: string): boolean;
}

export function createOrderQueries(context: ConnectorContext, reads: PrivateReads): OrderQueries {
  const open = new Set<string>();
  const names = new Map<string, string>();
  return {
    async ask(command) {
      if (open.has(command.clientOrderId)) return;
      open.add(command.clientOrderId);
      try {
        await queryOrder(context, reads, command, names);
      } finally {
        open.delete(command.clientOrderId);
      }
    },
    isNamed: (venueName) => names.has(venueName),
    noteNames(venueName, clientOrderId) {
      names.set(venueName, clientOrderId);
      if (names.size <= NAMES_MAX) return;
      const oldest = names.keys().next();
      if (!oldest.done) names.delete(oldest.value);
    },
  };
}

/**
 * Asks the venue for the order, its open orders and our fills; `not-found` only when all three said so after recvWindow plus
 * a margin.
 */
async function queryOrder(
  context: ConnectorContext,
  reads: PrivateReads,
  command: QueryCommand,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const { clientOrderId } = command;
  const answer = (outcome: 'found' | 'not-found' | 'unknown', report: VenueOrderReport | null): void =>
    context.emit({ kind: 'OrderQueried', clientOrderId, outcome, report });
  for (let attempt = 1; context.running(); attempt++) {
    try {
      const askedAtMs = context.nowMs();
      const report = await lookUp(reads, command, names);
      if (report) {
        answer('found', report);
        return;
      }
      const settledAtMs = command.sentAtMs + context.recvWindowMs + MARGIN_MS;
      if (askedAtMs >= settledAtMs) {
        answer('not-found', null);
        return;
      }
      await context.sleep(settledAtMs - context.nowMs());
    } catch {
      if (attempt >= TRIES) break;
      await context.sleep(RETRY_MS * attempt);
    }
  }
  answer('unknown', null);
}

/** Null when order, open orders and fills all know nothing of it. @throws when one of them could not be asked. */
async function lookUp(
  reads: PrivateReads,
  command: QueryCommand,
  names: ReadonlyMap<string, string>,
): Promise<VenueOrderReport | null> {
  const { clientOrderId, venueOrderId, instrumentId, type } = command;
  // Its own id first: what the venue names twice has a name of ours here that it does not know.
  const byId = venueOrderId === null ? null : await reads.order(instrumentId, { venueOrderId });
  const direct = byId ?? (await reads.order(instrumentId, { clientOrderId, type }));
  if (direct) return direct;
  const open = await reads.openOrders(instrumentId);
  const resting = open.find((order) => order.clientOrderId === clientOrderId);
  if (resting) return resting;
  const fills = await reads.fills(instrumentId, command.sentAtMs - 60_000);
  const filled = [...new Set(fills.map((fill) => fill.venueOrderId))];
  // Of the others it is known whose fills they are.
  const strangers = filled
    .filter((id) => (names.get(`${instrumentId}|${id}`) ?? clientOrderId) === clientOrderId)
    .slice(-STRANGERS_MAX);
  for (const venueOrderId of strangers) {
    const order = await reads.order(instrumentId, { venueOrderId });
    if (order?.clientOrderId === clientOrderId) return order;
  }
  return null;
}
