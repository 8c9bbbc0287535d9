import type { CandleColumns } from '../../engine/domain/candle.ts';
import { decimalStep } from '../ticks/import/price-grid.ts';
import type { Market } from './settings.ts';

/** The venue's smallest order, in quote, where nobody says. */
const MIN_NOTIONAL = 5;
/** No venue's grid is finer, whatever arithmetic left in a file. */
const STEP_LEAST = 1e-8;

/**
 * A venue's grids as its candles show them: prices to as many places as any open or close has, quantities to as many as any volume. A lot
 * that is worth more than the smallest order is no venue's: whole volumes of a dear coin were rounded by whoever wrote them down.
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
