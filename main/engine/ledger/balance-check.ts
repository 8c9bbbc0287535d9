import { formatDecimal, parseDecimal } from '../domain/decimal.ts';
import type {
  AuditReceived,
  BalanceAdjusted,
  BalanceDiffered,
  DifferenceAcknowledged,
  EngineEvent,
  OpeningBalancesBooked,
} from '../domain/events.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { VenueBalance } from '../domain/order.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { balanceOf, type LedgerState } from './ledger-state.ts';
import type { MarkOf } from './valuation.ts';

/** What only matters while the engine runs. */
export interface AuditWatch {
  audit: AuditReceived | null;
  auditAtMs: number;
  balances: ReadonlyMap<string, VenueBalance>;
  lastStreamFillAtMs: number;
  /** Venue minus ledger in the last audit, by asset: stated only when the next audit says the same. */
  suspects: ReadonlyMap<string, bigint>;
  confirmed: readonly BalanceDiffered[];
  inDoubt: boolean;
  waitsForMarksSinceMs: number | null;
}

export const createAuditWatch = (): AuditWatch => ({
  audit: null,
  auditAtMs: -1,
  balances: new Map(),
  lastStreamFillAtMs: Number.NEGATIVE_INFINITY,
  suspects: new Map(),
  confirmed: [],
  inDoubt: false,
  waitsForMarksSinceMs: null,
});

export const totalOf = (balance: VenueBalance): bigint => parseDecimal(balance.free) + parseDecimal(balance.locked);

/** Runs after the event was applied to the books. */
export function applyToWatch(watch: AuditWatch, state: LedgerState, event: EngineEvent, timeMs: number): void {
  if (event.kind === 'AuditReceived') {
    watch.audit = event;
    watch.auditAtMs = timeMs;
    watch.balances = new Map(event.balances.map((balance) => [balance.asset, balance]));
  }
  if (event.kind === 'FillBooked' && event.via === 'stream') watch.lastStreamFillAtMs = timeMs;
  if (event.kind === 'Reconciled' && watch.audit !== null && watch.auditAtMs === timeMs) {
    compare(watch, state, watch.audit, event.fillsUndecided === true);
  }
}

/** Comparable only when no fill arrived while the venue was being asked and every fill has its order. */
function compare(watch: AuditWatch, state: LedgerState, audit: AuditReceived, fillsUndecided: boolean): void {
  watch.confirmed = [];
  watch.inDoubt = false;
  if (!state.opened || fillsUndecided || watch.lastStreamFillAtMs >= audit.askedAtMs) return;
  const suspects = new Map<string, bigint>();
  const confirmed: BalanceDiffered[] = [];
  for (const asset of new Set([...state.balances.keys(), ...watch.balances.keys()])) {
    const balance = watch.balances.get(asset);
    const venue = balance ? totalOf(balance) : 0n;
    const ledger = balanceOf(state, asset);
    if (venue !== ledger) suspects.set(asset, venue - ledger);
    if (venue === ledger && !state.differences.has(asset)) continue;
    if (venue !== ledger && watch.suspects.get(asset) !== venue - ledger) {
      watch.inDoubt = true;
      continue;
    }
    const said = state.differences.get(asset);
    const now = { ledger: formatDecimal(ledger), venue: formatDecimal(venue) };
    if (said?.ledger === now.ledger && said.venue === now.venue) continue;
    confirmed.push({ kind: 'BalanceDiffered', asset, ...now });
  }
  watch.suspects = suspects;
  watch.confirmed = confirmed;
}

/**
 * What was there before us: what the venue says less what is booked already, each asset at the audit's mark. Assets whose
 * price nobody knows are booked at 0 and named in `priceless`.
 */
export function openingBalances(
  state: LedgerState,
  audit: AuditReceived,
  instruments: readonly Instrument[],
  markOf: MarkOf,
): { readonly event: OpeningBalancesBooked; readonly priceless: readonly string[] } {
  const quotes = new Set(instruments.map((instrument) => instrument.quote));
  const stated = new Map(audit.marks.map(({ asset, priceQuote }) => [asset, priceQuote]));
  const priceless: string[] = [];
  const balances: OpeningBalancesBooked['balances'][number][] = [];
  for (const balance of audit.balances) {
    const amount = totalOf(balance) - balanceOf(state, balance.asset);
    if (amount <= 0n) continue;
    const base = quotes.has(balance.asset) ? undefined : instruments.find(({ base }) => base === balance.asset);
    const mark = base ? markOf(base.id) : null;
    const price = stated.get(balance.asset) ?? (mark === null ? null : formatDecimal(mark));
    if (base && price === null) priceless.push(balance.asset);
    balances.push({
      asset: balance.asset,
      amount: formatDecimal(amount),
      priceQuote: base ? (price ?? '0') : null,
      instrumentId: base?.id ?? null,
    });
  }
  return { event: { kind: 'OpeningBalancesBooked', balances }, priceless };
}

type NotAcknowledged = { readonly kind: 'no-difference' | 'terms-changed' | 'no-price'; readonly text: string };

/** What a person's word books, and the difference that is no more; refused where the screen showed something else. */
export function acknowledge(
  state: LedgerState,
  { asset, ledger, venue }: DifferenceAcknowledged,
  instruments: readonly Instrument[],
  markOf: MarkOf,
): Result<readonly [BalanceAdjusted, BalanceDiffered], NotAcknowledged> {
  const said = state.differences.get(asset);
  if (!said) return fail({ kind: 'no-difference', text: `Ledger and venue do not differ in ${asset}.` });
  if (said.ledger !== ledger || said.venue !== venue) {
    const text = `${asset} changed since: the ledger says ${said.ledger}, the venue ${said.venue}.`;
    return fail({ kind: 'terms-changed', text });
  }
  const isQuote = instruments.some((instrument) => instrument.quote === asset);
  const base = isQuote ? undefined : instruments.find((instrument) => instrument.base === asset);
  const price = base ? markOf(base.id) : null;
  if (base && price === null) return fail({ kind: 'no-price', text: `No price of ${asset} is known to book it at.` });
  const amount = parseDecimal(venue) - parseDecimal(ledger);
  const now = formatDecimal(balanceOf(state, asset) + amount);
  return ok([
    {
      kind: 'BalanceAdjusted',
      asset,
      amount: formatDecimal(amount),
      priceQuote: price === null ? null : formatDecimal(price),
      instrumentId: base?.id ?? null,
    },
    { kind: 'BalanceDiffered', asset, ledger: now, venue: now },
  ]);
}
