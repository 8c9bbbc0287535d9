import type { CandleColumns } from '../domain/candle.ts';

/** What features may know of a bar beside its candle. Null is "not known", which is something else than zero. */

/** Public prints of one bar, by the side that took. */
export interface OrderFlow {
  /** Base quantity bought and sold by takers. */
  readonly buyBase: number;
  readonly sellBase: number;
  /** Number of prints. */
  readonly trades: number;
}

export interface BarContext {
  /** Null where the bar's prints were not all seen. */
  readonly flow: OrderFlow | null;
  /** Share of a position's value that longs of the instrument's perpetual pay at its next funding, as last said by the bar's close. */
  readonly fundingRate: number | null;
  /** Close of the reference instrument's bar that opened one bar before this one: known whoever's candle closes first. */
  readonly referenceClose: number | null;
}

export const NOTHING_KNOWN: BarContext = { flow: null, fundingRate: null, referenceClose: null };

/** Of every bar of the past what the reference's candles tell of it, as the engine knows it. @param spanMs length of the candles */
export function contextFromReference(
  { openTimeMs }: CandleColumns,
  reference: CandleColumns,
  spanMs: number,
): (row: number) => BarContext {
  const closes = new Map(Array.from(reference.openTimeMs, (timeMs, bar) => [timeMs, reference.close[bar]!]));
  return (row) => ({ ...NOTHING_KNOWN, referenceClose: closes.get(openTimeMs[row]! - spanMs) ?? null });
}

/** @throws RangeError naming what is not a finite number, or below what it can be, and `where`. */
export function assertContext({ flow, fundingRate, referenceClose }: BarContext, where: string): void {
  const check = (name: string, value: number, least: number): void => {
    if (!(Number.isFinite(value) && value >= least)) throw new RangeError(`${where}: ${name} cannot be ${value}`);
  };
  if (fundingRate !== null) check('fundingRate', fundingRate, Number.NEGATIVE_INFINITY);
  if (referenceClose !== null) check('referenceClose', referenceClose, Number.MIN_VALUE);
  if (flow === null) return;
  check('buyBase', flow.buyBase, 0);
  check('sellBase', flow.sellBase, 0);
  check('trades', flow.trades, 0);
}
