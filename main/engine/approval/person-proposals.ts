import { formatDecimal, isDecimal, parseDecimal } from '../domain/decimal.ts';
import type { ChangeRequested, ManualOrderRequested } from '../domain/events.ts';
import type { Instrument, InstrumentId } from '../domain/instrument.ts';
import type { MarketView, Quote } from '../domain/market.ts';
import type { PortfolioView } from '../domain/portfolio.ts';
import type { Proposal, Reason, RiskLimits } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';

export interface PersonViews {
  readonly market: MarketView;
  readonly portfolio: PortfolioView;
  instruments(): ReadonlyMap<InstrumentId, Instrument>;
  limits(): RiskLimits;
}

type Refusal = { readonly kind: 'bad-order' | 'bad-change' | 'no-quote'; readonly text: string };

/** Same-side best price: what a buy pays, what a sale gets. Null where there is none above zero. */
export function touchOf(quote: Quote | null, side: Proposal['side']): string | null {
  const text = side === 'buy' ? quote?.ask : quote?.bid;
  return text !== undefined && isDecimal(text) && parseDecimal(text) > 0n ? text : null;
}

/** A price to reckon a close at market with where no quote is left: it does not wait for one. */
function priceWithoutQuote(instrument: Instrument, { market, portfolio }: PersonViews): string {
  const mark = market.mark(instrument.id);
  if (mark !== null && mark > 0n) return formatDecimal(mark);
  const position = portfolio.position(instrument.id);
  const cost = position && position.qtyBase !== 0n ? (position.costQuote * 10n ** 18n) / position.qtyBase : 0n;
  return formatDecimal(cost > 0n ? cost : instrument.tickSize);
}

/** The ticket as a proposal: the gate sees manual orders in the same form as all others. */
export function manualProposal(
  request: Omit<ManualOrderRequested, 'kind'>,
  id: string,
  nowMs: number,
  views: PersonViews,
): Result<Proposal, Refusal> {
  const instrument = views.instruments().get(request.instrumentId);
  if (!instrument) return fail({ kind: 'bad-order', text: `there is no instrument ${request.instrumentId}` });
  if (request.type !== 'market' && request.limitPrice === null) {
    return fail({ kind: 'bad-order', text: `a ${request.type} order needs a price` });
  }
  const touch = touchOf(views.market.quote(instrument.id), request.side);
  const reduceOnly = instrument.kind === 'spot' ? request.side === 'sell' : request.reduceOnly === true;
  const reference = touch ?? (reduceOnly ? priceWithoutQuote(instrument, views) : null);
  const entryPrice = request.type === 'market' ? reference : request.limitPrice;
  if (entryPrice === null) return fail({ kind: 'no-quote', text: `there is no quote to ${request.side} at` });
  const limits = views.limits();
  return ok(
    Object.freeze({
      id,
      instrumentId: instrument.id,
      origin: 'manual',
      agent: 'Order ticket',
      side: request.side,
      orderType: request.type,
      qtyBase: request.qtyBase,
      entryPrice,
      stopPrice: reduceOnly ? null : request.stopPrice,
      targetPrice: reduceOnly ? null : request.targetPrice,
      reduceOnly,
      probability: null,
      interval: null,
      record: null,
      edge: 'unknown',
      reasons: [],
      votes: [],
      bandPrice: reference ?? entryPrice,
      bandBps: limits.priceBandBps,
      madeAtMs: nowMs,
      expiresAtMs: nowMs + limits.approvalTtlMs,
      modelHashes: [],
      changeOf: null,
      requestId: request.requestId,
    } satisfies Proposal),
  );
}

const LABELS = { qtyBase: 'quantity', entryPrice: 'price', stopPrice: 'stop', targetPrice: 'target' } as const;
type Changeable = keyof typeof LABELS;

/** What differs, in words; empty where nothing does. Prices are compared as numbers, "1.0" equals "1". */
function changedFields(before: Proposal, change: ChangeRequested['change']): readonly Changeable[] {
  return (Object.keys(LABELS) as Changeable[]).filter((field) => {
    const next = change[field];
    const held = before[field];
    if (next === undefined || next === held) return false;
    if (next === null || held === null || !isDecimal(next)) return true;
    return parseDecimal(next) !== parseDecimal(held);
  });
}

/**
 * A person's change as a new proposal. Confidence was measured for the levels as proposed: when one of them moves, the
 * new proposal carries none.
 */
export function changedProposal(
  before: Proposal,
  change: ChangeRequested['change'],
  id: string,
  nowMs: number,
  views: PersonViews,
): Result<Proposal, Refusal> {
  const instrument = views.instruments().get(before.instrumentId);
  if (!instrument) return fail({ kind: 'bad-change', text: `there is no instrument ${before.instrumentId}` });
  const fields = changedFields(before, change);
  if (fields.length === 0) return fail({ kind: 'bad-change', text: 'nothing was changed' });
  for (const field of fields) {
    const value = change[field];
    if (value === null && field === 'targetPrice') continue;
    const step = field === 'qtyBase' ? instrument.lotStep : instrument.tickSize;
    const fits =
      typeof value === 'string' && isDecimal(value) && parseDecimal(value) > 0n && parseDecimal(value) % step === 0n;
    if (fits) continue;
    const text = `${LABELS[field]} ${String(value)} is not a positive multiple of ${formatDecimal(step)}`;
    return fail({ kind: 'bad-change', text });
  }
  const touch = touchOf(views.market.quote(instrument.id), before.side);
  if (touch === null) return fail({ kind: 'no-quote', text: 'there is no quote to change it against' });
  const limits = views.limits();
  const changes: Reason = {
    code: 'changed',
    text: `Changed by you: ${fields.map((f) => `${LABELS[f]} ${before[f] ?? 'none'} to ${change[f] ?? 'none'}`).join(', ')}`,
  };
  const levelsMoved = fields.some((field) => field !== 'qtyBase');
  return ok(
    Object.freeze({
      ...before,
      ...Object.fromEntries(fields.map((field) => [field, change[field]])),
      ...(levelsMoved ? { probability: null, interval: null, record: null, edge: 'unknown' as const } : {}),
      id,
      reasons: [...before.reasons.filter(({ code }) => code !== 'changed'), changes],
      bandPrice: touch,
      bandBps: limits.priceBandBps,
      madeAtMs: nowMs,
      expiresAtMs: nowMs + limits.approvalTtlMs,
      changeOf: before.id,
    }),
  );
}
