/** The figures of a run: how each is called and written, and which way is better. */
import type { RunFigures } from '../../preload/lab-contract.ts';
import { MINUS, NONE, showFloat, showPercent, showSignedPercent } from '../format/number.ts';

type Key = Exclude<keyof RunFigures, 'fromMs' | 'toMs'>;

export interface FigureWord {
  readonly key: Key;
  readonly label: string;
  /** What it means, for those who ask. */
  readonly about: string;
  readonly show: (value: number | null) => string;
  /** Null: neither way is better. */
  readonly better: 'more' | 'less' | null;
}

const signedAmount = (value: number | null): string => {
  const shown = showFloat(value, 2);
  return value !== null && value > 0 && /[1-9]/.test(shown) ? `+${shown}` : shown;
};
const amount = (value: number | null): string => showFloat(value, 2);
const count = (value: number | null): string => showFloat(value, 0);
const ratio = (value: number | null): string => showFloat(value, 2);
const share = (value: number | null): string => showPercent(value, 1);
const signedShare = (value: number | null): string => showSignedPercent(value, 2);
/** A fall is told as one. */
const fall = (value: number | null): string =>
  value === null ? NONE : value === 0 ? showPercent(0, 2) : `${MINUS}${showPercent(value, 2)}`;

const words: Record<Key, Omit<FigureWord, 'key'>> = {
  returnShare: { label: 'Return', about: 'after all costs', show: signedShare, better: 'more' },
  heldReturnShare: { label: 'Held', about: 'buying at the first open and holding', show: signedShare, better: null },
  maxDrawdownShare: {
    label: 'Max drawdown',
    about: 'deepest fall from a peak, at bars’ closes',
    show: fall,
    better: 'less',
  },
  sharpe: { label: 'Sharpe', about: 'of daily returns, a year', show: ratio, better: 'more' },
  sortino: { label: 'Sortino', about: 'as Sharpe, losing days alone counted as risk', show: ratio, better: 'more' },
  calmar: { label: 'Calmar', about: 'return a year over the deepest fall', show: ratio, better: 'more' },
  annualReturnShare: { label: 'Return a year', about: 'compounded', show: signedShare, better: 'more' },
  volatilityShare: { label: 'Volatility', about: 'of daily returns, a year', show: share, better: 'less' },
  profitFactor: { label: 'Profit factor', about: 'gains over losses', show: ratio, better: 'more' },
  winShare: { label: 'Won', about: 'share of trades with a profit', show: share, better: 'more' },
  expectancyQuote: { label: 'Mean trade', about: 'mean profit of a trade', show: signedAmount, better: 'more' },
  trades: { label: 'Trades', about: 'closed ones', show: count, better: null },
  inMarketShare: { label: 'In market', about: 'share of bars with a position', show: share, better: null },
  finalEquityQuote: { label: 'Final equity', about: 'at the last close', show: amount, better: 'more' },
  feesQuote: { label: 'Fees', about: 'paid to the venue', show: amount, better: 'less' },
  slippageQuote: { label: 'Slippage', about: 'spread and impact', show: amount, better: 'less' },
  fundingQuote: { label: 'Funding', about: 'paid; below zero: received', show: amount, better: 'less' },
  borrowQuote: { label: 'Borrowing', about: 'interest paid', show: amount, better: 'less' },
  bars: { label: 'Bars', about: 'run over', show: count, better: null },
};

const wordsOf = (...keys: readonly Key[]): readonly FigureWord[] => keys.map((key) => ({ key, ...words[key] }));

/** What is said at a glance. */
export const HEADLINE_FIGURES = wordsOf(
  'returnShare',
  'heldReturnShare',
  'maxDrawdownShare',
  'sharpe',
  'profitFactor',
  'winShare',
  'trades',
  'inMarketShare',
  'feesQuote',
);

/** Those that can be drawn anew. */
export const INTERVAL_FIGURES = wordsOf(
  'returnShare',
  'annualReturnShare',
  'maxDrawdownShare',
  'volatilityShare',
  'sharpe',
  'sortino',
  'calmar',
  'profitFactor',
  'winShare',
  'expectancyQuote',
);

/** What runs are compared by. */
export const COMPARED_FIGURES = wordsOf(
  'returnShare',
  'annualReturnShare',
  'heldReturnShare',
  'maxDrawdownShare',
  'volatilityShare',
  'sharpe',
  'sortino',
  'calmar',
  'profitFactor',
  'winShare',
  'expectancyQuote',
  'trades',
  'inMarketShare',
  'feesQuote',
  'slippageQuote',
  'finalEquityQuote',
  'bars',
);

/** The best of several, by its place; null where there is none or neither way is better. */
export function bestOf({ key, better }: FigureWord, all: readonly RunFigures[]): number | null {
  if (better === null) return null;
  let best: number | null = null;
  for (const [at, figures] of all.entries()) {
    const value = figures[key];
    if (value === null) continue;
    const held = best === null ? null : (all[best]?.[key] ?? null);
    if (held === null || (better === 'more' ? value > held : value < held)) best = at;
  }
  const value = best === null ? null : all[best]?.[key];
  // What all share is nobody's.
  return all.every((figures) => figures[key] === value) ? null : best;
}
