import type { Timeframe } from '../../engine/domain/candle.ts';
import type { LabelSpec } from './label.ts';

/** The question whose answer follows from that of a move. */
export const riseText = (horizonBars: number, timeframe: Timeframe): string =>
  `Is price higher after ${counted(horizonBars, 'bar')} of ${timeframe}? Read from what the model says of the move.`;

/** A question in words, for cards and screens. */
export function questionText(label: LabelSpec, timeframe: Timeframe): string {
  const within = (bars: number): string => `within ${counted(bars, 'bar')} of ${timeframe}`;
  switch (label.kind) {
    case 'direction':
      return `Does price rise ${counted(label.multiple, 'deviation')} before it falls as far, ${within(label.horizonBars)}? ${measuredOn(label.volatilityBars)}; the last close decides where neither happens.`;
    case 'reversal':
      return `Trend: up where sma_20 >= 0, else down. Does price move ${label.multiple} ATR(14) against the trend before it moves as far with it, ${within(label.horizonBars)}?`;
    case 'triple-barrier':
      return `Which comes first ${within(label.horizonBars)}: a rise of ${counted(label.multiple, 'deviation')}, a fall as far, or neither? ${measuredOn(label.volatilityBars)}.`;
    case 'move':
      return `How far does price move in ${barsOf(label.horizons)} of ${timeframe}, in deviations? ${measuredOn(label.volatilityBars)}.`;
    case 'volatility-regime':
      return `Will the moves of the next ${counted(label.horizonBars, 'bar')} of ${timeframe} be ${label.ratio} times as large as those of the last ${label.volatilityBars}, as small, or alike?`;
  }
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const barsOf = (horizons: readonly number[]): string =>
  horizons.length === 1 ? counted(horizons[0]!, 'bar') : `${horizons.join(', ')} bars`;

const measuredOn = (bars: number): string => `A deviation is that of the last ${bars} bars over the horizon`;
