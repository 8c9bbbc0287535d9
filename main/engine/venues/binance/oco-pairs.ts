import { formatDecimal, largerOf, parseDecimal } from '../../domain/decimal.ts';
import type { InstrumentId } from '../../domain/instrument.ts';
import type { VenueFill, VenueOrderReport } from '../../domain/order.ts';
import { fieldsOf } from './convert.ts';

const KEPT_MAX = 5_000;
const LEGS = ['stop', 'target'] as const;
type LegName = (typeof LEGS)[number];
const LEG_NAME = /^(.+)-(stop|target)$/;
const PAIR_ID = 'list-';

/** What the venue is told to call the two orders of the OCO that we know by one id. */
export const legIdOf = (clientOrderId: string, leg: LegName): string => `${clientOrderId}-${leg}`;
/** The id by which a pair is known here: lists have a numbering of their own, apart from orders'. */
export const pairVenueId = (listId: string): string => `${PAIR_ID}${listId}`;
export const isPairId = (venueOrderId: string | null): boolean => venueOrderId?.startsWith(PAIR_ID) ?? false;

/** The list that an order, fill or report belongs to (`orderListId`, or `g` on the stream); null for none. */
export function listIdOf(message: unknown, key: 'orderListId' | 'g'): string | null {
  const listId = fieldsOf(message)[key];
  const isOne = (typeof listId === 'number' && listId >= 0) || (typeof listId === 'string' && /^\d+$/.test(listId));
  return isOne ? String(listId) : null;
}

/**
 * Stop and target that rest together are two orders to the venue and one to everybody here: a sale with two ends, of which
 * the first to trade takes the other away. What the venue says of either is put as a report of the pair.
 */
export interface OcoPairs {
  /** The report, or what it says of the pair; null where it says nothing of the pair as a whole yet. */
  note(report: VenueOrderReport, listId: string | null): VenueOrderReport | null;
  /** The same once the venue has been asked for both: one that is left alone is said to be filling. */
  whole(clientOrderId: string): VenueOrderReport | null;
  /** The fill as one of the pair; undefined where it is not known whose order the fill names. */
  fill(fill: VenueFill, listId: string | null): VenueFill | undefined;
  /** Our id of a pair by the venue's; undefined where nothing was heard of it. */
  clientIdOf(instrumentId: InstrumentId, venueOrderId: string): string | undefined;
}

interface Pair {
  readonly listId: string;
  readonly stop?: VenueOrderReport;
  readonly target?: VenueOrderReport;
}

export function createOcoPairs(): OcoPairs {
  const pairs = new Map<string, Pair>();
  /** By the venue's name of a leg, or of a list; null for the orders of lists that others made. */
  const owners = new Map<string, string | null>();

  function remember(instrumentId: InstrumentId, venueOrderId: string, owner: string | null): void {
    owners.set(`${instrumentId}|${venueOrderId}`, owner);
    dropOldest(owners);
  }

  return {
    note(report, listId) {
      if (listId === null) return report;
      const [, clientOrderId, leg] = LEG_NAME.exec(report.clientOrderId) ?? [];
      if (clientOrderId === undefined) {
        remember(report.instrumentId, report.venueOrderId, null);
        return report;
      }
      remember(report.instrumentId, report.venueOrderId, clientOrderId);
      remember(report.instrumentId, pairVenueId(listId), clientOrderId);
      const known = pairs.get(clientOrderId) ?? { listId };
      const pair = { ...known, [leg as LegName]: later(known[leg as LegName], report) };
      pairs.set(clientOrderId, pair);
      dropOldest(pairs);
      return standing(clientOrderId, pair, 'as-told');
    },
    whole(clientOrderId) {
      const pair = pairs.get(clientOrderId);
      return pair ? standing(clientOrderId, pair, 'whole') : null;
    },
    fill(fill, listId) {
      if (listId === null) return fill;
      const owner = owners.get(`${fill.instrumentId}|${fill.venueOrderId}`);
      if (owner === undefined) return undefined;
      if (owner === null) return fill;
      return { ...fill, venueOrderId: pairVenueId(listId), clientOrderId: owner };
    },
    clientIdOf: (instrumentId, venueOrderId) => owners.get(`${instrumentId}|${venueOrderId}`) ?? undefined,
  };
}

const isOver = ({ status }: VenueOrderReport): boolean => status !== 'open' && status !== 'partially-filled';

/** Lists and streams cross: of two reports of one order the one that is further along counts. */
function later(known: VenueOrderReport | undefined, report: VenueOrderReport): VenueOrderReport {
  if (!known || isOver(report)) return report;
  return isOver(known) || parseDecimal(known.filledBase) > parseDecimal(report.filledBase) ? known : report;
}

/** How the pair stands by what is known of its legs. */
function standing(clientOrderId: string, pair: Pair, said: 'as-told' | 'whole'): VenueOrderReport | null {
  const legs = LEGS.flatMap((name) => pair[name] ?? []);
  const status = statusOf(legs, said);
  const [first] = legs;
  if (!first || status === null) return null;
  const filled = legs.map(({ filledBase }) => parseDecimal(filledBase)).reduce(largerOf, 0n);
  return {
    venueOrderId: pairVenueId(pair.listId),
    clientOrderId,
    instrumentId: first.instrumentId,
    side: first.side,
    type: 'oco',
    status,
    qtyBase: first.qtyBase,
    filledBase: formatDecimal(filled),
    limitPrice: pair.target?.limitPrice ?? null,
    triggerPrice: pair.stop?.triggerPrice ?? null,
    eventTimeMs: Math.max(...legs.map(({ eventTimeMs }) => eventTimeMs)),
  };
}

function statusOf(legs: readonly VenueOrderReport[], said: 'as-told' | 'whole'): VenueOrderReport['status'] | null {
  const trading = legs.find(({ filledBase, status }) => status === 'filled' || parseDecimal(filledBase) > 0n);
  if (trading) return trading.status === 'open' ? 'partially-filled' : trading.status;
  const over = legs.filter(isOver);
  if (over.length === 0) return 'open';
  const end = over.some(({ status }) => status === 'cancelled') ? 'cancelled' : (over[0] as VenueOrderReport).status;
  if (over.length === LEGS.length) return end;
  // They end one after the other: what the one that is left does is told next.
  if (said === 'as-told') return null;
  return legs.length === LEGS.length ? 'partially-filled' : end;
}

function dropOldest(map: Map<string, unknown>): void {
  const oldest = map.size > KEPT_MAX ? map.keys().next() : null;
  if (oldest && !oldest.done) map.delete(oldest.value);
}
