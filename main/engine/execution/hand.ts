import { formatDecimal, largerOf } from '../domain/decimal.ts';
import type { AnomalyStated, Effect, OutputEvent } from '../domain/events.ts';
import type { InstrumentsView } from '../domain/instrument.ts';
import type { MarketView } from '../domain/market.ts';
import type { CountersignedOrder } from '../domain/order.ts';
import type { PortfolioView } from '../domain/portfolio.ts';
import type { ExecutionState } from './execution-state.ts';
import { isLive, type OrderRecord, type StateStep } from './order-record.ts';
import type { Timers } from './timers.ts';

export interface ExecutionDeps {
  readonly market: Pick<MarketView, 'quote'>;
  readonly portfolio: Pick<PortfolioView, 'position' | 'positions'>;
  readonly instruments: Pick<InstrumentsView, 'get'>;
  /** True only for the very objects that approval sealed in this process. */
  readonly isCountersigned: (order: CountersignedOrder) => boolean;
}

/** What a handler works with: it reads state and says what follows. */
export interface Hand {
  readonly state: ExecutionState;
  readonly timers: Timers;
  readonly deps: ExecutionDeps;
  readonly nowMs: number;
  /** By the venue's id: our names of orders that this very event tells of. Their records say so only once it has been applied. */
  readonly told: Map<string, string>;
  emit(event: OutputEvent): void;
  perform(effect: Effect): void;
}

export function changeState(hand: Hand, record: OrderRecord, step: StateStep, code: string, text: string): void {
  hand.emit({
    kind: 'OrderStateChanged',
    clientOrderId: record.clientOrderId,
    instrumentId: record.instrumentId,
    from: record.state,
    to: step.to,
    venueOrderId: record.venueOrderId,
    filledBase: formatDecimal(largerOf(step.stated, record.stated)),
    code,
    text,
  });
}

export const withVenueId = (record: OrderRecord, venueOrderId: string | null): OrderRecord =>
  record.venueOrderId === null && venueOrderId !== null ? { ...record, venueOrderId } : record;

/** Said once per subject, however often the venue repeats it. */
export function stateAnomaly(hand: Hand, anomaly: Omit<AnomalyStated, 'kind'>): void {
  if (hand.state.anomalies.has(`${anomaly.code}|${anomaly.instrumentId ?? ''}|${anomaly.subject}`)) return;
  hand.emit({ kind: 'AnomalyStated', ...anomaly });
}

export function askVenue(hand: Hand, record: OrderRecord): void {
  hand.perform({
    kind: 'QueryOrder',
    clientOrderId: record.clientOrderId,
    venueOrderId: record.venueOrderId,
    instrumentId: record.instrumentId,
    type: record.type,
    sentAtMs: record.sentAtMs ?? record.createdAtMs,
  });
}

export function sendCancel(hand: Hand, record: OrderRecord): void {
  if (!isLive(record)) return;
  hand.perform({
    kind: 'CancelOrder',
    clientOrderId: record.clientOrderId,
    venueOrderId: record.venueOrderId,
    instrumentId: record.instrumentId,
    type: record.type,
  });
}
