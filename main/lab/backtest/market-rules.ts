import type { CandleColumns } from '../../engine/domain/candle.ts';
import { decimalStep } from '../ticks/import/price-grid.ts';
import type { Market } from './settings.ts';

/** The smallest order, in quote: that of the large venues, for candles do not show it. */
const MIN_NOTIONAL = 5;
/** No venue's grid is finer, whatever arithmetic left in a file. */
const STEP_LEAST = 1e-8;

/**
 * A venue's rules where nobody brings them, as its candles show them: the tick, in quote, has as many places as any open or close, the lot,
 * in base, as many as any volume. A lot that is worth more than the smallest order at the highest close is no venue's: whoever wrote the file
 * rounded the volumes.
 */
export function marketRules({ open, close, volume }: CandleColumns): NonNullable<Market['rules']> {
  const tickSize = Math.min(decimalStep(open), decimalStep(close));
  const lotMost = 10 ** Math.floor(Math.log10(MIN_NOTIONAL / highest(close)));
  return {
    tickSize: Math.max(STEP_LEAST, tickSize),
    lotStep: Math.max(STEP_LEAST, Math.min(decimalStep(volume), lotMost)),
    minNotional: MIN_NOTIONAL,
  };
}

/** Above zero, also where there are none. */
function highest(values: Float64Array): number {
  let most = STEP_LEAST;
  for (const value of values) most = Math.max(most, value);
  return most;
}
