/** The risk limits as typed text: read into limits, or into a sentence at the field that is wrong. Pure. */
import type { Limits } from '../../preload/contract.ts';
import { compareDecimals, isPositiveDecimal, readDecimal } from '../format/decimal.ts';
import { showCount, showDecimal } from '../format/number.ts';

export type LimitKey = keyof Limits;
export type LimitTexts = Readonly<Record<LimitKey, string>>;

/** How a limit is kept (a share, an amount, a count or milliseconds) decides how its text is read. */
type Kind = 'share' | 'amount' | 'number' | 'whole' | 'seconds';

export interface LimitField {
  readonly key: LimitKey;
  readonly label: string;
  readonly hint: string;
  readonly kind: Kind;
  /** `quote` stands for the account's asset. */
  readonly unit: string;
  /** In the unit shown, both ends included; amounts have none. */
  readonly range?: readonly [number, number];
}

export const LIMIT_FIELDS: readonly LimitField[] = [
  {
    key: 'riskPerTradeShare',
    label: 'Risk per trade',
    hint: 'What one trade may lose at its stop, of equity',
    kind: 'share',
    unit: '%',
    range: [0.01, 10],
  },
  {
    key: 'positionNotionalQuoteMax',
    label: 'Position size',
    hint: 'The most held in one instrument',
    kind: 'amount',
    unit: 'quote',
  },
  {
    key: 'exposureShareMax',
    label: 'Exposure',
    hint: 'The most held in all instruments, of equity',
    kind: 'share',
    unit: '%',
    range: [0, 100],
  },
  {
    key: 'dailyLossQuoteMax',
    label: 'Daily loss',
    hint: 'Lost in a UTC day; then nothing adds risk',
    kind: 'amount',
    unit: 'quote',
  },
  {
    key: 'ordersPerMinuteMax',
    label: 'Order rate',
    hint: 'Signed orders in any minute',
    kind: 'whole',
    unit: 'a minute',
    range: [1, 600],
  },
  {
    key: 'priceBandBps',
    label: 'Price band',
    hint: 'Drift of the quote before a card asks again',
    kind: 'number',
    unit: 'bps',
    range: [1, 500],
  },
  {
    key: 'quoteAgeMsMax',
    label: 'Quote age',
    hint: 'Nothing is signed on quotes older than this',
    kind: 'whole',
    unit: 'ms',
    range: [250, 60_000],
  },
  {
    key: 'approvalTtlMs',
    label: 'Time to answer',
    hint: 'A proposal nobody answers lapses after it',
    kind: 'seconds',
    unit: 's',
    range: [5, 600],
  },
  {
    key: 'leverageMax',
    label: 'Leverage',
    hint: 'Perpetuals: positions over the margin behind them',
    kind: 'number',
    unit: '×',
    range: [1, 20],
  },
  {
    key: 'liquidationDistanceMin',
    label: 'To liquidation',
    hint: 'Perpetuals: how far the price must stay from it',
    kind: 'share',
    unit: '%',
    range: [2, 90],
  },
];

/** Drops what floats add behind the twelfth digit. */
const tidy = (value: number): number => Number(value.toPrecision(12));

function textOf(field: LimitField, limits: Limits): string {
  const value = limits[field.key];
  if (typeof value === 'string') return value;
  if (field.kind === 'share') return String(tidy(value * 100));
  if (field.kind === 'seconds') return String(tidy(value / 1000));
  return String(value);
}

/** The limits as the fields show them. */
export function limitTexts(limits: Limits): LimitTexts {
  return Object.fromEntries(LIMIT_FIELDS.map((field) => [field.key, textOf(field, limits)])) as LimitTexts;
}

function errorOf(field: LimitField, text: string): string | null {
  const read = readDecimal(text);
  if (text === '') return `${field.label} needs a number.`;
  if (!read) return `${field.label} must be a plain number, such as 0.5.`;
  if (field.kind === 'amount') return isPositiveDecimal(text) ? null : `${field.label} must be above zero.`;
  if (field.kind === 'whole' && !/^\d+$/.test(text)) return `${field.label} must be a whole number.`;
  const [least, most] = field.range ?? [0, Number.POSITIVE_INFINITY];
  const value = Number(text);
  if (value >= least && value <= most) return null;
  return `${field.label} must lie between ${least} and ${showCount(most)} ${field.unit}.`;
}

function limitOf(field: LimitField, text: string): string | number {
  if (field.kind === 'amount') return text;
  if (field.kind === 'share') return tidy(Number(text) / 100);
  if (field.kind === 'seconds') return Math.round(Number(text) * 1000);
  return Number(text);
}

export type LimitsResult =
  | { readonly ok: true; readonly limits: Limits }
  | { readonly ok: false; readonly errors: Partial<Record<LimitKey, string>> };

/** The limits the texts stand for; amounts keep their digits as typed. */
export function limitsFromTexts(texts: LimitTexts): LimitsResult {
  const errors: Partial<Record<LimitKey, string>> = {};
  const values: Partial<Record<LimitKey, string | number>> = {};
  for (const field of LIMIT_FIELDS) {
    const text = texts[field.key].trim();
    const error = errorOf(field, text);
    if (error === null) values[field.key] = limitOf(field, text);
    else errors[field.key] = error;
  }
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, limits: values as unknown as Limits };
}

/** `was 0.5 %` where a text differs in value from the limit in force; null where it does not. */
export function changedFrom(field: LimitField, text: string, limits: Limits, quote: string): string | null {
  const before = textOf(field, limits);
  if (readDecimal(text) && compareDecimals(before, text.trim()) === 0) return null;
  return `was ${showDecimal(before)} ${field.unit === 'quote' ? quote : field.unit}`;
}
