/** An order that a strategy wants to rest, on the grids of its instrument. */
import { fromNumber, largerOf, roundToStep } from '../domain/decimal.ts';
import type { Rests } from '../domain/events.ts';
import type { Instrument } from '../domain/instrument.ts';
import { floorToLot } from '../domain/money.ts';

/** No price, distance or quantity of any instrument is larger; a float that is has gone astray. */
export const FLOAT_MOST = 1e15;

/** In atoms. */
export interface RestingWish {
  readonly price: bigint;
  readonly qty: bigint;
}

type Side = 'buy' | 'sell';

/** The price on the tick, never better for whoever trades with it than what was said; null for what is no order. */
export function wishOnGrids(said: NonNullable<Rests[Side]>, side: Side, instrument: Instrument): RestingWish | null {
  const { tickSize } = instrument;
  if (![said.price, said.qty].every((value) => value > 0 && value <= FLOAT_MOST)) return null;
  // A float is never quite on the tick or the lot that it means.
  const price = fromNumber(said.price, largerOf(tickSize / 1_000n, 1n), 'half-up');
  const qty = fromNumber(said.qty, largerOf(instrument.lotStep / 1_000n, 1n), 'half-up');
  const onTick = roundToStep(price, tickSize, side === 'buy' ? 'floor' : 'ceil');
  return onTick > 0n ? { price: onTick, qty: floorToLot(qty, instrument).atoms } : null;
}
