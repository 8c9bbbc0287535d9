import { count, scale } from '../settings.ts';

/** What each question about the future can be set to. */

const horizonBars = count(1, 2_000, 12, {
  label: 'Horizon',
  unit: 'candles',
  about: 'Candles after which the answer is known at the latest.',
});
const volatilityBars = count(5, 288, 48, {
  label: 'Deviation over',
  unit: 'candles',
  about: 'Candles by whose moves a deviation is measured.',
});
const multiple = (unit: string) =>
  scale(0.1, 20, 1, { label: 'Barriers at', unit, about: 'How far each barrier lies from the close asked at.' });
const ratio = scale(1.01, 5, 1.25, {
  label: 'Wilder by',
  unit: 'times',
  about: 'Moves so many times as large count as wilder, so many times smaller as calmer.',
});

export const LABEL_OPTIONS = {
  'triple-barrier': { horizonBars, multiple: multiple('deviations'), volatilityBars },
  direction: { horizonBars, multiple: multiple('deviations'), volatilityBars },
  move: { horizonBars, volatilityBars },
  reversal: { horizonBars, multiple: multiple('ATR') },
  'volatility-regime': { horizonBars, volatilityBars, ratio },
} as const;
