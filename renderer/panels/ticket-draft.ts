/** The order ticket's draft: text as typed, turned into an order or into a sentence beside the field that is wrong. Pure. */
import type { Instrument, ManualOrder } from '../../preload/contract.ts';
import { compareDecimals, fixDecimal, isPositiveDecimal, placesOfStep, readDecimal } from '../format/decimal.ts';

export interface TicketDraft {
  readonly side: 'buy' | 'sell';
  readonly type: 'limit' | 'market' | 'post-only';
  readonly qty: string;
  readonly limit: string;
  readonly stop: string;
  readonly target: string;
  /** Of perpetuals: may only make the position smaller. */
  readonly reduceOnly: boolean;
  /** Made once per draft and renewed only after it was answered, so that a double click is one order. */
  readonly requestId: string;
}

export type TicketField = 'qty' | 'limit' | 'stop' | 'target';

export type DraftResult =
  | { readonly ok: true; readonly order: ManualOrder }
  | { readonly ok: false; readonly errors: Partial<Record<TicketField, string>>; readonly isEmpty: boolean };

export function emptyDraft(requestId: string): TicketDraft {
  return { side: 'buy', type: 'limit', qty: '', limit: '', stop: '', target: '', reduceOnly: false, requestId };
}

/** True when `text` is a whole number of `step`s. */
export function isOnStep(text: string, step: string): boolean {
  const value = readDecimal(text);
  const unit = readDecimal(step);
  if (!value || !unit || unit.units === 0n) return false;
  const places = Math.max(value.places, unit.places);
  const scaled = value.units * 10n ** BigInt(places - value.places);
  return scaled % (unit.units * 10n ** BigInt(places - unit.places)) === 0n;
}

/** The order a draft stands for at `referencePrice` (the best quote), or what is wrong with it. */
export function orderFromDraft(draft: TicketDraft, instrument: Instrument, referencePrice: string | null): DraftResult {
  const errors: Partial<Record<TicketField, string>> = {};
  const texts = {
    qty: draft.qty.trim(),
    limit: draft.limit.trim(),
    stop: draft.reduceOnly ? '' : draft.stop.trim(),
    target: draft.reduceOnly ? '' : draft.target.trim(),
  };
  const isMarket = draft.type === 'market';
  if (!isPositiveDecimal(texts.qty)) errors.qty = 'How much? A number above zero.';
  else if (!isOnStep(texts.qty, instrument.lotStep))
    errors.qty = `Steps of ${plain(instrument.lotStep)} ${instrument.base}.`;
  else if (compareDecimals(texts.qty, instrument.minQty) < 0)
    errors.qty = `At least ${plain(instrument.minQty)} ${instrument.base}.`;
  for (const field of ['limit', 'stop', 'target'] as const) {
    const text = texts[field];
    const isNeeded = field === 'limit' && !isMarket;
    if (field === 'limit' && isMarket) continue;
    if (text === '' && !isNeeded) continue;
    if (!isPositiveDecimal(text)) errors[field] = isNeeded && text === '' ? 'At what price?' : 'A price above zero.';
    else if (!isOnStep(text, instrument.tickSize)) errors[field] = `Steps of ${plain(instrument.tickSize)}.`;
  }
  const entry = isMarket ? referencePrice : texts.limit;
  if (entry !== null && isPositiveDecimal(entry)) sideErrors(draft.side, entry, texts, errors);
  if (Object.keys(errors).length > 0) return { ok: false, errors, isEmpty: texts.qty === '' };
  const orNull = (text: string): string | null => (text === '' ? null : text);
  return {
    ok: true,
    order: {
      requestId: draft.requestId,
      instrumentId: instrument.id,
      side: draft.side,
      type: draft.type,
      qtyBase: texts.qty,
      limitPrice: isMarket ? null : texts.limit,
      stopPrice: orNull(texts.stop),
      targetPrice: orNull(texts.target),
      ...(instrument.kind === 'perpetual' ? { reduceOnly: draft.reduceOnly } : {}),
    },
  };
}

const plain = (step: string): string => fixDecimal(step, placesOfStep(step));

function sideErrors(
  side: 'buy' | 'sell',
  entry: string,
  texts: { stop: string; target: string },
  errors: Partial<Record<TicketField, string>>,
): void {
  const wrongWay = side === 'buy' ? 1 : -1;
  if (!errors.stop && isPositiveDecimal(texts.stop) && compareDecimals(texts.stop, entry) !== -wrongWay) {
    errors.stop = `The stop of a ${side} lies ${side === 'buy' ? 'below' : 'above'} its price.`;
  }
  if (!errors.target && isPositiveDecimal(texts.target) && compareDecimals(texts.target, entry) !== wrongWay) {
    errors.target = `The target of a ${side} lies ${side === 'buy' ? 'above' : 'below'} its price.`;
  }
}
