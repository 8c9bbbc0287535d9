/** Where figures lie when a run is drawn anew, in words. Pure. */
import type { FigureInterval } from '../../preload/lab-contract.ts';
import type { FigureWord } from './figures.ts';

/** Of what the draws are made. */
export const DRAWN: Record<FigureInterval['drawn'], string> = {
  blocks: 'days drawn anew in blocks',
  trades: 'trades drawn anew',
  order: 'its trades in another order',
};

export const DRAWN_SHORTLY: Record<FigureInterval['drawn'], string> = {
  blocks: 'days',
  trades: 'trades',
  order: 'order',
};

/** The one that a figure is shown with: of several, that of its days. */
export const intervalOf = (intervals: readonly FigureInterval[], key: FigureWord['key']): FigureInterval | null =>
  intervals.find(({ figure, drawn }) => figure === key && drawn !== 'order') ??
  intervals.find(({ figure }) => figure === key) ??
  null;

/** `−12 to +31 %`: the unit is said once, and no more decimals than such ends deserve. */
export function intervalText({ show, key }: FigureWord, { low, high }: FigureInterval): string {
  // Of a fall the deeper end comes first, as it is the lower one.
  const ends = key === 'maxDrawdownShare' ? [high, low] : [low, high];
  const isShare = /%$/.test(show(low));
  const isWide = isShare && Math.abs(high - low) >= 0.1;
  const isLarge = !isShare && Math.max(Math.abs(low), Math.abs(high)) >= 10;
  const decimals = isWide ? /\.\d+(?=\s?%)/ : isLarge ? /(?<=\.\d)\d+$/ : /(?<=\.\d)\d+(?=\s?%)/;
  // Rounded to what is left of it before the rest is cut off.
  const places = isShare ? (isWide ? 2 : 3) : isLarge ? 1 : 2;
  const [from, to] = ends.map((end) => show(Number(end.toFixed(places))).replace(decimals, ''));
  return isShare ? `${from!.replace(/\s?%$/, '')} to ${to}` : `${from} to ${to}`;
}
