import type { InstrumentId } from '../../domain/instrument.ts';
import { isVenuesOwnClose, type VenueFill, type VenueOrderReport } from '../../domain/order.ts';
import type { AlgoReading } from './convert-orders.ts';

const KEPT_MAX = 5_000;

/**
 * A conditional order that fires becomes another order of the venue's making, with names of its own. Everybody here knows it
 * by the name that we gave it: reports and fills of what it became are put under that.
 */
export interface TriggeredOrders {
  /** A name that we gave an order, before it is sent. */
  noteOwn(clientOrderId: string): void;
  /**
   * Whether a conditional order of ours may have become this one and nobody has told us: it can only reduce, has a name that is not
   * ours, and the venue's books have not been asked about it.
   */
  isStranger(report: VenueOrderReport, reduceOnly: boolean): boolean;
  /** Notes what a conditional order became; its report where it speaks for itself, null where the other order does. */
  note(reading: AlgoReading): VenueOrderReport | null;
  /** The report as one of the conditional order, where it became this one. */
  report(report: VenueOrderReport): VenueOrderReport;
  /** The same of an order as the venue's books have it: what it is not called here it is not. */
  judged(report: VenueOrderReport): VenueOrderReport;
  fill(fill: VenueFill): VenueFill;
  /** An order that is what it says, by the stream. */
  noteKnown(report: VenueOrderReport): void;
  /** Conditional orders of ours that were waiting when last heard of, where a fill is of an order that nobody knows. */
  unexplained(instrumentId: InstrumentId, fills: readonly VenueFill[]): VenueOrderReport[];
}

export function createTriggeredOrders(): TriggeredOrders {
  const algos = new Map<string, VenueOrderReport>();
  const own = new Set<string>();
  const known = new Set<string>();
  const waiting = new Map<string, VenueOrderReport>();
  const keyOf = (instrumentId: InstrumentId, orderId: string): string => `${instrumentId}|${orderId}`;
  const keyOfReport = ({ instrumentId, venueOrderId }: VenueOrderReport): string => keyOf(instrumentId, venueOrderId);

  function report(of: VenueOrderReport): VenueOrderReport {
    const algo = algos.get(keyOfReport(of));
    if (!algo) return of;
    const { venueOrderId, clientOrderId, type, triggerPrice } = algo;
    return { ...of, venueOrderId, clientOrderId, type, triggerPrice };
  }

  return {
    noteOwn: (clientOrderId) => keep(own, clientOrderId),
    isStranger(of, reduceOnly) {
      if (!reduceOnly || own.has(of.clientOrderId) || isVenuesOwnClose(of.clientOrderId)) return false;
      return !algos.has(keyOfReport(of)) && !known.has(keyOfReport(of));
    },
    note({ report: of, orderId, became }) {
      if (orderId !== null) {
        algos.set(keyOf(of.instrumentId, orderId), of);
        forgetOldest(algos);
      }
      if (orderId === null && of.status === 'open') waiting.set(of.venueOrderId, of);
      else waiting.delete(of.venueOrderId);
      forgetOldest(waiting);
      return became ? null : of;
    },
    report,
    noteKnown: (of) => keep(known, keyOfReport(of)),
    unexplained(instrumentId, fills) {
      const isKnown = (fill: VenueFill): boolean => {
        const key = keyOf(instrumentId, fill.venueOrderId);
        return algos.has(key) || known.has(key);
      };
      return fills.every(isKnown) ? [] : [...waiting.values()].filter((of) => of.instrumentId === instrumentId);
    },
    judged(of) {
      keep(known, keyOfReport(of));
      return report(of);
    },
    fill(fill) {
      const algo = algos.get(keyOf(fill.instrumentId, fill.venueOrderId));
      return algo ? { ...fill, venueOrderId: algo.venueOrderId, clientOrderId: algo.clientOrderId } : fill;
    },
  };
}

function keep(names: Set<string>, name: string): void {
  names.add(name);
  forgetOldest(names);
}

function forgetOldest(kept: Set<string> | Map<string, unknown>): void {
  const oldest = kept.size > KEPT_MAX ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
}
