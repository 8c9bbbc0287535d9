import type { AuditReceived } from '../domain/events.ts';
import { accountsOf, SPOT_VENUE, symbolOf } from '../domain/instrument.ts';
import type { VenueFill, VenueOrderReport } from '../domain/order.ts';
import { activeOrders, fillKey, incomeKey, venueKey } from './execution-state.ts';
import { askVenue, type Hand } from './hand.ts';
import { isLive, sideWord } from './order-record.ts';
import { findOrder, handleFill, handleReport } from './venue-reports.ts';

/** An order changed this shortly before the audit was asked, or since, may be missing from it without anything being wrong. */
const RACE_MS = 1_000;
/** No audit takes as long: what changed so much later changed before the clock was set back. */
const AUDIT_MS_MAX = 600_000;

/**
 * Merges the venue's own books: order states, orders made elsewhere, fills the stream did not bring. Whatever it says
 * that we know already changes nothing, so the same audit twice is one audit.
 */
export function handleAudit(hand: Hand, audit: AuditReceived): void {
  const repairs: string[] = [];
  const venue = audit.venue ?? SPOT_VENUE;
  const names = new Map<string, string>();
  for (const report of latestReports(audit)) {
    const key = venueKey(report.instrumentId, report.venueOrderId);
    names.set(key, report.clientOrderId);
    const known = findOrder(hand.state, report);
    const repair = handleReport(hand, report, 'audit');
    if (repair !== null) repairs.push(repair);
    // Its fills may be told further down: they are of this very order.
    if (known) hand.told.set(key, known.clientOrderId);
  }
  for (const fill of fillsOnce(audit.fills)) {
    const clientOrderId = fill.clientOrderId ?? names.get(venueKey(fill.instrumentId, fill.venueOrderId)) ?? null;
    if (handleFill(hand, { ...fill, clientOrderId }, 'audit')) {
      repairs.push(
        `Booked a fill that the stream had not brought: ${sideWord(fill.side)} ${fill.qtyBase} ${symbolOf(fill.instrumentId)} @ ${fill.price}`,
      );
    }
  }
  bookIncomes(hand, audit);
  askAboutUntold(hand, audit);
  const undecided = hand.timers.undecidedFills.size > 0;
  hand.emit({
    kind: 'Reconciled',
    repairs,
    ...(audit.venueTimeMs === undefined ? {} : { venueTimeMs: audit.venueTimeMs }),
    ...(undecided ? { fillsUndecided: true } : {}),
    ...(venue === SPOT_VENUE ? {} : { venue }),
  });
}

/** What was paid before the account was opened is part of its opening balance. */
function bookIncomes({ state, emit }: Hand, audit: AuditReceived): void {
  const openedAtMs = state.openedAtMs.get(audit.venue ?? SPOT_VENUE);
  if (openedAtMs === undefined) return;
  const told = new Set<string>();
  for (const income of audit.incomes ?? []) {
    const key = incomeKey(income);
    if (state.incomes.has(key) || told.has(key) || income.eventTimeMs <= openedAtMs) continue;
    told.add(key);
    emit({ kind: 'IncomeBooked', income });
  }
}

/** One report per order, the last word of the venue. */
function latestReports(audit: AuditReceived): VenueOrderReport[] {
  const latest = new Map<string, VenueOrderReport>();
  for (const report of [...audit.openOrders, ...audit.closedOrders]) {
    const key = venueKey(report.instrumentId, report.venueOrderId);
    const before = latest.get(key);
    if (!before || before.eventTimeMs <= report.eventTimeMs) latest.set(key, report);
  }
  return [...latest.values()];
}

function fillsOnce(fills: readonly VenueFill[]): VenueFill[] {
  const byKey = new Map<string, VenueFill>();
  for (const fill of fills) if (!byKey.has(fillKey(fill))) byKey.set(fillKey(fill), fill);
  return [...byKey.values()].sort((a, b) => a.eventTimeMs - b.eventTimeMs);
}

/** Orders that we have as open and the audit does not name are looked up one by one. */
function askAboutUntold(hand: Hand, audit: AuditReceived): void {
  const told = new Set([...audit.openOrders, ...audit.closedOrders].map((report) => report.clientOrderId));
  const toldByVenue = new Set(
    [...audit.openOrders, ...audit.closedOrders].map((report) => venueKey(report.instrumentId, report.venueOrderId)),
  );
  for (const record of activeOrders(hand.state)) {
    if (accountsOf(record.instrumentId).venue !== (audit.venue ?? SPOT_VENUE)) continue;
    if (!isLive(record) || record.state === 'persisted' || record.state === 'sent') continue;
    const sinceAskedMs = record.updatedAtMs - audit.askedAtMs;
    if (told.has(record.clientOrderId) || (sinceAskedMs > -RACE_MS && sinceAskedMs < AUDIT_MS_MAX)) continue;
    if (record.venueOrderId !== null && toldByVenue.has(venueKey(record.instrumentId, record.venueOrderId))) continue;
    if (record.state !== 'unknown') askVenue(hand, record);
  }
}
