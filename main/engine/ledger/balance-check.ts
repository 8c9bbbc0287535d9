import { formatDecimal, parseDecimal } from '../domain/decimal.ts';
import type {
  AuditReceived,
  BalanceAdjusted,
  BalanceDiffered,
  DifferenceAcknowledged,
  EngineEvent,
  OpeningBalancesBooked,
} from '../domain/events.ts';
import {
  accountName,
  accountsOf,
  accountWord,
  type Instrument,
  isPerpetual,
  SPOT_VENUE,
  venueOfAccount,
} from '../domain/instrument.ts';
import type { VenueBalance } from '../domain/order.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { balanceOf, type LedgerState } from './ledger-state.ts';
import type { MarkOf } from './valuation.ts';

/** What only matters while the engine runs. */
export interface AuditWatch {
  /** The last audit of each venue and what came of it. */
  readonly venues: Map<string, ComparedAudit>;
  lastStreamFillAtMs: number;
  /** By venue: when its stream last told of a fill, booked or not. */
  readonly fillToldAtMs: Map<string, number>;
  waitsForMarksSinceMs: number | null;
}

interface ComparedAudit {
  readonly audit: AuditReceived;
  readonly atMs: number;
  /** Venue minus ledger, by account: stated only when the next audit says the same. */
  suspects: ReadonlyMap<string, bigint>;
  confirmed: readonly BalanceDiffered[];
  inDoubt: boolean;
  /** How often in a row, this one included, an account that is not open could not be opened by it. */
  putOffs: number;
}

export const createAuditWatch = (): AuditWatch => ({
  venues: new Map(),
  lastStreamFillAtMs: Number.NEGATIVE_INFINITY,
  fillToldAtMs: new Map(),
  waitsForMarksSinceMs: null,
});

const totalOf = (balance: VenueBalance): bigint => parseDecimal(balance.free) + parseDecimal(balance.locked);

/** What the venues last said, by account. */
export function statedBalances(watch: AuditWatch): Map<string, VenueBalance> {
  const stated = new Map<string, VenueBalance>();
  for (const { audit } of watch.venues.values()) {
    for (const balance of audit.balances) stated.set(accountName(audit.venue ?? SPOT_VENUE, balance.asset), balance);
  }
  return stated;
}

/** Every account by the venue's word: money, coins, and the quantities of perpetuals. */
function amountsOf(audit: AuditReceived): Map<string, bigint> {
  const venue = audit.venue ?? SPOT_VENUE;
  const amounts = new Map(audit.balances.map((balance) => [accountName(venue, balance.asset), totalOf(balance)]));
  for (const { instrumentId, qtyBase } of audit.positions ?? []) amounts.set(instrumentId, parseDecimal(qtyBase));
  return amounts;
}

/** Runs after the event was applied to the books. */
export function applyToWatch(watch: AuditWatch, state: LedgerState, event: EngineEvent, timeMs: number): void {
  if (event.kind === 'AuditReceived') {
    const venue = event.venue ?? SPOT_VENUE;
    const { suspects = new Map(), putOffs = 0 } = watch.venues.get(venue) ?? {};
    watch.venues.set(venue, { audit: event, atMs: timeMs, suspects, confirmed: [], inDoubt: false, putOffs });
  }
  if (event.kind === 'FillReported') watch.fillToldAtMs.set(accountsOf(event.fill.instrumentId).venue, timeMs);
  if (event.kind === 'FillBooked' && event.via === 'stream') watch.lastStreamFillAtMs = timeMs;
  if (event.kind === 'Reconciled') {
    const compared = watch.venues.get(event.venue ?? SPOT_VENUE);
    if (compared?.atMs === timeMs) compare(watch, state, compared, event.fillsUndecided === true);
  }
}

/** Somebody who trades without end must not keep the account from being opened: what is wrong then is stated as a difference. */
const PUT_OFFS_MAX = 5;

/** Whether something was traded or paid while the account was being read: money and positions are read one after the other, and are not of one moment then. */
function isTorn(
  { fillToldAtMs }: AuditWatch,
  { askedAtMs, venueTimeMs, fills, incomes = [] }: AuditReceived,
  venue: string,
): boolean {
  if ((fillToldAtMs.get(venue) ?? Number.NEGATIVE_INFINITY) >= askedAtMs) return true;
  return venueTimeMs !== undefined && [...fills, ...incomes].some(({ eventTimeMs }) => eventTimeMs >= venueTimeMs);
}

const HOUR_MS = 3_600_000;
/** The venue dates funding at the full hour and pays it within this. */
const FUNDING_LATE_MS = 60_000;

/** Whether funding that is dated before the audit may be paid after it: nobody could say whether the money that was read holds it. */
export const mayBeFunded = ({ venueTimeMs, positions = [] }: AuditReceived): boolean =>
  venueTimeMs !== undefined &&
  venueTimeMs % HOUR_MS < FUNDING_LATE_MS &&
  positions.some(({ qtyBase }) => parseDecimal(qtyBase) !== 0n);

/** Comparable only when no fill arrived while the venue was being asked and every fill has its order. */
function compare(watch: AuditWatch, state: LedgerState, compared: ComparedAudit, fillsUndecided: boolean): void {
  const { audit } = compared;
  const ofVenue = audit.venue ?? SPOT_VENUE;
  compared.confirmed = [];
  compared.inDoubt = false;
  if (!state.opened.has(ofVenue)) {
    const isOff = compared.putOffs < PUT_OFFS_MAX && isTorn(watch, audit, ofVenue);
    compared.putOffs = isOff ? compared.putOffs + 1 : 0;
    return;
  }
  if (fillsUndecided || watch.lastStreamFillAtMs >= audit.askedAtMs) return;
  const suspects = new Map<string, bigint>();
  const confirmed: BalanceDiffered[] = [];
  const stated = amountsOf(audit);
  const booked = [...state.balances.keys()].filter((account) => venueOfAccount(account) === ofVenue);
  for (const account of new Set([...booked, ...stated.keys()])) {
    const venue = stated.get(account) ?? 0n;
    const ledger = balanceOf(state, account);
    if (venue !== ledger) suspects.set(account, venue - ledger);
    if (venue === ledger && !state.differences.has(account)) continue;
    if (venue !== ledger && compared.suspects.get(account) !== venue - ledger) {
      compared.inDoubt = true;
      continue;
    }
    const said = state.differences.get(account);
    const now = { ledger: formatDecimal(ledger), venue: formatDecimal(venue) };
    if (said?.ledger === now.ledger && said.venue === now.venue) continue;
    confirmed.push({ kind: 'BalanceDiffered', asset: account, ...now });
  }
  compared.suspects = suspects;
  compared.confirmed = confirmed;
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
  if (audit.venue !== undefined && audit.venue !== SPOT_VENUE) {
    return { event: openingWallet(state, audit, audit.venue), priceless: [] };
  }
  const quotes = new Set(instruments.map((instrument) => instrument.quote));
  const stated = new Map(audit.marks.map(({ asset, priceQuote }) => [asset, priceQuote]));
  const priceless: string[] = [];
  const balances: OpeningBalancesBooked['balances'][number][] = [];
  for (const balance of audit.balances) {
    const amount = totalOf(balance) - balanceOf(state, balance.asset);
    if (amount <= 0n) continue;
    const base = quotes.has(balance.asset) ? undefined : baseInstrument(instruments, balance.asset);
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
  return { event: { kind: 'OpeningBalancesBooked', ...readAt(audit), balances }, priceless };
}

const readAt = ({ venueTimeMs }: AuditReceived): Pick<OpeningBalancesBooked, 'readAtMs'> =>
  venueTimeMs === undefined ? {} : { readAtMs: venueTimeMs };

const baseInstrument = (instruments: readonly Instrument[], asset: string): Instrument | undefined =>
  instruments.find(({ kind, base }) => kind === 'spot' && base === asset);

/** A derivatives account as it was found: its money, and positions at the venue's entry prices. */
function openingWallet(state: LedgerState, audit: AuditReceived, venue: string): OpeningBalancesBooked {
  const money = audit.balances.map((balance) => {
    const asset = accountName(venue, balance.asset);
    const amount = formatDecimal(totalOf(balance) - balanceOf(state, asset));
    return { asset, amount, priceQuote: null, instrumentId: null };
  });
  const positions = (audit.positions ?? []).map(({ instrumentId, qtyBase, entryPrice, unrealizedQuote }) => {
    const amount = formatDecimal(parseDecimal(qtyBase) - balanceOf(state, instrumentId));
    return { asset: instrumentId, amount, priceQuote: entryPrice, instrumentId, unrealizedQuote };
  });
  const balances = [...money, ...positions].filter(({ amount }) => amount !== '0');
  return { kind: 'OpeningBalancesBooked', venue, ...readAt(audit), balances };
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
  if (!said) return fail({ kind: 'no-difference', text: `Ledger and venue do not differ in ${accountWord(asset)}.` });
  if (said.ledger !== ledger || said.venue !== venue) {
    const text = `${accountWord(asset)} changed since: the ledger says ${said.ledger}, the venue ${said.venue}.`;
    return fail({ kind: 'terms-changed', text });
  }
  const isQuote = instruments.some((instrument) => instrument.quote === asset);
  const isPosition = asset.includes('/') && isPerpetual(asset);
  const base = isPosition
    ? instruments.find(({ id }) => id === asset)
    : isQuote
      ? undefined
      : baseInstrument(instruments, asset);
  const price = base ? markOf(base.id) : null;
  if (base && price === null)
    return fail({ kind: 'no-price', text: `No price of ${accountWord(asset)} is known to book it at.` });
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
