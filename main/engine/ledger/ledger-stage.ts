import { formatDecimal } from '../domain/decimal.ts';
import type { AnomalyStated, DayOpened, DifferenceAcknowledged, EngineEvent, FillBooked } from '../domain/events.ts';
import { accountName, accountsOf, accountWord, type InstrumentsView, SPOT_VENUE } from '../domain/instrument.ts';
import type { MarketView } from '../domain/market.ts';
import { isVenuesOwnClose } from '../domain/order.ts';
import type { PortfolioView } from '../domain/portfolio.ts';
import type { Stage, StageContext } from '../kernel/stage.ts';
import { applyToLedger } from './apply-bookings.ts';
import {
  type AuditWatch,
  acknowledge,
  applyToWatch,
  createAuditWatch,
  mayBeFunded,
  openingBalances,
} from './balance-check.ts';
import { balanceOf, createLedgerState, dayStartOf, type LedgerState } from './ledger-state.ts';
import { createLedgerView, createPortfolioView, type LedgerView } from './ledger-view.ts';
import { heldQty, owedQty } from './lots.ts';
import type { MarkOf } from './valuation.ts';

export type { LedgerView } from './ledger-view.ts';

export interface LedgerDeps {
  readonly market: Pick<MarketView, 'mark'>;
  readonly instruments: Pick<InstrumentsView, 'all'>;
}

export interface LedgerStage extends Stage {
  readonly portfolio: PortfolioView;
  readonly view: LedgerView;
}

/** A day whose positions have no mark for so long is opened with their cost. */
const DAY_MARKS_MS_MAX = 30_000;

/** The books: what was filled, what it cost, what is left. It books `FillBooked` and opening balances and nothing else. */
export function createLedgerStage(deps: LedgerDeps): LedgerStage {
  const state = createLedgerState();
  const watch = createAuditWatch();
  const markOf: MarkOf = (instrumentId) => deps.market.mark(instrumentId);
  return {
    name: 'ledger',
    portfolio: createPortfolioView(state, markOf),
    view: createLedgerView(state, watch, markOf),
    apply(event, timeMs) {
      applyToLedger(state, event, timeMs);
      applyToWatch(watch, state, event, timeMs);
      if (event.kind === 'ClockTicked' && dayIsDue(state, timeMs)) watch.waitsForMarksSinceMs ??= timeMs;
      if (event.kind === 'DayOpened') watch.waitsForMarksSinceMs = null;
    },
    handle(event, context) {
      handleEvent({ state, watch, deps, markOf }, event, context);
    },
  };
}

interface Books {
  readonly state: LedgerState;
  readonly watch: AuditWatch;
  readonly deps: LedgerDeps;
  readonly markOf: MarkOf;
}

function handleEvent(books: Books, event: EngineEvent, context: StageContext): void {
  if (event.kind === 'FillBooked') stateOversold(books.state, event, context);
  if (event.kind === 'DifferenceAcknowledged') bookDifference(books, event, context);
  if (event.kind === 'Reconciled') concludeAudit(books, event.venue ?? SPOT_VENUE, context);
  if (event.kind === 'ClockTicked' && dayIsDue(books.state, context.nowMs)) openDay(books, context);
}

function stateOversold(state: LedgerState, { fill }: FillBooked, context: StageContext): void {
  const { kind, venue } = accountsOf(fill.instrumentId);
  if (kind === 'perpetual') {
    if (isVenuesOwnClose(fill.clientOrderId)) context.emit(liquidated(fill));
    return;
  }
  const holding = state.positions.get(fill.instrumentId)?.holding;
  if (fill.side === 'sell' && holding && holding.debts.length > 0) {
    context.emit({
      kind: 'AnomalyStated',
      instrumentId: fill.instrumentId,
      subject: fill.fillId,
      code: 'oversold',
      text: `SELL ${fill.qtyBase} @ ${fill.price} sold more than the books hold: ${formatDecimal(owedQty(holding))} wait for the purchase that explains them.`,
    });
  }
  const left = balanceOf(state, accountName(venue, fill.feeAsset));
  if (fill.fee !== '0' && left < 0n) {
    context.emit({
      kind: 'AnomalyStated',
      instrumentId: fill.instrumentId,
      subject: fill.fillId,
      code: 'fee-unbacked',
      text: `The fee of ${fill.fee} ${fill.feeAsset} is more than the books hold of it (now ${formatDecimal(left)}).`,
    });
  }
}

function liquidated({ instrumentId, clientOrderId, side, qtyBase, price }: FillBooked['fill']): AnomalyStated {
  const name = accountWord(instrumentId);
  const text = `Liquidated: the venue closed ${qtyBase} of ${name} at ${price} (${side}), for its margin was used up.`;
  return { kind: 'AnomalyStated', instrumentId, subject: clientOrderId, code: 'liquidated', text };
}

function bookDifference({ state, deps, markOf }: Books, event: DifferenceAcknowledged, context: StageContext): void {
  const acknowledged = acknowledge(state, event, deps.instruments.all(), markOf);
  if (acknowledged.ok) for (const booking of acknowledged.value) context.emit(booking);
  else {
    const { kind, text } = acknowledged.error;
    context.emit({ kind: 'RequestRefused', subject: event.asset, code: kind, text });
  }
}

/** After an audit was merged: opens the account, or says where ledger and venue disagree. */
function concludeAudit({ state, watch, deps, markOf }: Books, venue: string, context: StageContext): void {
  const compared = watch.venues.get(venue);
  if (!compared || compared.atMs !== context.nowMs) return;
  if (!state.opened.has(venue) && compared.putOffs > 0) {
    context.perform({ kind: 'RequestAudit', why: 'something traded while the account was read', venue });
    return;
  }
  // The next periodic audit opens it.
  if (!state.opened.has(venue) && mayBeFunded(compared.audit)) return;
  if (!state.opened.has(venue)) {
    const { event, priceless } = openingBalances(state, compared.audit, deps.instruments.all(), markOf);
    context.emit(event);
    for (const asset of priceless) {
      context.emit({
        kind: 'AnomalyStated',
        instrumentId: null,
        subject: asset,
        code: 'no-opening-price',
        text: `No price of ${asset} is known: what was there is booked at a cost of 0.`,
      });
    }
    return;
  }
  for (const difference of compared.confirmed) context.emit(difference);
  if (compared.inDoubt) context.perform({ kind: 'RequestAudit', why: 'a balance differs: asking once more', venue });
}

const dayIsDue = (state: LedgerState, nowMs: number): boolean =>
  state.opened.has(SPOT_VENUE) && state.baseline?.dayStartMs !== dayStartOf(nowMs);

function openDay({ state, watch, markOf }: Books, context: StageContext): void {
  const held = [
    ...[...state.positions.values()].filter(({ holding }) => heldQty(holding) > 0n),
    ...[...state.perpetuals.values()].filter(({ qty }) => qty !== 0n),
  ];
  const marks: DayOpened['marks'][number][] = [];
  for (const { instrumentId } of held) {
    const mark = markOf(instrumentId);
    if (mark !== null) marks.push({ instrumentId, price: formatDecimal(mark) });
  }
  const waitedMs = context.nowMs - (watch.waitsForMarksSinceMs ?? context.nowMs);
  if (marks.length < held.length && waitedMs < DAY_MARKS_MS_MAX) return;
  context.emit({ kind: 'DayOpened', dayStartMs: dayStartOf(context.nowMs), marks });
}
