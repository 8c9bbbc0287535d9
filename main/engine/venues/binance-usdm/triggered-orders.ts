import type { InstrumentId } from '../../domain/instrument.ts';
import type { VenueFill, VenueOrderReport } from '../../domain/order.ts';
import type { AlgoReading } from './convert-orders.ts';

const KEPT_MAX = 5_000;

/**
 * A conditional order that fires becomes another order of the venue's making, with names of its own. Everybody here knows it
 * by the name that we gave it: reports and fills of what it became are put under that.
 */
export interface TriggeredOrders {
  /** Notes what a conditional order became; its report where it speaks for itself, null where the other order does. */
  note(reading: AlgoReading): VenueOrderReport | null;
  /** The report as one of the conditional order, where it became this one. */
  report(report: VenueOrderReport): VenueOrderReport;
  fill(fill: VenueFill): VenueFill;
}

export function createTriggeredOrders(): TriggeredOrders {
  const algos = new Map<string, VenueOrderReport>();
  const keyOf = (instrumentId: InstrumentId, orderId: string): string => `${instrumentId}|${orderId}`;

  return {
    note({ report, orderId, became }) {
      if (orderId !== null) {
        algos.set(keyOf(report.instrumentId, orderId), report);
        const oldest = algos.size > KEPT_MAX ? algos.keys().next().value : undefined;
        if (oldest !== undefined) algos.delete(oldest);
      }
      return became ? null : report;
    },
    report(report) {
      const algo = algos.get(keyOf(report.instrumentId, report.venueOrderId));
      if (!algo) return report;
      const { venueOrderId, clientOrderId, type, triggerPrice } = algo;
      return { ...report, venueOrderId, clientOrderId, type, triggerPrice };
    },
    fill(fill) {
      const algo = algos.get(keyOf(fill.instrumentId, fill.venueOrderId));
      return algo ? { ...fill, venueOrderId: algo.venueOrderId, clientOrderId: algo.clientOrderId } : fill;
    },
  };
}
